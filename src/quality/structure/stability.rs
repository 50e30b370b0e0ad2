//! Does a clustering come back on other rows? Bootstrap Jaccard (Hennig, *Cluster-wise assessment of cluster
//! stability*, 2007), agreement of starts (adjusted Rand index, Hubert & Arabie 1985), prediction strength
//! (Tibshirani & Walther, *Cluster Validation by Prediction Strength*, 2005).

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::reference::shuffled;
use super::{Evidence, fit_all};
use crate::cluster::{self, Clustering, Params};
use crate::jobs::{Cancel, Cancelled};
use crate::matrix::Matrix;

/// Bootstrap samples.
const RESAMPLES: u64 = 10;
/// Divisions into two halves.
const DIVISIONS: u64 = 3;
/// Other seeds that the starts are tried with.
const SEEDS: u64 = 2;

/// Whether a clustering comes back.
#[derive(Clone, Debug, PartialEq)]
pub struct Stability {
    /// Mean over bootstrap samples of the best Jaccard index of each cluster of the sample's own clustering; in no
    /// particular order of clusters: ascending.
    pub jaccard: Vec<f64>,
    /// The same of the groups that the clusters make up, ascending; empty where they make up one.
    pub groups: Vec<f64>,
    /// Adjusted Rand index between the clusterings of other seeds, the smallest.
    pub ari: f64,
}

/// What of a clustering comes back in a table without groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NullStability {
    /// Jaccard index of the cluster that comes back least.
    pub least_jaccard: f64,
    /// As [`Stability::ari`].
    pub ari: f64,
}

/// Parameters of one of several draws.
fn seeded(params: Params, what: u64, i: u64) -> Params {
    Params { seed: params.seed ^ (what << 40) ^ (i + 1), ..params }
}

/// Stability by k of clusterings for k = 1, 2, …; `None` at k = 1. `groups`: by k the group of each used row, where there
/// are several.
fn stabilities(
    matrix: &Matrix,
    found: &[Clustering],
    groups: &[Option<Vec<u16>>],
    params: Params,
    cancel: &Cancel,
) -> Result<Vec<Option<Stability>>, Cancelled> {
    let (rows, k_max) = (matrix.rows(), found.len());
    let own: Vec<Vec<u16>> = found.iter().map(|c| labels_of_rows(matrix, c)).collect();
    let jaccards: Vec<Vec<Overlaps>> = (0..RESAMPLES)
        .into_par_iter()
        .map(|i| {
            let params = seeded(params, 1, i);
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(params.seed);
            let drawn: Vec<u32> = (0..rows).map(|_| rng.random_range(0..rows as u32)).collect();
            let Some((_, fits)) = fit_all(&values_of(matrix, &drawn), matrix.columns(), k_max, params, cancel)? else {
                return Ok(Vec::new());
            };
            let overlaps = fits.iter().zip(&own).enumerate().map(|(at, (fit, own))| {
                let again = assigned(matrix, fit);
                let groups = groups.get(at).and_then(Option::as_deref);
                Overlaps {
                    clusters: jaccard(&table(own, &again, fit.k)),
                    groups: groups.map(|of| jaccard_of_groups(&table(of, &again, fit.k))),
                }
            });
            Ok(overlaps.collect())
        })
        .collect::<Result<_, Cancelled>>()?;

    let agreements: Vec<Vec<f64>> = (0..SEEDS)
        .into_par_iter()
        .map(|i| {
            let all: Vec<u32> = (0..rows as u32).collect();
            let params = seeded(params, 2, i);
            let Some((again, fits)) = fit_all(&values_of(matrix, &all), matrix.columns(), k_max, params, cancel)?
            else {
                return Ok(Vec::new());
            };
            Ok(fits.iter().zip(&own).map(|(fit, own)| adjusted_rand(own, &labels_of_rows(&again, fit))).collect())
        })
        .collect::<Result<_, Cancelled>>()?;

    let of_k = |at: usize| {
        let mean = |of: &dyn Fn(&Overlaps) -> Option<f64>| {
            average(jaccards.iter().filter_map(|by_k| of(by_k.get(at)?)).collect())
        };
        let ascending = |of: &dyn Fn(&Overlaps, usize) -> Option<f64>| {
            let mut all: Vec<f64> = (0..=at).filter_map(|i| mean(&|overlaps| of(overlaps, i))).collect();
            all.sort_unstable_by(f64::total_cmp);
            all
        };
        let jaccard = ascending(&|overlaps, i| overlaps.clusters.get(i).copied());
        let groups = ascending(&|overlaps, i| overlaps.groups.as_ref()?.get(i).copied());
        let ari = agreements.iter().filter_map(|of| of.get(at).copied()).reduce(f64::min);
        ari.filter(|_| at > 0 && !jaccard.is_empty()).map(|ari| Stability { jaccard, groups, ari })
    };
    Ok((0..k_max).map(of_k).collect())
}

fn average(values: Vec<f64>) -> Option<f64> {
    let n = values.len() as f64;
    (n > 0.0).then(|| values.into_iter().sum::<f64>() / n)
}

/// Stability of the clusterings of a reference table.
pub(super) fn of_null(
    matrix: &Matrix,
    found: &[Clustering],
    params: Params,
    cancel: &Cancel,
) -> Result<Vec<Option<NullStability>>, Cancelled> {
    let null = |s: Stability| Some(NullStability { least_jaccard: *s.jaccard.first()?, ari: s.ari });
    Ok(stabilities(matrix, found, &[], params, cancel)?.into_iter().map(|s| s.and_then(null)).collect())
}

/// The mean over reference tables.
pub(super) fn mean(of: impl Iterator<Item = NullStability>) -> Option<NullStability> {
    let (jaccards, aris): (Vec<f64>, Vec<f64>) = of.map(|null| (null.least_jaccard, null.ari)).unzip();
    Some(NullStability { least_jaccard: average(jaccards)?, ari: average(aris)? })
}

/// Adds stability and prediction strength for every k. `clusterings` are those of all rows, whose clusters the groups are
/// made of; `found` those of the sample.
pub(super) fn add(
    evidence: &mut Evidence,
    clusterings: &[&Clustering],
    (matrix, found): (&Matrix, &[Clustering]),
    params: Params,
    cancel: &Cancel,
) -> Result<(), Cancelled> {
    let (rows, k_max) = (matrix.rows(), found.len());
    let groups = |k: usize| {
        let known = evidence.ks.iter().find(|known| known.k == k).filter(|known| known.groups() > 1)?;
        let (group_of, clustering) = (known.group_of()?, clusterings.iter().find(|c| c.k == k)?);
        let group = |cluster: u16| group_of[usize::from(cluster)] as u16;
        Some(assigned(matrix, clustering).into_iter().map(group).collect())
    };
    let groups: Vec<Option<Vec<u16>>> = (1..=k_max).map(groups).collect();
    let stabilities = stabilities(matrix, found, &groups, params, cancel)?;

    let strengths: Vec<Vec<f64>> = (0..DIVISIONS)
        .into_par_iter()
        .map(|i| {
            let params = seeded(params, 3, i);
            let order = shuffled(rows, &mut Xoshiro256PlusPlus::seed_from_u64(params.seed));
            let (train, test) = order.split_at(rows / 2);
            let fit = |rows: &[u32]| fit_all(&values_of(matrix, rows), matrix.columns(), k_max, params, cancel);
            let (Some((_, train)), Some((test, fits))) = (fit(train)?, fit(test)?) else { return Ok(Vec::new()) };
            Ok(train
                .iter()
                .zip(&fits)
                .map(|(train, own)| strength(&labels_of_rows(&test, own), &assigned(&test, train), own.k))
                .collect())
        })
        .collect::<Result<_, Cancelled>>()?;

    for k in evidence.ks.iter_mut().filter(|k| k.k > 1 && k.k <= k_max) {
        let at = k.k - 1;
        k.stability.clone_from(&stabilities[at]);
        k.prediction_strength = average(strengths.iter().filter_map(|of| of.get(at).copied()).collect());
    }
    Ok(())
}

/// Cluster of every used row.
fn labels_of_rows(matrix: &Matrix, clustering: &Clustering) -> Vec<u16> {
    matrix.distinct_of().iter().map(|row| clustering.labels[*row as usize]).collect()
}

/// Values of some used rows, row-major.
fn values_of(matrix: &Matrix, rows: &[u32]) -> Vec<f64> {
    let of = matrix.distinct_of();
    rows.iter().flat_map(|row| matrix.row(of[*row as usize] as usize).iter().copied()).collect()
}

/// The nearest centroid of another clustering for every used row.
fn assigned(matrix: &Matrix, clustering: &Clustering) -> Vec<u16> {
    let of_distinct = nearest_centroids(matrix, clustering);
    matrix.distinct_of().iter().map(|row| of_distinct[*row as usize]).collect()
}

/// The nearest centroid of another clustering for every distinct row.
pub(super) fn nearest_centroids(matrix: &Matrix, clustering: &Clustering) -> Vec<u16> {
    (0..matrix.distinct()).map(|row| cluster::nearest(matrix.row(row), &clustering.centroids)).collect()
}

/// Rows by cluster before and after.
fn table(before: &[u16], after: &[u16], k: usize) -> Vec<Vec<f64>> {
    let mut table = vec![vec![0.0; k]; k];
    before.iter().zip(after).for_each(|(a, b)| table[usize::from(*a)][usize::from(*b)] += 1.0);
    table
}

/// How well the clusters of a sample, and the groups they make up, are met by those of a resample.
struct Overlaps {
    clusters: Vec<f64>,
    groups: Option<Vec<f64>>,
}

/// The Jaccard index of each group before with the clusters after that lie mostly in it. `table`: rows by group and by
/// cluster; there are no more groups than clusters, and what is beyond them is empty.
fn jaccard_of_groups(table: &[Vec<f64>]) -> Vec<f64> {
    let groups = table.iter().filter(|row| row.iter().sum::<f64>() > 0.0).count();
    let mut merged = vec![vec![0.0; groups]; groups];
    for after in 0..table.len() {
        let most = (0..groups).max_by(|a, b| table[*a][after].total_cmp(&table[*b][after]).then(b.cmp(a)));
        let Some(most) = most else { continue };
        merged.iter_mut().zip(table).for_each(|(to, from)| to[most] += from[after]);
    }
    let size = |group: usize| merged[group].iter().sum::<f64>() + merged.iter().map(|row| row[group]).sum::<f64>();
    (0..groups).map(|group| merged[group][group] / (size(group) - merged[group][group]).max(1.0)).collect()
}

/// The best Jaccard index of each cluster before.
fn jaccard(table: &[Vec<f64>]) -> Vec<f64> {
    let after: Vec<f64> = (0..table.len()).map(|b| table.iter().map(|row| row[b]).sum()).collect();
    let best = |row: &Vec<f64>| {
        let own: f64 = row.iter().sum();
        row.iter().zip(&after).map(|(both, after)| both / (own + after - both).max(1.0)).fold(0.0, f64::max)
    };
    table.iter().map(best).collect()
}

/// Adjusted Rand index (Hubert & Arabie 1985) of two labellings of the same rows; 1 where both put everybody together.
pub fn adjusted_rand(a: &[u16], b: &[u16]) -> f64 {
    let k = 1 + a.iter().chain(b).copied().max().map_or(0, usize::from);
    let table = table(a, b, k);
    let pairs = |n: f64| n * (n - 1.0) / 2.0;
    let together: f64 = table.iter().flatten().copied().map(pairs).sum();
    let rows: f64 = table.iter().map(|row| pairs(row.iter().sum())).sum();
    let columns: f64 = (0..k).map(|b| pairs(table.iter().map(|row| row[b]).sum())).sum();
    let expected = rows * columns / pairs(a.len() as f64).max(1.0);
    let most = (rows + columns) / 2.0;
    if most > expected { (together - expected) / (most - expected) } else { 1.0 }
}

/// The smallest share, over the clusters of the test half, of pairs that the training half's centroids put together.
fn strength(test: &[u16], by_train: &[u16], k: usize) -> f64 {
    let pairs = |n: f64| n * (n - 1.0);
    let of = |row: Vec<f64>| {
        let own: f64 = row.iter().sum();
        // A cluster of one row has no pair to lose.
        if own < 2.0 { 1.0 } else { row.into_iter().map(pairs).sum::<f64>() / pairs(own) }
    };
    table(test, by_train, k).into_iter().map(of).fold(1.0, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rand_index_is_that_of_scikit_learn() {
        // sklearn.metrics.adjusted_rand_score([0,0,1,1],[0,0,1,2]) = 0.5714285714285714
        assert!((adjusted_rand(&[0, 0, 1, 1], &[0, 0, 1, 2]) - 4.0 / 7.0).abs() < 1e-12);
        assert_eq!(adjusted_rand(&[0, 0, 1, 1], &[1, 1, 0, 0]), 1.0);
        assert_eq!(adjusted_rand(&[0, 0, 0], &[0, 0, 0]), 1.0);
    }

    #[test]
    fn jaccard_and_strength_by_hand() {
        let (before, after) = ([0, 0, 0, 1, 1], [1, 1, 0, 0, 0]);
        assert_eq!(jaccard(&table(&before, &after, 2)), [2.0 / 3.0, 2.0 / 3.0]);
        // A group of five and one of four; after, one row of the first lies with the second.
        let rows = table(&[0, 0, 0, 0, 0, 1, 1, 1, 1], &[2, 2, 2, 2, 0, 0, 0, 1, 1], 3);
        assert_eq!(jaccard_of_groups(&rows), [0.8, 0.8]);
        // Of the pairs of cluster 0 (three) one is kept, of cluster 1 (one) all.
        assert!((strength(&before, &after, 2) - 1.0 / 3.0).abs() < 1e-12);
    }
}
