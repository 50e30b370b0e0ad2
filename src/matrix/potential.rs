//! Squared distances to the nearest of some centres, as k-means++ needs them.
//!
//! No fused multiply-add here: the sums decide which row is drawn, and so give the same bits on every
//! instruction path.

use super::simd::{Vector, dispatch};
use super::tiles::Lanes;

/// Blocks whose `f32` sum is moved on to `f64`.
const FLUSH: usize = 32;

/// The first blocks of some tiles, with the squared distance of each row to the nearest centre so far.
#[derive(Debug)]
pub struct Field<'a> {
    /// The blocks, each of `columns` + 1 lane vectors (see [`super::Tiles`]).
    pub lanes: &'a [Lanes],
    /// A lane vector of weights per block.
    pub weights: &'a [Lanes],
    /// Columns, d.
    pub columns: usize,
}

dispatch! {
    /// What the sum of weight × squared distance to the nearest centre would be with `centre` added.
    pub fn potential_with(field: &Field<'_>, nearest: &[Lanes], centre: &[f32], sum: &mut f64) = sum_with
}

dispatch! {
    /// Lowers `nearest` to the squared distances to `centre` where these are smaller.
    pub fn add_centre(field: &Field<'_>, nearest: &mut [Lanes], centre: &[f32]) = lower
}

#[inline(always)]
fn sum_with<V: Vector>(field: &Field<'_>, nearest: &[Lanes], centre: &[f32], sum: &mut f64) {
    let mut total = 0.0;
    let mut flush = |partial: V| {
        let mut lanes = Lanes::splat(0.0);
        partial.store(&mut lanes);
        total += f64::from(lanes.sum());
    };
    let mut partial = V::splat(0.0);
    let blocks = field.lanes.chunks_exact(field.columns + 1).zip(field.weights).zip(nearest);
    for (b, ((block, weights), nearest)) in blocks.enumerate() {
        let square = squares::<V>(block, centre).min(V::load(nearest));
        partial = partial.add(square.mul(V::load(weights)));
        if b % FLUSH == FLUSH - 1 {
            flush(partial);
            partial = V::splat(0.0);
        }
    }
    flush(partial);
    *sum = total;
}

#[inline(always)]
fn lower<V: Vector>(field: &Field<'_>, nearest: &mut [Lanes], centre: &[f32]) {
    for (block, nearest) in field.lanes.chunks_exact(field.columns + 1).zip(nearest) {
        squares::<V>(block, centre).min(V::load(nearest)).store(nearest);
    }
}

#[inline(always)]
fn squares<V: Vector>(block: &[Lanes], centre: &[f32]) -> V {
    let mut square = V::splat(0.0);
    for (x, &c) in block.iter().zip(centre) {
        let difference = V::load(x).sub(V::splat(c));
        square = square.add(difference.mul(difference));
    }
    square
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::Matrix;
    use crate::matrix::simd::Path;

    #[test]
    fn potentials_follow_the_definition_with_the_same_bits_on_every_path() {
        for columns in [1, 3, 8, 11] {
            let values: Vec<f64> = (0..3001 * columns).map(|i| f64::from((i * i % 977) as u32)).collect();
            let matrix = Matrix::from_rows(&values, columns).unwrap();
            let tiles = matrix.tiles();
            let field = Field { lanes: tiles.lanes(), weights: tiles.weights(), columns };
            let centre = |i: usize| tiles.row(i).collect::<Vec<f32>>();
            let square = |i: usize, c: usize| -> f64 {
                tiles.row(i).zip(centre(c)).map(|(a, b)| f64::from(a - b) * f64::from(a - b)).sum()
            };
            let expected: f64 =
                (0..matrix.distinct()).map(|i| f64::from(matrix.weights()[i]) * square(i, 5).min(square(i, 9))).sum();
            let mut bits = Vec::new();
            for path in Path::available() {
                let mut nearest = vec![Lanes::splat(f32::MAX); tiles.blocks()];
                add_centre(path, &field, &mut nearest, &centre(5));
                let mut sum = 0.0;
                potential_with(path, &field, &nearest, &centre(9), &mut sum);
                assert!((sum / expected - 1.0).abs() < 1e-5, "{sum} {expected}");
                bits.push(sum.to_bits());
            }
            assert!(bits.iter().all(|&b| b == bits[0]));
        }
    }
}
