//! The beam search, over codes.

use std::collections::BTreeSet;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

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

/// What is searched: columns in codes, and an outcome by row.
pub(super) struct Search<'a> {
    pub questions: &'a [Question<'a>],
    pub cancel: &'a Cancel,
    low: &'a [bool],
    least: usize,
    share: f64,
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
    pub fn new(questions: &'a [Question<'a>], low: &'a [bool], least: usize, cancel: &'a Cancel) -> Self {
        let share = low.iter().filter(|low| **low).count() as f64 / low.len().max(1) as f64;
        Self { questions, cancel, low, least, share }
    }

    /// Every rule that was looked at and is better than nothing, the best first; ties: the shorter one, then the
    /// order of the table.
    pub fn run(&self) -> Result<Vec<Found>, Cancelled> {
        if self.share <= 0.0 || self.share >= 1.0 {
            return Ok(Vec::new());
        }
        let mut beam = vec![(Vec::new(), (0..self.low.len() as u32).collect::<Vec<u32>>())];
        let mut seen: BTreeSet<Vec<Condition>> = BTreeSet::new();
        let mut all = Vec::new();
        for depth in 1..=DEPTH {
            let further: Result<Vec<Vec<Found>>, Cancelled> =
                beam.par_iter().map(|(conditions, rows)| self.refined(conditions, rows)).collect();
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
                        let rows = beam[*parent].1.iter().copied().filter(|row| self.meets(*row, &found.conditions));
                        (found.conditions.clone(), rows.collect())
                    })
                    .collect();
            }
            all.extend(level.into_iter().map(|(found, _)| found));
        }
        all.sort_by(Found::before);
        Ok(all)
    }

    /// The rules with one condition more: of each number the best interval, of each category every level.
    fn refined(&self, conditions: &[Condition], rows: &[u32]) -> Result<Vec<Found>, Cancelled> {
        let mut found = Vec::new();
        for (question, asked) in self.questions.iter().enumerate() {
            if conditions.iter().any(|c| c.question == question) {
                continue;
            }
            self.cancel.check()?;
            let counts = self.counts(asked, rows);
            let mut offer = |from: usize, to: usize, (n, low): (usize, usize)| {
                let quality = self.quality(n, low);
                if n >= self.least && n < rows.len() && quality > 0.0 {
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
    fn counts(&self, asked: &Question<'_>, rows: &[u32]) -> Vec<(usize, usize)> {
        // Both in one number, so that a row costs one addition; the last place is for rows without a code.
        let mut packed = vec![0u64; asked.count() + 1];
        let last = asked.count();
        for &row in rows {
            let code = usize::from(asked.codes[row as usize]).min(last);
            packed[code] += 1 + (u64::from(self.low[row as usize]) << 32);
        }
        packed.pop();
        packed.into_iter().map(|both| ((both & 0xffff_ffff) as usize, (both >> 32) as usize)).collect()
    }

    /// The interval of codes with the best quality that is large enough; ties: the first.
    fn best_interval(&self, counts: &[(usize, usize)]) -> Option<(usize, usize, (usize, usize))> {
        let mut best: Option<(f64, usize, usize, (usize, usize))> = None;
        for from in 0..counts.len() {
            let mut sum = (0, 0);
            for (to, count) in counts.iter().enumerate().skip(from) {
                sum = (sum.0 + count.0, sum.1 + count.1);
                let quality = self.quality(sum.0, sum.1);
                if sum.0 >= self.least && best.is_none_or(|(most, ..)| quality > most) {
                    best = Some((quality, from, to, sum));
                }
            }
        }
        best.map(|(_, from, to, counted)| (from, to, counted))
    }

    fn quality(&self, rows: usize, low: usize) -> f64 {
        let n = rows as f64;
        if rows == 0 { 0.0 } else { (low as f64 - n * self.share) / (n * self.share * (1.0 - self.share)).sqrt() }
    }

    /// The share of low-paid rows over that among all.
    pub fn lift(&self, found: &Found) -> f64 {
        found.low as f64 / found.rows as f64 / self.share
    }

    fn meets(&self, row: u32, conditions: &[Condition]) -> bool {
        conditions.iter().all(|c| (c.from..=c.to).contains(&self.questions[c.question].codes[row as usize]))
    }

    /// Whether the rows of a rule differ from what each of its conditions, left out, lets in besides: by at least so
    /// many standard errors of the difference of two shares.
    pub fn every_condition_counts(&self, found: &Found, errors: f64) -> bool {
        found.conditions.len() < 2
            || (0..found.conditions.len()).all(|left_out| {
                let mut others = found.conditions.clone();
                others.remove(left_out);
                let wider = (0..self.low.len() as u32).filter(|row| self.meets(*row, &others));
                let (n, low) = wider.fold((0, 0), |(n, low), row| (n + 1, low + usize::from(self.low[row as usize])));
                let (rest, rest_low) = (n - found.rows, low - found.low);
                if rest == 0 {
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
