//! s(i) of given rows in several clusterings, from one pass over the pairs.

use rayon::prelude::*;

use super::joint::JointGroups;
use crate::cluster::Clustering;
use crate::jobs::{Cancel, Cancelled};
use crate::matrix::Matrix;
use crate::matrix::distance::Grouped;

/// Sums of distances held at once, about (32 MB).
const SUMS_HELD: usize = 1 << 22;
/// Rows measured between two reports of progress, at most.
const BATCH: usize = 1024;
/// Rows whose sums are added up together.
const LANES: usize = 8;
/// Rows whose a and b are this much smaller than their distance from the mean of all rows are measured
/// again in `f64`: there the `f32` of the fast pass, relative to that mean, would show in the fourth digit.
const NEAR: f64 = 2e-3;

/// s of each of `rows` in each clustering (at least one): `[clustering][row]`.
pub(super) fn measure(
    matrix: &Matrix,
    clusterings: &[&Clustering],
    joint: &JointGroups,
    rows: &[u32],
    cancel: &Cancel,
    progress: &mut dyn FnMut(f32),
) -> Result<Vec<Vec<f64>>, Cancelled> {
    let grouped = Grouped::new(matrix, &joint.group_of, joint.len());
    let slots = Slots::new(clusterings, joint);
    let batch = (SUMS_HELD / joint.len()).clamp(1, BATCH).next_multiple_of(LANES);
    let mut values = vec![Vec::with_capacity(rows.len()); clusterings.len()];
    let mut done = 0;
    for rows_now in rows.chunks(batch) {
        let sums = grouped.distance_sums(rows_now, cancel)?;
        let measured: Result<Vec<Vec<Vec<f64>>>, Cancelled> = rows_now
            .par_chunks(LANES)
            .zip(sums.par_chunks(LANES * joint.len()))
            .map(|(rows, sums)| {
                cancel.check()?;
                let per_cluster = slots.add_up(sums, joint.len());
                let lanes = rows.iter().enumerate();
                Ok(lanes.map(|(lane, &row)| slots.measure_row(matrix, row, |slot| per_cluster[slot][lane])).collect())
            })
            .collect();
        for row in measured?.into_iter().flatten() {
            values.iter_mut().zip(row).for_each(|(values, value)| values.push(value));
        }
        done += rows_now.len();
        progress(done as f32 / rows.len() as f32);
        cancel.check()?;
    }
    Ok(values)
}

/// The clusters of all clusterings in one row of slots, and which of them each joint group belongs to.
struct Slots<'a> {
    clusterings: &'a [&'a Clustering],
    joint: &'a JointGroups,
    /// First slot of each clustering, and the number of slots.
    first: Vec<usize>,
    /// Slots of each joint group, one per clustering.
    of_group: Vec<u32>,
}

impl<'a> Slots<'a> {
    fn new(clusterings: &'a [&'a Clustering], joint: &'a JointGroups) -> Self {
        let mut first = vec![0];
        for clustering in clusterings {
            first.push(first[first.len() - 1] + clustering.k);
        }
        let slots = |members: &[u32]| {
            let row = members[0] as usize;
            let of = clusterings.iter().zip(&first).map(|(c, &first)| (first + usize::from(c.labels[row])) as u32);
            of.collect::<Vec<_>>()
        };
        let of_group = joint.members().flat_map(slots).collect();
        Self { clusterings, joint, first, of_group }
    }

    fn len(&self) -> usize {
        self.first[self.clusterings.len()]
    }

    /// `sums`: up to [`LANES`] rows × `groups`. Gives sums per slot, a lane per row.
    fn add_up(&self, sums: &[f64], groups: usize) -> Vec<[f64; LANES]> {
        let mut per_cluster = vec![[0.0; LANES]; self.len()];
        for (group, slots) in self.of_group.chunks_exact(self.clusterings.len()).enumerate() {
            let mut lanes = [0.0; LANES];
            for (lane, sums) in lanes.iter_mut().zip(sums.chunks_exact(groups)) {
                *lane = sums[group];
            }
            for &slot in slots {
                per_cluster[slot as usize].iter_mut().zip(&lanes).for_each(|(sum, lane)| *sum += lane);
            }
        }
        per_cluster
    }

    /// s of one distinct row in each clustering, from its sum of distances to the cluster of each slot.
    fn measure_row(&self, matrix: &Matrix, row: u32, sum: impl Fn(usize) -> f64) -> Vec<f64> {
        let measured = self.measures(row, sum);
        let from_mean = matrix.row(row as usize).iter().zip(matrix.mean()).map(|(value, mean)| (value - mean).powi(2));
        let near = NEAR * from_mean.sum::<f64>().sqrt();
        if measured.iter().all(|m| m.larger >= near) {
            return measured.iter().map(|m| m.s).collect();
        }
        let precise = self.precise_sums(matrix, row);
        self.measures(row, |slot| precise[slot]).iter().map(|m| m.s).collect()
    }

    fn measures(&self, row: u32, sum: impl Fn(usize) -> f64) -> Vec<Measured> {
        let of = |(c, &first): (&&Clustering, &usize)| Measured::new(c, row, |cluster| sum(first + cluster));
        self.clusterings.iter().zip(&self.first).map(of).collect()
    }

    /// Sums of distances from `row` to the clusters of all slots, in `f64` throughout.
    fn precise_sums(&self, matrix: &Matrix, row: u32) -> Vec<f64> {
        let query = matrix.row(row as usize);
        let mut per_cluster = vec![0.0; self.len()];
        for (members, slots) in self.joint.members().zip(self.of_group.chunks_exact(self.clusterings.len())) {
            let distance = |&row: &u32| {
                let square: f64 = matrix.row(row as usize).iter().zip(query).map(|(a, b)| (a - b) * (a - b)).sum();
                f64::from(matrix.weights()[row as usize]) * square.sqrt()
            };
            let sum: f64 = members.iter().map(distance).sum();
            slots.iter().for_each(|&slot| per_cluster[slot as usize] += sum);
        }
        per_cluster
    }
}

/// s of one row in one clustering, and max(a, b).
struct Measured {
    s: f64,
    larger: f64,
}

impl Measured {
    /// `sum`: weighted distances from distinct row `row` to all rows of a cluster.
    fn new(clustering: &Clustering, row: u32, sum: impl Fn(usize) -> f64) -> Self {
        let own = usize::from(clustering.labels[row as usize]);
        let others = clustering.sizes[own].saturating_sub(1);
        if others == 0 {
            return Self { s: 0.0, larger: f64::INFINITY };
        }
        let a = sum(own) / others as f64;
        let b = (0..clustering.k)
            .filter(|&cluster| cluster != own && clustering.sizes[cluster] > 0)
            .map(|cluster| sum(cluster) / clustering.sizes[cluster] as f64)
            .fold(f64::INFINITY, f64::min);
        let larger = a.max(b);
        Self { s: if larger > 0.0 { (b - a) / larger } else { 0.0 }, larger }
    }
}
