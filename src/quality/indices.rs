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

/// k × d, 0 where a cluster has no rows.
fn cluster_means(matrix: &Matrix, clustering: &Clustering, cancel: &Cancel) -> Result<Vec<f64>, Cancelled> {
    let d = matrix.columns();
    // Relative to the mean of all rows, so that values far from the origin lose nothing.
    let mut means = per_chunk(matrix, clustering, clustering.k * d, cancel, |sums, label, weight, row| {
        let to = &mut sums[label * d..(label + 1) * d];
        for ((to, value), mean) in to.iter_mut().zip(row).zip(matrix.mean()) {
            *to += weight * (value - mean);
        }
    })?;
    for (mean, &size) in means.chunks_exact_mut(d).zip(&clustering.sizes) {
        for (value, overall) in mean.iter_mut().zip(matrix.mean()) {
            *value = *value / (size as f64).max(1.0) + overall;
        }
    }
    Ok(means)
}

/// Per cluster the sum of distances to its mean, then per cluster the sum of their squares.
fn spread(
    matrix: &Matrix,
    clustering: &Clustering,
    means: &[f64],
    cancel: &Cancel,
) -> Result<(Vec<f64>, Vec<f64>), Cancelled> {
    let d = matrix.columns();
    let k = clustering.k;
    let mut distances = per_chunk(matrix, clustering, 2 * k, cancel, |sums, label, weight, row| {
        let square = square_distance(row, &means[label * d..(label + 1) * d]);
        sums[label] += weight * square.sqrt();
        sums[k + label] += weight * square;
    })?;
    let squares = distances.split_off(k);
    Ok((distances, squares))
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

fn square_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

fn calinski_harabasz(
    matrix: &Matrix,
    clustering: &Clustering,
    clusters: &[usize],
    means: &[f64],
    (_, squares): &(Vec<f64>, Vec<f64>),
) -> f64 {
    let d = matrix.columns();
    let within: f64 = squares.iter().sum();
    if within <= 0.0 {
        return 1.0;
    }
    let between: f64 = means
        .chunks_exact(d)
        .zip(&clustering.sizes)
        .map(|(mean, &size)| size as f64 * square_distance(mean, matrix.mean()))
        .sum();
    let k = clusters.len() as f64;
    between * (matrix.rows() as f64 - k) / (within * (k - 1.0))
}

fn davies_bouldin(
    clustering: &Clustering,
    clusters: &[usize],
    means: &[f64],
    (distances, _): &(Vec<f64>, Vec<f64>),
) -> f64 {
    let d = means.len() / clustering.k;
    let mean = |cluster: usize| &means[cluster * d..(cluster + 1) * d];
    let radius = |cluster: usize| distances[cluster] / clustering.sizes[cluster] as f64;
    let apart = |a: usize, b: usize| square_distance(mean(a), mean(b)).sqrt();
    let mut farthest = 0.0_f64;
    let mut sum = 0.0;
    for &a in clusters {
        let mut worst = 0.0_f64;
        for &b in clusters.iter().filter(|&&b| b != a) {
            let apart = apart(a, b);
            farthest = farthest.max(apart);
            if apart > 0.0 {
                worst = worst.max((radius(a) + radius(b)) / apart);
            }
        }
        sum += worst;
    }
    let all_points = clusters.iter().all(|&cluster| radius(cluster) <= CLOSE);
    if all_points || farthest <= CLOSE { 0.0 } else { sum / clusters.len() as f64 }
}
