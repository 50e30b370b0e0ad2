//! Anchors: a few rows that stand for all of them, so that the silhouette of a large table is instant.
//!
//! Only the rows that are *measured* are sampled; each is measured against all rows. (Sampling both
//! sides loses small clusters altogether.) One sample serves every k:
//!
//! - Rows stand in the order of their joint labels and one is taken per step of a cumulated rate, from a
//!   seeded start: systematic sampling with probability proportional to weight (Madow 1949), which
//!   stratifies by the joint labels however many of them there are.
//! - The rate is raised where a cluster of any k would get fewer than [`PER_CLUSTER`] anchors.
//! - Each cluster's mean is the ratio estimator over its anchors, and clusters are weighted by their true
//!   sizes.
//! - The variance of a cluster's mean is estimated from the differences between anchors that follow each
//!   other in the stratified order (Wolter, *Introduction to Variance Estimation*, ch. 8).

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::joint::JointGroups;
use crate::cluster::Clustering;
use crate::matrix::Matrix;

/// Anchors over the whole table, about, before small clusters get more.
pub(super) const ANCHORS: usize = 1_200;
/// Every cluster of every k has so many anchors, or all its distinct rows where it has fewer.
pub(super) const PER_CLUSTER: usize = 30;
/// Expected anchors of a small cluster at the first attempt: above the minimum, so that chance rarely
/// makes a second attempt necessary.
const AIM: f64 = 36.0;
/// By how much the rate of a cluster grows that got too few.
const GROWTH: f64 = 1.5;

/// A row that is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Anchor {
    /// Distinct row.
    pub row: u32,
    /// With which probability it was taken, 0..=1.
    pub probability: f64,
    /// How many used rows it stands for: its weight / `probability`.
    pub stands_for: f64,
}

/// Draws about `total` anchors for all `clusterings` (at least one), in the order of the joint groups.
pub(super) fn draw(
    matrix: &Matrix,
    clusterings: &[&Clustering],
    joint: &JointGroups,
    total: usize,
    seed: u64,
) -> Vec<Anchor> {
    let start: f64 = Xoshiro256PlusPlus::seed_from_u64(seed).random();
    let base = total as f64 / matrix.rows().max(1) as f64;
    let distinct: Vec<Vec<usize>> = clusterings.iter().map(|c| distinct_per_cluster(c)).collect();
    let mut rates: Vec<Vec<f64>> =
        clusterings.iter().map(|c| c.sizes.iter().map(|&size| (AIM / size as f64).max(base)).collect()).collect();
    loop {
        let anchors = systematic(matrix, clusterings, joint, &rates, start);
        let mut enough = true;
        for ((clustering, rates), distinct) in clusterings.iter().zip(&mut rates).zip(&distinct) {
            let mut found = vec![0_usize; clustering.k];
            for anchor in &anchors {
                found[usize::from(clustering.labels[anchor.row as usize])] += 1;
            }
            for ((&found, &distinct), rate) in found.iter().zip(distinct).zip(rates) {
                if found < distinct.min(PER_CLUSTER) {
                    // Ends at the latest when weight × rate reaches 1 for every row of the cluster.
                    *rate *= GROWTH;
                    enough = false;
                }
            }
        }
        if enough {
            return anchors;
        }
    }
}

fn distinct_per_cluster(clustering: &Clustering) -> Vec<usize> {
    let mut distinct = vec![0; clustering.k];
    for &label in &clustering.labels {
        distinct[usize::from(label)] += 1;
    }
    distinct
}

/// Takes each row with probability weight × rate, where the rate of a joint group is the largest that any
/// of its clusters asks for; rows of probability 1 always.
fn systematic(
    matrix: &Matrix,
    clusterings: &[&Clustering],
    joint: &JointGroups,
    rates: &[Vec<f64>],
    start: f64,
) -> Vec<Anchor> {
    let mut anchors = Vec::new();
    let mut cumulated = start;
    for members in joint.members() {
        let wanted = clusterings.iter().zip(rates).map(|(c, rates)| rates[usize::from(c.labels[members[0] as usize])]);
        let rate = wanted.fold(0.0, f64::max);
        for &row in members {
            let weight = f64::from(matrix.weights()[row as usize]);
            let probability = weight * rate;
            if probability >= 1.0 {
                anchors.push(Anchor { row, probability: 1.0, stands_for: weight });
                continue;
            }
            cumulated += probability;
            if cumulated >= 1.0 {
                cumulated -= 1.0;
                anchors.push(Anchor { row, probability, stands_for: weight / probability });
            }
        }
    }
    anchors
}

/// What the anchors say about one clustering.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Estimate {
    pub value: f64,
    pub se: f64,
    pub per_cluster: Vec<Option<f64>>,
    /// Standard errors of these; 0 for a cluster without rows.
    pub per_cluster_se: Vec<f64>,
}

/// The mean of `values` (one per anchor) over all used rows, with its standard error.
pub(super) fn estimate(clustering: &Clustering, anchors: &[Anchor], values: &[f64]) -> Estimate {
    let mut clusters: Vec<Vec<(Anchor, f64)>> = vec![Vec::new(); clustering.k];
    for (&anchor, &value) in anchors.iter().zip(values) {
        clusters[usize::from(clustering.labels[anchor.row as usize])].push((anchor, value));
    }
    let rows: u64 = clustering.sizes.iter().sum();
    let k = clustering.k;
    let (per_cluster, per_cluster_se) = (Vec::with_capacity(k), Vec::with_capacity(k));
    let mut estimate = Estimate { value: 0.0, se: 0.0, per_cluster, per_cluster_se };
    let mut variance = 0.0;
    for (measured, &size) in clusters.iter().zip(&clustering.sizes) {
        let mean = ratio_mean(measured);
        let of_mean = mean.map_or(0.0, |mean| variance_of_mean(measured, mean));
        let share = size as f64 / rows as f64;
        estimate.value += mean.map_or(0.0, |mean| share * mean);
        variance += share * share * of_mean;
        estimate.per_cluster.push(mean);
        estimate.per_cluster_se.push(of_mean.sqrt());
    }
    estimate.se = variance.sqrt();
    estimate
}

fn ratio_mean(measured: &[(Anchor, f64)]) -> Option<f64> {
    let weight: f64 = measured.iter().map(|(anchor, _)| anchor.stands_for).sum();
    let sum: f64 = measured.iter().map(|(anchor, value)| anchor.stands_for * value).sum();
    (weight > 0.0).then(|| sum / weight)
}

/// From successive differences; anchors of probability 1 would be in every sample and add nothing.
fn variance_of_mean(measured: &[(Anchor, f64)], mean: f64) -> f64 {
    let weight: f64 = measured.iter().map(|(anchor, _)| anchor.stands_for).sum();
    let residuals: Vec<(f64, f64)> = measured
        .iter()
        .filter(|(anchor, _)| anchor.probability < 1.0)
        .map(|(anchor, value)| (anchor.stands_for * (value - mean), 1.0 - anchor.probability))
        .collect();
    let squares = match residuals[..] {
        [(residual, uncertain)] => uncertain * residual * residual,
        _ => {
            let n = residuals.len() as f64;
            let differences: f64 = residuals
                .windows(2)
                .map(|pair| 0.5 * (pair[0].1 + pair[1].1) * (pair[1].0 - pair[0].0) * (pair[1].0 - pair[0].0))
                .sum();
            if n > 1.0 { 0.5 * n / (n - 1.0) * differences } else { 0.0 }
        }
    };
    squares / (weight * weight)
}
