//! The people behind a rule: the funnel over the cleaned table, which cluster holds how many.

use super::funnel::{Funnel, funnel};
use super::listing::{Listed, Order};
use super::peers::Peers;
use super::rule::{self, Bound, ColumnRef, Columns, Kind, Rule, RuleError};
use crate::error::Result;
use crate::table::age::ASSUMED;
use crate::table::cleaning::Learners;
use crate::table::column::Data;
use crate::table::histogram::{self, Axis};
use crate::table::role::Role;

/// A cluster per used row, as rules and drills see it.
#[derive(Clone, Debug)]
pub struct ClusterOf {
    /// By used row; [`NO_CLUSTER`] where the row was not clustered.
    pub labels: Vec<u16>,
    /// One name per cluster.
    pub names: Vec<String>,
    /// By used row, where every row was measured; NaN where the row was not clustered.
    pub silhouettes: Option<Vec<f32>>,
}

/// The label of a row that was not clustered.
pub const NO_CLUSTER: u16 = u16::MAX;

impl ClusterOf {
    /// Spreads labels of clustered rows over the used rows.
    pub fn new(learners: &Learners, rows: &[u32], labels: &[u16], names: Vec<String>) -> Self {
        let mut by_row = vec![NO_CLUSTER; learners.rows()];
        for (&row, &label) in rows.iter().zip(labels) {
            by_row[row as usize] = label;
        }
        Self { labels: by_row, names, silhouettes: None }
    }

    /// Spreads silhouettes of distinct rows over the used rows: `rows` and `distinct_of` are by clustered row.
    #[must_use]
    pub fn measured(mut self, rows: &[u32], distinct_of: &[u32], per_row: &[f32]) -> Self {
        let mut by_row = vec![f32::NAN; self.labels.len()];
        for (&row, &distinct) in rows.iter().zip(distinct_of) {
            by_row[row as usize] = per_row[distinct as usize];
        }
        self.silhouettes = Some(by_row);
        self
    }
}

/// What rules call numbers that are derived: the name that is offered first.
const DERIVED: [(Derived, &[&str]); 3] = [
    (Derived::Gap, &["gap", "pay vs peers", "pay against peers"]),
    (Derived::PeerMedian, &["peer_median", "peers' median", "peers median", "peer median", "peers"]),
    (Derived::PayForExperience, &["pay_for_experience", "pay for experience"]),
];

/// A number that is made of pay: for rules, never an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Derived {
    /// Pay ÷ peers' median − 1.
    Gap,
    /// Median pay of the peers.
    PeerMedian,
    /// Pay against what experience predicts, as a z-score.
    PayForExperience,
}

/// The columns of a cleaned table as a rule may name them: by name, by role, `cluster`, and what is derived:
/// `gap`, `peer_median`, `pay_for_experience`. A column of the table comes before what is derived.
#[derive(Debug)]
pub struct RuleColumns<'a> {
    /// The cleaned table.
    pub learners: &'a Learners,
    /// The clusters of the current fit, where there is one.
    pub clusters: Option<&'a ClusterOf>,
    /// Everybody against their peers, where pay and experience are known.
    pub peers: Option<&'a Peers>,
}

impl<'a> RuleColumns<'a> {
    /// The used rows as lists show them.
    pub fn listed(&self) -> Listed<'a> {
        Listed {
            columns: &self.learners.columns,
            source_row: Some(&self.learners.source_row),
            clusters: self.clusters,
            peers: self.peers,
        }
    }

    fn derived(&self, name: &str) -> Option<ColumnRef<'a>> {
        let peers = self.peers?;
        let wanted = name.trim().to_lowercase();
        let (derived, _) = DERIVED.iter().find(|(_, names)| names.contains(&wanted.as_str()))?;
        let (values, kind) = match derived {
            Derived::Gap => (&peers.gap, Kind::Share),
            Derived::PeerMedian => (&peers.median, Kind::Pay),
            Derived::PayForExperience => (&peers.z, Kind::Plain),
        };
        Some(ColumnRef::Number { values, kind })
    }
}

impl Columns for RuleColumns<'_> {
    fn rows(&self) -> usize {
        self.learners.rows()
    }

    fn resolve(&self, name: &str) -> Option<ColumnRef<'_>> {
        let Some(column) = self.learners.find(name) else {
            if let Some(derived) = self.derived(name) {
                return Some(derived);
            }
            let clusters = self.clusters.filter(|_| name.trim().eq_ignore_ascii_case("cluster"))?;
            return Some(ColumnRef::Cluster { labels: &clusters.labels, names: &clusters.names });
        };
        Some(match &column.data {
            Data::Number(values) => ColumnRef::Number {
                values,
                kind: match column.role {
                    Role::Pay => Kind::Pay,
                    Role::Experience | Role::Age => Kind::Years,
                    role if role.is_year() => Kind::Year,
                    _ => Kind::Plain,
                },
            },
            Data::Text(text) => ColumnRef::Text { codes: &text.codes, levels: &text.levels },
        })
    }

    /// An assumed age is nobody's, so that no rule can ask for it.
    fn instead(&self, name: &str) -> Option<String> {
        let ages = self.learners.ages.as_ref().filter(|ages| ages.basis.is_assumed())?;
        let is_age = [ASSUMED, Role::Age.word()].iter().any(|word| name.trim().eq_ignore_ascii_case(word));
        is_age.then(|| format!("age is only {}: ask for experience", ages.how()))
    }

    fn names(&self) -> Vec<String> {
        let columns = self.learners.columns.iter().filter(|c| c.role != Role::Ignore);
        let mut names: Vec<String> = columns.clone().map(|c| c.name.clone()).collect();
        let roles = columns.filter(|c| c.role.is_single()).map(|c| c.role.word());
        let derived = DERIVED.iter().filter(|_| self.peers.is_some()).map(|(_, names)| names[0]);
        let cluster = self.clusters.map(|_| "cluster");
        // A column that is called as its role is offered once.
        for word in roles.chain(derived).chain(cluster) {
            if !names.iter().any(|name| name == word) {
                names.push(word.to_owned());
            }
        }
        names
    }
}

/// How many of the matches one cluster holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// Canonical number.
    pub cluster: usize,
    /// Matching rows in it.
    pub rows: usize,
    /// Distinct learners among them; `None` where no id column is known.
    pub learners: Option<usize>,
    /// Share of all matches, 0…1.
    pub share_of_matches: f64,
    /// That share over the cluster's share of all rows.
    pub lift: f64,
}

/// A rule put to the table.
#[derive(Debug)]
pub struct Drill {
    /// The rule in canonical text.
    pub rule: String,
    /// What each clause does, and the rows that pass.
    pub funnel: Funnel,
    /// Matching used rows, ascending.
    pub rows: Vec<u32>,
    /// The list that was asked for: of the rows that match, or of all others, arranged.
    pub list: Vec<u32>,
    /// Whether the list is of those who do not match.
    pub complement: bool,
    /// Where the clause that was asked for cuts its column.
    pub cut: Option<Cut>,
    /// Distinct learners among them; `None` where no id column is known.
    pub learners: Option<usize>,
    /// One per cluster; empty without clusters.
    pub by_cluster: Vec<Held>,
    /// Means over the matching rows, original units, of every column of numbers.
    pub means: Vec<(String, f64)>,
    /// What is allowed and probably not meant.
    pub notices: Vec<String>,
}

/// A rule, and what else is asked about it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// The rule as it was typed.
    pub rule: String,
    /// List those who do *not* match.
    pub complement: bool,
    /// How the list is arranged.
    pub order: Order,
    /// The clause whose column is looked at.
    pub clause: Option<usize>,
}

/// How the column of a clause lies, and where the clause cuts it.
#[derive(Clone, Debug, PartialEq)]
pub struct Cut {
    /// Number of the clause.
    pub clause: usize,
    /// The column as the rule names it.
    pub column: String,
    /// What its numbers mean.
    pub kind: Kind,
    /// The axis of the histogram.
    pub axis: Axis,
    /// Used rows per bin, those beyond the axis in the outer ones; a bin a value where whole numbers are few.
    pub counts: Vec<u64>,
    /// Where on the axis it cuts, 0 at the left end, 1 at the right one.
    pub at: f64,
    /// The value at which the clause cuts, original units.
    pub threshold: f64,
}

/// Bins of the histogram of a cut.
const BINS: usize = 60;

impl Cut {
    fn new(columns: &RuleColumns<'_>, rule: &Rule, bound: &Bound<'_>, clause: usize) -> Option<Self> {
        let (values, threshold) = bound.clauses().get(clause)?.threshold()?;
        let column = rule.column(clause)?;
        let Some(ColumnRef::Number { kind, .. }) = rule::find(columns, column) else { return None };
        let (axis, counts) = histogram::of_numbers(values, BINS)?;
        let cut = Self { clause, column: column.to_owned(), kind, axis, counts, at: axis.place(threshold), threshold };
        // Whole numbers in more bins than there are would look like a comb.
        let span = axis.high - axis.low;
        let is_whole = span < BINS as f64 && !axis.log && values.iter().all(|v| v.is_nan() || v.fract() == 0.0);
        if !is_whole || span < 1.0 {
            return Some(cut);
        }
        let bins = span as usize + 1;
        let (_, counts) = histogram::of_numbers(values, bins)?;
        let at = ((threshold - axis.low + 0.5) / bins as f64).clamp(0.0, 1.0);
        Some(Self { counts, at, ..cut })
    }
}

/// Puts a rule to the table.
///
/// # Errors
/// What is no rule, with its place; unknown columns with the nearest name.
pub fn drill(columns: &RuleColumns<'_>, text: &str) -> Result<Drill> {
    let asked = Asked { rule: text.to_owned(), ..Asked::default() };
    answer(columns, &asked).map_err(|e| e.into_error(text))
}

/// Puts a rule to the table and answers all that is asked about it.
///
/// # Errors
/// What is no rule, with its place; unknown columns with the nearest name.
pub fn answer(columns: &RuleColumns<'_>, asked: &Asked) -> std::result::Result<Drill, RuleError> {
    let rule = rule::parse(&asked.rule)?;
    let bound = rule.bind(columns)?;
    let funnel = funnel(&bound);
    let rows: Vec<u32> = funnel.matches.iter().map(|row| row as u32).collect();
    let learners = columns.learners;
    let list = if asked.complement {
        columns
            .listed()
            .arranged(&funnel.matches.complement().iter().map(|row| row as u32).collect::<Vec<_>>(), &asked.order)
    } else {
        columns.listed().arranged(&rows, &asked.order)
    };
    let by_cluster = columns.clusters.map(|clusters| held(learners, clusters, &rows)).unwrap_or_default();
    let means = learners
        .columns
        .iter()
        .filter(|c| c.role != Role::Ignore)
        .filter_map(|c| {
            let values = c.numbers()?;
            let known = rows.iter().map(|&r| values[r as usize]).filter(|v| v.is_finite());
            let (n, sum) = known.fold((0.0, 0.0), |(n, sum), v| (n + 1.0, sum + v));
            Some((c.name.clone(), sum / n))
        })
        .collect();
    Ok(Drill {
        rule: rule.as_str().to_owned(),
        learners: learners.learners_among(rows.iter().map(|&r| r as usize)),
        notices: bound.notices().iter().map(|n| n.message.clone()).collect(),
        cut: asked.clause.and_then(|clause| Cut::new(columns, &rule, &bound, clause)),
        complement: asked.complement,
        funnel,
        rows,
        list,
        by_cluster,
        means,
    })
}

fn held(learners: &Learners, clusters: &ClusterOf, rows: &[u32]) -> Vec<Held> {
    let clustered = clusters.labels.iter().filter(|l| **l != NO_CLUSTER).count().max(1);
    (0..clusters.names.len())
        .map(|cluster| {
            let is_here = |label: u16| usize::from(label) == cluster;
            let here: Vec<usize> =
                rows.iter().map(|&r| r as usize).filter(|&row| is_here(clusters.labels[row])).collect();
            let size = clusters.labels.iter().filter(|l| is_here(**l)).count();
            let share_of_matches = here.len() as f64 / rows.len().max(1) as f64;
            Held {
                cluster,
                rows: here.len(),
                share_of_matches,
                lift: if size == 0 { 0.0 } else { share_of_matches / (size as f64 / clustered as f64) },
                learners: learners.learners_among(here.into_iter()),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segments::{order::pay_for_experience, peers::peers};
    use crate::table::column::Column;

    /// Two rows that match, three that do not; the cut is of the clause that was asked for.
    #[test]
    fn the_list_is_of_those_who_match_or_of_all_others() {
        let learners = Learners::of(vec![Column::number("ctc", Role::Pay, vec![1e5, 2e5, 3e5, f64::NAN, 5e5])]);
        let columns = RuleColumns { learners: &learners, clusters: None, peers: None };
        let mut asked = Asked { rule: "pay < 3 lakh".to_owned(), clause: Some(0), ..Asked::default() };
        asked.order.descending = true;
        let found = answer(&columns, &asked).unwrap();
        assert_eq!((&found.rows[..], &found.list[..]), (&[0, 1][..], &[1, 0][..]));
        let cut = found.cut.unwrap();
        assert_eq!((cut.column.as_str(), cut.kind, cut.threshold), ("pay", Kind::Pay, 3e5));
        assert_eq!(cut.counts.iter().sum::<u64>(), 4);
        assert_eq!(cut.at, 0.5);
        asked.complement = true;
        let found = answer(&columns, &asked).unwrap();
        assert_eq!((found.rows.len(), &found.list[..]), (2, &[4, 3, 2][..]));
        assert!(found.list.iter().all(|row| found.funnel.failed(*row as usize).eq([0])));
        asked.clause = Some(1);
        assert_eq!(answer(&columns, &asked).unwrap().cut, None);
    }

    #[test]
    fn rules_compare_with_peers() {
        let columns = vec![
            Column::number("ctc", Role::Pay, vec![1e5, 2e5, 3e5, 4e5, f64::NAN]),
            Column::number("experience", Role::Experience, vec![3.0; 5]),
        ];
        let learners = Learners::of(columns);
        let peers = peers(&learners, &pay_for_experience(&learners).unwrap(), 2).unwrap();
        // Medians of the others: 3, 3, 2, 2 lakh.
        let columns = RuleColumns { learners: &learners, clusters: None, peers: Some(&peers) };
        let rows = |rule: &str| drill(&columns, rule).unwrap().rows;
        assert_eq!(rows("gap < -0.5"), [0]);
        assert_eq!(rows("pay vs peers < 0"), [0, 1]);
        assert_eq!(rows("pay < peers' median"), [0, 1]);
        assert_eq!(rows("ctc > peer_median and peer_median < 2.5 lakh"), [2, 3]);
        assert_eq!(rows("gap is missing"), [4]);
        assert_eq!(rows("gap < -50 %"), [0]);
        assert_eq!(rows("pay for experience < 0"), [0, 1]);
        assert!(columns.names().contains(&"gap".to_owned()));
        let without = RuleColumns { peers: None, ..columns };
        assert!(drill(&without, "gap < 0").is_err());
    }
}
