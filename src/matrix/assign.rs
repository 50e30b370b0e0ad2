//! The nearest centre of every row, in `f32`, with a certificate.
//!
//! A label from here is certain unless it is marked *unsure*: the gap to the second nearest centre is
//! larger than everything that rounding to `f32` can have done. Unsure rows (a few in 100,000) are for
//! the caller to decide in `f64`. So labels are exactly those of an `f64` assignment, on every
//! instruction path, at the price of `f32`.
//!
//! A block also learns how far centres may move before any of its labels can change (Hamerly's bound,
//! SDM 2010, kept for 16 rows together) and is skipped until then.

use super::simd::{Vector, dispatch};
use super::tiles::{Lanes, WIDTH};

/// The label of a row that has never been assigned.
pub const UNASSIGNED: u16 = u16::MAX;

/// Centres as the kernel reads them: half the squared norm, then the negated coordinates.
#[derive(Clone, Debug)]
pub struct Centres {
    columns: usize,
    coefficients: Vec<f32>,
}

impl Centres {
    /// `centres`: k × `columns`, centred and scaled as the tiles are.
    pub fn new(centres: &[f64], columns: usize) -> Self {
        let mut coefficients = Vec::with_capacity(centres.len() / columns * (columns + 1));
        for centre in centres.chunks_exact(columns) {
            coefficients.push((0.5 * centre.iter().map(|c| c * c).sum::<f64>()) as f32);
            coefficients.extend(centre.iter().map(|&c| -c as f32));
        }
        Self { columns, coefficients }
    }
}

/// A block that the caller has to look at.
#[derive(Clone, Copy, Debug)]
pub struct Flag {
    /// Which block, counted from the first of the call.
    pub block: u32,
    /// Lanes whose label rounding may have decided, a bit each.
    pub unsure: u16,
    /// The labels found; they may differ from those given.
    pub labels: [u16; WIDTH],
}

/// What a call reads and writes for a run of blocks.
#[derive(Debug)]
pub struct Assignment<'a> {
    /// The blocks, each of d + 1 lane vectors (see [`super::Tiles`]).
    pub lanes: &'a [Lanes],
    /// Where the centres are now.
    pub centres: &'a Centres,
    /// How far the two centres that moved most have gone together, summed over all steps so far.
    pub moved: f64,
    /// Per block: no label can change while `moved` is below this. Updated.
    pub valid_until: &'a mut [f64],
    /// The labels so far, not changed by the call.
    pub labels: &'a [[u16; WIDTH]],
    /// Receives the blocks with a changed or an unsure label, in order.
    pub flags: &'a mut Vec<Flag>,
}

dispatch! {
    /// Assigns every row of `work` to its nearest centre (the lowest index among equals).
    pub fn assign(work: Assignment<'_>) = by_dimension
}

#[inline(always)]
fn by_dimension<V: Vector>(work: Assignment<'_>) {
    match work.centres.columns {
        1 => blocks::<V, 1>(work),
        2 => blocks::<V, 2>(work),
        3 => blocks::<V, 3>(work),
        4 => blocks::<V, 4>(work),
        5 => blocks::<V, 5>(work),
        6 => blocks::<V, 6>(work),
        7 => blocks::<V, 7>(work),
        8 => blocks::<V, 8>(work),
        _ => blocks::<V, 0>(work),
    }
}

/// `D` is the number of columns, or 0 where it is only known while running.
#[inline(always)]
fn blocks<V: Vector, const D: usize>(work: Assignment<'_>) {
    let Assignment { lanes, centres, moved, valid_until, labels, flags } = work;
    let columns = if D > 0 { D } else { centres.columns };
    let stride = columns + 1;
    let tolerance = tolerance(columns);
    let (fours, rest) =
        centres.coefficients.as_slice().split_at(centres.coefficients.len() / (4 * stride) * 4 * stride);
    for (((b, block), valid_until), labels) in lanes.chunks_exact(stride).enumerate().zip(valid_until).zip(labels) {
        if moved < *valid_until {
            continue;
        }
        let mut nearest = Nearest::<V>::new();
        let mut first = 0.0;
        for four in fours.chunks_exact(4 * stride) {
            nearest.offer::<4>(block, four, columns, first);
            first += 4.0;
        }
        match rest.len() / stride {
            1 => nearest.offer::<1>(block, rest, columns, first),
            2 => nearest.offer::<2>(block, rest, columns, first),
            3 => nearest.offer::<3>(block, rest, columns, first),
            _ => {}
        }
        let (unsure, slack) = nearest.certify(&block[columns], tolerance);
        *valid_until = moved + f64::from(slack);
        let found = nearest.label.to_u16();
        if unsure != 0 || found != *labels {
            flags.push(Flag { block: b as u32, unsure, labels: found });
        }
    }
}

/// A bound on what rounding does to a difference of two scores, relative to ‖x‖² + |score|.
///
/// A score ½‖c‖² − x·c is off by at most e (‖x‖‖c‖ + ‖c‖²) with e = (2d + 4) 2⁻²⁴ (inputs rounded once,
/// d products and d sums). For ‖c‖ ≤ 2.5 ‖x‖ that is at most 8.75 e ‖x‖²; beyond, the score itself is at
/// least ‖c‖²/10, and its error at most 14 e times the score. Two scores, rounded up: 32 e.
fn tolerance(columns: usize) -> f32 {
    32.0 * (2 * columns + 4) as f32 * (0.5_f32).powi(24)
}

/// Best and second best score (half the squared distance, less half of ‖x‖²) of 16 rows, and the best
/// one's number, which `f32` holds exactly.
#[derive(Clone, Copy)]
struct Nearest<V> {
    best: V,
    second: V,
    label: V,
}

impl<V: Vector> Nearest<V> {
    #[inline(always)]
    fn new() -> Self {
        // Larger than any score (rows lie within a distance of 1 of the mean), and its square is no NaN.
        Self { best: V::splat(1e30), second: V::splat(1e30), label: V::splat(0.0) }
    }

    /// `N` centres at once, the first of them numbered `first`.
    #[inline(always)]
    fn offer<const N: usize>(&mut self, block: &[Lanes], coefficients: &[f32], columns: usize, first: f32) {
        let stride = columns + 1;
        let coefficients = &coefficients[..N * stride];
        let mut scores: [V; N] = std::array::from_fn(|n| V::splat(coefficients[n * stride]));
        for (j, x) in block[..columns].iter().enumerate() {
            let x = V::load(x);
            for (n, score) in scores.iter_mut().enumerate() {
                *score = x.multiply_add(V::splat(coefficients[n * stride + 1 + j]), *score);
            }
        }
        for (n, score) in scores.into_iter().enumerate() {
            self.label = score.if_less(self.best, V::splat(first + n as f32), self.label);
            self.second = self.second.min(score.max(self.best));
            self.best = score.min(self.best);
        }
    }

    /// The lanes that are unsure, and the distance by which centres may move before any sure lane can
    /// change: d₂ − d₁ = 2 (s₂ − s₁) / (d₁ + d₂) ≥ (s₂ − s₁) / d₂.
    #[inline(always)]
    fn certify(&self, norm: &Lanes, tolerance: f32) -> (u16, f32) {
        let norm = V::load(norm);
        // Below 1e-30 (distances of 1e-15 of the table's radius) rounding is absolute, not relative.
        let error = V::splat(tolerance).multiply_add(norm.add(self.second.abs()), V::splat(1e-30));
        let gap = self.second.sub(self.best).sub(error);
        let square = norm.add(self.second).add(self.second).add(error);
        let none = V::splat(0.0);
        let ratio = none.if_less(gap, gap.mul(gap).div(square), V::splat(f32::MAX));
        let mut lanes = Lanes::splat(0.0);
        ratio.store(&mut lanes);
        (gap.at_most(none), lanes.min().sqrt() * 0.9999)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::Matrix;
    use crate::matrix::simd::Path;

    /// Rows with a heavy tail, and centres of which one lies far out.
    fn table(columns: usize, rows: usize) -> Matrix {
        let mut state = 12345_u64;
        let mut next = move || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let values: Vec<f64> = (0..rows * columns).map(|_| (next() * 3.0 + next()).exp() * (next() - 0.4)).collect();
        Matrix::from_rows(&values, columns).unwrap()
    }

    fn centred(matrix: &Matrix, i: usize) -> Vec<f64> {
        let tiles = matrix.tiles();
        matrix.row(i).iter().zip(matrix.mean()).map(|(v, m)| (v - m) * tiles.scale()).collect()
    }

    fn distances(matrix: &Matrix, i: usize, centres: &[f64]) -> Vec<f64> {
        let row = centred(matrix, i);
        let square = |c: &[f64]| row.iter().zip(c).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
        centres.chunks_exact(matrix.columns()).map(|c| square(c).sqrt()).collect()
    }

    fn run(path: Path, matrix: &Matrix, centres: &[f64]) -> (Vec<f64>, Vec<Flag>) {
        let tiles = matrix.tiles();
        let mut valid_until = vec![f64::MIN; tiles.blocks()];
        let labels = vec![[UNASSIGNED; WIDTH]; tiles.blocks()];
        let mut flags = Vec::new();
        assign(
            path,
            Assignment {
                lanes: tiles.lanes(),
                centres: &Centres::new(centres, matrix.columns()),
                moved: 0.0,
                valid_until: &mut valid_until,
                labels: &labels,
                flags: &mut flags,
            },
        );
        (valid_until, flags)
    }

    #[test]
    fn sure_labels_and_bounds_hold_in_f64_on_every_path() {
        for columns in [1, 2, 3, 5, 8, 9, 33] {
            let matrix = table(columns, 1003);
            for k in [1, 2, 3, 4, 7, 12] {
                let centres: Vec<f64> = (0..k).flat_map(|c| centred(&matrix, c * 17)).collect();
                for path in Path::available() {
                    let (valid_until, flags) = run(path, &matrix, &centres);
                    assert_eq!(flags.len(), matrix.tiles().blocks());
                    let mut unsure = 0;
                    for i in 0..matrix.distinct() {
                        let (block, lane) = (i / WIDTH, i % WIDTH);
                        let label = flags[block].labels[lane];
                        let exact = distances(&matrix, i, &centres);
                        let mut order: Vec<usize> = (0..k).collect();
                        order.sort_by(|&a, &b| exact[a].total_cmp(&exact[b]));
                        if flags[block].unsure >> lane & 1 == 1 {
                            unsure += 1;
                            continue;
                        }
                        assert_eq!(usize::from(label), order[0], "d={columns} k={k} {path:?}");
                        if k > 1 {
                            assert!(valid_until[block] <= exact[order[1]] - exact[order[0]]);
                        }
                    }
                    assert!(unsure <= 20, "{unsure} of 1003 rows unsure at d={columns} k={k}");
                }
            }
        }
    }

    #[test]
    fn equidistant_rows_are_unsure_and_one_centre_is_always_sure() {
        let matrix = Matrix::from_rows(&[-1.0, 0.0, 1.0], 1).unwrap();
        for path in Path::available() {
            let (_, flags) = run(path, &matrix, &[-0.5, 0.5]);
            let middle = (0..3).find(|&i| matrix.row(i) == [0.0]).unwrap();
            assert_eq!(flags[0].unsure & 0b111, 1 << middle);
            let (valid_until, flags) = run(path, &matrix, &[0.25]);
            assert_eq!(flags[0].unsure, 0);
            assert!(valid_until[0] > 1e10);
        }
    }

    #[test]
    fn valid_blocks_are_skipped() {
        let matrix = table(2, 100);
        let mut valid_until = vec![1.0; matrix.tiles().blocks()];
        valid_until[3] = 0.5;
        let mut flags = Vec::new();
        assign(
            Path::best(),
            Assignment {
                lanes: matrix.tiles().lanes(),
                centres: &Centres::new(&[0.0, 0.0], 2),
                moved: 0.5,
                valid_until: &mut valid_until,
                labels: &vec![[UNASSIGNED; WIDTH]; matrix.tiles().blocks()],
                flags: &mut flags,
            },
        );
        assert_eq!(flags.iter().map(|f| f.block).collect::<Vec<_>>(), [3]);
    }
}
