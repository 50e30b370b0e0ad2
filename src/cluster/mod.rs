//! Starts, Lloyd, sweep, canonical labels; linfa as the reference engine.
//!
//! A sweep goes through k = 1, 2, … in order, because every k also starts from the result of k − 1 with
//! one more centre: so WCSS never rises with k, and `fit` with k is row k of a sweep by construction.
//!
//! For each k: starts by greedy k-means++, by merging too many clusters, and from k − 1, with Lloyd on a
//! small sample of the distinct rows (a prefix of their canonical order; small tables are their own
//! sample); the better ones on a larger sample, with swaps of single centres out of bad optima; the best
//! different candidates on a still larger one and then on all rows; the best of these until labels stand
//! still. What remains is exact: labels, centroids and WCSS are those of `f64` arithmetic, the same
//! bytes for every number of threads and every set of vector instructions.

use crate::error::Error;
use crate::jobs::{Cancel, Cancelled};
use crate::matrix::Matrix;
use crate::matrix::simd::Path;

mod clustering;
mod linfa;
mod lloyd;
mod nearest;
mod repair;
mod start;
mod steps;
#[cfg(test)]
mod tests;

pub use clustering::Clustering;
pub use nearest::nearest;
pub use steps::{Phase, Step, Steps};

use lloyd::{Lloyd, View};
use repair::{Candidate, Samples};

/// Who does the clustering.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Engine {
    /// This crate's.
    #[default]
    Kscope,
    /// linfa-clustering, as the reference.
    Linfa,
}

impl Engine {
    /// The word in flags and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kscope => "kscope",
            Self::Linfa => "linfa",
        }
    }

    /// The version of what does the clustering.
    pub fn version(self) -> &'static str {
        match self {
            Self::Kscope => env!("CARGO_PKG_VERSION"),
            Self::Linfa => linfa::VERSION,
        }
    }
}

/// What a sweep depends on besides the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Params {
    /// Decides all random draws.
    pub seed: u64,
    /// k-means++ starts for every k, at least 1.
    pub starts: u32,
    /// Who does the clustering.
    pub engine: Engine,
}

impl Default for Params {
    fn default() -> Self {
        Self { seed: 0, starts: 10, engine: Engine::Kscope }
    }
}

/// Why there is no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SweepError {
    /// Somebody wanted something else.
    Cancelled,
    /// k does not fit the data.
    Refused(Error),
}

impl From<Cancelled> for SweepError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl From<Error> for SweepError {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<SweepError> for Error {
    fn from(error: SweepError) -> Self {
        match error {
            SweepError::Cancelled => Self::interrupted(),
            SweepError::Refused(error) => error,
        }
    }
}

/// Assignments over all rows before a fit is called not converged.
const ITERATIONS: u32 = 300;
/// Different candidates that are tried on all rows.
const FINALISTS: usize = 4;
/// Candidates worse than the best one by more than this factor on the sample are not tried. (The sample
/// of 20,480 rows tells two candidates' WCSS apart to about 0.2 %.)
const FINALIST_EXCESS: f64 = 1.002;
/// A finalist's step that lowers WCSS by no more than this share is its last before the choice.
const FINALIST_TOLERANCE: f64 = 1e-5;

/// Clusters for k = 1 ..= `k_max`, in order; `on` hears each as soon as it is final.
///
/// Where `k_max` is larger than the number of distinct rows the sweep ends there, and its last entry
/// says so in its notices.
///
/// # Errors
/// `Cancelled`, or `Refused` for k = 0 and for k too large to be numbered.
pub fn sweep(
    matrix: &Matrix,
    k_max: usize,
    params: Params,
    cancel: &Cancel,
    on: &mut dyn FnMut(&Clustering),
) -> Result<Vec<Clustering>, SweepError> {
    sweep_on(Path::best(), matrix, k_max, params, cancel, on)
}

fn sweep_on(
    path: Path,
    matrix: &Matrix,
    k_max: usize,
    params: Params,
    cancel: &Cancel,
    on: &mut dyn FnMut(&Clustering),
) -> Result<Vec<Clustering>, SweepError> {
    check_k(k_max)?;
    let mut found: Vec<Clustering> = Vec::with_capacity(k_max);
    let mut before: Option<Candidate> = None;
    let all = View::new(matrix, path);
    let observations = match params.engine {
        Engine::Kscope => None,
        Engine::Linfa => Some(linfa::Observations::new(all)?),
    };
    let mut samples = Samples::default();
    for k in 1..=k_max.min(matrix.distinct()) {
        let best = match &observations {
            None => {
                samples.fit_to(all, k, cancel)?;
                best_for(all, &samples, k, before.as_ref(), params, cancel)?
            }
            Some(observations) => linfa::best(all, observations, k, before.as_ref(), params, cancel)?,
        };
        let mut clustering = Clustering::new(matrix, &best, cancel)?;
        if k == matrix.distinct() && k < k_max {
            clustering.notices.push(format!("k ends at {k}: there are {k} distinct rows"));
        }
        on(&clustering);
        found.push(clustering);
        before = Some(Candidate { centres: best.centres().to_vec(), wcss: best.wcss() });
    }
    Ok(found)
}

/// Clusters for one k: row k of a sweep.
///
/// # Errors
/// `Cancelled`, or `Refused` for k = 0 and for k larger than the number of distinct rows.
pub fn fit(matrix: &Matrix, k: usize, params: Params, cancel: &Cancel) -> Result<Clustering, SweepError> {
    check_distinct(matrix, k)?;
    let mut all = sweep(matrix, k, params, cancel, &mut |_| {})?;
    all.pop().ok_or(SweepError::Cancelled)
}

/// A first valid clustering for one k, in a few milliseconds: clusters of a small sample, then one
/// assignment of all rows and one update.
///
/// It is for the eye while [`sweep`] works its way up to k; nothing final depends on it. All its numbers
/// are exact for its labels; it is never `converged`, and its notice says what it is. Always by our engine.
///
/// # Errors
/// As [`fit`].
pub fn preview(matrix: &Matrix, k: usize, params: Params, cancel: &Cancel) -> Result<Clustering, SweepError> {
    check_k(k)?;
    check_distinct(matrix, k)?;
    let all = View::new(matrix, Path::best());
    let mut lloyd = Lloyd::new(all, repair::quick(all, k, params, cancel)?, true);
    lloyd.sum_exactly();
    lloyd.step(cancel)?;
    let mut clustering = Clustering::new(matrix, &lloyd, cancel)?;
    clustering.notices = vec!["preliminary: all rows assigned once to the clusters of a sample".to_owned()];
    Ok(clustering)
}

/// Clusters for k = 1 ..= `k_max` (or the number of distinct rows), with less care than [`sweep`]: the best of the starts
/// and of k − 1 with one more centre, without swaps. For reference tables and resamples, of which there are many: what is
/// compared must have been clustered with equal care. WCSS never rises with k.
///
/// # Errors
/// As [`sweep`].
pub fn sketch(matrix: &Matrix, k_max: usize, params: Params, cancel: &Cancel) -> Result<Vec<Clustering>, SweepError> {
    check_k(k_max)?;
    let all = View::new(matrix, Path::best());
    let mut found: Vec<Clustering> = Vec::with_capacity(k_max);
    let mut before: Option<Vec<f64>> = None;
    for k in 1..=k_max.min(matrix.distinct()) {
        let mut candidates = vec![repair::quick(all, k, params, cancel)?];
        if let Some(centres) = before.take() {
            candidates.push(start::extend(all, centres, k, &mut start::random(params.seed, k, u64::MAX)));
        }
        let mut best: Option<Lloyd<'_>> = None;
        for centres in candidates {
            let mut lloyd = Lloyd::new(all, centres, true);
            lloyd.finish(ITERATIONS, cancel)?;
            if best.as_ref().is_none_or(|best| lloyd.wcss() < best.wcss()) {
                best = Some(lloyd);
            }
        }
        let Some(best) = best else { break };
        found.push(Clustering::new(matrix, &best, cancel)?);
        before = Some(best.centres().to_vec());
    }
    Ok(found)
}

fn check_distinct(matrix: &Matrix, k: usize) -> Result<(), Error> {
    let distinct = matrix.distinct();
    if k <= distinct {
        return Ok(());
    }
    Err(Error::bad_input(format!("k = {k}, but there are only {distinct} distinct rows"))
        .because("equal rows can only be in the same cluster")
        .try_this(format!("choose k between 1 and {distinct}, or more features")))
}

fn check_k(k: usize) -> Result<(), Error> {
    let largest = usize::from(u16::MAX) - 1;
    if k == 0 {
        return Err(Error::bad_input("k = 0").because("there is at least one cluster").try_this("k from 1 up"));
    }
    if k > largest {
        return Err(
            Error::bad_input(format!("k = {k}")).because(format!("at most {largest} clusters can be told apart"))
        );
    }
    Ok(())
}

/// A fit that is worse than the best one by this factor when a step lowers its WCSS by less than this
/// share is given up.
const EARLY_EXCESS: f64 = 1.002;
const EARLY_TOLERANCE: f64 = 5e-4;
/// Swaps on all rows for one k, at most, and how many may fail.
const SWAPS: u64 = 32;
const SWAP_FAILURES: u32 = 1;

/// Our engine's final fit for `k`.
fn best_for<'a>(
    all: View<'a>,
    samples: &Samples,
    k: usize,
    before: Option<&Candidate>,
    params: Params,
    cancel: &Cancel,
) -> Result<Lloyd<'a>, SweepError> {
    let candidates = repair::candidates(all, samples, k, before, params, cancel)?;
    let least = candidates.first().map_or(0.0, |first| first.wcss);
    let centres = candidates
        .into_iter()
        .take(FINALISTS)
        .filter(|candidate| candidate.wcss <= least * FINALIST_EXCESS)
        .map(|candidate| candidate.centres);
    let mut best: Option<Lloyd<'_>> = None;
    for centres in centres {
        let lloyd = settle_down(all, centres, best.as_ref(), cancel)?;
        if best.as_ref().is_none_or(|best| lloyd.wcss() < best.wcss()) {
            best = Some(lloyd);
        }
    }
    let mut best = best.unwrap_or_else(|| Lloyd::new(all, vec![0.0; all.matrix.columns()], true));
    let mut failures = 0;
    for round in 0..SWAPS {
        if failures == SWAP_FAILURES || !samples.any() {
            break;
        }
        let Some(centres) = repair::promising_swap(all, &best, params.seed, round) else { break };
        let swapped = settle_down(all, centres, Some(&best), cancel)?;
        if swapped.wcss() < best.wcss() * (1.0 - repair::SAME) {
            best = swapped;
        } else {
            failures += 1;
        }
    }
    best.finish(ITERATIONS, cancel)?;
    if let Some(before) = before.filter(|before| before.wcss < best.wcss()) {
        let centres = start::extend(all, before.centres.clone(), k, &mut start::random(params.seed, k, u64::MAX));
        let mut lloyd = Lloyd::new(all, centres, true);
        lloyd.finish(ITERATIONS, cancel)?;
        if lloyd.wcss() < best.wcss() {
            best = lloyd;
        }
    }
    Ok(best)
}

/// Lloyd on all rows, as far as it takes to compare: not far if it is no match for `best` early on.
fn settle_down<'a>(
    all: View<'a>,
    centres: Vec<f64>,
    best: Option<&Lloyd<'_>>,
    cancel: &Cancel,
) -> Result<Lloyd<'a>, Cancelled> {
    let mut lloyd = Lloyd::new(all, centres, true);
    lloyd.run(ITERATIONS, EARLY_TOLERANCE, cancel)?;
    if best.is_none_or(|best| lloyd.wcss() < best.wcss() * EARLY_EXCESS) {
        lloyd.run(ITERATIONS, FINALIST_TOLERANCE, cancel)?;
    }
    Ok(lloyd)
}
