//! Sums of distances from query rows to all rows: what the silhouette is made of.
//!
//! Rows stand group by group, and the sum of a group is added to as many *slots* as there are
//! clusterings: one pass over the pairs serves them all. A lane is a query, so a group needs no filling
//! up to whole blocks and no sum across lanes, and may be as small as one row. Distances are `f32`
//! (differences first, so that near rows keep their digits and a row's distance to itself is 0); sums
//! leave `f32` at the end of a group, and after 256 rows of a longer one.

use std::ops::Range;

use rayon::prelude::*;

use super::Matrix;
use super::simd::{Path, Vector, dispatch};
use super::tiles::{Lanes, WIDTH};
use crate::jobs::{Cancel, Cancelled};

/// Rows that are summed in `f32`.
const SEGMENT: usize = 256;
/// Lane vectors of queries that share a load.
const TOGETHER: usize = 2;
/// Queries of one piece of parallel work.
const TASK: usize = TOGETHER * WIDTH;
/// Cells of rows between two looks at `cancel`, about a millisecond.
const RUN: usize = 1 << 19;

/// How rows are cut into groups, and to which sums each group counts.
#[derive(Clone, Copy, Debug)]
pub struct Groups<'a> {
    /// Distinct rows, group by group.
    pub order: &'a [u32],
    /// Where each group starts in `order`, and the end of the last one.
    pub starts: &'a [usize],
    /// Slots of each group, the same number for all groups (groups × that number).
    pub slots: &'a [u32],
    /// Number of slots; every slot named is below it.
    pub slot_count: usize,
}

/// The rows of a matrix laid out by group, for many queries in several calls.
#[derive(Debug)]
pub struct Grouped<'a> {
    matrix: &'a Matrix,
    groups: Groups<'a>,
    path: Path,
    /// `columns` values and the weight of each row, in the order of the groups.
    rows: Vec<f32>,
    /// Runs of groups, of about [`RUN`] cells each.
    runs: Vec<Range<usize>>,
}

impl<'a> Grouped<'a> {
    /// Copies the rows of `matrix` in the order of `groups`.
    pub fn new(matrix: &'a Matrix, groups: Groups<'a>) -> Self {
        Self::on(Path::best(), matrix, groups)
    }

    fn on(path: Path, matrix: &'a Matrix, groups: Groups<'a>) -> Self {
        let stride = matrix.columns() + 1;
        let mut rows = vec![0.0; groups.order.len() * stride];
        rows.par_chunks_mut(SEGMENT * stride).zip(groups.order.par_chunks(SEGMENT)).for_each(|(rows, order)| {
            for (to, &row) in rows.chunks_exact_mut(stride).zip(order) {
                let values = matrix.tiles().row(row as usize);
                to.iter_mut().zip(values).for_each(|(to, value)| *to = value);
                to[stride - 1] = matrix.weights()[row as usize] as f32;
            }
        });
        let mut runs = Vec::new();
        let mut first = 0;
        for group in 1..groups.starts.len() {
            if (groups.starts[group] - groups.starts[first]) * stride >= RUN || group + 1 == groups.starts.len() {
                runs.push(first..group);
                first = group;
            }
        }
        Self { matrix, groups, path, rows, runs }
    }

    /// For each query (a distinct row) and each slot: the sum over the rows of the slot's groups of
    /// weight × Euclidean distance to the query, in units of the matrix. Row-major, `queries.len()` ×
    /// `slot_count`. A query's own row counts with its distance of 0. The result does not depend on the
    /// number of threads.
    ///
    /// # Errors
    /// `Cancelled` when `cancel` says so.
    pub fn distance_sums(&self, queries: &[u32], cancel: &Cancel) -> Result<Vec<f64>, Cancelled> {
        let slots = self.groups.slot_count;
        let mut sums = vec![0.0; queries.len() * slots];
        if sums.is_empty() {
            return Ok(sums);
        }
        let unit = 1.0 / self.matrix.tiles().scale();
        sums.par_chunks_mut(TASK * slots).zip(queries.par_chunks(TASK)).try_for_each(|(sums, queries)| {
            let packed = self.pack(queries);
            let mut per_slot = vec![[0.0; TASK]; slots];
            for run in &self.runs {
                cancel.check()?;
                add_groups(self.path, self, run, &packed, &mut per_slot);
            }
            for (lane, sums) in sums.chunks_exact_mut(slots).enumerate() {
                sums.iter_mut().zip(&per_slot).for_each(|(sum, lanes)| *sum = lanes[lane] * unit);
            }
            Ok(())
        })?;
        Ok(sums)
    }

    /// Queries as lanes, column by column; lanes without a query stay at the mean.
    fn pack(&self, queries: &[u32]) -> Vec<[Lanes; TOGETHER]> {
        let mut packed = vec![[Lanes::splat(0.0); TOGETHER]; self.matrix.columns()];
        for (lane, &query) in queries.iter().enumerate() {
            for (to, value) in packed.iter_mut().zip(self.matrix.tiles().row(query as usize)) {
                to[lane / WIDTH].0[lane % WIDTH] = value;
            }
        }
        packed
    }
}

dispatch! {
    /// Adds the distances of the packed queries to the rows of a run of groups to their slots.
    fn add_groups(
        rows: &Grouped<'_>,
        run: &Range<usize>,
        queries: &[[Lanes; TOGETHER]],
        sums: &mut [[f64; TASK]],
    ) = by_dimension
}

#[inline(always)]
fn by_dimension<V: Vector>(
    rows: &Grouped<'_>,
    run: &Range<usize>,
    queries: &[[Lanes; TOGETHER]],
    sums: &mut [[f64; TASK]],
) {
    match queries.len() {
        1 => groups::<V, 1>(rows, run, queries, sums),
        2 => groups::<V, 2>(rows, run, queries, sums),
        3 => groups::<V, 3>(rows, run, queries, sums),
        4 => groups::<V, 4>(rows, run, queries, sums),
        5 => groups::<V, 5>(rows, run, queries, sums),
        6 => groups::<V, 6>(rows, run, queries, sums),
        7 => groups::<V, 7>(rows, run, queries, sums),
        8 => groups::<V, 8>(rows, run, queries, sums),
        _ => groups::<V, 0>(rows, run, queries, sums),
    }
}

/// `D` is the number of columns, or 0 where it is only known while running.
#[inline(always)]
fn groups<V: Vector, const D: usize>(
    rows: &Grouped<'_>,
    run: &Range<usize>,
    queries: &[[Lanes; TOGETHER]],
    sums: &mut [[f64; TASK]],
) {
    let columns = if D > 0 { D } else { queries.len() };
    let stride = columns + 1;
    let Groups { starts, slots, .. } = rows.groups;
    let per_group = slots.len() / (starts.len() - 1);
    // Registers where the number of columns is known; else the first-level cache.
    let mut held = [[V::splat(0.0); TOGETHER]; D];
    for (held, query) in held.iter_mut().zip(queries) {
        for (held, query) in held.iter_mut().zip(query) {
            *held = V::load(query);
        }
    }
    for group in run.clone() {
        let members = &rows.rows[starts[group] * stride..starts[group + 1] * stride];
        for segment in members.chunks(SEGMENT * stride) {
            let mut partial = [V::splat(0.0); TOGETHER];
            for row in segment.chunks_exact(stride) {
                let mut squares = [V::splat(0.0); TOGETHER];
                for j in 0..columns {
                    let x = V::splat(row[j]);
                    for n in 0..TOGETHER {
                        let query = if D > 0 { held[j][n] } else { V::load(&queries[j][n]) };
                        let difference = x.sub(query);
                        squares[n] = difference.multiply_add(difference, squares[n]);
                    }
                }
                let weight = V::splat(row[columns]);
                for n in 0..TOGETHER {
                    partial[n] = squares[n].sqrt().multiply_add(weight, partial[n]);
                }
            }
            let mut lanes = [Lanes::splat(0.0); TOGETHER];
            lanes.iter_mut().zip(partial).for_each(|(lanes, partial)| partial.store(lanes));
            for &slot in &slots[group * per_group..(group + 1) * per_group] {
                for (sums, lanes) in sums[slot as usize].chunks_exact_mut(WIDTH).zip(&lanes) {
                    sums.iter_mut().zip(&lanes.0).for_each(|(sum, &lane)| *sum += f64::from(lane));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By definition, in `f64`.
    fn plain(matrix: &Matrix, queries: &[u32], groups: Groups<'_>) -> Vec<f64> {
        let per_group = groups.slots.len() / (groups.starts.len() - 1);
        let mut sums = vec![0.0; queries.len() * groups.slot_count];
        for (sums, &query) in sums.chunks_exact_mut(groups.slot_count).zip(queries) {
            for (ends, slots) in groups.starts.windows(2).zip(groups.slots.chunks_exact(per_group)) {
                for &row in &groups.order[ends[0]..ends[1]] {
                    let pairs = matrix.row(row as usize).iter().zip(matrix.row(query as usize));
                    let square: f64 = pairs.map(|(a, b)| (a - b) * (a - b)).sum();
                    let distance = f64::from(matrix.weights()[row as usize]) * square.sqrt();
                    slots.iter().for_each(|&slot| sums[slot as usize] += distance);
                }
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
            let n = matrix.distinct();
            let order: Vec<u32> = (0..n as u32).rev().collect();
            // A group of one row, one that is longer than a segment, an empty one; slot 3 has no group.
            let starts = [0, 1, 1 + SEGMENT + 77, 1 + SEGMENT + 77, n];
            let slots = [4, 0, 0, 1, 1, 2, 0, 2];
            let groups = Groups { order: &order, starts: &starts, slots: &slots, slot_count: 5 };
            let queries: Vec<u32> = (0..n as u32).step_by(23).chain([order[0]]).collect();
            let expected = plain(&matrix, &queries, groups);
            for path in Path::available() {
                let sums = Grouped::on(path, &matrix, groups).distance_sums(&queries, &Cancel::never()).unwrap();
                assert_eq!(sums.len(), expected.len());
                for (got, expected) in sums.iter().zip(&expected) {
                    // Of a single pair of near rows, what rounding the coordinates leaves.
                    let rounding = 1e-7 / matrix.tiles().scale();
                    assert!(
                        (got - expected).abs() <= 2e-6 * expected + rounding,
                        "d={columns} {path:?}: {got} {expected}"
                    );
                }
                assert_eq!(sums[sums.len() - 1], 0.0, "the only row of a group is at distance 0 from itself");
            }
        }
    }

    #[test]
    fn threads_do_not_matter_and_cancelling_does() {
        let matrix = table(3000, 4);
        let order: Vec<u32> = (0..matrix.distinct() as u32).collect();
        let starts = [0, 1000, matrix.distinct()];
        let groups = Groups { order: &order, starts: &starts, slots: &[1, 0], slot_count: 2 };
        let queries: Vec<u32> = (0..200).collect();
        let sums = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| Grouped::new(&matrix, groups).distance_sums(&queries, &Cancel::never()).unwrap())
        };
        assert_eq!(sums(1), sums(2));
        assert_eq!(sums(1), sums(8));
        let cancel = Cancel::never();
        cancel.cancel();
        let grouped = Grouped::new(&matrix, groups);
        assert_eq!(grouped.distance_sums(&queries, &cancel), Err(Cancelled));
        assert_eq!(grouped.distance_sums(&[], &cancel), Ok(Vec::new()));
    }
}
