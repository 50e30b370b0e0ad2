//! A rule bound to a table: which rows satisfy it.
//!
//! Logic has three values, as in SQL (Kleene): a comparison with something missing is neither true nor false
//! but unknown, `not` of unknown is unknown, and a row matches only where the whole is true. So neither
//! `pay < 5` nor `not (pay < 5)` matches a row without pay; `pay is missing` does.

use super::{Mask, syntax::Comparison};

/// What of a table one condition looks at.
#[derive(Debug)]
pub(super) enum Plan<'a> {
    All(Vec<Plan<'a>>),
    Any(Vec<Plan<'a>>),
    Not(Box<Plan<'a>>),
    Compare {
        values: &'a [f64],
        comparison: Comparison,
        with: With<'a>,
    },
    /// Sorted by `total_cmp`, without negative zero.
    OneOf {
        values: &'a [f64],
        items: Vec<f64>,
    },
    /// Which levels or clusters satisfy the condition.
    Group {
        groups: Groups<'a>,
        hits: Vec<bool>,
    },
    NumberKnown(&'a [f64]),
    GroupKnown(Groups<'a>, usize),
}

/// What numbers are compared with; NaN is unknown.
#[derive(Debug)]
pub(super) enum With<'a> {
    Threshold(f64),
    Column(&'a [f64]),
    /// One threshold per group.
    Groups(Groups<'a>, Vec<f64>),
}

/// The group of each row: a text's level or a cluster.
#[derive(Clone, Copy, Debug)]
pub(super) enum Groups<'a> {
    Levels(&'a [u32]),
    Clusters(&'a [u16]),
}

impl Groups<'_> {
    /// What lies beyond the known groups is missing.
    pub fn of(self, row: usize) -> usize {
        match self {
            Self::Levels(codes) => codes[row] as usize,
            Self::Clusters(labels) => usize::from(labels[row]),
        }
    }
}

/// Rows for which a condition is true and those for which it is false; the others are unknown.
pub(super) struct Verdicts {
    pub yes: Mask,
    pub no: Mask,
}

impl Verdicts {
    fn constant(rows: usize, value: bool) -> Self {
        let (all, none) = (Mask::all(rows), Mask::none(rows));
        if value { Self { yes: all, no: none } } else { Self { yes: none, no: all } }
    }

    fn known(yes: Mask) -> Self {
        Self { no: yes.complement(), yes }
    }

    /// `judge` tells whether a row's verdict is known and, if so, what it is.
    fn judged(rows: usize, judge: impl Fn(usize) -> (bool, bool)) -> Self {
        let mut yes = Mask::none(rows);
        let mut no = Mask::none(rows);
        for (row, (yes, no)) in yes.words_mut().zip(no.words_mut()).enumerate() {
            let first = row * 64;
            for bit in 0..(rows - first).min(64) {
                let (known, verdict) = judge(first + bit);
                *yes |= u64::from(known & verdict) << bit;
                *no |= u64::from(known & !verdict) << bit;
            }
        }
        Self { yes, no }
    }
}

impl Plan<'_> {
    pub fn verdicts(&self, rows: usize) -> Verdicts {
        match self {
            Self::All(parts) => parts.iter().fold(Verdicts::constant(rows, true), |mut all, part| {
                let part = part.verdicts(rows);
                all.yes.retain(&part.yes);
                all.no.extend(&part.no);
                all
            }),
            Self::Any(parts) => parts.iter().fold(Verdicts::constant(rows, false), |mut any, part| {
                let part = part.verdicts(rows);
                any.yes.extend(&part.yes);
                any.no.retain(&part.no);
                any
            }),
            Self::Not(inner) => {
                let inner = inner.verdicts(rows);
                Verdicts { yes: inner.no, no: inner.yes }
            }
            Self::Compare { values, comparison, with } => compare(rows, values, *comparison, with),
            Self::OneOf { values, items } => Verdicts::judged(rows, |row| {
                // Adding zero turns −0 into 0.
                let value = values[row] + 0.0;
                (!value.is_nan(), items.binary_search_by(|item| item.total_cmp(&value)).is_ok())
            }),
            Self::Group { groups, hits } => {
                Verdicts::judged(rows, |row| hits.get(groups.of(row)).map_or((false, false), |hit| (true, *hit)))
            }
            Self::NumberKnown(values) => Verdicts::known(Mask::from_fn(rows, |row| !values[row].is_nan())),
            Self::GroupKnown(groups, known) => Verdicts::known(Mask::from_fn(rows, |row| groups.of(row) < *known)),
        }
    }

    /// The one threshold of a numeric comparison, with the values that it cuts.
    pub fn threshold(&self) -> Option<(&[f64], f64)> {
        match self {
            Self::Not(inner) => inner.threshold(),
            Self::Compare { values, comparison, with: With::Threshold(threshold) } if comparison.orders() => {
                Some((values, *threshold))
            }
            _ => None,
        }
    }
}

/// One loop per comparison, so that none is chosen inside a loop.
fn compare(rows: usize, values: &[f64], comparison: Comparison, with: &With<'_>) -> Verdicts {
    match comparison {
        Comparison::Above => compare_by(rows, values, with, |a, b| a > b),
        Comparison::AtLeast => compare_by(rows, values, with, |a, b| a >= b),
        Comparison::Below => compare_by(rows, values, with, |a, b| a < b),
        Comparison::AtMost => compare_by(rows, values, with, |a, b| a <= b),
        Comparison::Equal => compare_by(rows, values, with, |a, b| a == b),
        Comparison::Unequal => compare_by(rows, values, with, |a, b| a != b),
    }
}

fn compare_by(rows: usize, values: &[f64], with: &With<'_>, holds: impl Fn(f64, f64) -> bool) -> Verdicts {
    let judge = |value: f64, other: f64| (!value.is_nan() & !other.is_nan(), holds(value, other));
    match with {
        With::Threshold(threshold) => Verdicts::judged(rows, |row| judge(values[row], *threshold)),
        With::Column(others) => Verdicts::judged(rows, |row| judge(values[row], others[row])),
        With::Groups(groups, thresholds) => Verdicts::judged(rows, |row| {
            judge(values[row], thresholds.get(groups.of(row)).copied().unwrap_or(f64::NAN))
        }),
    }
}
