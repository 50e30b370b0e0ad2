//! Calinski–Harabasz and Davies–Bouldin, as scikit-learn computes them, equal rows counted as often as
//! they occur.
//!
//! Means are taken from the labels, not from the clustering's centroids, so that the numbers are those
//! of the partition even where a fit was stopped early.

use rayon::prelude::*;

use crate::cluster::Clustering;
use crate::jobs::{Cancel, Cancelled};
use crate::matrix::{CHUNK_ROWS, Matrix};

/// Below this a distance counts as 0 in the Davies–Bouldin special case: `numpy.isclose` as scikit-learn
/// calls it.
const CLOSE: f64 = 1e-8;

/// Means nearer to each other than this times their radii coincide: what is left is rounding. As in
/// scikit-learn such a pair does not count.
const COINCIDENT: f64 = 1e-12;

/// Two indices of one partition; `None` with fewer than two clusters and with as many as rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Indices {
    /// Calinski & Harabasz 1974, more is better: (B / (k − 1)) / (W / (n − k)); 1 where W = 0.
    pub calinski_harabasz: Option<f64>,
    /// Davies & Bouldin 1979, less is better: the mean over clusters of the largest (r_i + r_j) / d_ij,
    /// with r the mean distance to the own mean and d the distance of the means; 0 where all r or all d
    /// are 0.
    pub davies_bouldin: Option<f64>,
}

/// Both indices of `clustering`, in the units of the matrix.
///
/// # Errors
/// `Cancelled` when `cancel` says so.
pub fn indices(matrix: &Matrix, clustering: &Clustering, cancel: &Cancel) -> Result<Indices, Cancelled> {
    let clusters: Vec<usize> = (0..clustering.k).filter(|&cluster| clustering.sizes[cluster] > 0).collect();
    if clusters.len() < 2 || clusters.len() >= matrix.rows() {
        return Ok(Indices { calinski_harabasz: None, davies_bouldin: None });
    }
    let means = cluster_means(matrix, clustering, cancel)?;
    let spread = spread(matrix, clustering, &means, cancel)?;
    Ok(Indices {
        calinski_harabasz: Some(calinski_harabasz(matrix, clustering, &clusters, &means, &spread)),
        davies_bouldin: Some(davies_bouldin(clustering, &clusters, &means, &spread)),
    })
}

/// k × d, relative to the mean of all rows, so that values far from the origin lose nothing; 0 where a
/// cluster has no rows.
fn cluster_means(matrix: &Matrix, clustering: &Clustering, cancel: &Cancel) -> Result<Vec<f64>, Cancelled> {
    let d = matrix.columns();
    let mut means = per_chunk(matrix, clustering, clustering.k * d, cancel, |sums, label, weight, row| {
        let sums = &mut sums[label * d..(label + 1) * d];
        for ((sum, value), overall) in sums.iter_mut().zip(row).zip(matrix.mean()) {
            *sum += weight * (value - overall);
        }
    })?;
    for (mean, &size) in means.chunks_exact_mut(d).zip(&clustering.sizes) {
        mean.iter_mut().for_each(|value| *value /= (size as f64).max(1.0));
    }
    Ok(means)
}

/// What rows are away from the mean of their cluster, per cluster.
struct Spread {
    /// Sums of distances.
    distances: Vec<f64>,
    /// Sums of squared distances.
    squares: Vec<f64>,
}

fn spread(matrix: &Matrix, clustering: &Clustering, means: &[f64], cancel: &Cancel) -> Result<Spread, Cancelled> {
    let d = matrix.columns();
    let k = clustering.k;
    let mut distances = per_chunk(matrix, clustering, 2 * k, cancel, |sums, label, weight, row| {
        let mean = &means[label * d..(label + 1) * d];
        let differences =
            row.iter().zip(matrix.mean()).zip(mean).map(|((value, overall), mean)| value - overall - mean);
        let square: f64 = differences.map(|difference| difference * difference).sum();
        sums[label] += weight * square.sqrt();
        sums[k + label] += weight * square;
    })?;
    let squares = distances.split_off(k);
    Ok(Spread { distances, squares })
}

/// Calls `add(sums, label, weight, row)` for every distinct row; chunks are added up in order.
fn per_chunk(
    matrix: &Matrix,
    clustering: &Clustering,
    sums: usize,
    cancel: &Cancel,
    add: impl Fn(&mut [f64], usize, f64, &[f64]) + Sync,
) -> Result<Vec<f64>, Cancelled> {
    let d = matrix.columns();
    let chunks: Result<Vec<Vec<f64>>, Cancelled> = clustering
        .labels
        .par_chunks(CHUNK_ROWS)
        .zip(matrix.weights().par_chunks(CHUNK_ROWS))
        .zip(matrix.values().par_chunks(CHUNK_ROWS * d))
        .map(|((labels, weights), values)| {
            cancel.check()?;
            let mut sums = vec![0.0; sums];
            for ((&label, &weight), row) in labels.iter().zip(weights).zip(values.chunks_exact(d)) {
                add(&mut sums, usize::from(label), f64::from(weight), row);
            }
            Ok(sums)
        })
        .collect();
    let mut total = vec![0.0; sums];
    for chunk in chunks? {
        total.iter_mut().zip(&chunk).for_each(|(total, sum)| *total += sum);
    }
    Ok(total)
}

fn calinski_harabasz(
    matrix: &Matrix,
    clustering: &Clustering,
    clusters: &[usize],
    means: &[f64],
    spread: &Spread,
) -> f64 {
    let within: f64 = spread.squares.iter().sum();
    if within <= 0.0 {
        return 1.0;
    }
    let between: f64 = means
        .chunks_exact(matrix.columns())
        .zip(&clustering.sizes)
        .map(|(mean, &size)| size as f64 * mean.iter().map(|value| value * value).sum::<f64>())
        .sum();
    let k = clusters.len() as f64;
    between * (matrix.rows() as f64 - k) / (within * (k - 1.0))
}

fn davies_bouldin(clustering: &Clustering, clusters: &[usize], means: &[f64], spread: &Spread) -> f64 {
    let d = means.len() / clustering.k;
    let mean = |cluster: usize| means[cluster * d..(cluster + 1) * d].iter();
    let radius = |cluster: usize| spread.distances[cluster] / clustering.sizes[cluster] as f64;
    let mut farthest = 0.0_f64;
    let mut sum = 0.0;
    for &a in clusters {
        let mut worst = 0.0_f64;
        for &b in clusters.iter().filter(|&&b| b != a) {
            let apart = mean(a).zip(mean(b)).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
            let radii = radius(a) + radius(b);
            farthest = farthest.max(apart);
            if apart > COINCIDENT * radii {
                worst = worst.max(radii / apart);
            }
        }
        sum += worst;
    }
    let all_points = clusters.iter().all(|&cluster| radius(cluster) <= CLOSE);
    if all_points || farthest <= CLOSE { 0.0 } else { sum / clusters.len() as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::silhouette::tests::{GOLDEN, labelled, table};

    #[test]
    fn equal_scikit_learn_near_and_far_from_the_origin() {
        for offset in [0.0, 1e6, -3e9] {
            for golden in GOLDEN {
                let rows: Vec<f64> = golden.rows.iter().map(|value| value + offset).collect();
                let (matrix, clustering) = table(&rows, golden.columns, golden.labels);
                let found = indices(&matrix, &clustering, &Cancel::never()).unwrap();
                let near =
                    |found: Option<f64>, expected: f64| (found.unwrap() - expected).abs() < 1e-6 * expected.max(1.0);
                assert!(near(found.calinski_harabasz, golden.calinski_harabasz), "{}: {found:?}", golden.name);
                assert!(near(found.davies_bouldin, golden.davies_bouldin), "{}: {found:?}", golden.name);
            }
        }
    }

    #[test]
    fn undefined_with_one_cluster_and_with_as_many_as_rows() {
        let undefined = Indices { calinski_harabasz: None, davies_bouldin: None };
        let (matrix, one) = table(&[1.0, 2.0, 4.0], 1, &[0, 0, 0]);
        assert_eq!(indices(&matrix, &one, &Cancel::never()), Ok(undefined));
        let all = labelled(&[0, 1, 2], 3);
        assert_eq!(indices(&matrix, &all, &Cancel::never()), Ok(undefined));
    }

    #[test]
    fn as_many_clusters_as_distinct_rows_are_defined_where_rows_repeat() {
        let (matrix, points) = table(&[1.0, 1.0, 4.0, 9.0], 1, &[0, 0, 1, 2]);
        let found = indices(&matrix, &points, &Cancel::never()).unwrap();
        assert_eq!(found, Indices { calinski_harabasz: Some(1.0), davies_bouldin: Some(0.0) });
    }
}
