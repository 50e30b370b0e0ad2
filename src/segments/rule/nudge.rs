//! Moving a threshold by keys.

use super::{
    ColumnRef, Columns, Kind, Rule,
    bind::find,
    syntax::{Expression, Predicate, Quantity, Test, Unit, Value},
};

impl Rule {
    /// The rule with the threshold of one of its clauses moved by some steps; `None` where that clause is not
    /// one comparison by order with a number or percentile.
    ///
    /// A step is one year, one percentile, one percent of a share, or one in the second figure of an amount: 45 → 46 lakh, 4.5 → 4.6
    /// crore, 120 → 130k. Percentiles stay within 0…100.
    #[must_use]
    pub fn nudged<C: Columns + ?Sized>(&self, clause: usize, steps: i32, columns: &C) -> Option<Self> {
        let mut root = self.root.clone()?;
        let part = match &mut root {
            Expression::All(parts) => parts.get_mut(clause)?,
            only if clause == 0 => only,
            _ => return None,
        };
        let test = only_test(part)?;
        let ColumnRef::Number { kind, .. } = find(columns, &test.column.text)? else {
            return None;
        };
        let Predicate::Compare(comparison, operand) = &mut test.predicate else {
            return None;
        };
        match &mut operand.value {
            _ if !comparison.orders() => return None,
            Value::Quantity(quantity) => quantity.figure = moved(*quantity, kind, steps),
            Value::Percentile { percent, .. } => *percent = (*percent + f64::from(steps)).clamp(0.0, 100.0),
            _ => return None,
        }
        let text = root.to_string();
        // What was moved has no place in a text any more; reading it anew gives every part one.
        super::parse(&text).ok()
    }
}

fn only_test(part: &mut Expression) -> Option<&mut Test> {
    match part {
        Expression::Test(test) => Some(test),
        Expression::Not(inner) => only_test(inner),
        Expression::All(_) | Expression::Any(_) => None,
    }
}

/// The figure moved on the grid of its steps.
fn moved(quantity: Quantity, kind: Kind, steps: i32) -> f64 {
    let figure = quantity.figure;
    // As a power of ten, so that the grid's points are the decimals nearest to them.
    let exponent = match kind {
        Kind::Years | Kind::Year => 0,
        _ if quantity.unit == Unit::Percent => 0,
        // A hundredth is one percent.
        Kind::Share => -2,
        Kind::Pay | Kind::Plain if figure == 0.0 => 0,
        Kind::Pay | Kind::Plain => figure.abs().log10().floor() as i32 - 1,
    };
    let scale = 10_f64.powi(exponent.abs());
    if exponent < 0 {
        ((figure * scale).round() + f64::from(steps)) / scale
    } else {
        ((figure / scale).round() + f64::from(steps)) * scale
    }
}
