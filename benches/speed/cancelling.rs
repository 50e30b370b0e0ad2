//! How long work goes on after nobody wants it any more.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kscope::cluster::{self, Clustering, Params};
use kscope::error::Error;
use kscope::jobs::Cancel;
use kscope::quality::{self, Mode};
use kscope::study::{self, recipe::Recipe};

use super::board::{Board, Sample, digits};
use super::learners::Bench;
use super::{Effort, Outcome, opening};

const LIMIT: f64 = 20.0;
/// Work is stopped within its first second; what is longer does the same until its end.
const LONGEST: Duration = Duration::from_secs(1);

/// A sweep, silhouettes, a whole refit, a load.
pub fn measure(bench: &Bench, effort: &Effort, board: &mut Board) -> Outcome<()> {
    let prepared = Arc::new(bench.prepare(&bench.defaults)?);
    let matrix = &prepared.matrix;
    let never = Cancel::never();
    let params = Params::default();
    let found = cluster::sweep(matrix, 12, params, &never, &mut |_| {}).map_err(Error::from)?;
    let found: Vec<&Clustering> = found.iter().collect();
    let spread = |times: &Sample| {
        let (p99, median) = (digits(times.quantile(0.99)), digits(times.median()));
        format!("median {median}, p99 {p99} ms, {} times", times.len())
    };
    let mut line = |what: &str, work: &(dyn Fn(&Cancel) + Sync)| {
        let times = cancel(effort.cancellations, work);
        board.at_most(&format!("cancel {what}, largest"), times.max(), &spread(&times), LIMIT, "ms");
    };
    line("a sweep k = 1..12", &|cancel| drop(cluster::sweep(matrix, 12, params, cancel, &mut |_| {})));
    line("the silhouettes of 12 k", &|cancel| {
        drop(quality::assess(matrix, &found, Mode::Auto, 0, cancel, &mut |_| {}));
    });
    line("an exact silhouette", &|cancel| {
        drop(quality::assess(matrix, &found, Mode::Exact, 0, cancel, &mut |_| {}));
    });
    line("a refit, encoding to verdict", &|cancel| {
        let Ok(prepared) = study::prepare(&bench.cleaned, &bench.defaults, cancel) else { return };
        drop(study::sweep(&bench.cleaned, &Arc::new(prepared), &Recipe::default(), 1..=12, cancel, &mut |_| {}));
    });
    // Nobody waits for a load that was given up.
    let times = cancel(effort.cancellations, &|cancel| opening::load(bench, cancel));
    let largest = format!("{} ms", digits(times.max()));
    board.shown("a load that was given up goes on, largest", &largest, &spread(&times));
    Ok(())
}

/// Milliseconds from the word to the return, at moments spread evenly over the work.
fn cancel(count: usize, work: &(dyn Fn(&Cancel) + Sync)) -> Sample {
    let whole = cancel_after(LONGEST, work).1;
    let mut times = Vec::new();
    for i in 0..count {
        // Multiples of the golden ratio leave no gap and keep step with nothing.
        let moment = (0.5 + i as f64 * 0.618_033_988_749_895).fract();
        times.extend(cancel_after(whole.mul_f64(moment), work).0);
    }
    Sample::new(times)
}

/// Milliseconds that the work went on, unless it had ended before; and how long it ran until the word.
fn cancel_after(moment: Duration, work: &(dyn Fn(&Cancel) + Sync)) -> (Option<f64>, Duration) {
    let cancel = Cancel::never();
    std::thread::scope(|scope| {
        let started = Instant::now();
        let worker = scope.spawn(|| {
            work(&cancel);
            Instant::now()
        });
        while started.elapsed() < moment && !worker.is_finished() {
            std::thread::sleep((moment.saturating_sub(started.elapsed())).min(Duration::from_millis(2)));
        }
        let said = Instant::now();
        cancel.cancel();
        let returned = worker.join().unwrap_or(said);
        let late = returned > said;
        let ran = if late { moment } else { returned - started };
        (late.then(|| 1e3 * (returned - said).as_secs_f64()), ran)
    })
}
