//! From a key to the frame that shows what it did, while a sweep runs.

use std::time::Duration;

use super::board::{Board, Sample, digits};
use super::learners::Bench;
use super::memory::{self, peak_megabytes};
use super::terminal::{PATIENCE, Session};
use super::{Effort, Outcome};

const LIMIT: f64 = 16.0;
/// Presses of `+` and `-` between two toggles: they end before the sweep that a toggle starts.
const STEPS: usize = 8;

/// Toggles on the screen of features, then `+` and `-` on the screen of k.
pub fn measure(bench: &Bench, effort: &Effort, board: &mut Board) -> Outcome<()> {
    let mut pressing = Pressing { session: Session::open(&bench.file)?, times: Vec::new(), running: 0 };
    pressing.session.until(PATIENCE, |screen| screen.contents().contains("k 4 · WCSS"))?;
    let opened = pressing.session.frames.len();
    // One feature more than was ever swept: a choice that was computed before would be answered from memory.
    pressing.go("2", "[2 Features]")?;
    pressing.session.select("orgyear")?;
    pressing.go(" ", "[x]  orgyear")?;
    pressing.session.select("ctc_updated_year")?;
    let half = effort.presses / 2;
    while pressing.times.len() < half {
        pressing.timed(" ", |screen| line_with(screen, "ctc_updated_year"))?;
    }
    let toggles = Sample::new(pressing.times.clone());
    while pressing.times.len() < effort.presses {
        pressing.go("2", "[2 Features]")?;
        pressing.session.press(" ")?;
        pressing.go("3", "[3 Choose k]")?;
        for step in 0..STEPS.min(effort.presses - pressing.times.len()) {
            pressing.timed(if step < STEPS / 2 { "+" } else { "-" }, chosen_k)?;
        }
    }
    let steps = Sample::new(pressing.times[half..].to_vec());
    let all = Sample::new(pressing.times.clone());
    let spread = format!("median {}, max {} ms, {} presses", digits(all.median()), digits(all.max()), all.len());
    board.at_most("key → painted frame while a sweep runs, p99", all.quantile(0.99), &spread, LIMIT, "ms");
    board.note(format!(
        "Keys: p99 of {} toggles {} ms, of {} + and - {} ms; something ran at {} of {} presses.",
        toggles.len(),
        digits(toggles.quantile(0.99)),
        steps.len(),
        digits(steps.quantile(0.99)),
        pressing.running,
        all.len()
    ));
    let frames = Sample::new(pressing.session.frames[opened..].to_vec());
    let spread = format!("p99 {}, max {}, {} frames of 120 × 40", frames.quantile(0.99), frames.max(), frames.len());
    board.shown("bytes of a frame, median", &format!("{} B", frames.median()), &spread);
    match pressing.session.process().and_then(peak_megabytes) {
        Some(peak) => {
            board.at_most("peak memory of the explorer, these keys included", peak, "at the end", memory::LIMIT, "MB");
        }
        None => board.skipped("peak memory of the explorer, these keys included", "needs /proc"),
    }
    pressing.session.quit()
}

/// A session and what was measured in it.
struct Pressing {
    session: Session,
    /// Milliseconds from key to frame.
    times: Vec<f64>,
    /// Presses at which the screen said that something runs.
    running: usize,
}

impl Pressing {
    /// Presses a key until the screen says something.
    fn go(&mut self, key: &str, words: &str) -> Outcome<()> {
        self.session.press(key)?;
        self.session.until(PATIENCE, |screen| screen.contents().contains(words))?;
        Ok(())
    }

    /// Presses a key and measures until the screen shows what it did; then waits a little.
    fn timed(&mut self, key: &str, shown: impl Fn(&vt100::Screen) -> String) -> Outcome<()> {
        let before = shown(self.session.screen());
        let header = self.session.screen().contents();
        self.running += usize::from(header.lines().nth(1).is_some_and(|line| !line.trim_end().ends_with("Drill")));
        let pressed = self.session.press(key)?;
        let painted = self.session.until(PATIENCE, |screen| shown(screen) != before)?;
        self.times.push(1e3 * (painted - pressed).as_secs_f64());
        // Not in step with anything that the program does.
        self.session.watch(Duration::from_millis(21 + (self.times.len() as u64 * 7) % 24));
        Ok(())
    }
}

/// The k that is chosen in the table of k.
fn chosen_k(screen: &vt100::Screen) -> String {
    let contents = screen.contents();
    let chosen = contents.lines().find_map(|line| line.trim_start().strip_prefix('▶'));
    chosen.and_then(|line| line.split_whitespace().next()).unwrap_or_default().to_owned()
}

/// The start of the line that holds some words, as far as a key changes it: marker, box, name.
fn line_with(screen: &vt100::Screen, words: &str) -> String {
    let contents = screen.contents();
    let line = contents.lines().find(|line| line.contains(words)).unwrap_or_default();
    line.chars().take(24).collect()
}
