//! Is there a valley between two neighbouring clusters, or is one continuum cut in two?

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::dip;
use super::reference::shuffled;
use crate::cluster::Clustering;
use crate::matrix::Matrix;

/// Rows that stand for each side of a valley, at most.
const SIDE: usize = 500;

/// A cluster and its nearest neighbour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Valley {
    /// The neighbour.
    pub neighbour: usize,
    /// Hartigan's dip of the rows of both on the line between their centroids.
    pub dip: f64,
    /// Rows that were projected, both sides together.
    pub rows: usize,
    /// The chance of such a dip in uniform values.
    pub p: f64,
}

/// A dip is significant where uniform values have one as large less often than this.
const SIGNIFICANT: f64 = 0.02;
/// A dip parts where it is so many times the one that 95 % of the reference tables stay below. (A continuum that K-Means
/// cuts has dips too, and they do not vanish with more rows: those of reference tables say how large they are.)
const BEYOND: f64 = 1.5;

impl Valley {
    /// Whether it parts the two: significant, and clearly larger than in reference tables.
    pub fn parts(&self, null_dip: Option<f64>) -> bool {
        self.p < SIGNIFICANT && null_dip.is_some_and(|null| self.dip > BEYOND * null)
    }
}

/// Two clusters that are apart by less of their squared distance in columns with an order differ by levels.
const MOSTLY: f64 = 0.5;

/// The valley of every cluster; `None` for one that has no neighbour, and for one that differs from it by
/// levels of discrete columns.
///
/// `labels` go by distinct row of the matrix, which may be a sample of what was clustered. Rows are projected on the line
/// between the centroids in the `ordered` columns alone: between the levels of a category, and between the few values of a
/// count or a year, there is nothing that could be a valley.
pub(super) fn valleys(
    matrix: &Matrix,
    ordered: &[usize],
    clustering: &Clustering,
    labels: &[u16],
    seed: u64,
) -> Vec<Option<Valley>> {
    let members = members(matrix, clustering.k, labels, seed);
    let nearest = clustering.nearest();
    (0..clustering.k)
        .into_par_iter()
        .map(|cluster| {
            let (neighbour, _) = nearest[cluster]?;
            let side = members[cluster].len().min(members[neighbour].len());
            let d = matrix.columns();
            let apart = |at: usize| clustering.centroids[neighbour * d + at] - clustering.centroids[cluster * d + at];
            let line: Vec<(usize, f64)> = ordered.iter().map(|at| (*at, apart(*at))).collect();
            let in_order: f64 = line.iter().map(|(_, by)| by * by).sum();
            let all: f64 = (0..d).map(|at| apart(at) * apart(at)).sum();
            if in_order < all * MOSTLY {
                return None;
            }
            let rows = members[cluster][..side].iter().chain(&members[neighbour][..side]);
            let on_line = |row: &u32| line.iter().map(|(at, by)| matrix.row(*row as usize)[*at] * by).sum::<f64>();
            let mut places: Vec<f64> = rows.map(on_line).collect();
            places.sort_unstable_by(f64::total_cmp);
            spread_ties(&mut places, seed);
            let dip = dip::dip(&places);
            Some(Valley { neighbour, dip, rows: places.len(), p: dip::p_value(dip, places.len()) })
        })
        .collect()
}

/// The smallest dip; `None` without any.
pub(super) fn smallest_dip(valleys: &[Option<Valley>]) -> Option<f64> {
    valleys.iter().flatten().map(|valley| valley.dip).reduce(f64::min)
}

/// Rows of each cluster in random order, at most [`SIDE`]; a row that is there more than once may be drawn as often.
fn members(matrix: &Matrix, k: usize, labels: &[u16], seed: u64) -> Vec<Vec<u32>> {
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); k];
    for (row, label) in labels.iter().enumerate() {
        members[usize::from(*label)].extend(std::iter::repeat_n(row as u32, matrix.weights()[row] as usize));
    }
    for (cluster, members) in members.iter_mut().enumerate() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ ((cluster as u64) << 32));
        let order = shuffled(members.len(), &mut rng);
        *members = order.into_iter().take(SIDE).map(|at| members[at as usize]).collect();
    }
    members
}

/// Spreads equal values evenly at random half-way to their neighbours: values that heap are no modes.
pub(super) fn spread_ties(sorted: &mut [f64], seed: u64) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let distinct: Vec<f64> = {
        let mut values = sorted.to_vec();
        values.dedup();
        values
    };
    if distinct.len() < 2 {
        return;
    }
    let mut from = 0;
    for (at, value) in distinct.iter().enumerate() {
        let to = sorted.partition_point(|v| v <= value);
        if to - from > 1 {
            let before = if at > 0 { (value - distinct[at - 1]) / 2.0 } else { 0.0 };
            let after = distinct.get(at + 1).map_or(0.0, |next| (next - value) / 2.0);
            for place in &mut sorted[from..to] {
                *place = value - before + (before + after) * rng.random_range(0.0..1.0);
            }
        }
        from = to;
    }
    sorted.sort_unstable_by(f64::total_cmp);
}
