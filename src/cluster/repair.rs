//! Candidates for one k on a sample of the rows, and how bad optima among them are repaired.

use rand_xoshiro::rand_core::Rng;
use rayon::prelude::*;

use super::Params;
use super::lloyd::{Lloyd, View, square_distance};
use super::start::{extend, most_wanted, random};
use crate::jobs::{Cancel, Cancelled};
use crate::matrix::Matrix;

/// A candidate and the rows in each of its clusters.
type Fitted = (Candidate, Vec<i64>);

/// A sample of the rows to search on, and how far.
struct Level {
    /// Rows, for up to [`CLUSTERS`] clusters.
    rows: usize,
    /// A step that lowers WCSS by no more than this share is the last.
    tolerance: f64,
    iterations: u32,
    /// Candidates worse than the best so far by more than this factor do not get here.
    excess: f64,
}

/// Clusters that the smallest samples are made for; for twice as many they have twice as many rows.
const CLUSTERS: usize = 40;
/// Where starts are told apart.
const FIRST: Level = Level { rows: 5_120, tolerance: 1e-3, iterations: 40, excess: 1.0 };
/// Where the better ones go on, and swaps are tried.
const SECOND: Level = Level { rows: 20_480, tolerance: 1e-4, iterations: 100, excess: 1.05 };
/// Where what is left settles and is told apart more finely: the smaller sample takes optima that differ
/// by 0.2 % for each other.
const LAST: Level = Level { rows: 81_920, tolerance: 2e-5, iterations: 300, excess: 1.01 };
/// Starts that reach the second level.
const PROMOTED: usize = 8;
/// Starts that take the centres of k − 1 and add one.
const EXTENSIONS: u64 = 4;
/// Starts with too many centres, this many times k and a few, which are then merged down to k.
const MERGERS: u64 = 6;
const SURPLUS: usize = 2;
/// Per round of swaps: how many of the most dispensable centres are tried, and new places for each.
const DISPENSABLE: usize = 3;
const PLACES: u64 = 2;
/// The best so many candidates take turns.
const BASES: usize = 2;
/// Centres drawn at random that are tried besides, per round (random swap: Fränti 2018).
const RANDOM: u64 = 6;
const ROUNDS: u64 = 200;
/// Rounds that may bring nothing: this many divided by the rows, from 1 to the limit, and more where there are more
/// centres than columns. Small tables, and many centres in few columns, have the roughest landscapes, and cost little.
const PATIENCE: usize = 40_960;
const PATIENCE_LIMIT: usize = 20;
/// Rows drawn to find the most wanted one on all rows.
const WANTED_DRAWS: usize = 24;
/// Progress by less than this share of WCSS is none.
pub(super) const SAME: f64 = 1e-5;
/// Two candidates are the same if their centres differ by less than this share of WCSS.
const SAME_CENTRES: f64 = 1e-2;

/// Centres (k × d, tile units) and the WCSS they reached on the rows they were fitted to.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub centres: Vec<f64>,
    pub wcss: f64,
}

impl Level {
    /// Rows of the sample for k clusters, or `None` where all rows are little more work. Sizes grow in
    /// steps, so that most k share their samples.
    fn sample_rows(&self, distinct: usize, k: usize) -> Option<usize> {
        let rows = self.rows * (k.div_ceil(CLUSTERS)).next_power_of_two();
        (distinct > rows + rows / 2).then_some(rows)
    }
}

/// The samples of all levels; empty where a level takes all rows.
#[derive(Debug, Default)]
pub(super) struct Samples([Option<(usize, Matrix)>; 3]);

impl Samples {
    /// Makes the samples fit k clusters: what they hold depends on the rows and k only.
    ///
    /// # Errors
    /// `Cancelled` when `cancel` says so.
    pub fn fit_to(&mut self, all: View<'_>, k: usize, cancel: &Cancel) -> Result<(), Cancelled> {
        if k == 1 {
            return Ok(());
        }
        for (sample, level) in self.0.iter_mut().zip([&FIRST, &SECOND, &LAST]) {
            let wanted = level.sample_rows(all.rows, k);
            if sample.as_ref().map(|(rows, _)| *rows) != wanted {
                cancel.check()?;
                *sample = wanted.map(|rows| (rows, all.matrix.sample(rows)));
            }
        }
        Ok(())
    }

    /// Whether the search sees less than all rows even at its last level.
    pub fn any(&self) -> bool {
        self.0[2].is_some()
    }

    /// What starts are told apart on.
    #[cfg(test)]
    pub fn first<'a>(&'a self, all: View<'a>) -> View<'a> {
        self.views(all)[0]
    }

    fn views<'a>(&'a self, all: View<'a>) -> [View<'a>; 3] {
        [0, 1, 2].map(|level| self.0[level].as_ref().map_or(all, |(_, matrix)| View::new(matrix, all.path)))
    }
}

/// Hands over the smallest sample, on which starts begin.
fn on_first_sample<T>(all: View<'_>, k: usize, work: impl FnOnce(View<'_>) -> T) -> T {
    let sample = FIRST.sample_rows(all.rows, k).map(|rows| all.matrix.sample(rows));
    work(sample.as_ref().map_or(all, |sample| View::new(sample, all.path)))
}

/// The centres that start `number` begins with.
pub(super) fn first_centres(all: View<'_>, k: usize, (seed, number): (u64, u64)) -> Vec<f64> {
    on_first_sample(all, k, |sample| extend(sample, Vec::new(), k, &mut random(seed, k, number)))
}

/// The best of the starts on the smallest sample: good enough to be looked at while the rest is computed.
pub(super) fn quick(all: View<'_>, k: usize, params: Params, cancel: &Cancel) -> Result<Vec<f64>, Cancelled> {
    on_first_sample(all, k, |sample| {
        let mut found: Vec<Fitted> = (0..u64::from(params.starts.max(1)))
            .into_par_iter()
            .map(|start| complete(sample, &FIRST, Vec::new(), k, (params.seed, start), cancel))
            .collect::<Result<_, _>>()?;
        sort(&mut found);
        Ok(found.swap_remove(0).0.centres)
    })
}

/// Different candidates, the best first.
pub(super) fn candidates(
    all: View<'_>,
    samples: &Samples,
    k: usize,
    before: Option<&Candidate>,
    params: Params,
    cancel: &Cancel,
) -> Result<Vec<Candidate>, Cancelled> {
    if k == 1 {
        return Ok(Vec::new());
    }
    let [first, second, last] = samples.views(all);
    let starts = u64::from(params.starts.max(1));
    let mergers = starts + MERGERS;
    let extensions = if before.is_some() { EXTENSIONS } else { 0 };
    let mut found: Vec<Fitted> = (0..mergers + extensions)
        .into_par_iter()
        .map(|start| {
            let number = (params.seed, start);
            if start < starts {
                complete(first, &FIRST, Vec::new(), k, number, cancel)
            } else if start < mergers {
                let surplus = (k * SURPLUS + 2).min(first.rows);
                let (many, counts) = complete(first, &FIRST, Vec::new(), surplus, number, cancel)?;
                refine(first, &FIRST, merge_down(many.centres, counts, k), cancel)
            } else {
                let known = before.map_or(Vec::new(), |before| before.centres.clone());
                complete(first, &FIRST, known, k, number, cancel)
            }
        })
        .collect::<Result<_, _>>()?;
    sort(&mut found);
    promote(second, &SECOND, &mut found, cancel)?;
    search(second, &SECOND, &mut found, params.seed, cancel)?;
    promote(last, &LAST, &mut found, cancel)?;
    Ok(found.into_iter().map(|(candidate, _)| candidate).collect())
}

/// Takes the better candidates on to `level`.
fn promote(sample: View<'_>, level: &Level, found: &mut Vec<Fitted>, cancel: &Cancel) -> Result<(), Cancelled> {
    let worst = found.first().map_or(0.0, |best| best.0.wcss * level.excess);
    *found = std::mem::take(found)
        .into_par_iter()
        .filter(|(candidate, _)| candidate.wcss <= worst)
        .map(|(candidate, _)| refine(sample, level, candidate.centres, cancel))
        .collect::<Result<_, _>>()?;
    sort(found);
    Ok(())
}

/// Swaps centres of the better candidates until that has brought nothing for a while.
fn search(
    sample: View<'_>,
    level: &Level,
    found: &mut Vec<Fitted>,
    seed: u64,
    cancel: &Cancel,
) -> Result<(), Cancelled> {
    let columns = sample.matrix.columns();
    let crowded = found.first().map_or(0, |(_, counts)| counts.len()).max(columns);
    let mut patience = (PATIENCE * crowded / (columns * sample.rows)).clamp(1, PATIENCE_LIMIT);
    for round in 0..ROUNDS {
        if patience == 0 {
            break;
        }
        let before = found[0].0.wcss;
        let base = (round as usize % BASES).min(found.len() - 1);
        let swapped = swaps(sample, level, &found[base], round, seed, cancel)?;
        found.extend(swapped);
        sort(found);
        if found[0].0.wcss >= before * (1.0 - SAME) {
            patience -= 1;
        }
    }
    Ok(())
}

/// What becomes of `best` when one of its centres is put elsewhere.
fn swaps(
    sample: View<'_>,
    level: &Level,
    best: &Fitted,
    round: u64,
    seed: u64,
    cancel: &Cancel,
) -> Result<Vec<Fitted>, Cancelled> {
    let (best, counts) = best;
    let (d, k) = (sample.matrix.columns(), counts.len());
    let cheapest = by_merge_cost(&best.centres, counts).into_iter().take(DISPENSABLE);
    let mut clusters: Vec<usize> = cheapest.map(|(_, cluster)| cluster).collect();
    clusters = clusters.repeat(PLACES as usize);
    let mut random = random(seed, k, (round + 1) << 32);
    clusters.extend((0..RANDOM).map(|_| (random.next_u64() % k as u64) as usize));
    clusters
        .into_par_iter()
        .enumerate()
        .map(|(trial, cluster)| {
            let mut centres = best.centres.clone();
            centres.drain(cluster * d..(cluster + 1) * d);
            complete(sample, level, centres, k, (seed, ((round + 1) << 32) + 1 + trial as u64), cancel)
        })
        .collect()
}

/// Centres of `best` with the most dispensable one moved to the most wanted row, if that looks like a
/// gain. On all rows: it finds what samples cannot know, the few rows that are very far out.
pub(super) fn promising_swap(all: View<'_>, best: &Lloyd<'_>, seed: u64, round: u64) -> Option<Vec<f64>> {
    let (centres, counts) = (best.centres(), best.counts());
    let (d, k) = (all.matrix.columns(), counts.len());
    if k < 2 {
        return None;
    }
    let (row, gain) = most_wanted(all, centres, WANTED_DRAWS, &mut random(seed, k, u64::MAX - 1 - round))?;
    let (cost, cluster) = *by_merge_cost(centres, counts).first()?;
    // The gain grows with the iterations that follow, the cost shrinks.
    if gain < 0.5 * cost {
        return None;
    }
    let mut centres = centres.to_vec();
    all.centred(row, &mut centres[cluster * d..][..d]);
    Some(centres)
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

/// Best first, of the same ones only the best.
fn sort(found: &mut Vec<Fitted>) {
    found.sort_by(|a, b| a.0.wcss.total_cmp(&b.0.wcss));
    let mut kept: Vec<Fitted> = Vec::with_capacity(PROMOTED);
    for fitted in found.drain(..) {
        if kept.len() < PROMOTED && !kept.iter().any(|better| same(better, &fitted)) {
            kept.push(fitted);
        }
    }
    *found = kept;
}

/// Whether moving every centre to the nearest one of `better` changes next to nothing.
fn same(better: &Fitted, other: &Fitted) -> bool {
    let (better, (other, counts)) = (&better.0, other);
    let d = other.centres.len() / counts.len();
    let centres = other.centres.chunks_exact(d).zip(counts);
    let moved: f64 = centres
        .map(|(centre, &count)| {
            let squares = better.centres.chunks_exact(d).map(|near| square_distance(centre, near));
            count as f64 * squares.fold(f64::INFINITY, f64::min)
        })
        .sum();
    moved <= SAME_CENTRES * other.wcss
}

/// What merging two clusters adds to WCSS (Ward 1963).
fn merge_cost(a: &[f64], b: &[f64], count_a: i64, count_b: i64) -> f64 {
    let (a_rows, b_rows) = (count_a as f64, count_b as f64);
    a_rows * b_rows / (a_rows + b_rows) * square_distance(a, b)
}

/// Merges the two clusters that cost least, again and again, until there are `k`.
pub(super) fn merge_down(mut centres: Vec<f64>, mut counts: Vec<i64>, k: usize) -> Vec<f64> {
    let d = centres.len() / counts.len();
    while counts.len() > k {
        let mut least = (f64::INFINITY, 0, 1);
        for a in 0..counts.len() {
            for b in a + 1..counts.len() {
                let cost = merge_cost(&centres[a * d..][..d], &centres[b * d..][..d], counts[a], counts[b]);
                if cost < least.0 {
                    least = (cost, a, b);
                }
            }
        }
        let (_, a, b) = least;
        let share = counts[b] as f64 / (counts[a] + counts[b]) as f64;
        for j in 0..d {
            centres[a * d + j] += share * (centres[b * d + j] - centres[a * d + j]);
        }
        counts[a] += counts[b];
        counts.remove(b);
        centres.drain(b * d..(b + 1) * d);
    }
    centres
}

/// Clusters with what it would cost to merge each into another one, the cheapest first.
fn by_merge_cost(centres: &[f64], counts: &[i64]) -> Vec<(f64, usize)> {
    let d = centres.len() / counts.len();
    let cost = |a: usize| {
        let others = (0..counts.len()).filter(|&b| b != a);
        let costs = others.map(|b| merge_cost(&centres[a * d..][..d], &centres[b * d..][..d], counts[a], counts[b]));
        costs.fold(f64::INFINITY, f64::min)
    };
    let mut order: Vec<(f64, usize)> = (0..counts.len()).map(|c| (cost(c), c)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    order
}
