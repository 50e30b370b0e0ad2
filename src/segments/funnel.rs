//! A rule as a funnel: what each of its clauses does.

use super::rule::{Bound, Mask, percent_below};

/// A clause that keeps at least this share is hardly a filter.
const HARDLY: f64 = 0.9;

/// One clause of a rule. Counts are rows of the table that the rule was bound to (the used rows).
#[derive(Clone, Debug, PartialEq)]
pub struct FunnelClause {
    /// The clause in canonical text.
    pub text: String,
    /// Rows that passed all earlier clauses and pass this one.
    pub pass: usize,
    /// Rows that passed all earlier clauses and do not pass this one; what is unknown does not pass.
    pub fail: usize,
    /// Where the threshold lies: percent (0…100) of all used rows with a known value whose value is below it,
    /// for `<` and `>` alike. `None` unless the clause is one comparison by order with one number.
    pub percentile: Option<f64>,
    /// Share of the rows that came this far which pass, `pass / (pass + fail)`; 0 where no row came this far.
    pub keeps: f64,
    /// Whether the clause keeps 90 % or more of what came this far.
    pub hardly: bool,
    /// Rows that pass all *other* clauses: how many would match if this one were dropped.
    pub without: usize,
}

/// A rule's clauses in their order, and the rows that pass them all.
#[derive(Clone, Debug, PartialEq)]
pub struct Funnel {
    /// Number of rows that the funnel starts with.
    pub rows: usize,
    /// One per clause; empty for the rule that matches everybody.
    pub clauses: Vec<FunnelClause>,
    /// The rows that match the whole rule.
    pub matches: Mask,
}

/// Counts what each clause of a rule does.
pub fn funnel(bound: &Bound<'_>) -> Funnel {
    let rows = bound.rows();
    let passing: Vec<Mask> = bound.clauses().iter().map(|clause| clause.eval()).collect();
    // What passes all clauses from the i-th on; with what came this far it tells what dropping one would do.
    let mut onward = vec![Mask::all(rows); passing.len() + 1];
    for i in (0..passing.len()).rev() {
        onward[i] = meet(&onward[i + 1], &passing[i]);
    }
    let mut so_far = Mask::all(rows);
    let mut clauses = Vec::with_capacity(passing.len());
    for (i, clause) in bound.clauses().iter().enumerate() {
        let came = so_far.count();
        let without = meet(&so_far, &onward[i + 1]).count();
        so_far.retain(&passing[i]);
        let pass = so_far.count();
        let keeps = if came == 0 { 0.0 } else { pass as f64 / came as f64 };
        clauses.push(FunnelClause {
            text: clause.text().to_owned(),
            pass,
            fail: came - pass,
            percentile: clause.threshold().and_then(|(values, threshold)| {
                if threshold.is_nan() { None } else { percent_below(values, threshold) }
            }),
            keeps,
            hardly: keeps >= HARDLY,
            without,
        });
    }
    Funnel { rows, clauses, matches: so_far }
}

fn meet(a: &Mask, b: &Mask) -> Mask {
    let mut both = a.clone();
    both.retain(b);
    both
}
