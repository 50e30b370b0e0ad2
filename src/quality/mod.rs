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
mod linear;
mod measure;
pub mod mixture;
mod silhouette;
mod spread;
pub mod structure;
mod verdict;

pub use indices::{Indices, indices};
pub use knee::{Knee, knee};
pub use silhouette::{EXACT_ROWS, Mode, Silhouette, of_each_row, silhouettes};
pub use spread::{BINS, Spread, spreads};
pub use structure::adjusted_rand;
pub use verdict::{Criterion, Kind, Verdict, verdict};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{Params, sweep};

    #[test]
    fn everything_is_said_about_every_k() {
        let values = [0.0, 0.0, 1.0, 2.0, 10.0, 11.0, 12.0, 40.0];
        let matrix = Matrix::from_rows(&values, 1).unwrap();
        let fits = sweep(&matrix, 7, Params::default(), &Cancel::never(), &mut |_| {}).unwrap();
        let all: Vec<&Clustering> = fits.iter().collect();
        let found = assess(&matrix, &all, Mode::Auto, 0, &Cancel::never(), &mut |_| {}).unwrap();
        let k: Vec<usize> = found.iter().map(|q| q.k).collect();
        assert_eq!(k, [1, 2, 3, 4, 5, 6, 7]);
        assert!((found[0].wcss_share - 1.0).abs() < 1e-12 && found[0].silhouette.is_none());
        assert_eq!((found[0].calinski_harabasz, found[0].davies_bouldin), (None, None));
        // {0, 0, 1, 2}, {10, 11, 12} and 40: 2.75 + 2 of squared distances.
        assert_eq!((found[2].rows, found[2].smallest, found[2].smallest_share()), (8, 1, 0.125));
        assert!((found[2].wcss - 4.75).abs() < 1e-9 && found[2].silhouette.is_some());
        // Every distinct row a cluster, one of them of two rows.
        assert!(found[6].wcss_share.abs() < 1e-12);
        assert_eq!(found[6].silhouette.as_ref().map(|s| s.value), Some(0.25));
        assert_eq!(found[6].calinski_harabasz, Some(1.0));
        assert!(verdict(&found).text.contains("8 rows"));
    }
}
