//! Sums of distances from query rows to all rows, group by group: what the silhouette is made of.
//!
//! Rows are laid out group by group in `f32` blocks, so that a group is a run of whole blocks and no
//! row has to look up where its distance belongs. Four queries share every load. Distances are `f32`
//! (differences first, so that near rows keep their digits and a row's distance to itself is 0); sums
//! leave `f32` after 64 blocks.

use rayon::prelude::*;

use super::Matrix;
use super::simd::{Path, Vector, dispatch};
use super::tiles::{Lanes, WIDTH};
use crate::jobs::{Cancel, Cancelled};

/// Blocks that are summed in `f32`; 64 blocks of 8 columns fit into the first-level cache.
const SEGMENT: usize = 64;
/// Queries that share a load.
const TOGETHER: usize = 4;
/// Queries of one piece of parallel work: a few milliseconds at 200,000 rows.
const TASK: usize = 32;

/// For each query (a distinct row) and each group: the sum over the group's rows of weight × Euclidean
/// distance to the query, in units of the matrix. Row-major, `queries.len()` × `groups`.
///
/// `group_of` names the group of every distinct row, each below `groups`. A query's own row counts with
/// its distance of 0. The result does not depend on the number of threads.
///
/// # Errors
/// `Cancelled` when `cancel` says so.
pub fn group_distance_sums(
    matrix: &Matrix,
    queries: &[u32],
    group_of: &[u32],
    groups: usize,
    cancel: &Cancel,
) -> Result<Vec<f64>, Cancelled> {
    Grouped::new(matrix, group_of, groups).distance_sums(queries, cancel)
}

/// The rows of a matrix laid out by group, for many queries in several calls.
#[derive(Debug)]
pub struct Grouped<'a> {
    matrix: &'a Matrix,
    groups: usize,
    path: Path,
    /// `columns` lane vectors per block.
    lanes: Vec<Lanes>,
    weights: Vec<Lanes>,
    segments: Vec<Segment>,
}

/// Some blocks of one group.
#[derive(Clone, Copy, Debug)]
struct Segment {
    group: usize,
    first: usize,
    blocks: usize,
}

impl<'a> Grouped<'a> {
    /// `group_of`: the group of every distinct row, each below `groups`.
    pub fn new(matrix: &'a Matrix, group_of: &[u32], groups: usize) -> Self {
        Self::on(Path::best(), matrix, group_of, groups)
    }

    fn on(path: Path, matrix: &'a Matrix, group_of: &[u32], groups: usize) -> Self {
        let mut sizes = vec![0_usize; groups];
        group_of.iter().for_each(|&group| sizes[group as usize] += 1);
        let mut segments = Vec::new();
        let mut next_slot = Vec::with_capacity(groups);
        let mut blocks = 0;
        for (group, size) in sizes.iter().enumerate() {
            next_slot.push(blocks * WIDTH);
            let end = blocks + size.div_ceil(WIDTH);
            segments.extend((blocks..end).step_by(SEGMENT).map(|first| Segment {
                group,
                first,
                blocks: SEGMENT.min(end - first),
            }));
            blocks = end;
        }
        // Slots that no row takes stay at the mean, with weight 0.
        let mut row_in = vec![u32::MAX; blocks * WIDTH];
        for (i, &group) in group_of.iter().enumerate() {
            let slot = &mut next_slot[group as usize];
            row_in[*slot] = i as u32;
            *slot += 1;
        }
        let columns = matrix.columns();
        let mut lanes = vec![Lanes::splat(0.0); blocks * columns];
        let mut weights = vec![Lanes::splat(0.0); blocks];
        lanes
            .par_chunks_mut(SEGMENT * columns)
            .zip(weights.par_chunks_mut(SEGMENT))
            .zip(row_in.par_chunks(SEGMENT * WIDTH))
            .for_each(|((lanes, weights), rows)| {
                let blocks = lanes.chunks_exact_mut(columns).zip(weights).zip(rows.chunks(WIDTH));
                for ((lanes, weights), rows) in blocks {
                    for (lane, &row) in rows.iter().enumerate().filter(|(_, row)| **row != u32::MAX) {
                        weights.0[lane] = matrix.weights()[row as usize] as f32;
                        for (to, value) in lanes.iter_mut().zip(matrix.tiles().row(row as usize)) {
                            to.0[lane] = value;
                        }
                    }
                }
            });
        Self { matrix, groups, path, lanes, weights, segments }
    }

    /// See [`group_distance_sums`].
    ///
    /// # Errors
    /// `Cancelled` when `cancel` says so.
    pub fn distance_sums(&self, queries: &[u32], cancel: &Cancel) -> Result<Vec<f64>, Cancelled> {
        let mut sums = vec![0.0; queries.len() * self.groups];
        if sums.is_empty() {
            return Ok(sums);
        }
        sums.par_chunks_mut(TASK * self.groups).zip(queries.par_chunks(TASK)).try_for_each(|(sums, queries)| {
            cancel.check()?;
            let packed = self.pack(queries);
            for &segment in &self.segments {
                add_segment(self.path, self, segment, &packed, sums);
            }
            let unit = 1.0 / self.matrix.tiles().scale();
            sums.iter_mut().for_each(|sum| *sum *= unit);
            Ok(())
        })?;
        Ok(sums)
    }

    /// Coordinates of four queries side by side, column by column; the last four filled up with repeats.
    fn pack(&self, queries: &[u32]) -> Vec<f32> {
        let columns = self.matrix.columns();
        let mut packed = vec![0.0; queries.len().div_ceil(TOGETHER) * TOGETHER * columns];
        for (slot, four) in packed.chunks_exact_mut(TOGETHER * columns).zip(queries.chunks(TOGETHER)) {
            for n in 0..TOGETHER {
                let query = four[n.min(four.len() - 1)];
                for (j, value) in self.matrix.tiles().row(query as usize).enumerate() {
                    slot[j * TOGETHER + n] = value;
                }
            }
        }
        packed
    }
}

dispatch! {
    /// Adds the distances of all packed queries to a segment's rows to `sums` (queries × groups).
    fn add_segment(rows: &Grouped<'_>, segment: Segment, packed: &[f32], sums: &mut [f64]) = by_dimension
}

#[inline(always)]
fn by_dimension<V: Vector>(rows: &Grouped<'_>, segment: Segment, packed: &[f32], sums: &mut [f64]) {
    match rows.matrix.columns() {
        1 => fours::<V, 1>(rows, segment, packed, sums),
        2 => fours::<V, 2>(rows, segment, packed, sums),
        3 => fours::<V, 3>(rows, segment, packed, sums),
        4 => fours::<V, 4>(rows, segment, packed, sums),
        5 => fours::<V, 5>(rows, segment, packed, sums),
        6 => fours::<V, 6>(rows, segment, packed, sums),
        7 => fours::<V, 7>(rows, segment, packed, sums),
        8 => fours::<V, 8>(rows, segment, packed, sums),
        _ => fours::<V, 0>(rows, segment, packed, sums),
    }
}

/// `D` is the number of columns, or 0 where it is only known while running.
#[inline(always)]
fn fours<V: Vector, const D: usize>(rows: &Grouped<'_>, segment: Segment, packed: &[f32], sums: &mut [f64]) {
    let columns = if D > 0 { D } else { rows.matrix.columns() };
    let lanes = &rows.lanes[segment.first * columns..][..segment.blocks * columns];
    let weights = &rows.weights[segment.first..][..segment.blocks];
    let fours = packed.chunks_exact(TOGETHER * columns).zip(sums.chunks_mut(TOGETHER * rows.groups));
    for (queries, sums) in fours {
        let mut partial = [V::splat(0.0); TOGETHER];
        for (block, weights) in lanes.chunks_exact(columns).zip(weights) {
            let mut squares = [V::splat(0.0); TOGETHER];
            for (x, queries) in block.iter().zip(queries.chunks_exact(TOGETHER)) {
                let x = V::load(x);
                for n in 0..TOGETHER {
                    let difference = x.sub(V::splat(queries[n]));
                    squares[n] = difference.multiply_add(difference, squares[n]);
                }
            }
            let weights = V::load(weights);
            for n in 0..TOGETHER {
                partial[n] = squares[n].sqrt().multiply_add(weights, partial[n]);
            }
        }
        for (sums, partial) in sums.chunks_exact_mut(rows.groups).zip(partial) {
            let mut lanes = Lanes::splat(0.0);
            partial.store(&mut lanes);
            sums[segment.group] += f64::from(lanes.sum());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By definition, in `f64`.
    fn plain(matrix: &Matrix, queries: &[u32], group_of: &[u32], groups: usize) -> Vec<f64> {
        let mut sums = vec![0.0; queries.len() * groups];
        for (sums, &query) in sums.chunks_exact_mut(groups).zip(queries) {
            for (i, &group) in group_of.iter().enumerate() {
                let pairs = matrix.row(i).iter().zip(matrix.row(query as usize));
                let square: f64 = pairs.map(|(a, b)| (a - b) * (a - b)).sum();
                sums[group as usize] += f64::from(matrix.weights()[i]) * square.sqrt();
            }
        }
        sums
    }

    fn table(rows: usize, columns: usize) -> Matrix {
        let cell = |i: usize| f64::from((i * 7919 % 1009) as u32).powi(2) / 1e3 + 4e6 * f64::from((i % columns) as u32);
        let values: Vec<f64> = (0..rows * columns).map(cell).collect();
        let repeated: Vec<f64> = values.iter().chain(&values[..columns * (rows / 3)]).copied().collect();
        Matrix::from_rows(&repeated, columns).unwrap()
    }

    #[test]
    fn sums_follow_the_definition_on_every_path() {
        for columns in [1, 2, 3, 8, 9, 33] {
            let matrix = table(1500, columns);
            // Group 2 is empty, group 4 has one row, the others end inside a block.
            let group_of: Vec<u32> =
                (0..matrix.distinct()).map(|i| if i == 7 { 4 } else { [0, 1, 3, 3, 3][i % 5] }).collect();
            let queries: Vec<u32> = (0..matrix.distinct() as u32).step_by(23).chain([7]).collect();
            let expected = plain(&matrix, &queries, &group_of, 5);
            for path in Path::available() {
                let sums = Grouped::on(path, &matrix, &group_of, 5).distance_sums(&queries, &Cancel::never()).unwrap();
                assert_eq!(sums.len(), expected.len());
                for (got, expected) in sums.iter().zip(&expected) {
                    assert!((got - expected).abs() <= 2e-6 * expected, "d={columns} {path:?}: {got} {expected}");
                }
                assert_eq!(sums[sums.len() - 1], 0.0, "the only row of a group is at distance 0 from itself");
            }
        }
    }

    #[test]
    fn threads_do_not_matter_and_cancelling_does() {
        let matrix = table(3000, 4);
        let group_of: Vec<u32> = (0..matrix.distinct() as u32).map(|i| i % 3).collect();
        let queries: Vec<u32> = (0..200).collect();
        let sums = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| group_distance_sums(&matrix, &queries, &group_of, 3, &Cancel::never()).unwrap())
        };
        assert_eq!(sums(1), sums(2));
        assert_eq!(sums(1), sums(8));
        let cancel = Cancel::never();
        cancel.cancel();
        assert_eq!(group_distance_sums(&matrix, &queries, &group_of, 3, &cancel), Err(Cancelled));
        assert_eq!(group_distance_sums(&matrix, &[], &group_of, 3, &Cancel::never()), Ok(Vec::new()));
    }
}
