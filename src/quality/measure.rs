//! s(i) of given rows in several clusterings, from one pass over the pairs.

use rayon::prelude::*;

use super::joint::JointGroups;
use crate::cluster::Clustering;
use crate::jobs::{Cancel, Cancelled};
use crate::matrix::Matrix;
use crate::matrix::distance::{Grouped, Groups};

/// Rows measured between two reports of progress.
const BATCH: usize = 1024;
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
    let slots = Slots::new(clusterings, joint);
    let grouped = Grouped::new(matrix, slots.groups());
    let mut values = vec![Vec::with_capacity(rows.len()); clusterings.len()];
    let mut done = 0;
    for rows_now in rows.chunks(BATCH) {
        let sums = grouped.distance_sums(rows_now, cancel)?;
        let measured: Result<Vec<Vec<f64>>, Cancelled> = rows_now
            .par_iter()
            .zip(sums.par_chunks(slots.len()))
            .map(|(&row, sums)| {
                cancel.check()?;
                Ok(slots.measure_row(matrix, row, sums))
            })
            .collect();
        for row in measured? {
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
        let mut of_group = Vec::with_capacity(joint.len() * clusterings.len());
        for members in joint.members() {
            let row = members[0] as usize;
            of_group.extend(clusterings.iter().zip(&first).map(|(c, &first)| first as u32 + u32::from(c.labels[row])));
        }
        Self { clusterings, joint, first, of_group }
    }

    fn len(&self) -> usize {
        self.first[self.clusterings.len()]
    }

    fn groups(&self) -> Groups<'_> {
        Groups { order: &self.joint.order, starts: &self.joint.starts, slots: &self.of_group, slot_count: self.len() }
    }

    /// s of one distinct row in each clustering, from its sum of distances to the cluster of each slot.
    fn measure_row(&self, matrix: &Matrix, row: u32, sums: &[f64]) -> Vec<f64> {
        let measured = self.measures(row, sums);
        let from_mean = matrix.row(row as usize).iter().zip(matrix.mean()).map(|(value, mean)| (value - mean).powi(2));
        let near = NEAR * from_mean.sum::<f64>().sqrt();
        if measured.iter().all(|m| m.larger >= near) {
            return measured.iter().map(|m| m.s).collect();
        }
        let precise = self.precise_sums(matrix, row);
        self.measures(row, &precise).iter().map(|m| m.s).collect()
    }

    fn measures(&self, row: u32, sums: &[f64]) -> Vec<Measured> {
        let of = |(c, &first): (&&Clustering, &usize)| Measured::new(c, row, &sums[first..first + c.k]);
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
    /// `sums`: per cluster, weighted distances from distinct row `row` to all its rows.
    fn new(clustering: &Clustering, row: u32, sums: &[f64]) -> Self {
        let own = usize::from(clustering.labels[row as usize]);
        let others = clustering.sizes[own].saturating_sub(1);
        if others == 0 {
            return Self { s: 0.0, larger: f64::INFINITY };
        }
        let a = sums[own] / others as f64;
        let b = (0..clustering.k)
            .filter(|&cluster| cluster != own && clustering.sizes[cluster] > 0)
            .map(|cluster| sums[cluster] / clustering.sizes[cluster] as f64)
            .fold(f64::INFINITY, f64::min);
        let larger = a.max(b);
        Self { s: if larger > 0.0 { (b - a) / larger } else { 0.0 }, larger }
    }
}
