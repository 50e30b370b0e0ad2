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

/// Fewer peers than this say nothing about what is usual.
pub const MIN_PEERS: usize = 5;

/// A robust spread in the unit of a standard deviation: 1.4826 times the median absolute deviation
/// (Rousseeuw & Croux 1993).
const MAD_TO_DEVIATION: f64 = 1.4826;

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
struct Known<'a> {
    text: Option<&'a Text>,
    unknown: Vec<bool>,
}

impl<'a> Known<'a> {
    fn new(text: Option<&'a Text>) -> Self {
        let levels = text.map_or(&[][..], |t| t.levels.as_slice());
        let unknown = levels.iter().map(|level| level.trim().eq_ignore_ascii_case("unknown") || is_missing(level));
        Self { text, unknown: unknown.collect() }
    }

    fn code(&self, row: usize) -> Option<u32> {
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
    learner_of: Option<&'a [u32]>,
    /// Learner → rows, where one learner has several (entity policy `all`); else empty.
    rows_of: HashMap<u32, Vec<u32>>,
}

impl<'a> Order<'a> {
    fn new(learners: &'a Learners, pay: &'a [f64]) -> Self {
        let known = |row: &u32| pay[*row as usize].is_finite() && pay[*row as usize] > 0.0;
        let mut rows: Vec<u32> = (0..pay.len() as u32).filter(known).collect();
        rows.par_sort_unstable_by(|a, b| pay[*a as usize].total_cmp(&pay[*b as usize]).then(a.cmp(b)));
        let learner_of = learners.learner_of.as_deref();
        let mut rows_of: HashMap<u32, Vec<u32>> = HashMap::new();
        if let Some(learner_of) = learner_of
            && learners.learners() != Some(learners.rows())
        {
            for &row in &rows {
                rows_of.entry(learner_of[row as usize]).or_default().push(row);
            }
            rows_of.retain(|_, rows| rows.len() > 1);
        }
        Self { pay, rows, learner_of, rows_of }
    }

    /// By used row the median pay of the other people in its group and how many they are; (NaN, 0) where they
    /// are fewer than `minimum`, at least 1.
    fn medians_of_others(&self, groups: &Groups, minimum: usize) -> Vec<(f64, u32)> {
        // A counting sort keeps the order by pay within each group.
        let mut starts = vec![0u32; groups.count + 1];
        let grouped = || self.rows.iter().filter(|row| groups.of[**row as usize] != ALONE);
        for &row in grouped() {
            starts[groups.of[row as usize] as usize + 1] += 1;
        }
        for group in 0..groups.count {
            starts[group + 1] += starts[group];
        }
        let mut next = starts.clone();
        let mut members = vec![0u32; starts[groups.count] as usize];
        for &row in grouped() {
            let at = &mut next[groups.of[row as usize] as usize];
            members[*at as usize] = row;
            *at += 1;
        }
        let mut others = vec![(f64::NAN, 0); groups.of.len()];
        let mut place = if self.rows_of.is_empty() { Vec::new() } else { vec![0u32; groups.of.len()] };
        for ends in starts.windows(2) {
            let members = &members[ends[0] as usize..ends[1] as usize];
            if members.len() <= minimum {
                continue;
            }
            let people = self.people(members);
            if people <= minimum {
                continue;
            }
            if !place.is_empty() {
                members.iter().enumerate().for_each(|(at, row)| place[*row as usize] = at as u32);
            }
            for (at, &row) in members.iter().enumerate() {
                let own = self.learner_of.and_then(|of| self.rows_of.get(&of[row as usize]));
                let median = match own {
                    None => self.median_without(members, &[at]),
                    Some(own) => {
                        let group = groups.of[row as usize];
                        let here = own.iter().filter(|other| groups.of[**other as usize] == group);
                        let mut places: Vec<usize> = here.map(|other| place[*other as usize] as usize).collect();
                        places.sort_unstable();
                        self.median_without(members, &places)
                    }
                };
                others[row as usize] = (median, (people - 1) as u32);
            }
        }
        others
    }

    /// Learners among rows; rows where no id is known or no learner has several.
    fn people(&self, rows: &[u32]) -> usize {
        match self.learner_of {
            Some(learner_of) if !self.rows_of.is_empty() => {
                let mut ids: Vec<u32> = rows.iter().map(|row| learner_of[*row as usize]).collect();
                ids.sort_unstable();
                ids.dedup();
                ids.len()
            }
            _ => rows.len(),
        }
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
