//! Are the clusters just the levels of one discrete column?

use super::Part;
use crate::cluster::Clustering;
use crate::matrix::Matrix;

/// Share of a feature's variance that the clusters must explain to be its levels.
const EXPLAINED: f64 = 0.98;

/// The part whose levels the clusters are: it has as many distinct values as there are clusters at most, and hardly any
/// variance inside of them. `None` at k = 1.
pub(super) fn levels_of(matrix: &Matrix, clustering: &Clustering, parts: &[Part]) -> Option<usize> {
    if clustering.k < 2 {
        return None;
    }
    parts.iter().position(|part| is_few(matrix, part, clustering.k) && explained(matrix, clustering, part) >= EXPLAINED)
}

/// At most so many distinct values.
fn is_few(matrix: &Matrix, part: &Part, most: usize) -> bool {
    let mut seen: Vec<&[f64]> = Vec::new();
    for row in 0..matrix.distinct() {
        let values = &matrix.row(row)[part.columns.clone()];
        if !seen.contains(&values) {
            seen.push(values);
            if seen.len() > most {
                return false;
            }
        }
    }
    seen.len() > 1
}

/// Share of the sum of squares of a part between the clusters.
fn explained(matrix: &Matrix, clustering: &Clustering, part: &Part) -> f64 {
    let d = matrix.columns();
    let (mut inside, mut total) = (0.0, 0.0);
    for row in 0..matrix.distinct() {
        let weight = f64::from(matrix.weights()[row]);
        let centroid = &clustering.centroids[usize::from(clustering.labels[row]) * d..][..d];
        for at in part.columns.clone() {
            let value = matrix.row(row)[at];
            inside += weight * (value - centroid[at]).powi(2);
            total += weight * (value - matrix.mean()[at]).powi(2);
        }
    }
    if total > 0.0 { 1.0 - inside / total } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{self, Params};
    use crate::jobs::Cancel;

    #[test]
    fn clusters_that_are_the_years_are_found_out() {
        let values: Vec<f64> =
            (0..200).flat_map(|i| [f64::from(i % 3) * 50.0, f64::from(i * 37 % 100) / 50.0]).collect();
        let matrix = Matrix::from_rows(&values, 2).unwrap();
        let parts = [0, 1].map(|at| Part { columns: at..at + 1, name: at.to_string(), nominal: false });
        let fit = |k| cluster::fit(&matrix, k, Params::default(), &Cancel::never()).unwrap();
        assert_eq!(levels_of(&matrix, &fit(3), &parts), Some(0));
        assert_eq!(levels_of(&matrix, &fit(2), &parts), None);
        assert_eq!(levels_of(&matrix, &fit(1), &parts), None);
    }
}
