//! The rows as `f32` blocks of 16, column-major inside a block: what the kernels read.
//!
//! Values are centred on the column means before they are rounded to `f32`, so that raw rupees keep
//! their precision, and all of them are multiplied by one power of two that brings every row within a
//! distance of 1: squares then never overflow, and nothing else changes. Distances in tiles
//! are `scale` times those of the matrix.

use rayon::prelude::*;

/// Rows in a block.
pub const WIDTH: usize = 16;

/// One value of each of the 16 rows of a block, aligned to a cache line.
#[repr(C, align(64))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lanes(pub [f32; WIDTH]);

impl Lanes {
    /// The same value in every lane.
    pub const fn splat(value: f32) -> Self {
        Self([value; WIDTH])
    }

    /// The sum of all lanes, always added in the same order (halves onto each other).
    #[inline(always)]
    pub fn sum(&self) -> f32 {
        let mut v = self.0;
        let mut half = WIDTH / 2;
        while half > 0 {
            for lane in 0..half {
                v[lane] += v[lane + half];
            }
            half /= 2;
        }
        v[0]
    }

    /// The smallest lane.
    #[inline(always)]
    pub fn min(&self) -> f32 {
        let mut v = self.0;
        let mut half = WIDTH / 2;
        while half > 0 {
            for lane in 0..half {
                v[lane] = if v[lane + half] < v[lane] { v[lane + half] } else { v[lane] };
            }
            half /= 2;
        }
        v[0]
    }
}

/// Blocks of the distinct rows of a matrix, in its order.
#[derive(Clone, Debug)]
pub struct Tiles {
    rows: usize,
    columns: usize,
    scale: f64,
    squares: f64,
    lanes: Vec<Lanes>,
    weights: Vec<Lanes>,
}

impl Tiles {
    /// `values`: rows × `columns`; `mean`: what they are centred on; `radius`: no row is farther from it.
    pub(super) fn new(values: &[f64], columns: usize, weights: &[u32], mean: &[f64], radius: f64) -> Self {
        Self::scaled(values, columns, weights, mean, scale_for(radius))
    }

    /// As [`Tiles::new`], with the scale given.
    pub(super) fn scaled(values: &[f64], columns: usize, weights: &[u32], mean: &[f64], scale: f64) -> Self {
        let blocks = weights.len().div_ceil(WIDTH);
        let stride = columns + 1;
        let mut lanes = vec![Lanes::splat(0.0); blocks * stride];
        let per_chunk = super::CHUNK_ROWS / WIDTH * stride;
        let chunks: Vec<f64> = lanes
            .par_chunks_mut(per_chunk)
            .zip(values.par_chunks(super::CHUNK_ROWS * columns))
            .zip(weights.par_chunks(super::CHUNK_ROWS))
            .map(|((blocks, values), weights)| {
                let mut squares = 0.0;
                let values = values.chunks(WIDTH * columns).zip(weights.chunks(WIDTH));
                for (block, (values, weights)) in blocks.chunks_exact_mut(stride).zip(values) {
                    fill_block(block, values, mean, scale);
                    squares += weighted_squares(&block[..columns], weights);
                }
                squares
            })
            .collect();
        let mut by_lane = vec![Lanes::splat(0.0); blocks];
        for (lanes, weights) in by_lane.iter_mut().zip(weights.chunks(WIDTH)) {
            for (lane, &weight) in lanes.0.iter_mut().zip(weights) {
                *lane = weight as f32;
            }
        }
        Self { rows: weights.len(), columns, scale, squares: chunks.iter().sum(), lanes, weights: by_lane }
    }

    /// Distinct rows, padding not counted.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns, d.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// What a distance of the matrix is multiplied by to be a distance here: a power of two.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// Weighted sum of the squared distances from the mean, of the rows as they stand here.
    pub fn squares(&self) -> f64 {
        self.squares
    }

    /// Blocks of 16 rows; the last one is filled up with copies of the last row, of weight 0.
    pub fn blocks(&self) -> usize {
        self.weights.len()
    }

    /// Lanes from one block to the next: d columns and the squared distance from the mean.
    pub fn stride(&self) -> usize {
        self.columns + 1
    }

    /// All blocks one after the other.
    pub fn lanes(&self) -> &[Lanes] {
        &self.lanes
    }

    /// One lane vector of weights for each block.
    pub fn weights(&self) -> &[Lanes] {
        &self.weights
    }

    /// Squared distance of row `i` from the mean.
    pub fn square_norm(&self, i: usize) -> f32 {
        self.lanes[i / WIDTH * self.stride() + self.columns].0[i % WIDTH]
    }

    /// Row `i` as it stands here, d values.
    pub fn row(&self, i: usize) -> impl Iterator<Item = f32> + '_ {
        let block = &self.lanes[i / WIDTH * self.stride()..][..self.columns];
        block.iter().map(move |lanes| lanes.0[i % WIDTH])
    }
}

/// The power of two that brings `radius` into 0.5..1, or 1 for rows that are all equal.
fn scale_for(radius: f64) -> f64 {
    if radius > 0.0 { (-radius.log2().ceil()).clamp(-1000.0, 1000.0).exp2() } else { 1.0 }
}

fn fill_block(block: &mut [Lanes], values: &[f64], mean: &[f64], scale: f64) {
    let columns = mean.len();
    let rows = values.len() / columns;
    for lane in 0..WIDTH {
        let row = &values[lane.min(rows - 1) * columns..][..columns];
        for ((to, value), mean) in block.iter_mut().zip(row).zip(mean) {
            to.0[lane] = ((value - mean) * scale) as f32;
        }
    }
    let (values, norm) = block.split_at_mut(columns);
    for lanes in values {
        for (norm, value) in norm[0].0.iter_mut().zip(&lanes.0) {
            *norm += value * value;
        }
    }
}

/// Weighted sum of the squared values of a block's rows.
fn weighted_squares(block: &[Lanes], weights: &[u32]) -> f64 {
    let mut squares = [0.0; WIDTH];
    for lanes in block {
        for (square, &value) in squares.iter_mut().zip(&lanes.0) {
            *square += f64::from(value) * f64::from(value);
        }
    }
    squares.iter().zip(weights).map(|(square, &weight)| f64::from(weight) * square).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::Matrix;

    #[test]
    fn rupees_keep_their_differences() {
        let m = Matrix::from_rows(&[4_500_000_001.0, 4_500_000_002.0, 4_500_000_004.0], 1).unwrap();
        let back = |i: usize| f64::from(m.tiles().row(i).next().unwrap()) / m.tiles().scale() + m.mean()[0];
        for i in 0..3 {
            assert!((back(i) - m.row(i)[0]).abs() < 1e-6);
        }
    }

    #[test]
    fn padding_repeats_the_last_row_without_weight() {
        let values: Vec<f64> = (0..34).map(f64::from).collect();
        let m = Matrix::from_rows(&values, 2).unwrap();
        let tiles = m.tiles();
        assert_eq!((tiles.rows(), tiles.blocks(), tiles.stride(), tiles.lanes().len()), (17, 2, 3, 6));
        assert_eq!(tiles.weights()[1].0[0], 1.0);
        assert!(tiles.weights()[1].0[1..].iter().all(|&w| w == 0.0));
        assert!(tiles.lanes()[3..].iter().all(|l| l.0.iter().all(|&v| v == l.0[0])));
    }

    #[test]
    fn a_radius_is_brought_to_about_one() {
        for radius in [1e-300, 3.0, 1e150] {
            let at = radius * scale_for(radius);
            assert!(at > 0.49 && at <= 1.0, "{radius}: {at}");
        }
        assert_eq!(scale_for(0.0), 1.0);
    }
}
