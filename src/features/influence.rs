//! How much each feature weighs: its share of all variance, and of what the clusters explain.

use crate::features::encode::EncodedColumn;

/// What one feature contributes; both shares are 0…1 and add up to 1 over the features.
#[derive(Clone, Debug, PartialEq)]
pub struct Influence {
    /// Name of the feature.
    pub feature: String,
    /// Share of the total sum of squares of the matrix.
    pub of_variance: f64,
    /// Share of the between-cluster sum of squares; `None` before there are clusters (or at k = 1).
    pub explains: Option<f64>,
}

/// Weighs the features of a matrix.
///
/// `values` is n × d row-major with one `weight` per row; `labels` gives each row one of `k` clusters.
pub fn influence(
    features: &[String],
    columns: &[EncodedColumn],
    values: &[f64],
    weights: &[u32],
    clusters: Option<(&[u16], usize)>,
) -> Vec<Influence> {
    let d = columns.len();
    let n: f64 = weights.iter().map(|&w| f64::from(w)).sum();
    let k = clusters.map_or(1, |(_, k)| k);
    let (mut sum, mut square) = (vec![0.0; k * d], vec![0.0; d]);
    let mut size = vec![0.0; k];
    for (row, &weight) in weights.iter().enumerate() {
        let w = f64::from(weight);
        let cluster = clusters.map_or(0, |(labels, _)| usize::from(labels[row]));
        size[cluster] += w;
        for (c, value) in values[row * d..(row + 1) * d].iter().enumerate() {
            sum[cluster * d + c] += w * value;
            square[c] += w * value * value;
        }
    }
    let mut total = vec![0.0; features.len()];
    let mut between = vec![0.0; features.len()];
    for (c, column) in columns.iter().enumerate() {
        let all: f64 = (0..k).map(|j| sum[j * d + c]).sum();
        total[column.feature] += square[c] - all * all / n;
        let groups: f64 = (0..k).filter(|&j| size[j] > 0.0).map(|j| sum[j * d + c].powi(2) / size[j]).sum();
        between[column.feature] += groups - all * all / n;
    }
    let share = |parts: &[f64], i: usize| {
        let whole: f64 = parts.iter().sum();
        if whole > 0.0 { (parts[i] / whole).clamp(0.0, 1.0) } else { 0.0 }
    };
    features
        .iter()
        .enumerate()
        .map(|(i, feature)| Influence {
            feature: feature.clone(),
            of_variance: share(&total, i),
            explains: (clusters.is_some() && k > 1).then(|| share(&between, i)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_column_that_separates_explains_everything() {
        let columns = [0, 1].map(|feature| EncodedColumn { feature, level: None });
        let names = ["a".to_owned(), "b".to_owned()];
        // Column a separates the two clusters, column b varies alike in both.
        let values = [0.0, -1.0, 0.0, 1.0, 1.0, -1.0, 1.0, 1.0];
        let got = influence(&names, &columns, &values, &[1; 4], Some((&[0, 0, 1, 1], 2)));
        assert_eq!(got[0].explains, Some(1.0));
        assert_eq!(got[1].explains, Some(0.0));
        assert!((got[0].of_variance - 0.2).abs() < 1e-12, "a varies 1/4, b varies 1: {got:?}");
    }
}
