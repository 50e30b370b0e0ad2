//! Who is in a cluster: sizes, original units, what sets it apart from the rest.

use rayon::prelude::*;

use crate::features::encode::quantile;
use crate::table::cleaning::{Learners, NOT_USED};
use crate::table::column::{Column, Data, MISSING};
use crate::table::role::Role;

/// One cluster, in words and original units.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Canonical number.
    pub cluster: usize,
    /// What it is called.
    pub name: String,
    /// Rows that were clustered.
    pub used_rows: usize,
    /// Source rows that carry its label, superseded ones among them.
    pub source_rows: usize,
    /// Distinct learners; `None` where no id column is known.
    pub learners: Option<usize>,
    /// Share of the used rows, 0…1.
    pub share: f64,
    /// Columns of numbers.
    pub numbers: Vec<NumberProfile>,
    /// Columns of categories.
    pub categories: Vec<CategoryProfile>,
    /// Mean pay against the same year of experience, in standard deviations of all; `None` without pay
    /// and experience.
    pub pay_for_experience: Option<f64>,
}

/// A column of numbers within one cluster. Statistics are over known values; NaN where there is none.
#[derive(Clone, Debug)]
pub struct NumberProfile {
    /// Name of the column.
    pub column: String,
    /// Its role.
    pub role: Role,
    /// Whether it was an input of the clustering.
    pub input: bool,
    /// Whether it is an assumed age: shown with `≈`, and said to be experience.
    pub assumed: bool,
    /// Arithmetic mean, original units.
    pub mean: f64,
    /// Median, original units.
    pub median: f64,
    /// First quartile.
    pub q1: f64,
    /// Third quartile.
    pub q3: f64,
    /// Mean of the cluster less mean of the rest, in standard deviations of all (pay on the log scale).
    pub apart: f64,
    /// Mean of the cluster less mean of all, in the same unit: the difference of two clusters is that of theirs.
    pub from_mean: f64,
    /// Share of the column's variance between the clusters, 0…1.
    pub eta_squared: f64,
}

impl NumberProfile {
    /// The name of the column for people: an assumed age is marked.
    pub fn label(&self) -> String {
        format!("{}{}", if self.assumed { "≈" } else { "" }, self.column)
    }
}

/// A column of categories within one cluster: its most typical levels.
#[derive(Clone, Debug)]
pub struct CategoryProfile {
    /// Name of the column.
    pub column: String,
    /// Its role.
    pub role: Role,
    /// Whether it was an input of the clustering.
    pub input: bool,
    /// The most frequent levels within the cluster.
    pub top: Vec<LevelShare>,
}

/// One level within one cluster.
#[derive(Clone, Debug)]
pub struct LevelShare {
    /// The level.
    pub level: String,
    /// Rows of the cluster with it.
    pub rows: usize,
    /// Share of the cluster's rows, 0…1.
    pub share: f64,
    /// That share over the share of the level in the whole table.
    pub lift: f64,
}

/// The clustering as it is seen from the table: who is where.
pub struct Members<'a> {
    /// The cleaned table.
    pub learners: &'a Learners,
    /// Clustered row → used row.
    pub rows: &'a [u32],
    /// Clustered row → cluster.
    pub labels: &'a [u16],
    /// Number of clusters.
    pub k: usize,
    /// Names of the features that were inputs.
    pub inputs: &'a [String],
    /// Pay for experience by used row, see [`super::order::pay_for_experience`].
    pub residual: Option<&'a [f64]>,
}

impl Members<'_> {
    /// The used rows of each cluster, ascending.
    pub fn clustered(&self) -> Vec<Vec<u32>> {
        let mut clustered: Vec<Vec<u32>> = vec![Vec::new(); self.k];
        for (&row, &label) in self.rows.iter().zip(self.labels) {
            clustered[usize::from(label)].push(row);
        }
        clustered
    }
}

/// Levels kept per cluster and column.
pub const TOP_LEVELS: usize = 8;

/// Profiles all clusters; columns that were not inputs too. An assumed age is in it only where it was one: otherwise
/// its bands say all that there is to say.
pub fn profiles(members: &Members<'_>) -> Vec<Profile> {
    let Members { learners, rows, k, .. } = *members;
    let clustered = members.clustered();
    let source_rows = source_rows(members);
    let shown = |c: &&Column| {
        !matches!(c.role, Role::Ignore | Role::Learner) && (!c.is_assumed() || members.inputs.contains(&c.name))
    };
    let columns: Vec<&Column> = learners.inputs().filter(shown).collect();
    let profiled: Vec<Profiled> = columns
        .into_par_iter()
        .map(|column| {
            let input = members.inputs.contains(&column.name);
            match &column.data {
                Data::Number(values) => Profiled::Numbers(numbers(column, values, input, &clustered)),
                Data::Text(_) => Profiled::Categories(categories(column, input, &clustered)),
            }
        })
        .collect();
    let pay = members.residual.map(|residual| apart(residual, &clustered, |v| v));
    let mut profiles: Vec<Profile> = (0..k)
        .map(|cluster| Profile {
            cluster,
            name: String::new(),
            used_rows: clustered[cluster].len(),
            source_rows: source_rows[cluster],
            learners: learners.learners_among(clustered[cluster].iter().map(|&r| r as usize)),
            share: clustered[cluster].len() as f64 / rows.len().max(1) as f64,
            numbers: profiled.iter().filter_map(|p| p.numbers()).map(|n| n[cluster].clone()).collect(),
            categories: profiled.iter().filter_map(|p| p.categories()).map(|c| c[cluster].clone()).collect(),
            pay_for_experience: pay.as_ref().map(|pay| pay[cluster].rest).filter(|v| v.is_finite()),
        })
        .collect();
    super::names::name(&mut profiles);
    profiles
}

/// One column over all clusters.
enum Profiled {
    Numbers(Vec<NumberProfile>),
    Categories(Vec<CategoryProfile>),
}

impl Profiled {
    fn numbers(&self) -> Option<&[NumberProfile]> {
        if let Self::Numbers(numbers) = self { Some(numbers) } else { None }
    }

    fn categories(&self) -> Option<&[CategoryProfile]> {
        if let Self::Categories(categories) = self { Some(categories) } else { None }
    }
}

/// Source rows by the cluster that they carry.
fn source_rows(members: &Members<'_>) -> Vec<usize> {
    let mut label_of = vec![u16::MAX; members.learners.rows()];
    for (&row, &label) in members.rows.iter().zip(members.labels) {
        label_of[row as usize] = label;
    }
    let mut count = vec![0; members.k];
    for &used in members.learners.used_of.iter().filter(|&&used| used != NOT_USED) {
        if let Some(held) = count.get_mut(usize::from(label_of[used as usize])) {
            *held += 1;
        }
    }
    count
}

/// What a cluster's mean of a column is against others, in standard deviations of all.
struct Against {
    rest: f64,
    all: f64,
    eta_squared: f64,
}

/// Per cluster what its mean is against others, and η² of the column.
fn apart(values: &[f64], clustered: &[Vec<u32>], scale: impl Fn(f64) -> f64) -> Vec<Against> {
    let sums: Vec<(f64, f64, f64)> = clustered
        .iter()
        .map(|rows| {
            rows.iter()
                .map(|&r| scale(values[r as usize]))
                .filter(|v| v.is_finite())
                .fold((0.0, 0.0, 0.0), |(n, sum, square), v| (n + 1.0, sum + v, square + v * v))
        })
        .collect();
    let (n, sum, square) = sums.iter().fold((0.0, 0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2));
    let total = (square - sum * sum / n).max(0.0);
    let between: f64 = sums.iter().filter(|s| s.0 > 0.0).map(|s| s.1 * s.1 / s.0).sum::<f64>() - sum * sum / n;
    let eta_squared = if total > 0.0 { (between / total).clamp(0.0, 1.0) } else { 0.0 };
    let deviation = (total / n).sqrt();
    sums.iter()
        .map(|&(held, own, _)| {
            let rest = n - held;
            let from = |mean: f64, others: f64| {
                if held > 0.0 && others > 0.0 && deviation > 0.0 { (own / held - mean) / deviation } else { 0.0 }
            };
            Against { rest: from((sum - own) / rest, rest), all: from(sum / n, n), eta_squared }
        })
        .collect()
}

fn numbers(column: &Column, values: &[f64], input: bool, clustered: &[Vec<u32>]) -> Vec<NumberProfile> {
    let apart = if column.role == Role::Pay {
        apart(values, clustered, |v| v.max(0.0).ln_1p())
    } else {
        apart(values, clustered, |v| v)
    };
    clustered
        .iter()
        .zip(apart)
        .map(|(rows, against)| {
            let mut known: Vec<f64> = rows.iter().map(|&r| values[r as usize]).filter(|v| v.is_finite()).collect();
            let mean = known.iter().sum::<f64>() / known.len() as f64;
            let mut at = |q| quantile(&mut known, q).unwrap_or(f64::NAN);
            NumberProfile {
                column: column.name.clone(),
                role: column.role,
                input,
                assumed: column.is_assumed(),
                median: at(0.5),
                q1: at(0.25),
                q3: at(0.75),
                mean,
                apart: against.rest,
                from_mean: against.all,
                eta_squared: against.eta_squared,
            }
        })
        .collect()
}

fn categories(column: &Column, input: bool, clustered: &[Vec<u32>]) -> Vec<CategoryProfile> {
    let Some(text) = column.categories() else { return Vec::new() };
    let counts: Vec<Vec<usize>> = clustered
        .iter()
        .map(|rows| {
            let mut counts = vec![0; text.levels.len()];
            for &row in rows {
                if text.codes[row as usize] != MISSING {
                    counts[text.codes[row as usize] as usize] += 1;
                }
            }
            counts
        })
        .collect();
    let everybody: usize = clustered.iter().map(Vec::len).sum();
    counts
        .iter()
        .zip(clustered)
        .map(|(own, rows)| {
            let mut order: Vec<usize> = (0..own.len()).filter(|&level| own[level] > 0).collect();
            let by_count =
                |a: &usize, b: &usize| own[*b].cmp(&own[*a]).then_with(|| text.levels[*a].cmp(&text.levels[*b]));
            if order.len() > TOP_LEVELS {
                order.select_nth_unstable_by(TOP_LEVELS, by_count);
                order.truncate(TOP_LEVELS);
            }
            order.sort_by(by_count);
            let top = order
                .into_iter()
                .map(|level| {
                    let all: usize = counts.iter().map(|c| c[level]).sum();
                    let share = own[level] as f64 / rows.len() as f64;
                    LevelShare {
                        level: text.levels[level].clone(),
                        rows: own[level],
                        share,
                        lift: share / (all as f64 / everybody as f64),
                    }
                })
                .collect();
            CategoryProfile { column: column.name.clone(), role: column.role, input, top }
        })
        .collect()
}

/// Something that sets a cluster apart, for the screen.
#[derive(Clone, Debug)]
pub struct Apart {
    /// In words: a column, or a column and its level.
    pub what: String,
    /// How far: standard deviations from the rest, or a lift.
    pub how: How,
    /// Whether it was an input.
    pub input: bool,
}

/// The measure of what sets apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum How {
    /// Standard deviations from the mean of the rest.
    Deviations(f64),
    /// Times as frequent as in the whole table.
    Lift(f64),
}

impl Profile {
    /// What sets the cluster apart from the rest, strongest first. An assumed age does as far as experience does, and
    /// is left out.
    pub fn apart(&self) -> Vec<Apart> {
        let mut found: Vec<(f64, Apart)> = Vec::new();
        if let Some(z) = self.pay_for_experience {
            let what = "pay for its experience".to_owned();
            found.push((z.abs() + 1e-9, Apart { what, how: How::Deviations(z), input: false }));
        }
        for n in self.numbers.iter().filter(|n| n.apart.is_finite() && !n.assumed) {
            found
                .push((n.apart.abs(), Apart { what: n.column.clone(), how: How::Deviations(n.apart), input: n.input }));
        }
        for category in &self.categories {
            for level in category.top.iter().filter(|l| l.share >= 0.05 && (l.lift >= 1.25 || l.lift <= 0.8)) {
                // On one scale with the deviations: twice as frequent counts about as much as one deviation,
                // less where few of the cluster have it.
                let weight = level.lift.log2().abs() * level.share.sqrt();
                let what = format!("{}: {}", category.role_word(), level.level);
                found.push((weight, Apart { what, how: How::Lift(level.lift), input: category.input }));
            }
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.what.cmp(&b.1.what)));
        found.into_iter().map(|(_, apart)| apart).collect()
    }

    /// The profile of the column with a role.
    pub fn number(&self, role: Role) -> Option<&NumberProfile> {
        self.numbers.iter().find(|n| n.role == role)
    }
}

impl CategoryProfile {
    /// `role` for a job, the column's own name otherwise.
    fn role_word(&self) -> &str {
        match self.role {
            Role::Job => "role",
            Role::Company => "company",
            _ => &self.column,
        }
    }
}
