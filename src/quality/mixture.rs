//! A second opinion on k by another model: a mixture of Gaussians with full covariances, judged by BIC (Schwarz 1978;
//! for mixtures Fraley & Raftery 2002). It never decides the verdict.
//!
//! linfa-clustering fits by expectation–maximisation from its own K-Means (tolerance and regularisation are
//! scikit-learn's defaults). It does not tell the likelihood, and its own underflows far from all components; so the
//! likelihood is computed here, from its weights, means and covariances.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_clustering::GaussianMixtureModel;
use ndarray::{Array1, Array2, ArrayView2};
use rayon::prelude::*;

use super::Criterion;
use super::linear::cholesky;
use super::structure::{Part, SAMPLE, sample};
use crate::jobs::{Cancel, Cancelled};
use crate::matrix::Matrix;

/// Its name among the criteria.
pub const NAME: &str = "BIC";
/// Added to every variance, in the (scaled) matrix.
const REGULARISATION: f64 = 1e-6;
/// A component that is thinner than this many times the regularisation lies in a plane: its likelihood has no bound but
/// that, and says nothing.
const THIN: f64 = 2.0;
/// Mean log-likelihood that an iteration must gain.
const TOLERANCE: f64 = 1e-3;
const ITERATIONS: u64 = 300;
/// A full covariance of more columns has more parameters than the sample can tell.
const MOST_COLUMNS: usize = 30;

/// What the mixtures say.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    /// Rows of the sample.
    pub rows: usize,
    /// Features that are not in it: levels of a category have no density.
    pub left_out: Vec<String>,
    /// By k, ascending; empty where nothing could be fitted at all.
    pub ks: Vec<KMixture>,
    /// Why nothing could be fitted at all.
    pub refused: Option<String>,
}

/// The mixture of k Gaussians.
#[derive(Clone, Debug, PartialEq)]
pub struct KMixture {
    /// Number of components.
    pub k: usize,
    /// BIC, smaller is better: parameters · ln rows − 2 · log-likelihood; or why it is not known.
    pub bic: Result<f64, String>,
}

/// Fits a mixture for every k asked for, on at most [`SAMPLE`] of the used rows and on the features that have an order.
///
/// # Errors
/// `Cancelled` when `cancel` says so, between two fits.
pub fn mixture(
    matrix: &Matrix,
    parts: &[Part],
    ks: &[usize],
    seed: u64,
    cancel: &Cancel,
) -> Result<Mixture, Cancelled> {
    let (left_out, kept): (Vec<&Part>, Vec<&Part>) = parts.iter().partition(|part| part.nominal);
    let columns: Vec<usize> = kept.iter().flat_map(|part| part.columns.clone()).collect();
    let values = sample(matrix, SAMPLE, seed);
    let rows = values.len() / matrix.columns();
    let left_out = left_out.into_iter().map(|part| part.name.clone()).collect();
    let mut found = Mixture { rows, left_out, ks: Vec::new(), refused: None };
    if columns.is_empty() || columns.len() > MOST_COLUMNS {
        found.refused = Some(match columns.len() {
            0 => "no feature has a density: all are levels of categories".to_owned(),
            many => format!("a full covariance of {many} columns is more than {rows} rows can tell"),
        });
        return Ok(found);
    }
    let kept: Vec<f64> =
        values.chunks_exact(matrix.columns()).flat_map(|row| columns.iter().map(|&c| row[c])).collect();
    let distinct = distinct(&kept, columns.len());
    let observations = Array2::from_shape_vec((rows, columns.len()), kept);
    let Ok(observations) = observations.map(DatasetBase::from) else { return Ok(found) };
    found.ks = ks
        .par_iter()
        .map(|&k| {
            cancel.check()?;
            let bic = if k > distinct { Err(format!("only {distinct} distinct rows")) } else { bic(&observations, k) };
            Ok(KMixture { k, bic })
        })
        .collect::<Result<_, Cancelled>>()?;
    Ok(found)
}

fn distinct(values: &[f64], columns: usize) -> usize {
    let mut rows: Vec<&[f64]> = values.chunks_exact(columns).collect();
    let order = |a: &&[f64], b: &&[f64]| {
        let mut pairs = a.iter().zip(*b).map(|(a, b)| a.total_cmp(b));
        pairs.find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    };
    rows.sort_unstable_by(order);
    rows.dedup();
    rows.len()
}

fn bic(observations: &DatasetBase<Array2<f64>, Array1<()>>, k: usize) -> Result<f64, String> {
    let (rows, d) = observations.records().dim();
    let model = GaussianMixtureModel::params(k)
        .reg_covariance(REGULARISATION)
        .tolerance(TOLERANCE)
        .max_n_iterations(ITERATIONS)
        .fit(observations)
        // linfa's sentences are long, and name settings that are not here.
        .map_err(|_| "the fit came to no end".to_owned())?;
    // The variance of a column within a component given the others is 1 / its diagonal in the precision; in d columns the
    // least of these is at most d times the variance across the plane.
    let thin = THIN * REGULARISATION * d as f64;
    let flat = |precision: ArrayView2<'_, f64>| precision.diag().iter().any(|diagonal| 1.0 / diagonal <= thin);
    if model.precisions().outer_iter().any(flat) {
        return Err("a component collapsed onto equal values".to_owned());
    }
    let likelihood = log_likelihood(&model, observations.records());
    let parameters = (k * d * (d + 3) / 2 + k - 1) as f64;
    let bic = parameters * (rows as f64).ln() - 2.0 * likelihood;
    if bic.is_finite() { Ok(bic) } else { Err("its likelihood is no number".to_owned()) }
}

/// Sum over the rows of ln Σ weight · density, the largest term taken out first.
fn log_likelihood(model: &GaussianMixtureModel<f64>, rows: &Array2<f64>) -> f64 {
    let d = rows.ncols();
    let components: Vec<(f64, Vec<f64>, Vec<Vec<f64>>)> = model
        .weights()
        .iter()
        .zip(model.means().outer_iter())
        .zip(model.covariances().outer_iter())
        .map(|((weight, mean), covariance)| {
            let root = cholesky(&covariance.outer_iter().map(|row| row.to_vec()).collect::<Vec<_>>());
            let half_log_det: f64 = (0..d).map(|j| root[j][j].ln()).sum();
            let constant = weight.ln() - half_log_det - 0.5 * d as f64 * std::f64::consts::TAU.ln();
            (constant, mean.to_vec(), root)
        })
        .collect();
    let mut solved = vec![0.0; d];
    let mut terms = vec![0.0; components.len()];
    rows.outer_iter()
        .map(|row| {
            for (term, (constant, mean, root)) in terms.iter_mut().zip(&components) {
                for i in 0..d {
                    let known: f64 = (0..i).map(|j| root[i][j] * solved[j]).sum();
                    solved[i] = (row[i] - mean[i] - known) / root[i][i];
                }
                *term = constant - 0.5 * solved.iter().map(|z| z * z).sum::<f64>();
            }
            let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            largest + terms.iter().map(|term| (term - largest).exp()).sum::<f64>().ln()
        })
        .sum()
}

impl Mixture {
    /// BIC of one k, where it is known.
    pub fn bic(&self, k: usize) -> Option<f64> {
        self.ks.iter().find(|at| at.k == k)?.bic.as_ref().ok().copied()
    }

    /// The k with the smallest BIC, the smallest k among equals.
    pub fn k(&self) -> Option<usize> {
        let known = self.ks.iter().filter_map(|at| Some((at.k, *at.bic.as_ref().ok()?)));
        known.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(k, _)| k)
    }

    /// What it would choose, labelled as what it is.
    pub fn criterion(&self) -> Criterion {
        let known = self.ks.iter().filter(|at| at.bic.is_ok()).count();
        let k = self.k().filter(|_| known >= 2);
        let mut why = match (k, &self.refused) {
            (_, Some(refused)) => format!("second opinion, not to be had: {refused}"),
            (None, _) => format!("second opinion, Gaussian mixture on {} rows: nothing to compare", self.rows),
            (Some(k), _) => {
                let falling = if self.ks.last().is_some_and(|last| last.k == k) { ", still falling there" } else { "" };
                format!("smallest{falling}; second opinion, Gaussian mixture, full covariance, on {} rows", self.rows)
            }
        };
        if !self.left_out.is_empty() && self.refused.is_none() {
            why += &format!("; without {}", self.left_out.join(", "));
        }
        why += &self.missing();
        Criterion { name: NAME.to_owned(), k, why }
    }

    /// "; not available at k = 4, 5 (reason)", reason by reason.
    fn missing(&self) -> String {
        let mut by_reason: Vec<(&str, Vec<String>)> = Vec::new();
        for at in &self.ks {
            let Err(reason) = &at.bic else { continue };
            match by_reason.iter_mut().find(|(known, _)| known == reason) {
                Some((_, ks)) => ks.push(at.k.to_string()),
                None => by_reason.push((reason, vec![at.k.to_string()])),
            }
        }
        by_reason.iter().map(|(reason, ks)| format!("; not available at k = {} ({reason})", ks.join(", "))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(columns: usize) -> Vec<Part> {
        (0..columns).map(|c| Part { columns: c..c + 1, name: format!("c{c}"), nominal: false }).collect()
    }

    fn asked(values: &[f64], columns: usize, parts: &[Part], ks: &[usize]) -> Mixture {
        let matrix = Matrix::from_rows(values, columns).unwrap();
        mixture(&matrix, parts, ks, 0, &Cancel::never()).unwrap()
    }

    #[test]
    fn one_gaussian_has_the_likelihood_of_its_definition() {
        // Variances 2.5 and 10 about (1, 2), correlation 0: n (ln 2π + ½ ln det + 1) in two dimensions.
        let values = [-1.0, 2.0, 3.0, 2.0, 1.0, -2.0, 1.0, 6.0];
        let found = asked(&values, 2, &parts(2), &[1]);
        let det: f64 = (2.0 + 1e-6) * (8.0 + 1e-6);
        let expected = 5.0 * 4.0_f64.ln() + 2.0 * 4.0 * (std::f64::consts::TAU.ln() + 0.5 * det.ln() + 1.0);
        assert!((found.bic(1).unwrap() - expected).abs() < 1e-4, "{found:?} {expected}");
        assert_eq!(found.criterion().k, None, "one k is nothing to compare");
    }

    #[test]
    fn categories_have_no_density_and_what_collapses_is_not_available() {
        // Two groups; in the second column each has one value only.
        let values: Vec<f64> = (0..200_u32)
            .flat_map(|i| [f64::from(i * 7919 % 211), f64::from(i % 2) * 5000.0, f64::from(i % 3)])
            .collect();
        let mut parts = parts(3);
        parts[2].nominal = true;
        let found = asked(&values, 3, &parts, &[1, 2, 3]);
        assert!(found.bic(1).is_some() && found.bic(2).is_none(), "{found:?}");
        let criterion = found.criterion();
        assert!(criterion.why.contains("without c2") && criterion.why.contains("collapsed"), "{}", criterion.why);
        parts.iter_mut().for_each(|part| part.nominal = true);
        let none = asked(&values, 3, &parts, &[1, 2]);
        assert!(none.criterion().k.is_none() && none.criterion().why.contains("no feature has a density"));
        let few = asked(&[1.0, 1.0, 2.0, 3.0, 3.0, 3.0], 1, &super::tests::parts(1), &[2, 4]);
        assert_eq!(few.ks[1].bic, Err("only 3 distinct rows".to_owned()));
    }
}
