//! Silhouette (Rousseeuw 1987) on the clustered matrix, for all k's at once.
//!
//! s(i) = (b − a) / max(a, b), where a is the mean distance of row i to the *other* rows of its cluster
//! and b the smallest mean distance to the rows of another cluster; Euclidean. 0 for a row that is alone
//! in its cluster and where a = b = 0. Not defined with one cluster. A distinct row of weight w is w
//! equal rows.

use rayon::prelude::*;

use super::anchors::{self, Anchor};
use super::joint::JointGroups;
use crate::cluster::Clustering;
use crate::jobs::{Cancel, Cancelled};
use crate::matrix::Matrix;
use crate::matrix::distance::group_distance_sums;

/// Up to so many distinct rows the silhouette is exact without being asked.
pub const EXACT_ROWS: usize = 10_000;

/// Which rows are measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// All rows up to [`EXACT_ROWS`] distinct ones, anchors beyond.
    #[default]
    Auto,
    /// All rows, however long it takes.
    Exact,
}

/// The silhouette of one clustering, each value within −1..=1.
#[derive(Clone, Debug, PartialEq)]
pub struct Silhouette {
    /// Mean over all used rows, duplicates counted.
    pub value: f64,
    /// Standard error of `value` from sampling; 0 when exact.
    pub se: f64,
    /// Rows measured: all used rows when exact, otherwise the number of anchors.
    pub of: usize,
    /// Whether every row was measured.
    pub exact: bool,
    /// Mean over the used rows of each cluster; `None` only for a cluster without rows.
    pub per_cluster: Vec<Option<f64>>,
    /// s of each distinct row, when exact.
    pub per_row: Option<Vec<f32>>,
}

/// The silhouette of each of `clusterings`, in their order; `None` where fewer than two clusters have
/// rows. `seed` decides which rows are anchors. `progress` hears 0..=1.
///
/// # Errors
/// `Cancelled` when `cancel` says so.
pub fn silhouettes(
    matrix: &Matrix,
    clusterings: &[&Clustering],
    mode: Mode,
    seed: u64,
    cancel: &Cancel,
    progress: &mut dyn FnMut(f32),
) -> Result<Vec<Option<Silhouette>>, Cancelled> {
    let exact = mode == Mode::Exact || matrix.distinct() <= EXACT_ROWS;
    let anchors = (!exact).then_some(anchors::ANCHORS);
    measure_all(matrix, clusterings, anchors, seed, cancel, progress)
}

/// `anchors`: about how many, or `None` to measure every row.
fn measure_all(
    matrix: &Matrix,
    clusterings: &[&Clustering],
    anchors: Option<usize>,
    seed: u64,
    cancel: &Cancel,
    progress: &mut dyn FnMut(f32),
) -> Result<Vec<Option<Silhouette>>, Cancelled> {
    let defined = |c: &Clustering| c.sizes.iter().filter(|&&size| size > 0).count() >= 2;
    let several: Vec<&Clustering> = clusterings.iter().copied().filter(|c| defined(c)).collect();
    let joint = JointGroups::new(&several, matrix.distinct());
    cancel.check()?;
    let found: Vec<Silhouette> = match anchors {
        _ if several.is_empty() => Vec::new(),
        None => {
            let rows: Vec<u32> = (0..matrix.distinct() as u32).collect();
            let values = measure(matrix, &several, &joint, &rows, cancel, progress)?;
            several.iter().zip(values).map(|(c, values)| from_all_rows(matrix, c, &values)).collect()
        }
        Some(total) => {
            let anchors = anchors::draw(matrix, &several, &joint, total, seed);
            let rows: Vec<u32> = anchors.iter().map(|anchor| anchor.row).collect();
            let values = measure(matrix, &several, &joint, &rows, cancel, progress)?;
            several.iter().zip(values).map(|(c, values)| from_anchors(c, &anchors, &values)).collect()
        }
    };
    let mut found = found.into_iter();
    Ok(clusterings.iter().map(|c| if defined(c) { found.next() } else { None }).collect())
}

fn from_all_rows(matrix: &Matrix, clustering: &Clustering, values: &[f64]) -> Silhouette {
    let mut sums = vec![0.0; clustering.k];
    for ((&value, &weight), &label) in values.iter().zip(matrix.weights()).zip(&clustering.labels) {
        sums[usize::from(label)] += f64::from(weight) * value;
    }
    let means = sums.iter().zip(&clustering.sizes).map(|(&sum, &size)| (size > 0).then(|| sum / size as f64));
    Silhouette {
        value: sums.iter().sum::<f64>() / matrix.rows() as f64,
        se: 0.0,
        of: matrix.rows(),
        exact: true,
        per_cluster: means.collect(),
        per_row: Some(values.iter().map(|&value| value as f32).collect()),
    }
}

fn from_anchors(clustering: &Clustering, anchors: &[Anchor], values: &[f64]) -> Silhouette {
    let anchors::Estimate { value, se, per_cluster } = anchors::estimate(clustering, anchors, values);
    Silhouette { value, se, of: anchors.len(), exact: false, per_cluster, per_row: None }
}

/// Sums of distances held at once, at most about so many (32 MB).
const SUMS_HELD: usize = 1 << 22;
/// Rows measured between two reports of progress, at most.
const BATCH: usize = 1024;

/// s of each of `rows` in each clustering: `[clustering][row]`.
fn measure(
    matrix: &Matrix,
    clusterings: &[&Clustering],
    joint: &JointGroups,
    rows: &[u32],
    cancel: &Cancel,
    progress: &mut dyn FnMut(f32),
) -> Result<Vec<Vec<f64>>, Cancelled> {
    let groups = joint.len();
    let batch = (SUMS_HELD / groups.max(1)).clamp(1, BATCH);
    let mut values = vec![Vec::with_capacity(rows.len()); clusterings.len()];
    for (done, rows_now) in rows.chunks(batch).enumerate() {
        let sums = group_distance_sums(matrix, rows_now, &joint.group_of, groups, cancel)?;
        let measured: Vec<Vec<f64>> = rows_now
            .par_iter()
            .zip(sums.par_chunks(groups))
            .map(|(&row, sums)| {
                let of = |(c, labels): (&&Clustering, &Vec<u16>)| silhouette_of(c, row as usize, labels, sums);
                clusterings.iter().zip(&joint.labels).map(of).collect()
            })
            .collect();
        for row in measured {
            values.iter_mut().zip(row).for_each(|(values, value)| values.push(value));
        }
        progress(((done * batch + rows_now.len()) as f32) / rows.len() as f32);
        cancel.check()?;
    }
    Ok(values)
}

/// s of one row from its sums of distances to joint groups, of which `labels` names the clusters.
fn silhouette_of(clustering: &Clustering, row: usize, labels: &[u16], sums: &[f64]) -> f64 {
    let mut per_cluster = vec![0.0; clustering.k];
    for (&label, sum) in labels.iter().zip(sums) {
        per_cluster[usize::from(label)] += sum;
    }
    let own = usize::from(clustering.labels[row]);
    let twins_and_others = clustering.sizes[own].saturating_sub(1);
    if twins_and_others == 0 {
        return 0.0;
    }
    let a = per_cluster[own] / twins_and_others as f64;
    let b = (0..clustering.k)
        .filter(|&cluster| cluster != own && clustering.sizes[cluster] > 0)
        .map(|cluster| per_cluster[cluster] / clustering.sizes[cluster] as f64)
        .fold(f64::INFINITY, f64::min);
    let larger = a.max(b);
    if larger > 0.0 { (b - a) / larger } else { 0.0 }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A clustering that knows its labels only, every row of weight 1.
    pub fn labelled(labels: &[u16], k: usize) -> Clustering {
        let mut sizes = vec![0; k];
        labels.iter().for_each(|&label| sizes[usize::from(label)] += 1);
        Clustering {
            k,
            labels: labels.to_vec(),
            centroids: Vec::new(),
            sizes,
            cluster_wcss: vec![0.0; k],
            wcss: 0.0,
            iterations: 0,
            converged: true,
            notices: Vec::new(),
        }
    }

}
