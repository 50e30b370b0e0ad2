//! How a column's values lie, for tiny histograms.

use super::column::{Column, Data};

/// Rows per bin: equal bins between the 1st and 99th percentile for numbers (tails in the outer bins), on a
/// log scale where they are positive and reach over more than two decades; the most frequent levels of
/// categories, in that order. Empty where there is no value.
pub fn counts(column: &Column, bins: usize) -> Vec<u64> {
    match &column.data {
        // Where most values occur once, as ids do, there is no shape to show.
        Data::Text(text) if text.levels.len() * 2 > text.codes.len() => Vec::new(),
        Data::Text(text) => text.by_frequency().into_iter().take(bins).map(|(_, rows)| rows as u64).collect(),
        Data::Number(values) => of_numbers(values, bins).map(|(_, counts)| counts).unwrap_or_default(),
    }
}

/// Numbers in `bins` bins along the axis that suits them; `None` where none is finite.
pub fn of_numbers(values: &[f64], bins: usize) -> Option<(Axis, Vec<u64>)> {
    let axis = Axis::of(values)?;
    let mut counts = vec![0; bins];
    for value in values.iter().filter(|v| v.is_finite()) {
        let at = (axis.place(*value) * bins as f64) as usize;
        counts[at.min(bins - 1)] += 1;
    }
    Some((axis, counts))
}

/// The axis of a histogram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// Value at the left end.
    pub low: f64,
    /// Value at the right end.
    pub high: f64,
    /// Whether it goes by logarithms.
    pub log: bool,
}

impl Axis {
    /// The axis that suits some values; `None` where none is finite.
    pub fn of(values: &[f64]) -> Option<Self> {
        let step = values.len().div_ceil(20_000).max(1);
        let mut known: Vec<f64> = values.iter().step_by(step).copied().filter(|v| v.is_finite()).collect();
        if known.is_empty() {
            known = values.iter().copied().filter(|v| v.is_finite()).collect();
        }
        known.sort_unstable_by(f64::total_cmp);
        let at = |q: f64| known.get((q * (known.len().max(1) - 1) as f64).round() as usize).copied();
        let (low, high) = (at(0.01)?, at(0.99)?);
        Some(Self { low, high, log: low > 0.0 && high / low > 100.0 })
    }

    /// Where a value lies, 0 at the left end, 1 at the right one; values beyond lie at the ends.
    pub fn place(&self, value: f64) -> f64 {
        let (low, high, value) = if self.log {
            (self.low.ln(), self.high.ln(), value.max(self.low).ln())
        } else {
            (self.low, self.high, value)
        };
        if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::role::Role;

    #[test]
    fn every_known_value_is_in_one_bin() {
        let mut values: Vec<f64> = (0..1000).map(f64::from).collect();
        values.push(f64::NAN);
        values.push(1e9);
        let counts = counts(&Column::number("x", Role::Number, values), 10);
        assert_eq!(counts.iter().sum::<u64>(), 1001);
        assert!(counts.iter().all(|c| (90..120).contains(c)), "{counts:?}");
    }

    #[test]
    fn pay_goes_by_logarithms() {
        let values: Vec<f64> = (0..1000).map(|i| 10f64.powf(3.0 + f64::from(i) / 250.0)).collect();
        let axis = Axis::of(&values).unwrap();
        assert!(axis.log);
        assert!((axis.place(1e5) - 0.5).abs() < 0.05);
    }
}
