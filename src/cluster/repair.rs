//! Candidates for one k on a sample of the rows, and how bad optima among them are repaired.

use rayon::prelude::*;

use super::Params;
use super::lloyd::{Lloyd, View, square_distance};
use super::start::{extend, random};
use crate::jobs::{Cancel, Cancelled};

/// Rows of the sample, at least; and rows for each cluster, at least.
const SAMPLE_ROWS: usize = 20_480;
const SAMPLE_ROWS_PER_CLUSTER: usize = 512;
/// A step on the sample that lowers WCSS by no more than this share is the last.
const SAMPLE_TOLERANCE: f64 = 1e-4;
const SAMPLE_ITERATIONS: u32 = 100;
/// Starts that take the centres of k − 1 and add one.
const EXTENSIONS: u64 = 4;
/// Per round of swaps: how many of the most dispensable centres are tried, and new places for each.
const DISPENSABLE: usize = 3;
const PLACES: u64 = 2;
const ROUNDS: u64 = 8;
/// Candidates whose WCSS differs by less than this share are taken for the same one.
const SAME: f64 = 1e-5;

/// Centres (k × d, tile units) and the WCSS they reached on the rows they were fitted to.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub centres: Vec<f64>,
    pub wcss: f64,
}

/// Rows of the sample for k clusters out of `distinct`: all of them where that is little more work.
pub(super) fn sample_rows(distinct: usize, k: usize) -> usize {
    let rows = SAMPLE_ROWS.max(SAMPLE_ROWS_PER_CLUSTER * k);
    if distinct <= rows + rows / 2 { distinct } else { rows.next_multiple_of(16) }
}

/// Different candidates, the best first.
pub(super) fn candidates(
    sample: View<'_>,
    k: usize,
    before: Option<&Candidate>,
    params: Params,
    cancel: &Cancel,
) -> Result<Vec<Candidate>, Cancelled> {
    if k == 1 {
        return Ok(vec![Candidate { centres: vec![0.0; sample.matrix.columns()], wcss: 0.0 }]);
    }
    let starts = u64::from(params.starts.max(1));
    let extensions = if before.is_some() { EXTENSIONS } else { 0 };
    let mut found: Vec<(Candidate, Vec<i64>)> = (0..starts + extensions)
        .into_par_iter()
        .map(|start| {
            let known = if start < starts { Vec::new() } else { before.map_or(Vec::new(), |b| b.centres.clone()) };
            refine(sample, known, k, (params.seed, start), cancel)
        })
        .collect::<Result<_, _>>()?;
    sort(&mut found);
    for round in 1..=ROUNDS {
        if k < 3 {
            break;
        }
        let (best, counts) = &found[0];
        let trials: Vec<(usize, u64)> = dispensable(&best.centres, counts)
            .into_iter()
            .take(DISPENSABLE)
            .flat_map(|c| (0..PLACES).map(move |place| (c, place)))
            .collect();
        let swapped: Vec<(Candidate, Vec<i64>)> = trials
            .into_par_iter()
            .map(|(cluster, place)| {
                let d = sample.matrix.columns();
                let mut centres = best.centres.clone();
                centres.drain(cluster * d..(cluster + 1) * d);
                let number = (round << 32) + ((cluster as u64) << 8) + place;
                refine(sample, centres, k, (params.seed, number), cancel)
            })
            .collect::<Result<_, _>>()?;
        let before = best.wcss;
        found.extend(swapped);
        sort(&mut found);
        if found[0].0.wcss >= before * (1.0 - SAME) {
            break;
        }
    }
    Ok(found.into_iter().map(|(candidate, _)| candidate).collect())
}

/// Completes `known` centres to k and runs Lloyd on the sample.
fn refine(
    sample: View<'_>,
    known: Vec<f64>,
    k: usize,
    (seed, number): (u64, u64),
    cancel: &Cancel,
) -> Result<(Candidate, Vec<i64>), Cancelled> {
    cancel.check()?;
    let centres = extend(sample, known, k, &mut random(seed, k, number));
    let mut lloyd = Lloyd::new(sample, centres, false);
    lloyd.run(SAMPLE_ITERATIONS, SAMPLE_TOLERANCE, cancel)?;
    Ok((Candidate { centres: lloyd.centres().to_vec(), wcss: lloyd.wcss() }, lloyd.counts().to_vec()))
}

/// Best first, of the same ones only the first.
fn sort(found: &mut Vec<(Candidate, Vec<i64>)>) {
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
