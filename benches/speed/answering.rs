//! From the toggle of a feature to the clusters of the new choice on the screen, in the real program.

use std::time::{Duration, Instant};

use super::board::{Board, Sample};
use super::learners::Bench;
use super::terminal::Session;
use super::{Effort, Outcome};

const PATIENCE: Duration = Duration::from_secs(30);
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
            select(&mut session, column)?;
            toggle(&mut session)?;
        }
    }
    let choices = 1 << SWITCHED.len();
    let (mut first, mut last) = (Vec::new(), Vec::new());
    // Gray's order: the lowest bit that is set says which one changes.
    for choice in 1..choices.min(effort.presses) {
        select(&mut session, SWITCHED[choice.trailing_zeros() as usize])?;
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
    session.until(PATIENCE, |screen| header(screen).contains('·') && is_under_way(screen))?;
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

fn line_of(screen: &vt100::Screen, is: impl Fn(&str) -> bool) -> Option<usize> {
    screen.contents().lines().position(is)
}

/// Whether a line is that of a column; a warning may stand before the name.
fn is_of(line: &str, column: &str) -> bool {
    line.contains(']') && line.contains(&format!(" {column} "))
}

fn is_selected(line: &str) -> bool {
    line.contains('▶')
}

fn is_on(screen: &vt100::Screen, column: &str) -> bool {
    line_of(screen, |line| is_of(line, column) && line.contains("[x]")).is_some()
}

/// Moves the selection to the line of a column.
fn select(session: &mut Session, column: &str) -> Outcome<()> {
    let began = Instant::now();
    loop {
        let screen = session.screen();
        let (wanted, selected) = (line_of(screen, |line| is_of(line, column)), line_of(screen, is_selected));
        let (Some(wanted), Some(selected)) = (wanted, selected) else {
            if began.elapsed() > PATIENCE {
                return Err(format!("no line has {column}; the screen shows\n{}", screen.contents()).into());
            }
            // Half a frame is there.
            session.watch(Duration::from_millis(5));
            continue;
        };
        if selected == wanted {
            return Ok(());
        }
        session.press(if selected < wanted { "j" } else { "k" })?;
        session.until(PATIENCE, |screen| line_of(screen, is_selected) != Some(selected))?;
    }
}
