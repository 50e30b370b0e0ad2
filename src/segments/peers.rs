//! Pay relative to peers, and to what experience predicts. Made from pay, so never an input by default.
//!
//! Peers back off: the same company, role and band of experience, else the same role and band, else the same
//! band, whichever is the first with enough people. The person is left out of the own yardstick, with all of
//! the own rows.

use std::collections::HashMap;

use rayon::prelude::*;

use super::band::Band;
use crate::features::encode::quantile;
use crate::table::cleaning::Learners;
use crate::table::column::Text;
use crate::table::number::is_missing;
use crate::table::role::Role;

/// A robust spread in the unit of a standard deviation: 1.4826 times the median absolute deviation
/// (Rousseeuw & Croux 1993).
pub(super) const MAD_TO_DEVIATION: f64 = 1.4826;

/// Who the peers are, the closest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The same company, role and band of experience.
    CompanyRoleBand,
    /// The same role and band.
    RoleBand,
    /// The same band.
    Band,
}

impl Level {
    /// All levels, the closest peers first.
    pub const ALL: [Self; 3] = [Self::CompanyRoleBand, Self::RoleBand, Self::Band];

    /// What it is called on screen and in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::CompanyRoleBand => "company×role×band",
            Self::RoleBand => "role×band",
            Self::Band => "band",
        }
    }
}

/// One person against the peers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peer {
    /// Median pay of the *others*, original units.
    pub median: f64,
    /// How many others there are: learners, or rows where no id is known.
    pub n: u32,
    /// Who they are.
    pub level: Level,
    /// `pay / median − 1`: −0.3 is 30 % below.
    pub gap: f64,
}

/// Everybody against their peers, by used row.
///
/// Columns, not a list of [`Peer`], so that a rule can read them.
#[derive(Clone, Debug, PartialEq)]
pub struct Peers {
    /// Median pay of the peers; NaN where there are too few, or pay or experience is unknown.
    pub median: Vec<f64>,
    /// `pay / median − 1`; NaN where there is no median.
    pub gap: Vec<f64>,
    /// Pay against what experience predicts, in robust standard deviations of the band: (ln(1 + pay) less its
    /// median at the same whole year of experience) ÷ (1.4826 · median absolute deviation). NaN where unknown.
    pub z: Vec<f64>,
    /// Fewest peers that count.
    pub minimum: usize,
    n: Vec<u32>,
    level: Vec<Option<Level>>,
}

impl Peers {
    /// The peers of a used row; `None` where there are too few.
    pub fn of(&self, row: usize) -> Option<Peer> {
        let level = (*self.level.get(row)?)?;
        Some(Peer { median: self.median[row], n: self.n[row], level, gap: self.gap[row] })
    }

    /// Number of used rows.
    pub fn rows(&self) -> usize {
        self.median.len()
    }
}

/// Compares everybody with their peers; `None` without pay and experience.
///
/// `residual` is [`super::order::pay_for_experience`]. A company or role that is missing or written as unknown
/// is none: nobody is a peer for being unknown too. Pay that is not above 0 is unknown pay.
pub fn peers(learners: &Learners, residual: &[f64], minimum: usize) -> Option<Peers> {
    let pay = learners.with_role(Role::Pay)?.numbers()?;
    let experience = learners.with_role(Role::Experience)?.numbers()?;
    let bands: Vec<Option<Band>> = experience.iter().map(|years| Band::of(*years)).collect();
    let minimum = minimum.max(1);
    let order = Order::new(learners, pay);
    let text = |role| learners.with_role(role).and_then(|column| column.categories());
    let (job, company) = (Known::new(text(Role::Job)), Known::new(text(Role::Company)));
    let medians: Vec<Vec<(f64, u32)>> = Level::ALL
        .par_iter()
        .map(|level| {
            let (company, job) = match level {
                Level::CompanyRoleBand => (Some(&company), Some(&job)),
                Level::RoleBand => (None, Some(&job)),
                Level::Band => (None, None),
            };
            let groups = Groups::new(&bands, job, company);
            order.medians_of_others(&groups, minimum)
        })
        .collect();
    let rows = learners.rows();
    let mut peers = Peers {
        median: vec![f64::NAN; rows],
        gap: vec![f64::NAN; rows],
        z: z_scores(residual, &bands),
        minimum,
        n: vec![0; rows],
        level: vec![None; rows],
    };
    for row in 0..rows {
        let closest = Level::ALL.iter().zip(&medians).find(|(_, medians)| medians[row].1 > 0);
        if let Some((level, medians)) = closest {
            let (median, n) = medians[row];
            (peers.median[row], peers.n[row], peers.level[row]) = (median, n, Some(*level));
            peers.gap[row] = pay[row] / median - 1.0;
        }
    }
    Some(peers)
}

/// A column of categories in which unknown is no category; without the column everything is unknown.
pub(super) struct Known<'a> {
    text: Option<&'a Text>,
    unknown: Vec<bool>,
}

impl<'a> Known<'a> {
    pub(super) fn new(text: Option<&'a Text>) -> Self {
        let levels = text.map_or(&[][..], |t| t.levels.as_slice());
        let unknown = levels.iter().map(|level| level.trim().eq_ignore_ascii_case("unknown") || is_missing(level));
        Self { text, unknown: unknown.collect() }
    }

    pub(super) fn code(&self, row: usize) -> Option<u32> {
        let code = self.text?.codes[row];
        // MISSING lies outside of the levels.
        (!*self.unknown.get(code as usize)?).then_some(code)
    }
}

/// No group: in [`Groups::of`].
const ALONE: u32 = u32::MAX;

/// Used row → number of its group, in the order of the groups' first rows.
struct Groups {
    of: Vec<u32>,
    count: usize,
}

impl Groups {
    /// Rows with the same band and, where asked for, the same job and company.
    fn new(bands: &[Option<Band>], job: Option<&Known<'_>>, company: Option<&Known<'_>>) -> Self {
        let part = |known: Option<&Known<'_>>, row: usize| match known {
            None => Some(0),
            Some(known) => known.code(row),
        };
        let mut numbers: HashMap<(u8, u32, u32), u32> = HashMap::new();
        let of = (0..bands.len())
            .map(|row| {
                let key = bands[row].and_then(|band| Some((band.index() as u8, part(job, row)?, part(company, row)?)));
                key.map_or(ALONE, |key| {
                    let next = numbers.len() as u32;
                    *numbers.entry(key).or_insert(next)
                })
            })
            .collect();
        Self { of, count: numbers.len() }
    }
}

/// Rows with known pay, ascending by pay: what every level shares.
struct Order<'a> {
    pay: &'a [f64],
    rows: Vec<u32>,
    repeated: Option<Repeated<'a>>,
}

/// Learners with several rows (entity policy `all`).
struct Repeated<'a> {
    learner_of: &'a [u32],
    /// The rows of learner i: `rows[starts[i]..starts[i + 1]]`.
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl<'a> Repeated<'a> {
    /// `None` where everybody has one row, or no id is known.
    fn new(learners: &'a Learners, rows: &[u32]) -> Option<Self> {
        let learner_of = learners.learner_of.as_deref()?;
        let count = learner_of.iter().max().map_or(0, |most| *most as usize + 1);
        let (starts, grouped) = grouped(rows, count, |row| learner_of[row as usize]);
        let is_repeated = starts.windows(2).any(|ends| ends[1] - ends[0] > 1);
        is_repeated.then_some(Self { learner_of, starts, rows: grouped })
    }

    fn learner(&self, row: u32) -> usize {
        self.learner_of[row as usize] as usize
    }

    /// All rows of the learner of a row.
    fn own(&self, row: u32) -> &[u32] {
        let learner = self.learner(row);
        &self.rows[self.starts[learner] as usize..self.starts[learner + 1] as usize]
    }
}

/// Sorts rows by their group and keeps their order within each: the starts of the groups, the rows. Rows that
/// are [`ALONE`] are left out.
fn grouped(rows: &[u32], count: usize, group_of: impl Fn(u32) -> u32) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0u32; count + 1];
    let in_groups = || rows.iter().map(|row| (*row, group_of(*row))).filter(|(_, group)| *group != ALONE);
    for (_, group) in in_groups() {
        starts[group as usize + 1] += 1;
    }
    for group in 0..count {
        starts[group + 1] += starts[group];
    }
    let mut next = starts.clone();
    let mut sorted = vec![0u32; starts[count] as usize];
    for (row, group) in in_groups() {
        let at = &mut next[group as usize];
        sorted[*at as usize] = row;
        *at += 1;
    }
    (starts, sorted)
}

impl<'a> Order<'a> {
    fn new(learners: &'a Learners, pay: &'a [f64]) -> Self {
        let known = |row: &u32| pay[*row as usize].is_finite() && pay[*row as usize] > 0.0;
        let mut rows: Vec<u32> = (0..pay.len() as u32).filter(known).collect();
        rows.par_sort_unstable_by(|a, b| pay[*a as usize].total_cmp(&pay[*b as usize]).then(a.cmp(b)));
        let repeated = Repeated::new(learners, &rows);
        Self { pay, rows, repeated }
    }

    /// By used row the median pay of the other people in its group and how many they are; (NaN, 0) where they
    /// are fewer than `minimum`, at least 1.
    fn medians_of_others(&self, groups: &Groups, minimum: usize) -> Vec<(f64, u32)> {
        let (starts, members) = grouped(&self.rows, groups.count, |row| groups.of[row as usize]);
        let mut others = vec![(f64::NAN, 0); groups.of.len()];
        match &self.repeated {
            None => {
                for ends in starts.windows(2).filter(|ends| (ends[1] - ends[0]) as usize > minimum) {
                    let members = &members[ends[0] as usize..ends[1] as usize];
                    for (at, &row) in members.iter().enumerate() {
                        others[row as usize] = (self.median_without(members, &[at]), members.len() as u32 - 1);
                    }
                }
            }
            Some(repeated) => {
                // The place of each row in its group, the last group in which each learner was seen.
                let mut place = vec![0u32; groups.of.len()];
                let mut seen = vec![usize::MAX; repeated.starts.len()];
                let mut left_out = Vec::new();
                for (group, ends) in starts.windows(2).enumerate() {
                    let members = &members[ends[0] as usize..ends[1] as usize];
                    let mut people = 0;
                    for (at, &row) in members.iter().enumerate() {
                        place[row as usize] = at as u32;
                        people += usize::from(std::mem::replace(&mut seen[repeated.learner(row)], group) != group);
                    }
                    if people <= minimum {
                        continue;
                    }
                    for &row in members {
                        let here = repeated.own(row).iter().filter(|own| groups.of[**own as usize] as usize == group);
                        left_out.clear();
                        left_out.extend(here.map(|own| place[*own as usize] as usize));
                        left_out.sort_unstable();
                        others[row as usize] = (self.median_without(members, &left_out), people as u32 - 1);
                    }
                }
            }
        }
        others
    }

    /// Median pay of rows that ascend by pay, those at `left_out` (ascending places) not counted.
    fn median_without(&self, members: &[u32], left_out: &[usize]) -> f64 {
        let at = |mut place: usize| {
            for &out in left_out {
                place += usize::from(out <= place);
            }
            self.pay[members[place] as usize]
        };
        let n = members.len() - left_out.len();
        if n % 2 == 1 { at(n / 2) } else { f64::midpoint(at(n / 2 - 1), at(n / 2)) }
    }
}

/// Residuals in robust standard deviations of their band; NaN where unknown or where a band does not vary.
fn z_scores(residual: &[f64], bands: &[Option<Band>]) -> Vec<f64> {
    let spread: Vec<f64> = Band::all()
        .map(|band| {
            let own = residual.iter().zip(bands).filter(|(r, b)| **b == Some(band) && r.is_finite());
            let mut values: Vec<f64> = own.map(|(r, _)| *r).collect();
            let Some(middle) = quantile(&mut values, 0.5) else { return f64::NAN };
            values.iter_mut().for_each(|v| *v = (*v - middle).abs());
            quantile(&mut values, 0.5).map_or(f64::NAN, |mad| MAD_TO_DEVIATION * mad)
        })
        .collect();
    residual
        .iter()
        .zip(bands)
        .map(|(residual, band)| match band.map(|band| spread[band.index()]) {
            Some(spread) if spread > 0.0 => residual / spread,
            _ => f64::NAN,
        })
        .collect()
}

#[cfg(test)]
mod tests;
