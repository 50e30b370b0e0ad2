//! How good is this k: silhouette, indices, verdict.
//!
//! Everything here reads clusterings and changes none. Equal rows count as often as they occur.

use crate::cluster::Clustering;
use crate::jobs::{Cancel, Cancelled};
use crate::matrix::Matrix;

mod anchors;
mod indices;
mod joint;
mod knee;
mod measure;
mod silhouette;
mod verdict;

pub use indices::{Indices, indices};
pub use knee::{Knee, knee};
pub use silhouette::{EXACT_ROWS, Mode, Silhouette, silhouettes};
pub use verdict::{Criterion, Verdict, verdict};

/// What is known about one k.
#[derive(Clone, Debug, PartialEq)]
pub struct KQuality {
    /// Number of clusters.
    pub k: usize,
    /// Used rows, duplicates counted.
    pub rows: usize,
    /// Sum of squared distances to the centroids, in the scaled matrix.
    pub wcss: f64,
    /// `wcss` as a share of the total sum of squares, 0..=1; 0 when all rows are equal.
    pub wcss_share: f64,
    /// `None` at k = 1, and until it is computed.
    pub silhouette: Option<Silhouette>,
    /// Calinski–Harabasz, more is better; `None` where it is not defined.
    pub calinski_harabasz: Option<f64>,
    /// Davies–Bouldin, less is better; `None` where it is not defined.
    pub davies_bouldin: Option<f64>,
    /// Used rows in the smallest cluster.
    pub smallest: u64,
}

impl KQuality {
    /// Everything but the silhouette, which takes longer.
    fn without_silhouette(matrix: &Matrix, clustering: &Clustering, cancel: &Cancel) -> Result<Self, Cancelled> {
        let Indices { calinski_harabasz, davies_bouldin } = indices(matrix, clustering, cancel)?;
        let total = matrix.total_ss();
        Ok(Self {
            k: clustering.k,
            rows: matrix.rows(),
            wcss: clustering.wcss,
            wcss_share: if total > 0.0 { clustering.wcss / total } else { 0.0 },
            silhouette: None,
            calinski_harabasz,
            davies_bouldin,
            smallest: clustering.sizes.iter().copied().min().unwrap_or(0),
        })
    }

    /// The smallest cluster's share of the used rows, 0..=1.
    pub fn smallest_share(&self) -> f64 {
        if self.rows > 0 { self.smallest as f64 / self.rows as f64 } else { 0.0 }
    }
}

/// All that is said about each of `clusterings`, in their order. `progress` hears 0..=1.
///
/// Anchors, where they are used, are the same for all clusterings of one call, so the silhouettes of
/// one call can be compared with each other better than those of different calls.
///
/// # Errors
/// `Cancelled` when `cancel` says so.
pub fn assess(
    matrix: &Matrix,
    clusterings: &[&Clustering],
    mode: Mode,
    seed: u64,
    cancel: &Cancel,
    progress: &mut dyn FnMut(f32),
) -> Result<Vec<KQuality>, Cancelled> {
    let mut qualities = clusterings
        .iter()
        .map(|clustering| KQuality::without_silhouette(matrix, clustering, cancel))
        .collect::<Result<Vec<_>, _>>()?;
    let silhouettes = silhouettes(matrix, clusterings, mode, seed, cancel, progress)?;
    for (quality, silhouette) in qualities.iter_mut().zip(silhouettes) {
        quality.silhouette = silhouette;
    }
    Ok(qualities)
}
