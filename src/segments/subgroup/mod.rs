//! Subgroup discovery: short rules whose people are paid low for their experience more often than others.
//!
//! Subgroups are described by one to three conditions, each on another column: an interval of a number between
//! quantiles of the data, or a level of a category. They are searched level by level with a beam (Klösgen 1996,
//! "Explora: a multipattern and multistrategy discovery assistant"; Wrobel 1997, "An algorithm for
//! multi-relational discovery of subgroups"; Lavrač, Flach & Zupan 1999 for WRAcc, which is told beside the
//! quality that is searched by).
//!
//! A search through thousands of rules finds something in noise too. So the same search is made on
//! [`PERMUTATIONS`] tables whose outcome was dealt out anew, and what is not better than the best of these is not
//! shown: a Monte Carlo test (Besag & Clifford 1989) that a structureless table passes once in
//! `PERMUTATIONS + 1`.

mod question;
mod search;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

use super::drill::RuleColumns;
use super::rule::{self, Mask};
use crate::jobs::{Cancel, Cancelled};
use question::Question;
use search::{Found, Search};

/// Low-paid for experience: `pay_for_experience` below this many robust standard deviations.
pub const CUT: f64 = -1.0;
/// How many subgroups are told unless asked otherwise.
pub const TOP: usize = 8;
/// Tables with a dealt-out outcome that a finding must beat: 1 in 20 structureless tables is expected to pass.
pub const PERMUTATIONS: usize = 19;
/// Fewest rows of a subgroup, and the least share of the rows that are looked at.
const LEAST: (usize, f64) = (50, 0.005);
/// A subgroup in which the outcome is hardly more frequent than elsewhere helps nobody, however sure it is.
const LEAST_LIFT: f64 = 1.2;
/// At most this share of the smaller of two subgroups may be in both.
const MOST_SHARED: f64 = 0.5;
/// A condition must set its people apart from those who meet the other conditions, by so many standard errors.
const WORTH: f64 = 3.0;
/// Rules that are looked at, the best first, before the list is closed.
const MOST_LOOKED_AT: usize = 400;

/// A rule whose people are low-paid for their experience more often than others.
#[derive(Clone, Debug, PartialEq)]
pub struct Subgroup {
    /// In the rule language, canonical; a drill with it gives these rows.
    pub rule: String,
    /// Conditions, each on another column.
    pub conditions: usize,
    /// Used rows that match.
    pub rows: usize,
    /// Distinct learners among them; `None` where no id column is known.
    pub learners: Option<usize>,
    /// Of the rows that match, those whose pay for experience is known …
    pub known: usize,
    /// … and of these, those that are low-paid.
    pub low: usize,
    /// `low / known`.
    pub share: f64,
    /// `share` over the share among all.
    pub lift: f64,
    /// Weighted relative accuracy: `known / all known · (share − share among all)`.
    pub wracc: f64,
    /// How many standard errors of a binomial `low` lies above what the share among all lets expect.
    pub quality: f64,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Subgroups {
    /// The best first; no two share more than half of the smaller one. Empty where nothing beats noise.
    pub found: Vec<Subgroup>,
    /// Used rows whose pay for experience is known.
    pub known: usize,
    /// Of these, those that are low-paid.
    pub low: usize,
    /// Fewest rows of a subgroup.
    pub least: usize,
    /// The best quality found where the outcome was dealt out anew; what is shown lies above.
    pub noise: f64,
    /// Columns that were asked.
    pub asked: Vec<String>,
    /// Columns that were not, since they nearly say what is paid.
    pub made_of_pay: Vec<String>,
}

/// Searches for the rules with the most people who are low-paid for their experience.
///
/// `None` without pay and experience. The same table gives the same rules.
///
/// # Errors
/// `Cancelled` when `cancel` says so.
pub fn discover(columns: &RuleColumns<'_>, top: usize, cancel: &Cancel) -> Result<Option<Subgroups>, Cancelled> {
    let Some(peers) = columns.peers else { return Ok(None) };
    let known: Vec<u32> = (0..peers.z.len() as u32).filter(|row| peers.z[*row as usize].is_finite()).collect();
    let is_low = |row: &u32| peers.z[*row as usize] < CUT;
    // Rows of one learner are not independent: one of them speaks in the search, all are counted in the end.
    let rows = one_a_learner(&known, columns.learners.learner_of.as_deref());
    let least = LEAST.0.max((LEAST.1 * rows.len() as f64).ceil() as usize);
    let mut subgroups = Subgroups {
        found: Vec::new(),
        known: known.len(),
        low: known.iter().filter(|row| is_low(row)).count(),
        least,
        noise: 0.0,
        asked: Vec::new(),
        made_of_pay: Vec::new(),
    };
    let (mut questions, made_of_pay) = question::questions(columns, &rows, &peers.z, least);
    subgroups.asked = questions.iter().map(|q| q.column.name.clone()).collect();
    subgroups.made_of_pay = made_of_pay;
    let low: Vec<bool> = rows.iter().map(is_low).collect();
    let (cell_of, cells) = question::cells(&mut questions, rows.len());
    let search = |low: &[bool]| Search::new(&questions, (&cell_of, cells), low, least, cancel);
    let found = search(&low).run()?;
    if found.is_empty() {
        return Ok(Some(subgroups));
    }
    let noise: Result<Vec<f64>, Cancelled> = (0..PERMUTATIONS as u64)
        .into_par_iter()
        .map(|seed| {
            let dealt = search::dealt_out(&low, seed);
            let found = search(&dealt).run()?;
            Ok(found.first().map_or(0.0, |best| best.quality))
        })
        .collect();
    subgroups.noise = noise?.into_iter().fold(0.0, f64::max);
    choose(&mut subgroups, columns, &search(&low), found, top)?;
    Ok(Some(subgroups))
}

/// The first row of each learner.
fn one_a_learner(rows: &[u32], learner_of: Option<&[u32]>) -> Vec<u32> {
    let Some(learner_of) = learner_of else { return rows.to_vec() };
    let mut seen = vec![false; learner_of.iter().max().map_or(0, |most| *most as usize + 1)];
    rows.iter().copied().filter(|row| !std::mem::replace(&mut seen[learner_of[*row as usize] as usize], true)).collect()
}

/// Goes through what was found, the best first, and keeps what is worth telling.
fn choose(
    subgroups: &mut Subgroups,
    columns: &RuleColumns<'_>,
    search: &Search<'_>,
    found: Vec<Found>,
    top: usize,
) -> Result<(), Cancelled> {
    let mut kept: Vec<Mask> = Vec::new();
    for one in found.into_iter().take(MOST_LOOKED_AT) {
        if subgroups.found.len() >= top || one.quality <= subgroups.noise {
            break;
        }
        search.cancel.check()?;
        if search.lift(&one) < LEAST_LIFT || !search.every_condition_counts(&one, WORTH) {
            continue;
        }
        let Some((subgroup, mask)) = measure(subgroups, columns, search.questions, &one) else { continue };
        let shares = |other: &Mask| {
            let mut both = other.clone();
            both.retain(&mask);
            both.count() as f64 > MOST_SHARED * other.count().min(subgroup.rows) as f64
        };
        if !kept.iter().any(shares) {
            kept.push(mask);
            subgroups.found.push(subgroup);
        }
    }
    Ok(())
}

/// Writes a subgroup as a rule and puts it to the table: what is told is what a drill with that rule gives.
fn measure(
    all: &Subgroups,
    columns: &RuleColumns<'_>,
    questions: &[Question<'_>],
    found: &Found,
) -> Option<(Subgroup, Mask)> {
    let parts: Vec<String> = found.conditions.iter().map(|c| questions[c.question].text(c.from, c.to)).collect();
    let rule = rule::parse(&parts.join(" and ")).ok()?;
    let mask = rule.bind(columns).ok()?.eval();
    let z = &columns.peers?.z;
    let (mut known, mut low) = (0usize, 0usize);
    for row in mask.iter().filter(|row| z[*row].is_finite()) {
        known += 1;
        low += usize::from(z[row] < CUT);
    }
    let (base, share) = (all.low as f64 / all.known as f64, low as f64 / known as f64);
    let subgroup = Subgroup {
        rule: rule.as_str().to_owned(),
        conditions: parts.len(),
        rows: mask.count(),
        learners: columns.learners.learners_among(mask.iter()),
        known,
        low,
        share,
        lift: share / base,
        wracc: known as f64 / all.known as f64 * (share - base),
        quality: found.quality,
    };
    (known > 0).then_some((subgroup, mask))
}
