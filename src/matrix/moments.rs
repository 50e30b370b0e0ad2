//! Column means, ranges and sums of squares, chunk by chunk in fixed order.
//!
//! Plain loops without fused multiply-add, column beside column: the same bits on every path.

use rayon::prelude::*;

use super::CHUNK_ROWS;
use super::simd::{Path, Vector, dispatch};

/// What a pass over some rows learns about each column.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// Sum of weight × value.
    pub sums: Vec<f64>,
    pub least: Vec<f64>,
    pub largest: Vec<f64>,
}

impl Columns {
    fn new(columns: usize) -> Self {
        Self {
            sums: vec![0.0; columns],
            least: vec![f64::INFINITY; columns],
            largest: vec![f64::NEG_INFINITY; columns],
        }
    }

    /// A bound on the distance of any row from `mean`.
    pub fn radius(&self, mean: &[f64]) -> f64 {
        let reach = self.least.iter().zip(&self.largest).zip(mean).map(|((a, b), m)| (m - a).max(b - m));
        reach.map(|r| r * r).sum::<f64>().sqrt()
    }
}

/// Copies the rows `first_of` of `values` one after the other (−0.0 becomes 0.0) and sums their columns.
pub(super) fn gather(first_of: &[u32], weights: &[u32], values: &[f64], columns: usize) -> (Vec<f64>, Columns) {
    let mut gathered = vec![0.0; first_of.len() * columns];
    let chunks: Vec<Columns> = gathered
        .par_chunks_mut(CHUNK_ROWS * columns)
        .zip(first_of.par_chunks(CHUNK_ROWS))
        .zip(weights.par_chunks(CHUNK_ROWS))
        .map(|((to, rows), weights)| {
            for (to, &i) in to.chunks_exact_mut(columns).zip(rows) {
                to.copy_from_slice(&values[i as usize * columns..(i as usize + 1) * columns]);
            }
            let mut found = Columns::new(columns);
            take_in(Path::best(), to, weights, &mut found);
            found
        })
        .collect();
    let mut all = Columns::new(columns);
    for chunk in chunks {
        for j in 0..columns {
            all.sums[j] += chunk.sums[j];
            all.least[j] = all.least[j].min(chunk.least[j]);
            all.largest[j] = all.largest[j].max(chunk.largest[j]);
        }
    }
    (gathered, all)
}

/// Weighted sum of squares about `mean`.
pub(super) fn sum_of_squares(values: &[f64], weights: &[u32], mean: &[f64]) -> f64 {
    let columns = mean.len();
    let chunks: Vec<f64> = values
        .par_chunks(CHUNK_ROWS * columns)
        .zip(weights.par_chunks(CHUNK_ROWS))
        .map(|(values, weights)| {
            let mut squares = vec![0.0; columns];
            add_squares(Path::best(), values, weights, mean, &mut squares);
            squares.iter().sum()
        })
        .collect();
    chunks.iter().sum()
}

dispatch! {
    fn take_in(values: &mut [f64], weights: &[u32], found: &mut Columns) = take_in_rows
}

#[inline(always)]
fn take_in_rows<V: Vector>(values: &mut [f64], weights: &[u32], found: &mut Columns) {
    let columns = found.sums.len();
    let (sums, least, largest) =
        (&mut found.sums[..columns], &mut found.least[..columns], &mut found.largest[..columns]);
    for (row, &weight) in values.chunks_exact_mut(columns).zip(weights) {
        let weight = f64::from(weight);
        for j in 0..columns {
            let value = row[j] + 0.0;
            row[j] = value;
            sums[j] += weight * value;
            least[j] = if value < least[j] { value } else { least[j] };
            largest[j] = if value > largest[j] { value } else { largest[j] };
        }
    }
}

dispatch! {
    fn add_squares(values: &[f64], weights: &[u32], mean: &[f64], squares: &mut [f64]) = add_squares_of_rows
}

#[inline(always)]
fn add_squares_of_rows<V: Vector>(values: &[f64], weights: &[u32], mean: &[f64], squares: &mut [f64]) {
    let columns = mean.len();
    let squares = &mut squares[..columns];
    for (row, &weight) in values.chunks_exact(columns).zip(weights) {
        let weight = f64::from(weight);
        for j in 0..columns {
            let difference = row[j] - mean[j];
            squares[j] += weight * (difference * difference);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_by_hand() {
        let values = [9.0, 9.0, -0.0, 1.0, 4.0, -3.0];
        let (rows, found) = gather(&[2, 1], &[1, 3], &values, 2);
        assert_eq!(rows, [4.0, -3.0, 0.0, 1.0]);
        assert!(rows[2].is_sign_positive());
        assert_eq!((found.sums.as_slice(), found.least.as_slice()), ([4.0, 0.0].as_slice(), [0.0, -3.0].as_slice()));
        assert_eq!(found.largest, [4.0, 1.0]);
        assert_eq!(sum_of_squares(&rows, &[1, 3], &[1.0, 0.0]), 9.0 + 9.0 + 3.0 * (1.0 + 1.0));
        assert_eq!(found.radius(&[1.0, 0.0]), (9.0_f64 + 9.0).sqrt());
    }
}
