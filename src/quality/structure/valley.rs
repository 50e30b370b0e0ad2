//! Is there a valley between two neighbouring clusters, or is one continuum cut in two? And which clusters are
//! slices of one group?
//!
//! Between every two adjacent clusters Hartigan's dip is measured on the line between their centroids. Clusters without a
//! valley between them belong together, and so on from one to the next: what remains apart are groups, however many
//! clusters K-Means cut each into. (Over-clustering and joining of what is unimodal: Vardakas, Kalogeratos & Likas,
//! *UniForCE: The Unimodality Forest Method for Clustering*, 2023.)

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
const BEYOND: f64 = 1.1;

/// Two clusters that are apart by less of their squared distance in columns with an order differ by levels.
const MOSTLY: f64 = 0.5;

/// Two adjacent clusters, and what lies between them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Border {
    one: usize,
    other: usize,
    /// Hartigan's dip, rows it was measured on and its p-value; `None` where the two differ by levels of discrete columns.
    valley: Option<(f64, usize, f64)>,
}

/// Where two parts of the clusters come together if dips up to this one do not part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Join {
    /// The smallest dip between the two parts; 0 where it is not significant.
    pub dip: f64,
    one: usize,
    other: usize,
}

/// Rows in the columns that have an order, equal values of a column spread: values that heap are no modes.
#[derive(Debug)]
pub(super) struct Ground<'a> {
    /// The rows.
    pub matrix: &'a Matrix,
    /// Columns, and their values by distinct row.
    columns: Vec<(usize, Vec<f64>)>,
    seed: u64,
}

impl<'a> Ground<'a> {
    /// The rows of a matrix, which may be a sample of what was clustered.
    pub fn new(matrix: &'a Matrix, ordered: &[usize], seed: u64) -> Self {
        let values = |at: usize| (0..matrix.distinct()).map(|row| matrix.row(row)[at]).collect::<Vec<f64>>();
        Self { matrix, columns: ordered.iter().map(|at| (*at, spread(&values(*at), seed))).collect(), seed }
    }

    /// Where a row stands along a line, given by how far it goes in each of the columns.
    fn along(&self, line: &[f64], row: u32) -> f64 {
        self.columns.iter().zip(line).map(|((_, values), by)| values[row as usize] * by).sum()
    }
}

/// The borders between adjacent clusters: those of which no third centroid lies in between (Gabriel & Sokal 1969).
///
/// `labels` go by distinct row. Rows are projected on the line between the centroids in the columns of the ground alone:
/// between the levels of a category, and between the few values of a count or a year, there is nothing that could be a
/// valley.
pub(super) fn borders(ground: &Ground<'_>, clustering: &Clustering, labels: &[u16]) -> Vec<Border> {
    let (k, d, seed) = (clustering.k, ground.matrix.columns(), ground.seed);
    let members = members(ground.matrix, k, labels, seed);
    let centroid = |at: usize| &clustering.centroids[at * d..(at + 1) * d];
    let apart = |a: usize, b: usize, at: usize| centroid(b)[at] - centroid(a)[at];
    let square = |a: usize, b: usize| (0..d).map(|at| apart(a, b, at).powi(2)).sum::<f64>();
    let pairs: Vec<(usize, usize)> = (0..k).flat_map(|one| (one + 1..k).map(move |other| (one, other))).collect();
    let between = |a: usize, b: usize, c: usize| c != a && c != b && square(a, c) + square(b, c) < square(a, b);
    pairs
        .into_par_iter()
        .filter(|&(one, other)| !(0..k).any(|third| between(one, other, third)))
        .map(|(one, other)| {
            let line: Vec<f64> = ground.columns.iter().map(|(at, _)| apart(one, other, *at)).collect();
            let in_order: f64 = line.iter().map(|by| by * by).sum();
            if in_order < square(one, other) * MOSTLY {
                return Border { one, other, valley: None };
            }
            let side = members[one].len().min(members[other].len());
            let rows = members[one][..side].iter().chain(&members[other][..side]);
            let mut places: Vec<f64> = rows.map(|row| ground.along(&line, *row)).collect();
            places.sort_unstable_by(f64::total_cmp);
            spread_ties(&mut places, seed);
            let dip = dip::dip(&places);
            Border { one, other, valley: Some((dip, places.len(), dip::p_value(dip, places.len()))) }
        })
        .collect()
}

/// The valley of every cluster to its nearest neighbour; `None` for one that has none, and for one that differs from it
/// by levels of discrete columns.
pub(super) fn of_clusters(borders: &[Border], clustering: &Clustering) -> Vec<Option<Valley>> {
    let nearest = clustering.nearest().into_iter().enumerate();
    let valley = |(cluster, neighbour): (usize, Option<(usize, f64)>)| {
        let (neighbour, _) = neighbour?;
        let pair = (cluster.min(neighbour), cluster.max(neighbour));
        let (dip, rows, p) = borders.iter().find(|b| (b.one, b.other) == pair)?.valley?;
        Some(Valley { neighbour, dip, rows, p })
    };
    nearest.map(valley).collect()
}

/// The joins that make one of all clusters, ascending in dip: a minimum spanning forest of the borders. With `tested`, dips
/// that are not significant part nothing.
pub(super) fn joins(borders: &[Border], k: usize, tested: bool) -> Vec<Join> {
    let dip = |valley: Option<(f64, usize, f64)>| match valley {
        Some((dip, _, p)) if p < SIGNIFICANT || !tested => dip,
        _ => 0.0,
    };
    let mut all: Vec<Join> = borders.iter().map(|b| Join { dip: dip(b.valley), one: b.one, other: b.other }).collect();
    all.sort_by(|a, b| a.dip.total_cmp(&b.dip));
    let mut part: Vec<usize> = (0..k).collect();
    all.retain(|join| merge(&mut part, join));
    all
}

/// Puts two parts together, unless they are; says whether it did.
fn merge(part: &mut [usize], join: &Join) -> bool {
    let (one, other) = (part[join.one], part[join.other]);
    let (kept, gone) = (one.min(other), one.max(other));
    part.iter_mut().filter(|part| **part == gone).for_each(|part| *part = kept);
    one != other
}

/// The group of each of k clusters: groups are numbered by their first cluster, from 0. `null`: the dip that 95 % of the
/// reference tables' largest joins stay below.
pub(super) fn groups(joins: &[Join], k: usize, null: f64) -> Vec<usize> {
    let mut part: Vec<usize> = (0..k).collect();
    for join in joins.iter().filter(|join| join.dip <= BEYOND * null) {
        merge(&mut part, join);
    }
    let mut first: Vec<usize> = part.clone();
    first.sort_unstable();
    first.dedup();
    part.iter().map(|part| first.partition_point(|first| first < part)).collect()
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

/// Ascending values with equal ones spread, see [`spread`]; ascending again.
pub(super) fn spread_ties(sorted: &mut [f64], seed: u64) {
    sorted.copy_from_slice(&spread(sorted, seed));
    sorted.sort_unstable_by(f64::total_cmp);
}

/// Values with equal ones spread evenly at random half-way to their neighbours: values that heap are no modes.
fn spread(values: &[f64], seed: u64) -> Vec<f64> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut distinct = sorted.clone();
    distinct.dedup();
    if distinct.len() < 2 || distinct.len() == values.len() {
        return values.to_vec();
    }
    let place = |value: &f64| {
        let at = distinct.partition_point(|other| other < value);
        let heap = sorted.partition_point(|other| other <= value) - sorted.partition_point(|other| other < value);
        if heap < 2 {
            return *value;
        }
        let before = if at > 0 { (value - distinct[at - 1]) / 2.0 } else { 0.0 };
        let after = distinct.get(at + 1).map_or(0.0, |next| (next - value) / 2.0);
        value - before + (before + after) * rng.random_range(0.0..1.0)
    };
    values.iter().map(place).collect()
}
