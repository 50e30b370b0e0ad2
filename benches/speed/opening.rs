//! From the file to the first full screen: the clusters of the k that the explorer opens with.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kscope::cluster::{self, Params};
use kscope::jobs::Cancel;
use kscope::study::{self, findings::KFound};

use super::board::{Board, Sample, digits};
use super::learners::{Bench, read};
use super::terminal::Session;
use super::{Effort, Outcome};

/// k that the explorer opens with.
const K: usize = 4;
const LIMIT: f64 = 1.5;

/// In process and as a user sees it, in turn.
pub fn measure(bench: &Bench, effort: &Effort, board: &mut Board) -> Outcome<()> {
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    let mut parts: [Vec<f64>; 5] = Default::default();
    for _ in 0..effort.openings {
        let took = in_process(bench)?;
        inside.push(took.iter().sum());
        parts.iter_mut().zip(took).for_each(|(part, took)| part.push(took));
        outside.push(in_terminal(bench)?);
    }
    board.median_at_most("file → first full screen, in process", &Sample::new(inside), LIMIT, "s");
    board.median_at_most("file → first full screen, the program in a terminal", &Sample::new(outside), LIMIT, "s");
    let medians = parts.map(|part| digits(1e3 * Sample::new(part).median()));
    let [load, clean, prepare, fit, describe] = medians;
    board.note(format!(
        "First screen in process, ms: read and type {load}, clean {clean}, encode and merge equal rows {prepare}, \
         k-means for k = 1..{K} {fit}, describe {describe}."
    ));
    Ok(())
}

/// Seconds to read and type, clean, prepare, cluster, describe.
fn in_process(bench: &Bench) -> Outcome<[f64; 5]> {
    let never = Cancel::never();
    let mut clock = Instant::now();
    let mut lap = || {
        let now = Instant::now();
        (now - std::mem::replace(&mut clock, now)).as_secs_f64()
    };
    let location = kscope::source::Location::Path(bench.file.clone());
    let table = Arc::new(study::load(&location, &Default::default(), &Default::default(), &never, &mut |_, _| {})?);
    let load = lap();
    let cleaned = study::clean(&table, &Default::default());
    let clean = lap();
    let prepared = study::prepare(&cleaned, &cleaned.features, &never)?;
    let prepare = lap();
    let found = cluster::fit(&prepared.matrix, K, Params::default(), &never).map_err(kscope::error::Error::from)?;
    let fit = lap();
    KFound::new(found).describe(&cleaned, &prepared);
    Ok([load, clean, prepare, fit, lap()])
}

/// Seconds from the start of the process until the screen names the k that it shows.
fn in_terminal(bench: &Bench) -> Outcome<f64> {
    let started = Instant::now();
    let mut session = Session::open(&bench.file)?;
    let words = format!("k {K} · WCSS");
    let at = session.until(Duration::from_secs(60), |screen| screen.contents().contains(&words))?;
    session.quit()?;
    Ok((at - started).as_secs_f64())
}

/// Reads and cleans, for the measurements of cancelling.
pub fn load(bench: &Bench, cancel: &Cancel) {
    let _ = read(&bench.file, cancel);
}
