//! Discrete columns: those of few values, and the blocks of categories. Do the clusters follow the levels of one?

use std::ops::Range;

use super::Part;
use crate::cluster::Clustering;
use crate::matrix::Matrix;

/// A column of numbers with no more distinct values is discrete: a flag, a rating, a year.
const FEW: usize = 12;
/// Clusters follow a discrete part where so much of its variance is between them.
const MOST: f64 = 0.6;

/// The columns that have an order and enough values to have a valley, and the discrete parts with their columns.
pub(super) fn divide(matrix: &Matrix, parts: &[Part]) -> (Vec<usize>, Vec<(usize, Range<usize>)>) {
    let (mut ordered, mut discrete) = (Vec::new(), Vec::new());
    for (at, part) in parts.iter().enumerate() {
        if part.nominal || is_few(matrix, part.columns.start) {
            discrete.push((at, part.columns.clone()));
        } else {
            ordered.extend(part.columns.clone());
        }
    }
    (ordered, discrete)
}

fn is_few(matrix: &Matrix, column: usize) -> bool {
    let mut seen: Vec<f64> = Vec::with_capacity(FEW + 1);
    for row in 0..matrix.distinct() {
        let value = matrix.row(row)[column];
        if !seen.contains(&value) {
            seen.push(value);
            if seen.len() > FEW {
                return false;
            }
        }
    }
    true
}

/// The discrete part that the clusters follow most, and how much of its variance is between them; `None` where that is not
/// most of it, and at k = 1.
pub(super) fn follows(
    matrix: &Matrix,
    clustering: &Clustering,
    discrete: &[(usize, Range<usize>)],
) -> Option<(usize, f64)> {
    if clustering.k < 2 {
        return None;
    }
    let all = discrete.iter().map(|(part, columns)| (*part, explained(matrix, clustering, columns)));
    all.filter(|(_, share)| *share >= MOST).max_by(|a, b| a.1.total_cmp(&b.1))
}

/// Share of the sum of squares of some columns between the clusters.
fn explained(matrix: &Matrix, clustering: &Clustering, columns: &Range<usize>) -> f64 {
    let d = matrix.columns();
    let (mut inside, mut total) = (0.0, 0.0);
    for row in 0..matrix.distinct() {
        let weight = f64::from(matrix.weights()[row]);
        let centroid = &clustering.centroids[usize::from(clustering.labels[row]) * d..][..d];
        for at in columns.clone() {
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
        let (ordered, discrete) = divide(&matrix, &parts);
        assert_eq!((&ordered, &discrete), (&vec![1], &vec![(0, 0..1)]));
        let fit = |k| cluster::fit(&matrix, k, Params::default(), &Cancel::never()).unwrap();
        let (part, share) = follows(&matrix, &fit(3), &discrete).unwrap();
        assert!(part == 0 && share > 0.999);
        assert_eq!(follows(&matrix, &fit(1), &discrete), None);
        assert_eq!(follows(&matrix, &fit(3), &[]), None);
    }
}
