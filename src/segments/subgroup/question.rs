//! What a rule may ask of a row: in which interval of a number it lies, which level of a category it has.

use std::collections::HashMap;

use rayon::prelude::*;

use super::super::description::roundest;
use super::super::drill::RuleColumns;
use super::super::rule::quote;
use crate::table::column::{Column, Data, Text};
use crate::table::role::Role;

/// Bins of a number, of about equally many rows.
const BINS: usize = 12;
/// Most frequent levels of a category that are asked for.
const LEVELS: usize = 60;
/// Columns that are asked, in the order of the table.
const MOST_COLUMNS: usize = 60;
/// A column that explains so much of the variance of the ranks of pay (η²) says what is paid in other words.
const MADE_OF_PAY: f64 = 0.8;

/// The code of a row that is in no bin and has no level that is asked for.
pub(super) const NO_CODE: u16 = u16::MAX;

/// A column in codes: by row of the search at first, by cell once [`cells`] has put equal rows together.
pub(super) struct Question<'a> {
    pub column: &'a Column,
    pub codes: Vec<u16>,
    pub answers: Answers,
}

/// What the codes stand for.
pub(super) enum Answers {
    /// Smallest and largest value of each bin, ascending.
    Bins(Vec<(f64, f64)>),
    /// One spelling of each level; letter case does not count, as in rules.
    Levels(Vec<String>),
}

impl<'a> Question<'a> {
    fn new(column: &'a Column, rows: &[u32], least: usize) -> Option<Self> {
        let (codes, answers) = match &column.data {
            Data::Number(values) => binned(values, rows),
            Data::Text(text) => levelled(text, rows, least),
        };
        let question = Self { column, codes, answers };
        (question.count() > if question.is_ordered() { 1 } else { 0 }).then_some(question)
    }

    /// How many codes there are.
    pub fn count(&self) -> usize {
        match &self.answers {
            Answers::Bins(bins) => bins.len(),
            Answers::Levels(levels) => levels.len(),
        }
    }

    /// Whether codes lie beside each other, so that a range of them can be asked for.
    pub fn is_ordered(&self) -> bool {
        matches!(self.answers, Answers::Bins(_))
    }

    /// The condition that a row has one of the codes from `from` to `to`, in the rule language; thresholds as round
    /// as the gaps between values allow.
    pub fn text(&self, from: u16, to: u16) -> String {
        let name = quote(&self.column.name, '`');
        let (from, to) = (usize::from(from), usize::from(to));
        match &self.answers {
            Answers::Levels(levels) => format!("{name} = {}", quote(&levels[from], '"')),
            Answers::Bins(bins) => {
                // Of two values a row has one or the other.
                if let [a, b] = bins[..]
                    && a.0 == a.1
                    && b.0 == b.1
                    && from == to
                {
                    return format!("{name} = {}", bins[from].0);
                }
                let lower = from.checked_sub(1).map(|below| roundest(bins[below].1, bins[from].0));
                // The roundest number from the largest value on, and below the next: mirrored.
                let upper = bins.get(to + 1).map(|above| -roundest(-above.0, -bins[to].1));
                match (lower, upper) {
                    (Some(low), Some(high)) if low == high => format!("{name} = {low}"),
                    (Some(low), Some(high)) => format!("{name} {low}..{high}"),
                    (Some(low), None) => format!("{name} >= {low}"),
                    (None, Some(high)) => format!("{name} <= {high}"),
                    (None, None) => format!("{name} is known"),
                }
            }
        }
    }
}

/// The columns that may be asked, and the names of those that may not since they nearly say what is paid. Pay
/// itself, ids and what is ignored is neither.
///
/// `rows` are used rows, the rows of the search in order; `z` goes by used row.
pub(super) fn questions<'a>(
    columns: &RuleColumns<'a>,
    rows: &[u32],
    z: &[f64],
    least: usize,
) -> (Vec<Question<'a>>, Vec<String>) {
    let learners = columns.learners;
    let pay = learners.with_role(Role::Pay).and_then(|c| c.numbers()).unwrap_or_default();
    let at = |values: &[f64]| ranks(&rows.iter().map(|r| values[*r as usize]).collect::<Vec<_>>());
    let paid = [at(pay), at(z)];
    let (mut asked, mut made_of_pay) = (Vec::new(), Vec::new());
    let may_be = |c: &&Column| !matches!(c.role, Role::Pay | Role::Learner | Role::Ignore);
    for column in learners.columns.iter().filter(may_be).take(MOST_COLUMNS) {
        let Some(question) = Question::new(column, rows, least) else { continue };
        if paid.iter().any(|ranks| explained(&question, ranks) > MADE_OF_PAY) {
            made_of_pay.push(column.name.clone());
        } else {
            asked.push(question);
        }
    }
    (asked, made_of_pay)
}

/// Puts rows that answer every question alike into one cell: a search counts cells, of which there are far fewer.
/// The codes go by cell then; told are the cell of each row, and how many cells there are.
pub(super) fn cells(questions: &mut [Question<'_>], rows: usize) -> (Vec<u32>, usize) {
    // All codes of a row in one number, where they fit: mixed radix, the last digit for no code.
    let radix = |q: &Question<'_>| q.count() as u64 + 1;
    let fits = questions.iter().try_fold(1u64, |so_far, q| so_far.checked_mul(radix(q))).is_some();
    if !fits {
        return ((0..rows as u32).collect(), rows);
    }
    let mut keys: Vec<(u64, u32)> = (0..rows as u32).map(|row| (0, row)).collect();
    for question in &*questions {
        let (radix, none) = (radix(question), question.count() as u64);
        for (key, row) in &mut keys {
            *key = *key * radix + u64::from(question.codes[*row as usize]).min(none);
        }
    }
    keys.par_sort_unstable();
    let mut cell_of = vec![0; rows];
    let mut first_rows: Vec<u32> = Vec::new();
    let mut last = None;
    for (key, row) in keys {
        if last.replace(key) != Some(key) {
            first_rows.push(row);
        }
        cell_of[row as usize] = first_rows.len() as u32 - 1;
    }
    for question in questions {
        question.codes = first_rows.iter().map(|row| question.codes[*row as usize]).collect();
    }
    (cell_of, first_rows.len())
}

/// Ranks of values without ties told apart: rows are in the thousands, so that hardly matters.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    order.sort_unstable_by(|a, b| values[*a as usize].total_cmp(&values[*b as usize]).then(a.cmp(b)));
    let mut ranks = vec![0.0; values.len()];
    for (rank, row) in order.into_iter().enumerate() {
        ranks[row as usize] = rank as f64;
    }
    ranks
}

/// The share of the variance of some ranks that the codes explain (η²), over the rows that have a code.
fn explained(question: &Question<'_>, ranks: &[f64]) -> f64 {
    let mut groups = vec![(0.0, 0.0); question.count()];
    let (mut n, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for (code, rank) in question.codes.iter().zip(ranks).filter(|(code, _)| **code != NO_CODE) {
        let group = &mut groups[usize::from(*code)];
        group.0 += 1.0;
        group.1 += rank;
        n += 1.0;
        sum += rank;
        squares += rank * rank;
    }
    let about_mean = sum * sum / n;
    let between: f64 = groups.iter().filter(|g| g.0 > 0.0).map(|g| g.1 * g.1 / g.0).sum();
    // One group, as for one level, explains nothing.
    if squares > about_mean { (between - about_mean) / (squares - about_mean) } else { 0.0 }
}

fn binned(values: &[f64], rows: &[u32]) -> (Vec<u16>, Answers) {
    let mut known: Vec<f64> = rows.iter().map(|r| values[*r as usize]).filter(|v| v.is_finite()).collect();
    known.sort_unstable_by(f64::total_cmp);
    let mut edges: Vec<f64> = (1..BINS).filter_map(|i| known.get(i * known.len() / BINS).copied()).collect();
    edges.dedup();
    // An edge at the smallest value has nothing below it.
    edges.retain(|edge| known.first().is_some_and(|first| edge > first));
    let bin = |value: f64| edges.partition_point(|edge| *edge <= value);
    let mut bins = vec![(f64::INFINITY, f64::NEG_INFINITY); edges.len() + usize::from(!known.is_empty())];
    for value in known {
        let ends = &mut bins[bin(value)];
        *ends = (ends.0.min(value), ends.1.max(value));
    }
    let code = |row: &u32| match values[*row as usize] {
        value if value.is_finite() => bin(value) as u16,
        _ => NO_CODE,
    };
    (rows.iter().map(code).collect(), Answers::Bins(bins))
}

fn levelled(text: &Text, rows: &[u32], least: usize) -> (Vec<u16>, Answers) {
    let mut counts = vec![0usize; text.levels.len()];
    for row in rows {
        if let Some(count) = counts.get_mut(text.codes[*row as usize] as usize) {
            *count += 1;
        }
    }
    // Spellings that a rule does not tell apart are one level.
    let mut of_spelling: HashMap<String, usize> = HashMap::new();
    let mut levels: Vec<(usize, usize)> = Vec::new();
    let level_of: Vec<usize> = text
        .levels
        .iter()
        .enumerate()
        .map(|(code, level)| {
            let at = *of_spelling.entry(level.to_lowercase()).or_insert_with(|| {
                levels.push((0, code));
                levels.len() - 1
            });
            levels[at].0 += counts[code];
            at
        })
        .collect();
    let mut order: Vec<usize> = (0..levels.len()).filter(|level| levels[*level].0 >= least).collect();
    order.sort_by_key(|level| (std::cmp::Reverse(levels[*level].0), *level));
    order.truncate(LEVELS);
    let mut code_of = vec![NO_CODE; levels.len()];
    for (code, level) in order.iter().enumerate() {
        code_of[*level] = code as u16;
    }
    let code = |row: &u32| level_of.get(text.codes[*row as usize] as usize).map_or(NO_CODE, |level| code_of[*level]);
    let answers = order.iter().map(|level| text.levels[levels[*level].1].clone()).collect();
    (rows.iter().map(code).collect(), Answers::Levels(answers))
}
