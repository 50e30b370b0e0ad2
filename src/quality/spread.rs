//! How the silhouettes of a cluster's rows are spread, where every row was measured.

use crate::features::encode::quantile;

/// Bins of the histogram, from −1 to 1.
pub const BINS: usize = 20;

/// Silhouettes of the rows of one cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    /// The 10th percentile.
    pub p10: f64,
    /// The first quartile.
    pub p25: f64,
    /// The median.
    pub p50: f64,
    /// The third quartile.
    pub p75: f64,
    /// The 90th percentile.
    pub p90: f64,
    /// Share of the rows that are nearer to another cluster, 0…1.
    pub below_zero: f64,
    /// Rows by silhouette, in equal bins from −1 to 1.
    pub histogram: [u64; BINS],
}

/// The spread in each of `k` clusters; `None` for one without rows. `per_row` are the silhouettes of the distinct
/// rows, `distinct_of` and `labels` are by clustered row, so that equal rows count as often as they occur.
pub fn spreads(per_row: &[f32], distinct_of: &[u32], labels: &[u16], k: usize) -> Vec<Option<Spread>> {
    let mut by_cluster = vec![Vec::new(); k];
    for (&distinct, &label) in distinct_of.iter().zip(labels) {
        by_cluster[usize::from(label)].push(f64::from(per_row[distinct as usize]));
    }
    by_cluster.into_iter().map(spread).collect()
}

fn spread(mut values: Vec<f64>) -> Option<Spread> {
    let below_zero = values.iter().filter(|v| **v < 0.0).count() as f64 / values.len().max(1) as f64;
    let mut histogram = [0; BINS];
    for value in &values {
        let bin = ((value + 1.0) / 2.0 * BINS as f64) as usize;
        histogram[bin.min(BINS - 1)] += 1;
    }
    let mut at = |q| quantile(&mut values, q);
    let (p10, p25, p50, p75, p90) = (at(0.1)?, at(0.25)?, at(0.5)?, at(0.75)?, at(0.9)?);
    Some(Spread { p10, p25, p50, p75, p90, below_zero, histogram })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rows_count_as_often_as_they_occur() {
        // Distinct rows 0, 1, 2 with silhouettes −1, 0.25, 1; the first two in cluster 0.
        let found = spreads(&[-1.0, 0.25, 1.0], &[0, 1, 1, 1, 2], &[0, 0, 0, 0, 1], 3);
        let first = found[0].as_ref().unwrap();
        assert_eq!((first.p25, first.p50, first.p90, first.below_zero), (-0.0625, 0.25, 0.25, 0.25));
        assert_eq!((first.histogram[0], first.histogram[12], first.histogram.iter().sum::<u64>()), (1, 3, 4));
        assert_eq!(found[1].as_ref().unwrap().histogram[BINS - 1], 1);
        assert_eq!(found[2], None);
    }
}
