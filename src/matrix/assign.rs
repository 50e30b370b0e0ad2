//! The nearest centre of every row, in `f32`, with a certificate.
//!
//! A label from here is certain unless it is marked *unsure*: the gap to the second nearest centre is
//! larger than everything that rounding to `f32` can have done. Unsure rows (a few in 100,000) are for
//! the caller to decide in `f64`. So labels are exactly those of an `f64` assignment, on every
//! instruction path, at the price of `f32`.
//!
//! A block also learns how far centres may move before any of its labels can change (Hamerly's bound,
//! SDM 2010, kept for 16 rows together) and is skipped until then.

use super::simd::dispatch;
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
fn by_dimension<const FMA: bool>(work: Assignment<'_>) {
    match work.centres.columns {
        1 => blocks::<FMA, 1>(work),
        2 => blocks::<FMA, 2>(work),
        3 => blocks::<FMA, 3>(work),
        4 => blocks::<FMA, 4>(work),
        5 => blocks::<FMA, 5>(work),
        6 => blocks::<FMA, 6>(work),
        7 => blocks::<FMA, 7>(work),
        8 => blocks::<FMA, 8>(work),
        _ => blocks::<FMA, 0>(work),
    }
}

/// `D` is the number of columns, or 0 where it is only known while running.
#[inline(always)]
fn blocks<const FMA: bool, const D: usize>(work: Assignment<'_>) {
    let Assignment { lanes, centres, moved, valid_until, labels, flags } = work;
    let columns = if D > 0 { D } else { centres.columns };
    let tolerance = tolerance(columns);
    let coefficients = &centres.coefficients[..];
    for (b, block) in lanes.chunks_exact(columns + 1).enumerate() {
        if moved < valid_until[b] {
            continue;
        }
        let mut nearest = Nearest::new();
        let mut centre = 0_u32;
        let mut rest = coefficients;
        while rest.len() >= 4 * (columns + 1) {
            let (four, others) = rest.split_at(4 * (columns + 1));
            nearest.offer::<FMA, 4>(block, four, columns, centre);
            rest = others;
            centre += 4;
        }
        while !rest.is_empty() {
            let (one, others) = rest.split_at(columns + 1);
            nearest.offer::<FMA, 1>(block, one, columns, centre);
            rest = others;
            centre += 1;
        }
        let (unsure, slack) = nearest.certify(&block[columns], tolerance);
        valid_until[b] = moved + f64::from(slack);
        let found = nearest.labels();
        if unsure != 0 || found != labels[b] {
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

/// Best and second best score (half the squared distance, less half of ‖x‖²) of 16 rows.
struct Nearest {
    best: Lanes,
    second: Lanes,
    label: [u32; WIDTH],
}

impl Nearest {
    #[inline(always)]
    fn new() -> Self {
        // Larger than any score (rows lie within a distance of 1 of the mean), and its square is no NaN.
        Self { best: Lanes::splat(1e30), second: Lanes::splat(1e30), label: [0; WIDTH] }
    }

    /// `N` centres at once, the first of them numbered `first`.
    #[inline(always)]
    fn offer<const FMA: bool, const N: usize>(
        &mut self,
        block: &[Lanes],
        coefficients: &[f32],
        columns: usize,
        first: u32,
    ) {
        let stride = columns + 1;
        let mut scores = [Lanes::splat(0.0); N];
        for (n, score) in scores.iter_mut().enumerate() {
            *score = Lanes::splat(coefficients[n * stride]);
        }
        for (j, x) in block[..columns].iter().enumerate() {
            for (n, score) in scores.iter_mut().enumerate() {
                let c = coefficients[n * stride + 1 + j];
                for (s, x) in score.0.iter_mut().zip(&x.0) {
                    *s = if FMA { x.mul_add(c, *s) } else { *s + x * c };
                }
            }
        }
        for (n, score) in scores.iter().enumerate() {
            let number = first + n as u32;
            for lane in 0..WIDTH {
                let s = score.0[lane];
                let best = self.best.0[lane];
                let nearer = s < best;
                let loser = if nearer { best } else { s };
                self.label[lane] = if nearer { number } else { self.label[lane] };
                self.best.0[lane] = if nearer { s } else { best };
                self.second.0[lane] = if loser < self.second.0[lane] { loser } else { self.second.0[lane] };
            }
        }
    }

    /// The lanes that are unsure, and the distance by which centres may move before any sure lane can
    /// change: d₂ − d₁ = 2 (s₂ − s₁) / (d₁ + d₂) ≥ (s₂ − s₁) / d₂.
    #[inline(always)]
    fn certify(&self, norm: &Lanes, tolerance: f32) -> (u16, f32) {
        let mut unsure = [false; WIDTH];
        let mut ratio = Lanes::splat(0.0);
        for lane in 0..WIDTH {
            let second = self.second.0[lane];
            // Below 1e-30 (distances of 1e-15 of the table's radius) rounding is absolute, not relative.
            let error = tolerance * (norm.0[lane] + second.abs()) + 1e-30;
            let gap = second - self.best.0[lane] - error;
            unsure[lane] = gap <= 0.0;
            let square = norm.0[lane] + 2.0 * second + error;
            ratio.0[lane] = if gap <= 0.0 { f32::MAX } else { gap * gap / square };
        }
        let mut half = WIDTH / 2;
        while half > 0 {
            for lane in 0..half {
                let other = ratio.0[lane + half];
                ratio.0[lane] = if other < ratio.0[lane] { other } else { ratio.0[lane] };
            }
            half /= 2;
        }
        let mut bits = 0_u16;
        for (lane, &unsure) in unsure.iter().enumerate() {
            bits |= u16::from(unsure) << lane;
        }
        (bits, ratio.0[0].sqrt() * 0.9999)
    }

    #[inline(always)]
    fn labels(&self) -> [u16; WIDTH] {
        let mut labels = [0; WIDTH];
        for (to, from) in labels.iter_mut().zip(&self.label) {
            *to = *from as u16;
        }
        labels
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
