//! Everybody as the cards see them: pay and experience with their percentiles, and the main strata.

use std::ops::RangeInclusive;

use rayon::prelude::*;

use super::history::History;
use crate::features::encode::quantile;
use crate::segments::band::Band;
use crate::segments::peers::{Known, MAD_TO_DEVIATION, Peers};
use crate::table::cleaning::{Learners, NOT_USED};
use crate::table::role::Role;

/// Roles that are looked into one by one; those of fewer people are none of the main strata.
const MAIN_ROLES: usize = 12;

/// Robust standard deviations from the median beyond which a pay figure is no longer probable.
const FAR_OFF: f64 = 3.5;
/// What is not so many times more or less than the median is probable all the same: where most are paid alike the
/// others are no slips.
const TIMES: f64 = 20.0;

/// No stratum: in [`Strata::of`].
pub(super) const NO_STRATUM: u32 = u32::MAX;

/// A division of the used rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Strata {
    /// What it divides by.
    pub name: &'static str,
    /// Stratum by used row.
    of: Vec<u32>,
    /// Name of each stratum.
    pub levels: Vec<String>,
}

impl Strata {
    /// The stratum of a used row.
    pub fn of(&self, row: usize) -> Option<usize> {
        self.of.get(row).filter(|code| **code != NO_STRATUM).map(|code| *code as usize)
    }
}

/// Everybody, by used row.
pub struct People<'a> {
    /// The cleaned table.
    pub learners: &'a Learners,
    /// Pay, original units; what is not above 0 is unknown.
    pub pay: &'a [f64],
    /// Experience in years.
    pub experience: &'a [f64],
    /// Percentile of pay, 0…100 (mean rank of equals); NaN where pay or experience is unknown or improbable.
    pub pay_percentile: Vec<f64>,
    /// Percentile of experience, likewise.
    pub experience_percentile: Vec<f64>,
    /// Pay against the peers.
    pub peers: &'a Peers,
    /// Roles, bands of experience, years of the pay figure.
    pub strata: [Strata; 3],
    /// What a learner was paid before; `None` where no id column or no year of the pay figure is known.
    pub history: Option<History>,
    /// Used rows whose pay is so far off that it is most likely a slip: they are in no card.
    pub improbable: usize,
    /// Source rows that a used row speaks for.
    speaks_for: Vec<u32>,
}

impl<'a> People<'a> {
    /// Everybody of a cleaned table; `None` where pay or experience is unknown.
    ///
    /// `every_row` is the same table cleaned without an entity policy: it holds what was paid before.
    pub fn new(learners: &'a Learners, peers: &'a Peers, every_row: &Learners) -> Option<Self> {
        let pay = learners.with_role(Role::Pay)?.numbers()?;
        let experience = learners.with_role(Role::Experience)?.numbers()?;
        let probable = probable(pay);
        let known: Vec<bool> =
            pay.iter().zip(experience).map(|(pay, years)| probable.contains(pay) && years.is_finite()).collect();
        let improbable = pay.iter().filter(|pay| **pay > 0.0 && pay.is_finite() && !probable.contains(*pay)).count();
        let mut speaks_for = vec![0; learners.rows()];
        for used in learners.used_of.iter().filter(|used| **used != NOT_USED) {
            speaks_for[*used as usize] += 1;
        }
        Some(Self {
            pay_percentile: percentiles(pay, &known),
            experience_percentile: percentiles(experience, &known),
            strata: [roles(learners), bands(experience), years(learners)],
            history: History::new(learners, every_row, peers.minimum),
            learners,
            pay,
            experience,
            peers,
            improbable,
            speaks_for,
        })
    }

    /// Used rows of which pay and experience are known, and pay is probable.
    pub fn known(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.pay.len()).filter(|row| !self.pay_percentile[*row].is_nan())
    }

    /// Rows of the source that some used rows speak for.
    pub fn source_rows(&self, rows: &[u32]) -> usize {
        rows.iter().map(|row| self.speaks_for[*row as usize] as usize).sum()
    }

    /// Rows of the source that one used row speaks for.
    pub fn speaks_for(&self, row: u32) -> u32 {
        self.speaks_for[row as usize]
    }

    /// Distinct learners; used rows where no id column is known.
    pub fn learners_among(&self, rows: &[u32]) -> usize {
        self.learners.learners_among(rows.iter().map(|row| *row as usize)).unwrap_or(rows.len())
    }
}

/// Pay that may be meant: ln(pay) within 3.5 robust standard deviations of its median (the modified z-score of
/// Iglewicz & Hoaglin 1993), or within 20 times. Pay of 2 rupees a year would otherwise head every list of the underpaid.
fn probable(pay: &[f64]) -> RangeInclusive<f64> {
    let mut logs: Vec<f64> = pay.iter().filter(|pay| **pay > 0.0 && pay.is_finite()).map(|pay| pay.ln()).collect();
    let Some(median) = quantile(&mut logs, 0.5) else { return 0.0..=f64::MAX };
    let mut away: Vec<f64> = logs.iter().map(|log| (log - median).abs()).collect();
    let deviation = MAD_TO_DEVIATION * quantile(&mut away, 0.5).unwrap_or(0.0);
    let far = (FAR_OFF * deviation).max(TIMES.ln());
    (median - far).exp()..=(median + far).exp()
}

/// Percentiles of the known values, 0…100: the mean rank of equals over their number.
fn percentiles(values: &[f64], known: &[bool]) -> Vec<f64> {
    let mut order: Vec<u32> = (0..values.len() as u32).filter(|row| known[*row as usize]).collect();
    let value = |row: u32| values[row as usize];
    order.par_sort_unstable_by(|a, b| value(*a).total_cmp(&value(*b)).then(a.cmp(b)));
    let mut percentile = vec![f64::NAN; values.len()];
    let n = order.len() as f64;
    let mut below = 0;
    for equal in order.chunk_by(|a, b| value(*a) == value(*b)) {
        let rank = below as f64 + (equal.len() as f64 + 1.0) / 2.0;
        equal.iter().for_each(|row| percentile[*row as usize] = 100.0 * rank / n);
        below += equal.len();
    }
    percentile
}

fn roles(learners: &Learners) -> Strata {
    let name = "role";
    let Some(text) = learners.with_role(Role::Job).and_then(|column| column.categories()) else {
        return Strata { name, of: vec![NO_STRATUM; learners.rows()], levels: Vec::new() };
    };
    let known = Known::new(Some(text));
    let mut count = vec![0usize; text.levels.len()];
    (0..learners.rows()).filter_map(|row| known.code(row)).for_each(|code| count[code as usize] += 1);
    let mut main: Vec<usize> = (0..count.len()).filter(|code| count[*code] > 0).collect();
    main.sort_by_key(|code| (std::cmp::Reverse(count[*code]), *code));
    main.truncate(MAIN_ROLES);
    let mut stratum = vec![NO_STRATUM; count.len()];
    main.iter().enumerate().for_each(|(i, code)| stratum[*code] = i as u32);
    let levels = main.iter().map(|code| text.levels[*code].clone()).collect();
    let of =
        (0..learners.rows()).map(|row| known.code(row).map_or(NO_STRATUM, |code| stratum[code as usize])).collect();
    Strata { name, of, levels }
}

fn bands(experience: &[f64]) -> Strata {
    let of = experience.iter().map(|years| Band::of(*years).map_or(NO_STRATUM, |band| band.index() as u32)).collect();
    let levels = Band::all().map(|band| format!("{} y", band.word())).collect();
    Strata { name: "experience band", of, levels }
}

fn years(learners: &Learners) -> Strata {
    let name = "pay year";
    let Some(values) = learners.with_role(Role::PayYear).and_then(|column| column.numbers()) else {
        return Strata { name, of: vec![NO_STRATUM; learners.rows()], levels: Vec::new() };
    };
    let mut years: Vec<i64> = values.iter().filter(|v| v.is_finite()).map(|v| v.floor() as i64).collect();
    years.sort_unstable();
    years.dedup();
    let code = |value: &f64| {
        let place = years.binary_search(&(value.floor() as i64)).ok().filter(|_| value.is_finite());
        place.map_or(NO_STRATUM, |place| place as u32)
    };
    let of = values.iter().map(code).collect();
    Strata { name, of, levels: years.iter().map(ToString::to_string).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_not_probable() {
        let mut pay: Vec<f64> = (0..101).map(|i| 1e6 * (0.02 * f64::from(i - 50)).exp()).collect();
        pay.extend([2.0, 1e12, 0.0, f64::NAN]);
        let probable = probable(&pay);
        assert_eq!(pay.iter().filter(|pay| probable.contains(*pay)).count(), 101);
        assert!(super::probable(&[5.0, 5.0, 5.0, 7.0]).contains(&7.0));
        assert!(!super::probable(&[5.0, 5.0]).contains(&0.0));
    }

    #[test]
    fn percentiles_are_mean_ranks_as_pandas_has_them() {
        // pandas: 100 * Series([3, 1, 1, 2]).rank(pct=True) → 100, 37.5, 37.5, 75
        let all = [true; 5];
        assert_eq!(percentiles(&[3.0, 1.0, 1.0, 2.0], &all[..4]), [100.0, 37.5, 37.5, 75.0]);
        let some = percentiles(&[3.0, f64::NAN, 1.0], &[true, false, true]);
        assert_eq!((some[0], some[2]), (100.0, 50.0));
        assert!(some[1].is_nan());
    }
}
