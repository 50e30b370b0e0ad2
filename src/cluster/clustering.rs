//! What a fit leaves behind: labels, centroids, sizes and WCSS, all exact in `f64`.

use rayon::prelude::*;

use super::lloyd::{Lloyd, square_distance};
use crate::jobs::{Cancel, Cancelled};
use crate::matrix::{CHUNK_ROWS, Matrix};

/// The rows of a matrix in k clusters.
#[derive(Clone, Debug, PartialEq)]
pub struct Clustering {
    /// Number of clusters; none is empty.
    pub k: usize,
    /// Cluster of each distinct row, 0..k.
    pub labels: Vec<u16>,
    /// k × d, in the (scaled) matrix: the weighted means of the clusters.
    pub centroids: Vec<f64>,
    /// Used rows per cluster, duplicates counted.
    pub sizes: Vec<u64>,
    /// Sum over a cluster's used rows of the squared distance to its centroid.
    pub cluster_wcss: Vec<f64>,
    /// Sum of `cluster_wcss`.
    pub wcss: f64,
    /// Assignments over all rows that the winning start took.
    pub iterations: u32,
    /// Whether labels stood still before the cap on iterations.
    pub converged: bool,
    /// What a reader should know about this fit, as sentences.
    pub notices: Vec<String>,
}

impl Clustering {
    /// Takes the labels of a finished fit and numbers clusters by size (descending), then first row.
    pub(super) fn new(matrix: &Matrix, lloyd: &Lloyd<'_>, cancel: &Cancel) -> Result<Self, Cancelled> {
        let k = lloyd.counts().len();
        let centroids = lloyd.centroids();
        let labels = lloyd.labels();
        let cluster_wcss = cluster_wcss(matrix, &labels, &centroids, cancel)?;
        let mut clustering = Self {
            k,
            sizes: lloyd.counts().iter().map(|&count| count.unsigned_abs()).collect(),
            wcss: 0.0,
            iterations: lloyd.iterations,
            converged: lloyd.converged,
            notices: notices(lloyd),
            labels,
            centroids,
            cluster_wcss,
        };
        let order = clustering.by_size();
        clustering.relabel(&order);
        clustering.wcss = clustering.cluster_wcss.iter().sum();
        Ok(clustering)
    }

    /// The nearest other cluster of each, and the distance between the two centroids in the (scaled) matrix;
    /// `None` where there is only one. Ties: the lower number.
    pub fn nearest(&self) -> Vec<Option<(usize, f64)>> {
        let d = self.centroids.len() / self.k.max(1);
        let centroid = |cluster: usize| &self.centroids[cluster * d..(cluster + 1) * d];
        (0..self.k)
            .map(|one| {
                let others = (0..self.k).filter(|other| *other != one);
                let squared = others.map(|other| (other, square_distance(centroid(one), centroid(other))));
                squared.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(other, squared)| (other, squared.sqrt()))
            })
            .collect()
    }

    /// Distances of a row, of d values in the (scaled) matrix, to the centroids.
    pub fn distances(&self, row: &[f64]) -> Vec<f64> {
        self.centroids.chunks_exact(row.len().max(1)).map(|centroid| square_distance(row, centroid).sqrt()).collect()
    }

    /// Renumbers the clusters: new cluster `i` is the one that was `order[i]`, a permutation of 0..k.
    pub fn relabel(&mut self, order: &[usize]) {
        let d = self.centroids.len() / self.k;
        let mut new_of = vec![0_u16; self.k];
        for (new, &old) in order.iter().enumerate() {
            new_of[old] = new as u16;
        }
        self.labels.iter_mut().for_each(|label| *label = new_of[usize::from(*label)]);
        self.centroids = order.iter().flat_map(|&old| self.centroids[old * d..][..d].iter().copied()).collect();
        self.sizes = order.iter().map(|&old| self.sizes[old]).collect();
        self.cluster_wcss = order.iter().map(|&old| self.cluster_wcss[old]).collect();
    }

    /// Size descending, then first distinct row.
    fn by_size(&self) -> Vec<usize> {
        let mut first_row = vec![usize::MAX; self.k];
        let mut unseen = self.k;
        for (i, &label) in self.labels.iter().enumerate() {
            if unseen == 0 {
                break;
            }
            if first_row[usize::from(label)] == usize::MAX {
                first_row[usize::from(label)] = i;
                unseen -= 1;
            }
        }
        let mut order: Vec<usize> = (0..self.k).collect();
        order.sort_by_key(|&cluster| (std::cmp::Reverse(self.sizes[cluster]), first_row[cluster]));
        order
    }
}

fn notices(lloyd: &Lloyd<'_>) -> Vec<String> {
    let mut notices = Vec::new();
    if !lloyd.converged {
        notices.push(format!("not converged: rows still changed cluster after {} iterations", lloyd.iterations));
    }
    if lloyd.relocated > 0 {
        let (clusters, were) = if lloyd.relocated == 1 { ("cluster", "was") } else { ("clusters", "were") };
        notices.push(format!(
            "{} {clusters} lost all rows during the fit and {were} moved to the row farthest from its centre",
            lloyd.relocated
        ));
    }
    notices
}

/// By definition, row by row in `f64`, chunks added in order.
pub(super) fn cluster_wcss(
    matrix: &Matrix,
    labels: &[u16],
    centroids: &[f64],
    cancel: &Cancel,
) -> Result<Vec<f64>, Cancelled> {
    let d = matrix.columns();
    let k = centroids.len() / d;
    let chunks: Result<Vec<Vec<f64>>, Cancelled> = labels
        .par_chunks(CHUNK_ROWS)
        .enumerate()
        .map(|(chunk, labels)| {
            cancel.check()?;
            let mut sums = vec![0.0; k];
            for (i, &label) in labels.iter().enumerate() {
                let i = chunk * CHUNK_ROWS + i;
                let label = usize::from(label);
                let square = square_distance(matrix.row(i), &centroids[label * d..][..d]);
                sums[label] += f64::from(matrix.weights()[i]) * square;
            }
            Ok(sums)
        })
        .collect();
    let mut total = vec![0.0; k];
    for chunk in chunks? {
        total.iter_mut().zip(&chunk).for_each(|(total, sum)| *total += sum);
    }
    Ok(total)
}
