//! A rule meets a table: names become columns, units are checked, percentiles become thresholds.

use std::ops::Range;

use super::{
    Bound, Clause, ColumnRef, Columns, Kind, Notice, RuleError,
    eval::{Groups, Plan, With},
    percentile::{percentile, percentile_by_group},
    syntax::{Comparison, Expression, Name, Operand, Predicate, Quantity, Test, Unit, Value},
};
use crate::error::nearest;

/// Above this many levels no nearest text is looked for: comparing 37,000 company names takes longer than a
/// key press may.
const LEVELS_TO_COMPARE: usize = 2000;

/// Pay under this without a unit was most likely meant in lakh.
const UNLIKELY_PAY: f64 = 1000.0;

/// Binds the parts of a rule that are joined by `and` at its top.
pub(super) fn bind<'a, C: Columns + ?Sized>(parts: &[&Expression], columns: &'a C) -> Result<Bound<'a>, RuleError> {
    let mut binder = Binder { columns, notices: Vec::new() };
    let clauses = parts
        .iter()
        .map(|part| Ok(Clause { text: part.as_clause(parts.len()), plan: binder.plan(part)?, rows: columns.rows() }))
        .collect::<Result<_, _>>()?;
    Ok(Bound { rows: columns.rows(), clauses, notices: binder.notices })
}

struct Binder<'a, C: ?Sized> {
    columns: &'a C,
    notices: Vec<Notice>,
}

/// A number column with the name it goes by in messages.
#[derive(Clone, Copy)]
struct Numbers<'a, 'n> {
    name: &'n str,
    values: &'a [f64],
    kind: Kind,
}

/// A column of levels or clusters with the name it goes by in messages.
#[derive(Clone, Copy)]
struct Grouped<'a, 'n> {
    name: &'n str,
    groups: Groups<'a>,
    levels: &'a [String],
}

impl<'a, C: Columns + ?Sized> Binder<'a, C> {
    fn plan(&mut self, expression: &Expression) -> Result<Plan<'a>, RuleError> {
        Ok(match expression {
            Expression::All(parts) => Plan::All(self.plans(parts)?),
            Expression::Any(parts) => Plan::Any(self.plans(parts)?),
            Expression::Not(inner) => Plan::Not(Box::new(self.plan(inner)?)),
            Expression::Test(test) => self.test(test)?,
        })
    }

    fn plans(&mut self, parts: &[Expression]) -> Result<Vec<Plan<'a>>, RuleError> {
        parts.iter().map(|part| self.plan(part)).collect()
    }

    fn test(&mut self, test: &Test) -> Result<Plan<'a>, RuleError> {
        let name = test.column.text.as_str();
        match self.column(name, &test.column.at)? {
            ColumnRef::Number { values, kind } => self.number_test(Numbers { name, values, kind }, test),
            ColumnRef::Text { codes, levels } => {
                self.group_test(Grouped { name, groups: Groups::Levels(codes), levels }, test)
            }
            ColumnRef::Cluster { labels, names } => {
                self.group_test(Grouped { name, groups: Groups::Clusters(labels), levels: names }, test)
            }
        }
    }

    fn column(&self, name: &str, at: &Range<usize>) -> Result<ColumnRef<'a>, RuleError> {
        let Some(column) = find(self.columns, name) else {
            return Err(self.unknown_column(name, at));
        };
        if column.len() != self.columns.rows() {
            let message = format!("`{name}` has {} values for {} rows", column.len(), self.columns.rows());
            return Err(RuleError::new(at.clone(), message));
        }
        Ok(column)
    }

    fn unknown_column(&self, name: &str, at: &Range<usize>) -> RuleError {
        let error = RuleError::new(at.clone(), format!("there is no column `{name}`"));
        if name.eq_ignore_ascii_case("cluster") {
            return RuleError::new(at.clone(), "there are no clusters yet").hint("choose k first");
        }
        if let Some(instead) = self.columns.instead(name) {
            return error.hint(instead);
        }
        let names = self.columns.names();
        match nearest(name, names.iter().map(String::as_str)) {
            Some(near) => error.hint(format!("did you mean {near}?")),
            None if names.len() <= 12 => error.hint(format!("there are {}", names.join(", "))),
            None => error,
        }
    }

    fn number_test(&mut self, column: Numbers<'a, '_>, test: &Test) -> Result<Plan<'a>, RuleError> {
        let values = column.values;
        Ok(match &test.predicate {
            Predicate::Compare(comparison, operand) => {
                Plan::Compare { values, comparison: *comparison, with: self.with(column, operand)? }
            }
            Predicate::Range(low, high) => Plan::All(vec![
                Plan::Compare { values, comparison: Comparison::AtLeast, with: self.with(column, low)? },
                Plan::Compare { values, comparison: Comparison::AtMost, with: self.with(column, high)? },
            ]),
            Predicate::In { negated, items } => {
                let mut items = items
                    .iter()
                    .map(|item| match &item.value {
                        // Adding zero turns −0 into 0, as the lookup does.
                        Value::Quantity(quantity) => self.amount(column, *quantity, &item.at).map(|value| value + 0.0),
                        _ => Err(RuleError::new(
                            item.at.clone(),
                            format!("`{}` is a number column, this is not a number", column.name),
                        )),
                    })
                    .collect::<Result<Vec<f64>, _>>()?;
                items.sort_unstable_by(f64::total_cmp);
                negate(*negated, Plan::OneOf { values, items })
            }
            Predicate::Contains(_) => {
                return Err(RuleError::new(
                    test.at.clone(),
                    format!("`{}` is a number column, it contains no text", column.name),
                )
                .hint("compare it with =, < or >"));
            }
            Predicate::Missing => negate(true, Plan::NumberKnown(values)),
            Predicate::Known => Plan::NumberKnown(values),
        })
    }

    /// What a number column is compared with.
    fn with(&mut self, column: Numbers<'a, '_>, operand: &Operand) -> Result<With<'a>, RuleError> {
        match &operand.value {
            Value::Quantity(quantity) => self.amount(column, *quantity, &operand.at).map(With::Threshold),
            Value::Percentile { percent, within: None } => {
                // Without a known value nothing can be compared, so nothing matches.
                Ok(With::Threshold(percentile(column.values, *percent).unwrap_or(f64::NAN)))
            }
            Value::Percentile { percent, within: Some(group) } => self.percentile_within(column, *percent, group),
            Value::Column(name) => self.other_column(column, name, operand),
            Value::Words(name) if is_word_for_missing(name) => {
                Err(RuleError::new(operand.at.clone(), "nothing compares with a missing value")
                    .hint(format!("write {} is missing", column.name)))
            }
            Value::Words(name) | Value::Text(name) => self.other_column(column, name, operand),
        }
    }

    fn other_column(&self, column: Numbers<'a, '_>, name: &str, operand: &Operand) -> Result<With<'a>, RuleError> {
        let number = format!("`{}` is a number column", column.name);
        match self.column(name, &operand.at) {
            Ok(ColumnRef::Number { values, .. }) => Ok(With::Column(values)),
            Ok(_) => Err(RuleError::new(operand.at.clone(), format!("{number} and `{name}` is not"))),
            Err(error) if find(self.columns, name).is_none() => {
                let message = format!("{number}, and `{name}` is neither a number nor a column");
                Err(RuleError { message, ..error })
            }
            Err(error) => Err(error),
        }
    }

    fn percentile_within(&self, column: Numbers<'a, '_>, percent: f64, group: &Name) -> Result<With<'a>, RuleError> {
        let (groups, count) = match self.column(&group.text, &group.at)? {
            ColumnRef::Text { codes, levels } => (Groups::Levels(codes), levels.len()),
            ColumnRef::Cluster { labels, names } => (Groups::Clusters(labels), names.len()),
            ColumnRef::Number { .. } => {
                return Err(RuleError::new(
                    group.at.clone(),
                    format!("`{}` is a number column, it makes no groups", group.text),
                )
                .hint("name a text column or cluster"));
            }
        };
        let thresholds = percentile_by_group(column.values, count, |row| groups.of(row), percent);
        Ok(With::Groups(groups, thresholds))
    }

    /// The number that is meant, its unit checked against the column.
    fn amount(&mut self, column: Numbers<'a, '_>, quantity: Quantity, at: &Range<usize>) -> Result<f64, RuleError> {
        let percent = quantity.unit == Unit::Percent;
        let money = quantity.currency.is_some() || !matches!(quantity.unit, Unit::None | Unit::Years | Unit::Percent);
        let years = quantity.unit == Unit::Years;
        let complaint = match column.kind {
            Kind::Pay | Kind::Years | Kind::Year if percent => {
                Some(("takes no percent", "a percentile is written p25"))
            }
            Kind::Pay if years => Some(("is pay, not a number of years", "write an amount such as 45 lakh")),
            Kind::Years if money => Some(("is a number of years, not money", "write 10 or 10 y")),
            Kind::Year if money || years => Some(("is a calendar year", "write it plainly, such as 2019")),
            Kind::Share if money || years => Some(("is a share", "write 0.5 or 50 %")),
            Kind::Pay | Kind::Years | Kind::Year | Kind::Share | Kind::Plain => None,
        };
        if let Some((message, hint)) = complaint {
            return Err(RuleError::new(at.clone(), format!("`{}` {message}", column.name)).hint(hint));
        }
        let value = quantity.value();
        let bare = quantity.unit == Unit::None && quantity.currency.is_none();
        if column.kind == Kind::Pay && bare && value != 0.0 && value.abs() < UNLIKELY_PAY {
            self.notice(at, format!("{value} is read as {value} a year; for lakh write {value} lakh"));
        }
        Ok(value)
    }

    fn group_test(&mut self, column: Grouped<'a, '_>, test: &Test) -> Result<Plan<'a>, RuleError> {
        let Grouped { groups, levels, .. } = column;
        Ok(match &test.predicate {
            Predicate::Compare(comparison, operand) if !comparison.orders() => {
                let mut hits = vec![false; levels.len()];
                self.hit(column, operand, &mut hits)?;
                negate(*comparison == Comparison::Unequal, Plan::Group { groups, hits })
            }
            Predicate::In { negated, items } => {
                let mut hits = vec![false; levels.len()];
                for item in items {
                    self.hit(column, item, &mut hits)?;
                }
                negate(*negated, Plan::Group { groups, hits })
            }
            Predicate::Contains(part) => {
                let part = part.to_lowercase();
                let hits = levels.iter().map(|level| level.to_lowercase().contains(&part)).collect();
                Plan::Group { groups, hits }
            }
            Predicate::Missing => negate(true, Plan::GroupKnown(groups, levels.len())),
            Predicate::Known => Plan::GroupKnown(groups, levels.len()),
            Predicate::Compare(..) | Predicate::Range(..) => {
                let what = match groups {
                    Groups::Levels(_) => format!("`{}` is text, it has no order", column.name),
                    Groups::Clusters(_) => "clusters have no order".to_owned(),
                };
                return Err(RuleError::new(test.at.clone(), what).hint("use =, !=, in (…) or contains"));
            }
        })
    }

    /// Marks the levels or clusters that an operand means.
    fn hit(&mut self, column: Grouped<'a, '_>, operand: &Operand, hits: &mut [bool]) -> Result<(), RuleError> {
        match (column.groups, &operand.value) {
            (Groups::Levels(_), Value::Words(text) | Value::Text(text)) => {
                self.hit_level(column, text, &operand.at, hits);
                Ok(())
            }
            (Groups::Clusters(_), Value::Quantity(quantity)) => hit_cluster(column, *quantity, &operand.at, hits),
            (Groups::Clusters(_), Value::Words(name) | Value::Text(name)) => {
                hit_cluster_name(column, name, &operand.at, hits)
            }
            (Groups::Levels(_), Value::Column(_)) => {
                Err(RuleError::new(operand.at.clone(), "two text columns cannot be compared")
                    .hint("put a text in \"quotes\", not in backticks"))
            }
            (Groups::Levels(_), _) => {
                Err(RuleError::new(operand.at.clone(), format!("`{}` is text, this is a number", column.name))
                    .hint(format!("put it in quotes: \"{operand}\"")))
            }
            (Groups::Clusters(_), _) => Err(RuleError::new(operand.at.clone(), "a cluster has a number or a name")),
        }
    }

    /// Letter case does not count. A text that no row has is a notice, not an error: the same rule may be
    /// used on another table.
    fn hit_level(&mut self, column: Grouped<'a, '_>, text: &str, at: &Range<usize>, hits: &mut [bool]) {
        let lower = text.to_lowercase();
        let mut found = false;
        for (hit, level) in hits.iter_mut().zip(column.levels) {
            let same =
                if level.is_ascii() { level.eq_ignore_ascii_case(&lower) } else { level.to_lowercase() == lower };
            *hit |= same;
            found |= same;
        }
        if found {
            return;
        }
        let mut message = format!("no row has {} = \"{text}\"", column.name);
        if is_word_for_missing(text) {
            message.push_str(&format!("; for missing values write {} is missing", column.name));
        } else if column.levels.len() <= LEVELS_TO_COMPARE
            && let Some(near) = nearest(text, column.levels.iter().map(String::as_str))
        {
            message.push_str(&format!("; did you mean \"{near}\"?"));
        }
        self.notice(at, message);
    }

    fn notice(&mut self, at: &Range<usize>, message: String) {
        self.notices.push(Notice { at: at.clone(), message });
    }
}

/// The column of a name; letter case counts only where two columns differ in nothing else.
pub fn find<'a, C: Columns + ?Sized>(columns: &'a C, name: &str) -> Option<ColumnRef<'a>> {
    columns.resolve(name).or_else(|| {
        let lower = name.to_lowercase();
        let known = columns.names().into_iter().find(|known| known.to_lowercase() == lower)?;
        columns.resolve(&known)
    })
}

fn negate(negated: bool, plan: Plan<'_>) -> Plan<'_> {
    if negated { Plan::Not(Box::new(plan)) } else { plan }
}

fn is_word_for_missing(word: &str) -> bool {
    word.eq_ignore_ascii_case("missing") || crate::table::number::is_missing(word)
}

fn hit_cluster(
    column: Grouped<'_, '_>,
    quantity: Quantity,
    at: &Range<usize>,
    hits: &mut [bool],
) -> Result<(), RuleError> {
    let number = quantity.figure;
    let plain = quantity.unit == Unit::None && quantity.currency.is_none() && number >= 0.0 && number.fract() == 0.0;
    match hits.get_mut(number as usize) {
        Some(hit) if plain => {
            *hit = true;
            Ok(())
        }
        _ => Err(RuleError::new(at.clone(), "there is no such cluster").hint(clusters_there(column.levels))),
    }
}

/// A cluster's whole name, or the start of one name only.
fn hit_cluster_name(
    column: Grouped<'_, '_>,
    name: &str,
    at: &Range<usize>,
    hits: &mut [bool],
) -> Result<(), RuleError> {
    let lower = name.to_lowercase();
    let names: Vec<String> = column.levels.iter().map(|level| level.to_lowercase()).collect();
    let exact: Vec<usize> = (0..names.len()).filter(|&i| names[i] == lower).collect();
    let begun: Vec<usize> = (0..names.len()).filter(|&i| names[i].starts_with(&lower)).collect();
    match (exact.as_slice(), begun.as_slice()) {
        ([], [one]) if !lower.is_empty() => hits[*one] = true,
        ([], [_, _, ..]) if !lower.is_empty() => {
            return Err(RuleError::new(at.clone(), "several clusters begin like this").hint("write more of the name"));
        }
        ([], _) => {
            let error = RuleError::new(at.clone(), format!("no cluster is called \"{name}\""));
            return Err(match nearest(name, column.levels.iter().map(String::as_str)) {
                Some(near) => error.hint(format!("did you mean \"{near}\"?")),
                None => error.hint(clusters_there(column.levels)),
            });
        }
        (same, _) => same.iter().for_each(|&i| hits[i] = true),
    }
    Ok(())
}

fn clusters_there(names: &[String]) -> String {
    match names.len() {
        0 => "there are no clusters yet".to_owned(),
        1 => "there is only cluster 0".to_owned(),
        k => format!("there are clusters 0 to {}", k - 1),
    }
}
