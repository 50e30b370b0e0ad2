//! The beam search, over codes.

use std::collections::BTreeSet;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

use super::super::funnel::HARDLY;
use super::question::Question;
use crate::jobs::{Cancel, Cancelled};

/// Conditions of a rule, at most.
const DEPTH: usize = 3;
/// Rules of each length that are taken further.
const WIDTH: usize = 24;

/// One condition: a row has one of the codes from `from` to `to`, both in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Condition {
    pub question: usize,
    pub from: u16,
    pub to: u16,
}

/// A rule that the search met.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    /// Ascending by question; no question twice.
    pub conditions: Vec<Condition>,
    pub rows: usize,
    pub low: usize,
    /// `(low − rows · p) / √(rows · p (1 − p))` with p the share among all: Klösgen's binomial test measure.
    pub quality: f64,
}

/// What is searched: columns in codes by cell, and how many rows and low-paid rows are in each cell.
pub(super) struct Search<'a> {
    pub questions: &'a [Question<'a>],
    pub cancel: &'a Cancel,
    cells: Vec<Count>,
    least: usize,
    share: f64,
}

/// Rows and low-paid rows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Count {
    rows: u32,
    low: u32,
}

impl Count {
    fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.low += other.low;
    }
}

/// The outcome dealt out anew among the rows (Fisher–Yates).
pub(super) fn dealt_out(low: &[bool], seed: u64) -> Vec<bool> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut dealt = low.to_vec();
    for last in (1..dealt.len()).rev() {
        // Lemire 2019, without the rejection: the bias is below 2⁻³².
        let at = (u128::from(random.next_u64()) * (last as u128 + 1)) >> 64;
        dealt.swap(last, at as usize);
    }
    dealt
}

impl<'a> Search<'a> {
    /// `low` and `cell_of` go by row; there are `cells` cells.
    pub fn new(
        questions: &'a [Question<'a>],
        (cell_of, cells): (&[u32], usize),
        low: &[bool],
        least: usize,
        cancel: &'a Cancel,
    ) -> Self {
        let mut counts = vec![Count::default(); cells];
        for (cell, low) in cell_of.iter().zip(low) {
            counts[*cell as usize].add(Count { rows: 1, low: u32::from(*low) });
        }
        let share = low.iter().filter(|low| **low).count() as f64 / low.len().max(1) as f64;
        Self { questions, cancel, cells: counts, least, share }
    }

    /// Every rule that was looked at and is better than nothing, the best first; ties: the shorter one, then the
    /// order of the table.
    pub fn run(&self) -> Result<Vec<Found>, Cancelled> {
        if self.share <= 0.0 || self.share >= 1.0 {
            return Ok(Vec::new());
        }
        let mut beam = vec![(Vec::new(), (0..self.cells.len() as u32).collect::<Vec<u32>>())];
        let mut seen: BTreeSet<Vec<Condition>> = BTreeSet::new();
        let mut all = Vec::new();
        for depth in 1..=DEPTH {
            let further: Result<Vec<Vec<Found>>, Cancelled> =
                beam.par_iter().map(|(conditions, cells)| self.refined(conditions, cells)).collect();
            let mut level: Vec<(Found, usize)> = Vec::new();
            for (parent, found) in further?.into_iter().enumerate() {
                level.extend(
                    found.into_iter().filter(|f| seen.insert(f.conditions.clone())).map(|found| (found, parent)),
                );
            }
            level.sort_by(|(a, _), (b, _)| a.before(b));
            if depth < DEPTH {
                beam = level
                    .par_iter()
                    .take(WIDTH)
                    .map(|(found, parent)| {
                        let cells = beam[*parent].1.iter().copied().filter(|cell| self.meets(*cell, &found.conditions));
                        (found.conditions.clone(), cells.collect())
                    })
                    .collect();
            }
            all.extend(level.into_iter().map(|(found, _)| found));
        }
        all.sort_by(Found::before);
        Ok(all)
    }

    /// The rules with one condition more: of each number the best interval, of each category every level.
    fn refined(&self, conditions: &[Condition], cells: &[u32]) -> Result<Vec<Found>, Cancelled> {
        let mut found = Vec::new();
        let all: usize = cells.iter().map(|cell| self.cells[*cell as usize].rows as usize).sum();
        for (question, asked) in self.questions.iter().enumerate() {
            if conditions.iter().any(|c| c.question == question) {
                continue;
            }
            self.cancel.check()?;
            let counts = self.counts(asked, cells);
            let mut offer = |from: usize, to: usize, count: Count| {
                let quality = self.quality(count);
                let (n, low) = (count.rows as usize, count.low as usize);
                if n >= self.least && n < all && quality > 0.0 {
                    let mut conditions = conditions.to_vec();
                    conditions.push(Condition { question, from: from as u16, to: to as u16 });
                    conditions.sort_unstable();
                    found.push(Found { conditions, rows: n, low, quality });
                }
            };
            if asked.is_ordered() {
                if let Some((from, to, counted)) = self.best_interval(&counts) {
                    offer(from, to, counted);
                }
            } else {
                counts.iter().enumerate().for_each(|(code, counted)| offer(code, code, *counted));
            }
        }
        Ok(found)
    }

    /// Rows and low-paid rows by code.
    fn counts(&self, asked: &Question<'_>, cells: &[u32]) -> Vec<Count> {
        // The last place is for rows without a code.
        let last = asked.count();
        let mut counts = vec![Count::default(); last + 1];
        for &cell in cells {
            let code = usize::from(asked.codes[cell as usize]).min(last);
            counts[code].add(self.cells[cell as usize]);
        }
        counts.pop();
        counts
    }

    /// The interval of codes with the best quality that is large enough; ties: the first.
    fn best_interval(&self, counts: &[Count]) -> Option<(usize, usize, Count)> {
        let mut best: Option<(f64, usize, usize, Count)> = None;
        for from in 0..counts.len() {
            let mut sum = Count::default();
            for (to, count) in counts.iter().enumerate().skip(from) {
                sum.add(*count);
                let quality = self.quality(sum);
                if sum.rows as usize >= self.least && best.is_none_or(|(most, ..)| quality > most) {
                    best = Some((quality, from, to, sum));
                }
            }
        }
        best.map(|(_, from, to, counted)| (from, to, counted))
    }

    fn quality(&self, count: Count) -> f64 {
        let (n, low) = (f64::from(count.rows), f64::from(count.low));
        if n == 0.0 { 0.0 } else { (low - n * self.share) / (n * self.share * (1.0 - self.share)).sqrt() }
    }

    /// The share of low-paid rows over that among all.
    pub fn lift(&self, found: &Found) -> f64 {
        found.low as f64 / found.rows as f64 / self.share
    }

    fn meets(&self, cell: u32, conditions: &[Condition]) -> bool {
        conditions.iter().all(|c| (c.from..=c.to).contains(&self.questions[c.question].codes[cell as usize]))
    }

    /// Whether the rows of a rule differ from what each of its conditions, left out, lets in besides: by at least so
    /// many standard errors of the difference of two shares, and it keeps out more than a clause that is hardly a
    /// filter does.
    pub fn every_condition_counts(&self, found: &Found, errors: f64) -> bool {
        found.conditions.len() < 2
            || (0..found.conditions.len()).all(|left_out| {
                let mut others = found.conditions.clone();
                others.remove(left_out);
                let mut wider = Count::default();
                (0..self.cells.len() as u32)
                    .filter(|cell| self.meets(*cell, &others))
                    .for_each(|cell| wider.add(self.cells[cell as usize]));
                let (n, low) = (wider.rows as usize, wider.low as usize);
                let (rest, rest_low) = (n - found.rows, low - found.low);
                if found.rows as f64 >= HARDLY * n as f64 {
                    return false;
                }
                let pooled = low as f64 / n as f64;
                let error = (pooled * (1.0 - pooled) * (1.0 / found.rows as f64 + 1.0 / rest as f64)).sqrt();
                let difference = found.low as f64 / found.rows as f64 - rest_low as f64 / rest as f64;
                difference > errors * error
            })
    }
}

impl Found {
    fn before(&self, other: &Self) -> std::cmp::Ordering {
        let length = self.conditions.len().cmp(&other.conditions.len());
        other.quality.total_cmp(&self.quality).then(length).then_with(|| self.conditions.cmp(&other.conditions))
    }
}
