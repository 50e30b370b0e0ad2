//! A cluster as a short rule, so that it can be used without kscope: a shallow decision tree, its best nodes
//! written in the rule language, and how well that rule finds the cluster among *all* rows.
//!
//! The tree is a CART (Breiman et al. 1984) over ranks: a split is found by counting, and a rank says which two
//! values a threshold lies between, so that it can be a round number. linfa-trees 0.8 was tried first and does
//! not suit: below the root it never looks at a threshold whose last row in the whole sample is in another node,
//! so that columns with many equal values (years!) are often not split at all; it takes values nearer than 1e-5
//! for equal; and its fit and its prediction differ where a value equals a threshold.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::drill::RuleColumns;
use super::profile::Members;
use super::rule;
use crate::jobs::{Cancel, Cancelled};
use crate::table::column::{Column, Data, MISSING};
use crate::table::money::{CRORE, Currency, LAKH};
use crate::table::role::Role;

/// Depth of the tree: at most so many thresholds for one node.
const DEPTH: usize = 3;
/// Rows of the cluster, and as many of the rest, that a tree is grown from at most.
const SAMPLE: usize = 10_000;
/// Most frequent levels of a category that a rule may name.
const LEVELS: usize = 10;
/// Nodes that a rule joins by `or`, at most.
const NODES: usize = 3;
/// A further node must raise F1 by so much, or the shorter rule is the better one.
const WORTH: f64 = 0.02;
/// F1 that one more threshold in a node must be worth.
const WORTH_OF_THRESHOLD: f64 = 0.005;
/// A node weighs at least this share of the cluster.
const LEAST: f64 = 0.01;

/// A rule that nearly says who is in a cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// In the rule language, canonical.
    pub rule: String,
    /// Share of the rule's clustered rows that are in the cluster, 0…1.
    pub precision: f64,
    /// Share of the cluster's rows that the rule finds, 0…1.
    pub recall: f64,
    /// Clustered rows that match the rule.
    pub rows: usize,
}

/// Describes every cluster by the inputs of the clustering, in original units. `None` for a cluster that no
/// short rule describes, and where there is only one.
///
/// `distinct_of` is the distinct row of each clustered row: samples are drawn along it, so that the order of
/// the table does not matter.
///
/// # Errors
/// `Cancelled` when `cancel` says so; it is looked at once a cluster.
pub fn descriptions(
    members: &Members<'_>,
    distinct_of: &[u32],
    currency: Currency,
    cancel: &Cancel,
) -> Result<Vec<Option<Description>>, Cancelled> {
    let mut order: Vec<u32> = (0..members.rows.len() as u32).collect();
    order.par_sort_unstable_by_key(|&i| (distinct_of[i as usize], i));
    // A rule cannot ask for an assumed age, but for the experience that it is.
    let assumes = members.learners.assumed_age().is_some_and(|age| members.inputs.contains(&age.name));
    let asks = |c: &&Column| members.inputs.contains(&c.name) || (assumes && c.role == Role::Experience);
    let columns: Vec<Askable<'_>> = members
        .learners
        .columns
        .iter()
        .filter(|c| asks(c) && !matches!(c.role, Role::Ignore | Role::Learner))
        .flat_map(Askable::of)
        .collect();
    if members.k < 2 || columns.is_empty() {
        return Ok(vec![None; members.k]);
    }
    (0..members.k)
        .into_par_iter()
        .map(|cluster| {
            cancel.check()?;
            let sample = Sample::new(members, &order, cluster as u16);
            Ok(describe(&sample, &columns, currency).and_then(|text| measure(members, cluster as u16, &text)))
        })
        .collect()
}

/// Something that a tree can ask of a row.
struct Askable<'a> {
    column: &'a Column,
    /// The level that is asked for; `None` for a number, which is asked how large it is.
    level: Option<u32>,
}

impl<'a> Askable<'a> {
    fn of(column: &'a Column) -> Vec<Self> {
        match &column.data {
            Data::Number(_) => vec![Self { column, level: None }],
            Data::Text(text) => text
                .by_frequency()
                .into_iter()
                .take(LEVELS)
                .map(|(code, _)| Self { column, level: Some(code) })
                .collect(),
        }
    }

    /// The value of a used row; of an indicator 0 or 1. NaN is missing.
    fn value(&self, row: u32) -> f64 {
        match (&self.column.data, self.level) {
            (Data::Text(text), Some(level)) => match text.codes[row as usize] {
                MISSING => f64::NAN,
                code => f64::from(u8::from(code == level)),
            },
            (Data::Number(values), _) => values[row as usize],
            (Data::Text(_), None) => f64::NAN,
        }
    }
}

/// Used rows inside and outside of one cluster; every row stands for so many.
struct Sample {
    rows: Vec<u32>,
    inside: Vec<bool>,
    weight: Vec<f64>,
}

impl Sample {
    fn new(members: &Members<'_>, order: &[u32], cluster: u16) -> Self {
        let is_in = |i: u32| members.labels[i as usize] == cluster;
        let size = members.labels.iter().filter(|label| **label == cluster).count();
        let strides = [(members.labels.len() - size).div_ceil(SAMPLE).max(1), size.div_ceil(SAMPLE).max(1)];
        let mut seen = [0usize; 2];
        let mut sample = Self { rows: Vec::new(), inside: Vec::new(), weight: Vec::new() };
        for &i in order {
            let side = usize::from(is_in(i));
            if seen[side].is_multiple_of(strides[side]) {
                sample.rows.push(members.rows[i as usize]);
                sample.inside.push(side == 1);
                sample.weight.push(strides[side] as f64);
            }
            seen[side] += 1;
        }
        sample
    }

    fn total_inside(&self) -> f64 {
        self.weight.iter().zip(&self.inside).filter(|(_, inside)| **inside).map(|(w, _)| *w).sum()
    }
}

/// The values of one question over a sample, as ranks.
struct Ranked {
    /// Distinct known values, ascending.
    values: Vec<f64>,
    /// By sampled row; a missing value has the rank of the median.
    ranks: Vec<u32>,
}

impl Ranked {
    fn new(asked: &Askable<'_>, rows: &[u32]) -> Self {
        let raw: Vec<f64> = rows.iter().map(|row| asked.value(*row)).collect();
        let mut values: Vec<f64> = raw.iter().copied().filter(|v| v.is_finite()).collect();
        values.sort_unstable_by(f64::total_cmp);
        let median = values.get(values.len() / 2).copied().unwrap_or(0.0);
        values.dedup();
        if values.is_empty() {
            values.push(median);
        }
        let rank = |v: &f64| values.partition_point(|w| *w < if v.is_finite() { *v } else { median }) as u32;
        let ranks = raw.iter().map(rank).collect();
        Self { values, ranks }
    }
}

/// A node of the tree: for some questions the ranks that are in it (both ends included).
type Node = BTreeMap<usize, (u32, u32)>;

/// The rule for the cluster of a sample, where a tree finds one.
fn describe(sample: &Sample, columns: &[Askable<'_>], currency: Currency) -> Option<String> {
    let total = sample.total_inside();
    let ranked: Vec<Ranked> = columns.iter().map(|asked| Ranked::new(asked, &sample.rows)).collect();
    let rows: Vec<u32> = (0..sample.rows.len() as u32).collect();
    let mut nodes = Vec::new();
    Tree { sample, ranked: &ranked, least: total * LEAST }.grow(&rows, &Node::new(), DEPTH, &mut nodes);
    let chosen = choose(nodes, total);
    let texts: Vec<String> = chosen.iter().map(|node| node_text(node, columns, &ranked, currency)).collect();
    (!texts.is_empty()).then(|| texts.join(" or "))
}

/// What a tree is grown from.
struct Tree<'a> {
    sample: &'a Sample,
    ranked: &'a [Ranked],
    least: f64,
}

/// Weights of rows inside of the cluster and of all rows.
#[derive(Clone, Copy, Debug, Default)]
struct Weights {
    inside: f64,
    all: f64,
}

impl Weights {
    fn add(&mut self, sample: &Sample, row: u32) {
        let weight = sample.weight[row as usize];
        self.all += weight;
        self.inside += if sample.inside[row as usize] { weight } else { 0.0 };
    }

    /// Gini impurity times the weight.
    fn impurity(self) -> f64 {
        if self.all > 0.0 { 2.0 * self.inside * (self.all - self.inside) / self.all } else { 0.0 }
    }

    fn without(self, other: Self) -> Self {
        Self { inside: self.inside - other.inside, all: self.all - other.all }
    }
}

impl Tree<'_> {
    /// Puts every node below this one into `nodes`, with its weights.
    fn grow(&self, rows: &[u32], node: &Node, depth: usize, nodes: &mut Vec<(Weights, Node)>) {
        let mut here = Weights::default();
        rows.iter().for_each(|row| here.add(self.sample, *row));
        if !node.is_empty() {
            nodes.push((here, node.clone()));
        }
        if depth == 0 || here.inside == 0.0 || here.inside == here.all {
            return;
        }
        let Some((question, threshold)) = self.split(rows, here) else { return };
        let (low, high) = node.get(&question).copied().unwrap_or((0, u32::MAX));
        let ranks = &self.ranked[question].ranks;
        let (below, above): (Vec<u32>, Vec<u32>) = rows.iter().partition(|row| ranks[**row as usize] <= threshold);
        for (rows, range) in [(below, (low, threshold)), (above, (threshold + 1, high))] {
            let mut child = node.clone();
            child.insert(question, range);
            self.grow(&rows, &child, depth - 1, nodes);
        }
    }

    /// The question and the highest rank below the threshold that leave the least impurity; ties go to the
    /// first question and the lowest threshold.
    fn split(&self, rows: &[u32], here: Weights) -> Option<(usize, u32)> {
        let mut best: Option<(f64, usize, u32)> = None;
        for (question, ranked) in self.ranked.iter().enumerate() {
            let mut by_rank = vec![Weights::default(); ranked.values.len()];
            for &row in rows {
                by_rank[ranked.ranks[row as usize] as usize].add(self.sample, row);
            }
            let mut below = Weights::default();
            for (rank, weights) in by_rank.iter().enumerate() {
                below.inside += weights.inside;
                below.all += weights.all;
                let above = here.without(below);
                if weights.all == 0.0 || below.all < self.least || above.all < self.least.max(f64::MIN_POSITIVE) {
                    continue;
                }
                let left = below.impurity() + above.impurity();
                if left < here.impurity() && best.is_none_or(|(least, ..)| left < least) {
                    best = Some((left, question, rank as u32));
                }
            }
        }
        best.map(|(_, question, rank)| (question, rank))
    }
}

/// The nodes that together tell the cluster best (F1), the best first; what adds little is left out.
fn choose(mut nodes: Vec<(Weights, Node)>, total: f64) -> Vec<Node> {
    let f1 = |w: Weights| 2.0 * w.inside / (w.all + total);
    let thresholds =
        |node: &Node| node.values().map(|(low, high)| u8::from(*low > 0) + u8::from(*high < u32::MAX)).sum::<u8>();
    let mut so_far = Weights::default();
    let mut chosen = Vec::new();
    while chosen.len() < NODES {
        let with = |w: Weights| Weights { inside: so_far.inside + w.inside, all: so_far.all + w.all };
        let worth = |(w, node): &(Weights, Node)| f1(with(*w)) - WORTH_OF_THRESHOLD * f64::from(thresholds(node));
        // The last of equals is taken, so in reverse: the first in the tree's order.
        let next = (0..nodes.len()).rev().max_by(|a, b| worth(&nodes[*a]).total_cmp(&worth(&nodes[*b])));
        let Some(next) = next.filter(|at| f1(with(nodes[*at].0)) >= f1(so_far) + WORTH) else { break };
        let (weights, node) = nodes.remove(next);
        so_far = with(weights);
        nodes.retain(|(_, other)| are_apart(other, &node));
        chosen.push(node);
    }
    chosen
}

/// Whether no row can be in both nodes.
fn are_apart(a: &Node, b: &Node) -> bool {
    a.iter().any(|(question, (low, high))| b.get(question).is_some_and(|(from, to)| high < from || to < low))
}

/// A node in the rule language.
fn node_text(node: &Node, columns: &[Askable<'_>], ranked: &[Ranked], currency: Currency) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut excluded: Vec<(String, Vec<String>)> = Vec::new();
    for (&question, &(low, high)) in node {
        let Askable { column, level } = &columns[question];
        let name = format!("`{}`", column.name.replace('`', "``"));
        match (&column.data, level) {
            (Data::Text(text), Some(level)) => {
                let level = format!("\"{}\"", text.levels[*level as usize].replace('"', "\"\""));
                if low >= 1 {
                    parts.push(format!("{name} = {level}"));
                } else {
                    match excluded.iter_mut().find(|(of, _)| *of == name) {
                        Some((_, levels)) => levels.push(level),
                        None => excluded.push((name, vec![level])),
                    }
                }
            }
            _ => {
                let values = &ranked[question].values;
                // The threshold lies above one value and at most at the next.
                let cut = |next: u32| {
                    let at = (next as usize).clamp(1, values.len() - 1);
                    amount(roundest(values[at - 1], values[at]), column.role, currency)
                };
                if low > 0 {
                    parts.push(format!("{name} >= {}", cut(low)));
                }
                if high < u32::MAX {
                    parts.push(format!("{name} < {}", cut(high + 1)));
                }
            }
        }
    }
    // A level that the row has says more than those it has not.
    excluded.retain(|(of, _)| !parts.iter().any(|part| part.starts_with(&format!("{of} = "))));
    parts.extend(excluded.into_iter().map(|(name, levels)| match &levels[..] {
        [one] => format!("{name} != {one}"),
        many => format!("{name} not in ({})", many.join(", ")),
    }));
    format!("({})", parts.join(" and "))
}

/// The number with the fewest digits that is above `low` and at most `high`.
pub(super) fn roundest(low: f64, high: f64) -> f64 {
    let most = low.abs().max(high.abs());
    if most == 0.0 || !most.is_finite() {
        return high;
    }
    let top = most.log10().floor() as i32 + 1;
    for digit in 0..16 {
        let exponent = top - digit;
        // A negative power of ten is not exact, its inverse is.
        let rounded = if exponent >= 0 {
            let step = 10f64.powi(exponent);
            (high / step).floor() * step
        } else {
            let parts = 10f64.powi(-exponent);
            (high * parts).floor() / parts
        };
        if rounded > low && rounded <= high {
            return rounded;
        }
    }
    high
}

/// A threshold as it is written in a rule: rupees in lakh or crore where that loses nothing.
fn amount(value: f64, role: Role, currency: Currency) -> String {
    if role == Role::Pay && currency == Currency::Rupee {
        for (unit, word) in [(CRORE, "cr"), (LAKH, "lakh")] {
            if value.abs() >= unit && value.fract() == 0.0 {
                return format!("{} {word}", value / unit);
            }
        }
    }
    format!("{value}")
}

/// Puts a rule to all clustered rows.
fn measure(members: &Members<'_>, cluster: u16, text: &str) -> Option<Description> {
    let parsed = rule::parse(text).ok()?;
    let columns = RuleColumns { learners: members.learners, clusters: None, peers: None };
    let matches = parsed.bind(&columns).ok()?.eval();
    let (mut rows, mut hit, mut size) = (0usize, 0usize, 0usize);
    for (&row, &label) in members.rows.iter().zip(members.labels) {
        let (matched, is_in) = (matches.contains(row as usize), label == cluster);
        rows += usize::from(matched);
        size += usize::from(is_in);
        hit += usize::from(matched && is_in);
    }
    (hit > 0).then(|| Description {
        rule: parsed.as_str().to_owned(),
        precision: hit as f64 / rows as f64,
        recall: hit as f64 / size as f64,
        rows,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::cleaning::Learners;
    use crate::table::column::Text;

    /// Experience 0…19 times 30 kinds of pay, of two jobs.
    fn table() -> Learners {
        let rows = 0..1200usize;
        Learners::of(vec![
            Column::number("experience", Role::Experience, rows.clone().map(|i| (i % 20) as f64).collect()),
            Column::number("my pay", Role::Pay, rows.clone().map(|i| ((i / 20) % 30 + 1) as f64 * 123_457.0).collect()),
            Column::text("job", Role::Job, Text::encode(rows.map(|i| Some(["QA \"x\"", "Testing"][(i / 600) % 2])))),
        ])
    }

    fn described(learners: &Learners, is_in: impl Fn(usize) -> bool) -> Vec<Option<Description>> {
        let rows: Vec<u32> = (0..learners.rows() as u32).collect();
        let labels: Vec<u16> = (0..learners.rows()).map(|row| u16::from(!is_in(row))).collect();
        let inputs = ["experience", "my pay", "job"].map(str::to_owned);
        let members = Members { learners, rows: &rows, labels: &labels, k: 2, inputs: &inputs, residual: None };
        descriptions(&members, &rows, Currency::Rupee, &Cancel::never()).unwrap()
    }

    #[test]
    fn a_box_is_found_exactly_and_said_in_round_numbers() {
        let table = table();
        let pay = table.columns[1].numbers().unwrap().to_vec();
        let found = described(&table, |row| row % 20 > 9 && pay[row] < 1_000_000.0);
        let first = found[0].clone().unwrap();
        assert_eq!(first.rule, "experience >= 10 and my pay < 10 lakh");
        assert_eq!((first.precision, first.recall, first.rows), (1.0, 1.0, 160));
        let rest = found[1].clone().unwrap();
        assert_eq!((rest.precision, rest.recall, rest.rows), (1.0, 1.0, 1040));
        assert_eq!(rest.rule, "my pay >= 10 lakh or (experience < 10 and my pay < 10 lakh)");
    }

    #[test]
    fn a_level_is_named_and_its_quotes_survive() {
        let table = table();
        let found = described(&table, |row| (row / 600) % 2 == 0);
        let rules = found.iter().map(|d| d.as_ref().unwrap()).map(|d| (d.rule.as_str(), d.precision, d.recall));
        let wanted = [("job = \"QA \"\"x\"\"\"", 1.0, 1.0), ("job != \"QA \"\"x\"\"\"", 1.0, 1.0)];
        assert_eq!(rules.collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn without_a_second_cluster_or_a_pattern_there_is_no_rule() {
        let table = table();
        assert_eq!(described(&table, |_| true), vec![None, None]);
        let scattered = described(&table, |row| (row * 7919) % 13 == 0);
        assert!(scattered[0].as_ref().is_none_or(|d| d.precision < 0.5), "{scattered:?}");
    }

    #[test]
    fn thresholds_are_as_round_as_they_can_be() {
        assert_eq!(roundest(9.0, 10.0), 10.0);
        assert_eq!(roundest(864_199.0, 987_656.0), 900_000.0);
        assert_eq!(roundest(900_000.0, 910_000.0), 910_000.0);
        assert_eq!(roundest(0.123, 0.1279), 0.127);
        assert_eq!(roundest(-5.2, -4.9), -5.0);
        assert_eq!(roundest(0.0, 3.0), 3.0);
        assert_eq!(roundest(-1.0, 0.0), 0.0);
        assert_eq!(amount(940_000.0, Role::Pay, Currency::Rupee), "9.4 lakh");
        assert_eq!(amount(940_000.0, Role::Number, Currency::Rupee), "940000");
    }
}
