//! What an assignment leaves to do in `f64`: unsure rows decided, changed rows moved between the sums.
//!
//! Sums are of the rows as the tiles hold them, which the assignment has just read, while a fit is on its way; and of the
//! rows themselves where it ends. Tiles are off by 6e-8 of a value: the centres move by less than that, and WCSS, being
//! flat at its minimum, by the square of it.
//!
//! Plain loops without fused multiply-add: the same bits on every instruction path.

use super::assign::{Flag, UNASSIGNED};
use super::simd::{Vector, dispatch};
use super::tiles::{Lanes, WIDTH};

/// Rows of a matrix in its own `f64` values, and how they become centred ones in tile units.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// Rows × d, row-major.
    pub values: &'a [f64],
    /// How many used rows each stands for.
    pub weights: &'a [u32],
    /// The mean that is taken off.
    pub mean: &'a [f64],
    /// What is multiplied by then.
    pub scale: f64,
}

/// Labels of some rows and the sums that belong to them.
#[derive(Debug)]
pub struct Settlement<'a> {
    /// The blocks to look at, as [`super::assign::assign`] left them.
    pub flags: &'a [Flag],
    /// The rows as tiles, see [`super::Tiles`], where sums are to be made of these.
    pub tiles: Option<&'a [Lanes]>,
    /// k × d, tile units, about the mean.
    pub centres: &'a [f64],
    /// As given to the assignment.
    pub moved: f64,
    /// As given to the assignment; lowered where a row was unsure.
    pub valid_until: &'a mut [f64],
    /// Updated.
    pub labels: &'a mut [[u16; WIDTH]],
    /// k × d: weight × row is added for rows that came, subtracted for rows that went.
    pub sums: &'a mut [f64],
    /// Likewise, of weights.
    pub counts: &'a mut [i64],
    /// How many rows changed their label.
    pub changed: usize,
}

dispatch! {
    /// Goes through the flagged blocks.
    pub fn settle(rows: Rows<'_>, work: &mut Settlement<'_>) = settle_by_dimension
}

dispatch! {
    /// Adds weight × row to the sum of its label, for all rows.
    pub fn sum_all(rows: Rows<'_>, labels: &[u16], sums: &mut [f64]) = sum_by_dimension
}

macro_rules! by_dimension {
    ($rows:ident, $function:ident($($arg:ident),*)) => {
        match $rows.mean.len() {
            1 => $function::<1>($rows, $($arg),*),
            2 => $function::<2>($rows, $($arg),*),
            3 => $function::<3>($rows, $($arg),*),
            4 => $function::<4>($rows, $($arg),*),
            5 => $function::<5>($rows, $($arg),*),
            6 => $function::<6>($rows, $($arg),*),
            7 => $function::<7>($rows, $($arg),*),
            8 => $function::<8>($rows, $($arg),*),
            _ => $function::<0>($rows, $($arg),*),
        }
    };
}

#[inline(always)]
fn settle_by_dimension<V: Vector>(rows: Rows<'_>, work: &mut Settlement<'_>) {
    by_dimension!(rows, settle_blocks(work));
}

#[inline(always)]
fn sum_by_dimension<V: Vector>(rows: Rows<'_>, labels: &[u16], sums: &mut [f64]) {
    by_dimension!(rows, sum_rows(labels, sums));
}

#[inline(always)]
fn settle_blocks<const D: usize>(rows: Rows<'_>, work: &mut Settlement<'_>) {
    let d = if D > 0 { D } else { rows.mean.len() };
    for flag in work.flags {
        let block = flag.block as usize;
        let first = block * WIDTH;
        let mut open = flag.unsure;
        for (lane, (old, new)) in work.labels[block].iter().zip(&flag.labels).enumerate() {
            open |= u16::from(old != new) << lane;
        }
        if rows.weights.len() - first < WIDTH {
            open &= (1 << (rows.weights.len() - first)) - 1;
        }
        let tile = work.tiles.map(|tiles| &tiles[block * (d + 1)..][..d]);
        // Nearly all blocks of a first assignment.
        if let (Some(tile), u16::MAX, 0) = (tile, open, flag.unsure)
            && work.labels[block] == [UNASSIGNED; WIDTH]
        {
            work.changed += WIDTH;
            work.labels[block] = flag.labels;
            for (lane, (&label, &weight)) in flag.labels.iter().zip(&rows.weights[first..]).enumerate() {
                let label = usize::from(label);
                work.counts[label] += i64::from(weight);
                add::<D>(&rows, Source::Lane(tile, lane), f64::from(weight), &mut work.sums[label * d..][..d]);
            }
            continue;
        }
        while open != 0 {
            let lane = open.trailing_zeros() as usize;
            open &= open - 1;
            let unsure = flag.unsure >> lane & 1 == 1;
            let old = work.labels[block][lane];
            let mut new = flag.labels[lane];
            let row = &rows.values[(first + lane) * d..][..d];
            if unsure {
                let (label, gap) = nearest(&rows, row, work.centres);
                new = label;
                work.valid_until[block] = work.valid_until[block].min(work.moved + gap);
                if new == old {
                    continue;
                }
            }
            work.changed += 1;
            work.labels[block][lane] = new;
            let weight = rows.weights[first + lane];
            let source = tile.map_or(Source::Row(row), |tile| Source::Lane(tile, lane));
            work.counts[usize::from(new)] += i64::from(weight);
            add::<D>(&rows, source, f64::from(weight), &mut work.sums[usize::from(new) * d..][..d]);
            if old != UNASSIGNED {
                work.counts[usize::from(old)] -= i64::from(weight);
                add::<D>(&rows, source, -f64::from(weight), &mut work.sums[usize::from(old) * d..][..d]);
            }
        }
    }
}

#[inline(always)]
fn sum_rows<const D: usize>(rows: Rows<'_>, labels: &[u16], sums: &mut [f64]) {
    let d = if D > 0 { D } else { rows.mean.len() };
    for ((row, &weight), &label) in rows.values.chunks_exact(d).zip(rows.weights).zip(labels) {
        add::<D>(&rows, Source::Row(row), f64::from(weight), &mut sums[usize::from(label) * d..][..d]);
    }
}

/// What is added to a sum.
#[derive(Clone, Copy)]
enum Source<'a> {
    /// A row in the matrix's own values.
    Row(&'a [f64]),
    /// One lane of a block of tiles.
    Lane(&'a [Lanes], usize),
}

#[inline(always)]
fn add<const D: usize>(rows: &Rows<'_>, source: Source<'_>, weight: f64, sum: &mut [f64]) {
    // Arrays of known length become vector registers; the dynamic loop is vectorised by its own length.
    if let (Some(mean), Some(sum)) = (rows.mean.first_chunk::<D>(), sum.first_chunk_mut::<D>())
        && D > 0
    {
        let value: [f64; D] = match source {
            Source::Row(row) => {
                let row = &row[..D];
                std::array::from_fn(|j| (row[j] - mean[j]) * rows.scale)
            }
            Source::Lane(tile, lane) => std::array::from_fn(|j| f64::from(tile[..D][j].0[lane % WIDTH])),
        };
        let total: [f64; D] = std::array::from_fn(|j| sum[j] + weight * value[j]);
        *sum = total;
        return;
    }
    match source {
        Source::Row(row) => {
            for ((sum, value), mean) in sum.iter_mut().zip(row).zip(rows.mean) {
                *sum += weight * ((value - mean) * rows.scale);
            }
        }
        Source::Lane(tile, lane) => {
            for (sum, column) in sum.iter_mut().zip(tile) {
                *sum += weight * f64::from(column.0[lane % WIDTH]);
            }
        }
    }
}

/// The nearest centre (the lowest index among equals), and how much farther the second nearest is,
/// rounded down.
fn nearest(rows: &Rows<'_>, row: &[f64], centres: &[f64]) -> (u16, f64) {
    let (mut label, mut first, mut second) = (0, f64::INFINITY, f64::INFINITY);
    for (c, centre) in centres.chunks_exact(row.len()).enumerate() {
        let pairs = row.iter().zip(rows.mean).zip(centre);
        let square = pairs.fold(0.0, |sum, ((value, mean), centre)| {
            let difference = (value - mean) * rows.scale - centre;
            sum + difference * difference
        });
        if square < first {
            (label, second, first) = (c as u16, first, square);
        } else if square < second {
            second = square;
        }
    }
    (label, (second.sqrt() - first.sqrt()) * (1.0 - 1e-6) - 1e-15)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::Matrix;
    use crate::matrix::simd::Path;

    #[test]
    fn changed_rows_move_and_unsure_rows_are_decided() {
        // One column, mean 1, scale 2: rows are at -2, 0 and 4 in tile units; centres at -2 and 4.
        let rows = Rows { values: &[0.0, 1.0, 3.0], weights: &[1, 2, 3], mean: &[1.0], scale: 2.0 };
        let mut found = [0; WIDTH];
        found[1] = 1; // wrong, but unsure
        found[2] = 1;
        for path in Path::available() {
            let mut labels = vec![[UNASSIGNED; WIDTH]];
            labels[0][2] = 0;
            let (mut sums, mut counts) = (vec![12.0, 0.0], vec![3, 0]);
            let mut valid_until = vec![100.0];
            let mut work = Settlement {
                flags: &[Flag { block: 0, unsure: 0b010, labels: found }],
                tiles: None,
                centres: &[-2.0, 4.0],
                moved: 7.0,
                valid_until: &mut valid_until,
                labels: &mut labels,
                sums: &mut sums,
                counts: &mut counts,
                changed: 0,
            };
            settle(path, rows, &mut work);
            assert_eq!(work.changed, 3);
            assert_eq!(labels[0][..3], [0, 0, 1]);
            assert_eq!(sums, [-2.0, 12.0]);
            assert_eq!(counts, [3, 3]);
            // The unsure row has distances 2 and 4.
            assert!((valid_until[0] - 9.0).abs() < 1e-4 && valid_until[0] < 9.0);
            let mut sums = vec![0.0; 2];
            sum_all(path, rows, &[0, 0, 1], &mut sums);
            assert_eq!(sums, [-2.0, 12.0]);
        }
    }

    #[test]
    fn sums_of_tiles_are_those_of_their_rows() {
        // 40 rows: two full blocks, which are new to a cluster at once, and one that is not full.
        for d in [3, 9] {
            let values: Vec<f64> = (0..40 * d).map(|i| ((i * 7919 % 1009) as f64).sqrt()).collect();
            let matrix = Matrix::from_rows(&values, d).unwrap();
            let (tiles, mean) = (matrix.tiles(), matrix.mean());
            let rows = Rows { values: matrix.values(), weights: matrix.weights(), mean, scale: tiles.scale() };
            let of = |row: usize, turn: usize| ((row * 5 + turn * row) % 3) as u16;
            let mut expected = vec![0.0; 3 * d];
            for row in 0..40 {
                let sum = &mut expected[usize::from(of(row, 1)) * d..][..d];
                sum.iter_mut().zip(tiles.row(row)).for_each(|(sum, value)| *sum += f64::from(value));
            }
            for path in Path::available() {
                let mut labels = vec![[UNASSIGNED; WIDTH]; tiles.blocks()];
                let (mut sums, mut counts, mut valid_until) = (vec![0.0; 3 * d], vec![0; 3], vec![0.0; tiles.blocks()]);
                for turn in [0, 1] {
                    let labelled = |block: usize| std::array::from_fn(|lane| of(block * WIDTH + lane, turn));
                    let flag = |block: usize| Flag { block: block as u32, unsure: 0, labels: labelled(block) };
                    let flags: Vec<Flag> = (0..tiles.blocks()).map(flag).collect();
                    let mut work = Settlement {
                        flags: &flags,
                        tiles: Some(tiles.lanes()),
                        centres: &vec![0.0; 3 * d],
                        moved: 0.0,
                        valid_until: &mut valid_until,
                        labels: &mut labels,
                        sums: &mut sums,
                        counts: &mut counts,
                        changed: 0,
                    };
                    settle(path, rows, &mut work);
                    let moved = (0..40).filter(|&row| turn == 0 || of(row, 0) != of(row, 1)).count();
                    assert_eq!(work.changed, moved);
                }
                assert!(sums.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-12), "d = {d}, {path:?}");
                let held = |label: u16| (0..40).filter(|&row| of(row, 1) == label).count() as i64;
                assert_eq!(counts, [held(0), held(1), held(2)]);
            }
        }
    }

    #[test]
    fn among_equally_near_centres_the_first_is_taken() {
        let rows = Rows { values: &[0.0], weights: &[1], mean: &[0.0], scale: 1.0 };
        let (label, gap) = nearest(&rows, &[0.0], &[1.0, -1.0]);
        assert_eq!(label, 0);
        assert!(gap <= 0.0);
    }
}
