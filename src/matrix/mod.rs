//! The numbers: blocks, equal rows with weights, distances, fixed-order sums. The only room with `unsafe`.
//!
//! A matrix holds every distinct row once, with the number of used rows that equal it, in an order
//! that depends on the values alone (ascending 64-bit hash of the row's bits, ties by value). Two things
//! follow: permuting the table's rows changes nothing downstream, and a prefix of the distinct rows is a
//! pseudo-random sample of them.

use std::borrow::Cow;

use rayon::prelude::*;

use crate::error::Error;

pub mod assign;
pub mod distance;
pub mod memory;
mod moments;
pub mod potential;
mod sample;
pub mod settle;
pub mod simd;
pub mod tiles;

pub use tiles::Tiles;

/// Rows that one piece of parallel work holds. Fixed, so that sums are added in the same order whatever
/// the number of threads; a multiple of [`tiles::WIDTH`].
pub const CHUNK_ROWS: usize = 4096;

/// n distinct rows × d columns of finite `f64`, row-major, with weights, in canonical order.
#[derive(Clone, Debug)]
pub struct Matrix {
    columns: usize,
    values: Vec<f64>,
    weights: Vec<u32>,
    distinct_of: Vec<u32>,
    mean: Vec<f64>,
    total_ss: f64,
    tiles: Tiles,
}

impl Matrix {
    /// Stores `values` (rows × `columns`, row-major) with equal rows merged; −0.0 counts as 0.0.
    ///
    /// # Errors
    /// `bad_input` when there is no row or no column, when a value is not finite, or when squared
    /// distances would overflow. Upstream rooms keep all of these out; here is the last gate.
    pub fn from_rows(values: &[f64], columns: usize) -> Result<Self, Error> {
        Self::of(Cow::Borrowed(values), columns)
    }

    /// As [`Matrix::from_rows`], of values that are let go as soon as they are copied.
    ///
    /// # Errors
    /// As [`Matrix::from_rows`].
    pub fn from_own_rows(values: Vec<f64>, columns: usize) -> Result<Self, Error> {
        Self::of(Cow::Owned(values), columns)
    }

    fn of(given: Cow<'_, [f64]>, columns: usize) -> Result<Self, Error> {
        check_shape(&given, columns)?;
        let (order, repeats) = canonical_order(&given, columns)?;
        let (first_of, weights, distinct_of) = merge_equal(&order, &repeats);
        drop((order, repeats));
        memory::release(given.len());
        let (values, found) = moments::gather(&first_of, &weights, &given, columns);
        drop((given, first_of));
        let rows = distinct_of.len() as f64;
        let mean: Vec<f64> = found.sums.iter().map(|sum| sum / rows).collect();
        let radius = found.radius(&mean);
        let total_ss = moments::sum_of_squares(&values, &weights, &mean);
        if !(total_ss.is_finite() && radius.is_finite()) {
            return Err(Error::bad_input("the values are too large to cluster")
                .because("their squared distances overflow")
                .try_this("scale the features (standard or robust), or take a logarithm"));
        }
        let tiles = Tiles::new(&values, columns, &weights, &mean, radius);
        Ok(Self { columns, values, weights, distinct_of, mean, total_ss, tiles })
    }

    /// Used rows, duplicates counted.
    pub fn rows(&self) -> usize {
        self.distinct_of.len()
    }

    /// Distinct rows, n.
    pub fn distinct(&self) -> usize {
        self.weights.len()
    }

    /// Columns, d.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Distinct row `i`, of d values.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.columns..(i + 1) * self.columns]
    }

    /// All distinct rows, n × d, row-major.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// How many used rows equal each distinct row.
    pub fn weights(&self) -> &[u32] {
        &self.weights
    }

    /// The distinct row of each used row, in the order given to [`Matrix::from_rows`].
    pub fn distinct_of(&self) -> &[u32] {
        &self.distinct_of
    }

    /// Weighted column means.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// Weighted total sum of squares about the mean.
    pub fn total_ss(&self) -> f64 {
        self.total_ss
    }

    /// The same rows as `f32` blocks for the kernels.
    pub fn tiles(&self) -> &Tiles {
        &self.tiles
    }
}

fn check_shape(values: &[f64], columns: usize) -> Result<(), Error> {
    if columns == 0 {
        return Err(Error::bad_input("no feature is left to cluster on").try_this("switch a feature on"));
    }
    if values.is_empty() {
        return Err(Error::bad_input("no row is left to cluster").try_this("loosen the cleaning rules"));
    }
    let rows = values.len() / columns;
    if rows * columns != values.len() {
        return Err(Error::bad_input(format!("{} values do not make rows of {columns}", values.len())));
    }
    if u32::try_from(rows).is_err() {
        return Err(Error::bad_input(format!("{rows} rows are more than this program can hold (4,294,967,295)")));
    }
    Ok(())
}

/// Multiplies to 128 bits and folds: every bit of `a ^ b` reaches every bit of the result.
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

/// A 64-bit hash of a row's bits, the same on every machine; `None` when a value is not finite.
fn hash_row(row: &[f64]) -> Option<u64> {
    const ODD: [u64; 3] = [0x9e37_79b9_7f4a_7c15, 0xd6e8_feb8_6659_fd93, 0xa076_1d64_78bd_642f];
    let mut finite = true;
    // Adding zero makes -0.0 into 0.0 and changes no other value.
    let mut step = |hash: u64, value: f64| {
        finite &= value.is_finite();
        fold(hash ^ (value + 0.0).to_bits(), ODD[1]).wrapping_add(ODD[2])
    };
    // Two chains, because one waits for its multiplications.
    let (mut even, mut odd) = (ODD[0] ^ row.len() as u64, ODD[2]);
    let pairs = row.chunks_exact(2);
    if let [last] = pairs.remainder() {
        odd = step(odd, *last);
    }
    for pair in pairs {
        even = step(even, pair[0]);
        odd = step(odd, pair[1]);
    }
    let hash = fold(even ^ odd.rotate_left(32), ODD[0]);
    finite.then(|| fold(hash ^ (hash >> 29), ODD[0]))
}

fn same_row(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(x, y)| x == y)
}

fn compare_rows(a: &[f64], b: &[f64]) -> std::cmp::Ordering {
    let mut pairs = a.iter().zip(b);
    pairs.find_map(|(x, y)| x.partial_cmp(y).filter(|o| o.is_ne())).unwrap_or(std::cmp::Ordering::Equal)
}

/// A row's hash and its number.
type Hashed = (u64, u32);

/// (hash, source row) in canonical order: by hash, then by value, then by source row; and for each place
/// whether its row equals the one before.
fn canonical_order(values: &[f64], columns: usize) -> Result<(Vec<Hashed>, Vec<bool>), Error> {
    let rows = values.len() / columns;
    let mut order = vec![(0_u64, 0_u32); rows];
    let finite = order
        .par_chunks_mut(CHUNK_ROWS)
        .zip(values.par_chunks(CHUNK_ROWS * columns))
        .enumerate()
        .map(|(chunk, (slots, values))| {
            let mut finite = true;
            for (i, (slot, row)) in slots.iter_mut().zip(values.chunks_exact(columns)).enumerate() {
                let hash = hash_row(row);
                finite &= hash.is_some();
                *slot = (hash.unwrap_or(0), (chunk * CHUNK_ROWS + i) as u32);
            }
            finite
        })
        .reduce(|| true, |a, b| a && b);
    if !finite {
        let at = values.iter().position(|v| !v.is_finite()).unwrap_or(0);
        return Err(Error::bad_input(format!(
            "row {}, encoded column {} holds {}",
            at / columns,
            at % columns,
            values[at]
        ))
        .because("only finite numbers can be clustered")
        .try_this("choose how missing values of this feature are filled, or switch it off"));
    }
    order.par_sort_unstable();
    let repeats = find_repeats(&mut order, values, columns);
    Ok((order, repeats))
}

/// For each place of the order whether its row equals the one before. Different rows that share a hash are
/// put in order first. Rows lie anywhere in memory and fetching them is most of the cost: each is fetched
/// once, on all threads.
fn find_repeats(order: &mut [(u64, u32)], values: &[f64], columns: usize) -> Vec<bool> {
    let row = |i: u32| &values[i as usize * columns..(i as usize + 1) * columns];
    let compare = |order: &[(u64, u32)]| -> Vec<bool> {
        let equals_the_one_before =
            |at: usize| at > 0 && order[at - 1].0 == order[at].0 && same_row(row(order[at - 1].1), row(order[at].1));
        (0..order.len()).into_par_iter().with_min_len(CHUNK_ROWS).map(equals_the_one_before).collect()
    };
    let repeats = compare(order);
    let collides = |at: usize| order[at - 1].0 == order[at].0 && !repeats[at];
    if !(1..order.len()).any(collides) {
        return repeats;
    }
    sort_collisions(order, values, columns);
    compare(order)
}

/// Puts different rows that share a hash in the order of their values. Expected once in 10⁹ tables of
/// 205,843 rows, but then the result must still not depend on the order of the table.
fn sort_collisions(order: &mut [(u64, u32)], values: &[f64], columns: usize) {
    let row = |i: u32| &values[i as usize * columns..(i as usize + 1) * columns];
    for run in order.chunk_by_mut(|a, b| a.0 == b.0).filter(|run| run.len() > 1) {
        let first = row(run[0].1);
        if run.iter().any(|&(_, i)| !same_row(first, row(i))) {
            run.sort_by(|a, b| compare_rows(row(a.1), row(b.1)).then(a.1.cmp(&b.1)));
        }
    }
}

/// First source row of each distinct row, its weight, and the distinct row of each source row.
fn merge_equal(order: &[(u64, u32)], repeats: &[bool]) -> (Vec<u32>, Vec<u32>, Vec<u32>) {
    let mut first_of: Vec<u32> = Vec::with_capacity(order.len());
    let mut weights: Vec<u32> = Vec::with_capacity(order.len());
    let mut distinct_of = vec![0_u32; order.len()];
    for (&(_, i), &repeats) in order.iter().zip(repeats) {
        match weights.last_mut() {
            Some(weight) if repeats => *weight += 1,
            _ => {
                first_of.push(i);
                weights.push(1);
            }
        }
        distinct_of[i as usize] = (first_of.len() - 1) as u32;
    }
    (first_of, weights, distinct_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rows_are_kept_once_and_counted() {
        let m = Matrix::from_rows(&[1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 0.0, -0.0, -0.0, 0.0], 2).unwrap();
        assert_eq!((m.rows(), m.distinct(), m.columns()), (5, 3, 2));
        assert_eq!(m.distinct_of()[0], m.distinct_of()[2]);
        assert_eq!(m.distinct_of()[3], m.distinct_of()[4]);
        assert_eq!(m.row(m.distinct_of()[1] as usize), [3.0, 4.0]);
        assert_eq!(m.weights()[m.distinct_of()[0] as usize], 2);
        assert_eq!(m.mean(), [1.0, 1.6]);
        // By hand: squares about (1, 1.6) are 0.16·2 + (4 + 5.76) + (1 + 2.56)·2.
        assert!((m.total_ss() - 17.2).abs() < 1e-12);
    }

    #[test]
    fn the_order_of_the_table_does_not_matter() {
        let rows: Vec<[f64; 3]> = (0..5000).map(|i| [f64::from(i % 700), f64::from(i % 3), 0.5]).collect();
        let forward = Matrix::from_rows(rows.as_flattened(), 3).unwrap();
        let backward: Vec<[f64; 3]> = rows.iter().rev().copied().collect();
        let backward = Matrix::from_rows(backward.as_flattened(), 3).unwrap();
        assert_eq!(forward.values(), backward.values());
        assert_eq!(forward.weights(), backward.weights());
        assert_eq!(forward.total_ss().to_bits(), backward.total_ss().to_bits());
        for (i, row) in rows.iter().enumerate() {
            assert_eq!(forward.row(forward.distinct_of()[i] as usize), row);
        }
    }

    #[test]
    fn a_prefix_is_a_fair_sample() {
        let values: Vec<f64> = (0..100_000).map(f64::from).collect();
        let m = Matrix::from_rows(&values, 1).unwrap();
        let mean = m.values()[..10_000].iter().sum::<f64>() / 10_000.0;
        // The standard error of this mean is 274.
        assert!((mean - 49_999.5).abs() < 1_100.0, "{mean}");
    }

    #[test]
    fn rows_that_share_a_hash_are_ordered_by_value_and_kept_apart() {
        let values = [3.0, 1.0, 2.0, 1.0];
        let mut order = vec![(7, 0), (7, 1), (7, 2), (7, 3)];
        let repeats = find_repeats(&mut order, &values, 1);
        assert_eq!(order, [(7, 1), (7, 3), (7, 2), (7, 0)]);
        assert_eq!(repeats, [false, true, false, false]);
        let (first_of, weights, distinct_of) = merge_equal(&order, &repeats);
        assert_eq!((first_of, weights), (vec![1, 2, 0], vec![2, 1, 1]));
        assert_eq!(distinct_of, [2, 0, 1, 0]);
    }

    #[test]
    fn what_cannot_be_clustered_is_refused_with_its_place() {
        let nan = Matrix::from_rows(&[1.0, 2.0, f64::NAN, 4.0], 2).unwrap_err();
        assert_eq!(nan.exit_code(), 3);
        assert!(nan.what().contains("row 1, encoded column 0"), "{nan}");
        assert!(Matrix::from_rows(&[f64::INFINITY], 1).is_err());
        assert!(Matrix::from_rows(&[], 2).is_err());
        assert!(Matrix::from_rows(&[1.0], 0).is_err());
        assert!(Matrix::from_rows(&[1.0, 2.0, 3.0], 2).is_err());
        assert!(Matrix::from_rows(&[1e200, -1e200], 1).is_err());
    }
}
