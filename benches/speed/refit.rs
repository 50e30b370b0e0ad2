//! What happens after a feature was switched: nothing is remembered, encoding to clusters.

use std::time::Instant;

use kscope::cluster::{self, Params};
use kscope::error::Error;
use kscope::features::Feature;
use kscope::jobs::Cancel;
use kscope::study;

use super::board::{Board, Sample, digits};
use super::learners::Bench;
use super::{Effort, Outcome};

/// k that the explorer opens with; clusterings for all smaller k are part of its answer.
const K: usize = 4;

/// Milliseconds of one toggle.
#[derive(Default)]
struct Times {
    first: Vec<f64>,
    whole: Vec<f64>,
    prepare: Vec<f64>,
    columns: Vec<usize>,
}

/// Both choices of features, in turn.
pub fn measure(bench: &Bench, effort: &Effort, board: &mut Board) -> Outcome<()> {
    let (mut few, mut many) = (Times::default(), Times::default());
    // The category's block stays: without it the matrix would be another kind of thing.
    let keep = |feature: &Feature| feature.column == "job_position";
    let mut switched = bench.defaults.clone();
    let mut numbers = bench.numbers.clone();
    let most = switched.len().max(numbers.len());
    for _ in 0..effort.rounds {
        for at in 0..most {
            for _ in 0..2 {
                if let Some(feature) = switched.get_mut(at).filter(|f| !keep(f)) {
                    feature.on = !feature.on;
                    toggle(bench, &switched, &mut many)?;
                }
                if let Some(feature) = numbers.get_mut(at) {
                    feature.on = !feature.on;
                    toggle(bench, &numbers, &mut few)?;
                }
            }
        }
    }
    for (times, first, whole) in [(&few, 33.0, 150.0), (&many, 60.0, 250.0)] {
        let columns = format!(
            "{}–{} columns",
            times.columns.iter().min().unwrap_or(&0),
            times.columns.iter().max().unwrap_or(&0)
        );
        let what = format!("refit after a toggle, k = 1..{K}, {columns}");
        board.median_at_most(&what, &Sample::new(times.whole.clone()), whole, "ms");
        let what = format!("first valid clustering after a toggle, {columns}");
        board.median_at_most(&what, &Sample::new(times.first.clone()), first, "ms");
        board.note(format!(
            "Of a refit with {columns}, {} ms (median) are encoding and merging equal rows.",
            digits(Sample::new(times.prepare.clone()).median())
        ));
    }
    Ok(())
}

fn toggle(bench: &Bench, features: &[Feature], times: &mut Times) -> Outcome<()> {
    let never = Cancel::never();
    let started = Instant::now();
    let since = || 1e3 * started.elapsed().as_secs_f64();
    let prepared = study::prepare(&bench.cleaned, features, &never)?;
    let prepare = since();
    cluster::preview(&prepared.matrix, K, Params::default(), &never).map_err(Error::from)?;
    let first = since();
    cluster::sweep(&prepared.matrix, K, Params::default(), &never, &mut |_| {}).map_err(Error::from)?;
    times.prepare.push(prepare);
    times.first.push(first);
    // The preview is for the eye: the final result does not wait for it.
    times.whole.push(since() - (first - prepare));
    times.columns.push(prepared.matrix.columns());
    Ok(())
}
