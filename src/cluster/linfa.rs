//! linfa-clustering as the reference engine: the same k, starts and seed, cancellable between slices.
//!
//! linfa's fit cannot be cancelled and does not say whether it converged, so it runs in slices of a few
//! iterations from given centroids, until these stand still. It is not plain Lloyd: the old centroid
//! counts as one more point of its cluster (the fixed points are the same; small clusters get there
//! slowly). Its inertia is a mean measured before the last update, its counts may belong to another
//! restart: neither is used. One exact assignment and update of ours ends each fit, and all numbers
//! come from that.
//!
//! It knows no weights: rows are repeated. Of the repairs only the one that keeps WCSS from rising with
//! k is applied, no sample and no swaps.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_clustering::{KMeans, KMeansInit};
use ndarray::Array2;

use super::lloyd::{Lloyd, View};
use super::repair::Candidate;
use super::start::{extend, random};
use super::{ITERATIONS, Params, SweepError};
use crate::error::Error;
use crate::jobs::Cancel;

/// The version that Cargo.toml asks for.
pub(super) const VERSION: &str = "0.8";

/// Iterations between two looks at the cancel token.
const SLICE: u32 = 5;
/// Movement of all centroids together, relative to the table's radius, below which they stand still.
const STILL: f64 = 1e-7;

/// Every used row, centred and in tile units.
pub(super) struct Observations(DatasetBase<Array2<f64>, ndarray::Array1<()>>);

impl Observations {
    /// Repeats rows by weight.
    pub fn new(all: View<'_>) -> Result<Self, Error> {
        let d = all.matrix.columns();
        let mut values = Vec::with_capacity(all.matrix.rows() * d);
        let mut row = vec![0.0; d];
        for i in 0..all.rows {
            all.centred(i, &mut row);
            for _ in 0..all.weight(i) {
                values.extend_from_slice(&row);
            }
        }
        let values = Array2::from_shape_vec((all.matrix.rows(), d), values)
            .map_err(|error| Error::failed("cannot hand the rows to linfa").because(error))?;
        Ok(Self(DatasetBase::from(values)))
    }
}

/// The best of the starts, and of k − 1 with one more centre if that is needed to not be worse than it.
pub(super) fn best<'a>(
    all: View<'a>,
    observations: &Observations,
    k: usize,
    before: Option<&Candidate>,
    params: Params,
    cancel: &Cancel,
) -> Result<Lloyd<'a>, SweepError> {
    let mut best = run(all, observations, extend(all, Vec::new(), k, &mut random(params.seed, k, 0)), cancel)?;
    for start in 1..u64::from(params.starts) {
        let centres = extend(all, Vec::new(), k, &mut random(params.seed, k, start));
        let other = run(all, observations, centres, cancel)?;
        if other.wcss() < best.wcss() {
            best = other;
        }
    }
    if let Some(before) = before.filter(|before| before.wcss < best.wcss()) {
        let centres = extend(all, before.centres.clone(), k, &mut random(params.seed, k, u64::MAX));
        let other = run(all, observations, centres, cancel)?;
        if other.wcss() < best.wcss() {
            best = other;
        }
    }
    Ok(best)
}

/// One fit from given centres.
fn run<'a>(
    all: View<'a>,
    observations: &Observations,
    centres: Vec<f64>,
    cancel: &Cancel,
) -> Result<Lloyd<'a>, SweepError> {
    let d = all.matrix.columns();
    let k = centres.len() / d;
    let mut centres = Array2::from_shape_vec((k, d), centres)
        .map_err(|error| Error::failed("cannot hand the starting centroids to linfa").because(error))?;
    let mut iterations = 0;
    let mut still = false;
    while iterations < ITERATIONS && !still {
        cancel.check()?;
        let model = KMeans::params(k)
            .n_runs(1)
            .max_n_iterations(u64::from(SLICE))
            .tolerance(STILL)
            .init_method(KMeansInit::Precomputed(centres.clone()))
            .fit(&observations.0)
            .map_err(|error| Error::failed("linfa could not cluster the rows").because(error))?;
        still = model.centroids().iter().zip(&centres).map(|(a, b)| (a - b) * (a - b)).sum::<f64>() < STILL * STILL;
        centres = model.centroids().clone();
        iterations += SLICE;
    }
    let mut lloyd = Lloyd::new(all, centres.into_raw_vec_and_offset().0, true);
    lloyd.sum_exactly();
    lloyd.step(cancel)?;
    lloyd.iterations = iterations + 1;
    lloyd.converged = still;
    Ok(lloyd)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_version_is_that_of_the_manifest() {
        let manifest = include_str!("../../Cargo.toml");
        assert!(manifest.contains(&format!("linfa-clustering = \"{}\"", super::VERSION)));
    }
}
