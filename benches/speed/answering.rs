//! From the toggle of a feature to the clusters of the new choice on the screen, in the real program.

use std::time::{Duration, Instant};

use super::board::{Board, Sample};
use super::learners::Bench;
use super::terminal::{PATIENCE, Session, is_line_of};
use super::{Effort, Outcome};

/// What is left on all the time, beside the four that are switched: at most five encoded columns.
const KEPT: &str = "ctc";
const SWITCHED: [&str; 4] = ["experience", "orgyear", "ctc_updated_year", "company_hash"];
/// The block of indicators, which is switched off.
const BLOCK: &str = "job_position";
/// What runs behind the final result of one toggle is left to begin before the next.
const PAUSE: Duration = Duration::from_millis(150);

/// Every choice out of the switched features once, one toggle from each to the next: none is answered from memory.
pub fn measure(bench: &Bench, effort: &Effort, board: &mut Board) -> Outcome<()> {
    let mut session = Session::open(&bench.file)?;
    session.until(PATIENCE, |screen| screen.contents().contains("k 4 · WCSS"))?;
    session.press("2")?;
    session.until(PATIENCE, |screen| screen.contents().contains("[2 Features]"))?;
    for (column, on) in [(KEPT, true), (BLOCK, false), (SWITCHED[0], false)] {
        if is_on(session.screen(), column) != on {
            session.select(column)?;
            toggle(&mut session)?;
        }
    }
    let choices = 1 << SWITCHED.len();
    let (mut first, mut last) = (Vec::new(), Vec::new());
    // Gray's order: the lowest bit that is set says which one changes.
    for choice in 1..choices.min(effort.presses) {
        session.select(SWITCHED[choice.trailing_zeros() as usize])?;
        session.watch(PAUSE);
        let (to_first, to_last) = toggle(&mut session)?;
        first.push(to_first);
        last.push(to_last);
    }
    board.median_at_most("toggle → first valid clusters on the screen, 1–5 columns", &Sample::new(first), 33.0, "ms");
    board.median_at_most("toggle → final clusters on the screen, 1–5 columns", &Sample::new(last), 150.0, "ms");
    session.quit()
}

/// Switches the selected feature; milliseconds until the header speaks of the new choice, and until that is final.
fn toggle(session: &mut Session) -> Outcome<(f64, f64)> {
    let pressed = session.press(" ")?;
    let since = |at: Instant| 1e3 * (at - pressed).as_secs_f64();
    session.until(PATIENCE, is_under_way)?;
    let first = session.until(PATIENCE, |screen| !header(screen).contains("·stale"))?;
    let last = match is_under_way(session.screen()) {
        true => session.until(PATIENCE, |screen| !is_under_way(screen))?,
        false => first,
    };
    Ok((since(first), since(last)))
}

/// Whether the clusters on the screen are not the final ones of the choice.
fn is_under_way(screen: &vt100::Screen) -> bool {
    header(screen).contains("·stale") || header(screen).contains("·first look")
}

fn header(screen: &vt100::Screen) -> String {
    screen.contents().lines().next().unwrap_or_default().to_owned()
}

fn is_on(screen: &vt100::Screen, column: &str) -> bool {
    screen.contents().lines().any(|line| is_line_of(line, column) && line.contains("[x]"))
}
