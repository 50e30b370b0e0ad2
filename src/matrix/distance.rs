//! Sums of distances from query rows to all rows, group by group: what the silhouette is made of.

use rayon::prelude::*;

use super::Matrix;
use crate::jobs::{Cancel, Cancelled};

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
    let mut sums = vec![0.0; queries.len() * groups];
    sums.par_chunks_mut(groups.max(1)).zip(queries).try_for_each(|(sums, &query)| {
        cancel.check()?;
        let query = matrix.row(query as usize);
        for (i, (&group, &weight)) in group_of.iter().zip(matrix.weights()).enumerate() {
            let square: f64 = matrix.row(i).iter().zip(query).map(|(a, b)| (a - b) * (a - b)).sum();
            sums[group as usize] += f64::from(weight) * square.sqrt();
        }
        Ok(())
    })?;
    Ok(sums)
}
