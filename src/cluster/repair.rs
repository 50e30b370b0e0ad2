//! Candidates for one k on a sample of the rows, and how bad optima among them are repaired.

use rand_xoshiro::rand_core::Rng;
use rayon::prelude::*;

use super::Params;
use super::lloyd::{Lloyd, View, square_distance};
use super::start::{extend, random};
use crate::jobs::{Cancel, Cancelled};
use crate::matrix::tiles::WIDTH;

/// A candidate and the rows in each of its clusters.
type Fitted = (Candidate, Vec<i64>);

/// A sample of the rows to search on, and how far.
struct Level {
    /// Rows, at least; and rows for each cluster, at least.
    rows: usize,
    rows_per_cluster: usize,
    /// A step that lowers WCSS by no more than this share is the last.
    tolerance: f64,
    iterations: u32,
}

/// Where starts are told apart.
const FIRST: Level = Level { rows: 5_120, rows_per_cluster: 128, tolerance: 1e-3, iterations: 40 };
/// Where the better ones go on, and swaps are tried.
const SECOND: Level = Level { rows: 20_480, rows_per_cluster: 512, tolerance: 1e-4, iterations: 100 };
/// Starts that reach the second level.
const PROMOTED: usize = 4;
/// Starts that take the centres of k − 1 and add one.
const EXTENSIONS: u64 = 4;
/// Per round of swaps: how many of the most dispensable centres are tried, and new places for each.
const DISPENSABLE: usize = 3;
const PLACES: u64 = 2;
/// Centres drawn at random that are tried besides, per round (random swap: Fränti 2018).
const RANDOM: u64 = 6;
const ROUNDS: u64 = 200;
/// Rounds in a row that may bring nothing: this many divided by the rows, from 1 to the limit. Small
/// tables have the roughest landscapes, and cost nothing.
const PATIENCE: usize = 24_576;
const PATIENCE_LIMIT: usize = 20;
/// Candidates whose WCSS differs by less than this share are taken for the same one.
const SAME: f64 = 1e-5;

/// Centres (k × d, tile units) and the WCSS they reached on the rows they were fitted to.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub centres: Vec<f64>,
    pub wcss: f64,
}

impl Level {
    /// The sample for k clusters: a prefix of all rows, or all of them where that is little more work.
    fn view<'a>(&self, all: View<'a>, k: usize) -> View<'a> {
        let rows = self.rows.max(self.rows_per_cluster * k).next_multiple_of(WIDTH);
        if all.rows <= rows + rows / 2 { all } else { View::new(all.matrix, rows, all.path) }
    }
}

/// Different candidates, the best first.
pub(super) fn candidates(
    all: View<'_>,
    k: usize,
    before: Option<&Candidate>,
    params: Params,
    cancel: &Cancel,
) -> Result<Vec<Candidate>, Cancelled> {
    if k == 1 {
        return Ok(Vec::new());
    }
    let first = FIRST.view(all, k);
    let starts = u64::from(params.starts.max(1));
    let extensions = if before.is_some() { EXTENSIONS } else { 0 };
    let mut found: Vec<Fitted> = (0..starts + extensions)
        .into_par_iter()
        .map(|start| {
            let known = if start < starts { Vec::new() } else { before.map_or(Vec::new(), |b| b.centres.clone()) };
            complete(first, &FIRST, known, k, (params.seed, start), cancel)
        })
        .collect::<Result<_, _>>()?;
    sort(&mut found);
    let sample = SECOND.view(all, k);
    found = found
        .into_par_iter()
        .take(PROMOTED)
        .map(|(candidate, _)| refine(sample, &SECOND, candidate.centres, cancel))
        .collect::<Result<_, _>>()?;
    sort(&mut found);
    let mut patience = (PATIENCE / sample.rows).clamp(1, PATIENCE_LIMIT);
    for round in 1..=ROUNDS {
        if patience == 0 {
            break;
        }
        let before = found[0].0.wcss;
        found.extend(swaps(sample, &found[0], round, params.seed, cancel)?);
        sort(&mut found);
        found.truncate(PROMOTED);
        if found[0].0.wcss >= before * (1.0 - SAME) {
            patience -= 1;
        }
    }
    Ok(found.into_iter().map(|(candidate, _)| candidate).collect())
}

/// What becomes of `best` when one of its centres is put elsewhere.
fn swaps(sample: View<'_>, best: &Fitted, round: u64, seed: u64, cancel: &Cancel) -> Result<Vec<Fitted>, Cancelled> {
    let (best, counts) = best;
    let (d, k) = (sample.matrix.columns(), counts.len());
    let mut clusters: Vec<usize> = dispensable(&best.centres, counts).into_iter().take(DISPENSABLE).collect();
    clusters = clusters.repeat(PLACES as usize);
    let mut random = random(seed, k, round << 32);
    clusters.extend((0..RANDOM).map(|_| (random.next_u64() % k as u64) as usize));
    clusters
        .into_par_iter()
        .enumerate()
        .map(|(trial, cluster)| {
            let mut centres = best.centres.clone();
            centres.drain(cluster * d..(cluster + 1) * d);
            complete(sample, &SECOND, centres, k, (seed, (round << 32) + 1 + trial as u64), cancel)
        })
        .collect()
}

/// Completes `known` centres to k and runs Lloyd.
fn complete(
    sample: View<'_>,
    level: &Level,
    known: Vec<f64>,
    k: usize,
    (seed, number): (u64, u64),
    cancel: &Cancel,
) -> Result<Fitted, Cancelled> {
    cancel.check()?;
    refine(sample, level, extend(sample, known, k, &mut random(seed, k, number)), cancel)
}

fn refine(sample: View<'_>, level: &Level, centres: Vec<f64>, cancel: &Cancel) -> Result<Fitted, Cancelled> {
    let mut lloyd = Lloyd::new(sample, centres, false);
    lloyd.run(level.iterations, level.tolerance, cancel)?;
    Ok((Candidate { centres: lloyd.centres().to_vec(), wcss: lloyd.wcss() }, lloyd.counts().to_vec()))
}

/// Best first, of the same ones only the first.
fn sort(found: &mut Vec<Fitted>) {
    found.sort_by(|a, b| a.0.wcss.total_cmp(&b.0.wcss));
    found.dedup_by(|b, a| b.0.wcss - a.0.wcss <= SAME * a.0.wcss);
}

/// Clusters by what it would cost to merge them into another one (Ward 1963), the cheapest first.
fn dispensable(centres: &[f64], counts: &[i64]) -> Vec<usize> {
    let d = centres.len() / counts.len();
    let centre = |c: usize| &centres[c * d..][..d];
    let cost = |a: usize| {
        (0..counts.len()).filter(|&b| b != a).fold(f64::INFINITY, |least, b| {
            let (na, nb) = (counts[a] as f64, counts[b] as f64);
            least.min(na * nb / (na + nb) * square_distance(centre(a), centre(b)))
        })
    };
    let mut order: Vec<(f64, usize)> = (0..counts.len()).map(|c| (cost(c), c)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    order.into_iter().map(|(_, cluster)| cluster).collect()
}
