//! From a key to the frame that shows what it did, while a sweep runs.

use std::time::Duration;

use super::board::{Board, Sample, digits};
use super::learners::Bench;
use super::memory::{self, peak_megabytes};
use super::terminal::Session;
use super::{Effort, Outcome};

const LIMIT: f64 = 16.0;
const PATIENCE: Duration = Duration::from_secs(30);

/// Toggles on the screen of features, then `+` and `-` on the screen of k.
pub fn measure(bench: &Bench, effort: &Effort, board: &mut Board) -> Outcome<()> {
    let mut session = Session::open(&bench.file)?;
    session.until(PATIENCE, |screen| screen.contents().contains("k 4 · WCSS"))?;
    session.watch(Duration::from_millis(300));
    eprintln!("{}", session.screen().contents());
    session.press("2")?;
    session.watch(Duration::from_millis(300));
    eprintln!("{}", session.screen().contents());
    session.quit()
}
