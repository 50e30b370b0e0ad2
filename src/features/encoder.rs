//! What makes numbers of a column: fitted on some rows, applied to these and to any others.

use std::collections::HashMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::encode::quantile;
use super::{Encoding, Feature, Missing, Scale, Transform, exact};
use crate::table::column::{Column, Data, MISSING, Text};

/// The place of a row that is in no column of its block.
const NOWHERE: u32 = u32::MAX;

/// What was imputed or put together, as sentences.
pub(super) type Notices = Vec<String>;

/// One fitted feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Encoder {
    /// A number: impute → transform → winsorise → scale → weight.
    Number(Number),
    /// A block of indicators.
    OneHot(OneHot),
    /// ln(1 + rows with the same level), scaled and weighted.
    Frequency(Frequency),
}

/// One column of numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// Stands for a missing value; NaN where such rows are dropped.
    #[serde(with = "exact::number")]
    pub fill: f64,
    /// Applied after imputing.
    pub transform: Transform,
    /// Transformed values below are pulled up to it; −∞ leaves the tail.
    #[serde(with = "exact::number")]
    pub low: f64,
    /// Transformed values above are pulled down to it; ∞ leaves the tail.
    #[serde(with = "exact::number")]
    pub high: f64,
    /// How the result is scaled.
    pub scaling: Scaling,
}

/// (x − centre) / spread × weight.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scaling {
    /// Mean, median, minimum or 0, by scale.
    #[serde(with = "exact::number")]
    pub centre: f64,
    /// Deviation, range or 1, by scale; above 0.
    #[serde(with = "exact::number")]
    pub spread: f64,
    /// Factor on the scaled value.
    #[serde(with = "exact::number")]
    pub weight: f64,
}

/// A block of indicators: a column for each of the most frequent levels, then one for the other levels, then one
/// for rows without a value, these two only where the rows it was fitted on had such.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OneHot {
    /// Levels with a column of their own, most frequent first.
    pub levels: Vec<String>,
    /// Whether there is a column for other levels.
    pub other: bool,
    /// Column of rows without a value; `None` treats them as a level that was never seen.
    pub missing: Option<u32>,
    /// Per column the value of a row that is in it, weighted.
    #[serde(with = "exact::numbers")]
    pub yes: Vec<f64>,
    /// Per column the value of a row that is not, weighted.
    #[serde(with = "exact::numbers")]
    pub no: Vec<f64>,
}

/// Frequencies of levels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frequency {
    /// Rows per level, most frequent first.
    pub levels: Vec<(String, usize)>,
    /// Rows without a value.
    pub missing: usize,
    /// How ln(1 + rows) is scaled.
    pub scaling: Scaling,
}

/// What a feature puts into the rows, worked out as they are written: kept by row, it would take as much memory as
/// they do.
pub(super) enum Cells<'a> {
    /// One column, from numbers.
    Numbers { values: &'a [f64], number: Number },
    /// One column, from categories.
    Levels(Levels<'a, f64>),
    /// A block of indicators.
    Indicators {
        /// The column of the block whose indicator is set, or [`NOWHERE`].
        place: Levels<'a, u32>,
        /// As [`OneHot::yes`].
        yes: Vec<f64>,
        /// As [`OneHot::no`].
        no: Vec<f64>,
    },
}

/// What stands for each level of a column of categories.
pub(super) struct Levels<'a, T> {
    codes: &'a [u32],
    of_level: Vec<T>,
    missing: T,
}

impl<T: Copy> Levels<'_, T> {
    fn of(&self, row: u32) -> T {
        match self.codes[row as usize] {
            MISSING => self.missing,
            code => self.of_level[code as usize],
        }
    }

    fn of_all(&self, rows: &[u32]) -> Vec<T> {
        rows.iter().map(|&row| self.of(row)).collect()
    }
}

impl Encoder {
    /// Fits a feature on some rows of its column and applies it to them; `None` when it does not vary there.
    pub(super) fn fit<'a>(feature: &Feature, column: &'a Column, rows: &[u32]) -> Option<(Self, Cells<'a>, Notices)> {
        let mut notices = Vec::new();
        let (encoder, cells) = match (&column.data, feature.encoding) {
            (Data::Number(values), _) => Number::fit(feature, values, rows, &mut notices)?,
            (Data::Text(text), Encoding::OneHot { levels }) => OneHot::fit(feature, text, rows, levels, &mut notices)?,
            (Data::Text(text), _) => Frequency::fit(feature, text, rows)?,
        };
        Some((encoder, cells, notices))
    }

    /// Applies it to a column; `None` where the column is of the wrong kind.
    fn apply<'a>(&self, column: &'a Column) -> Option<Cells<'a>> {
        Some(match (self, &column.data) {
            (Self::Number(number), Data::Number(values)) => number.cells(values),
            (Self::OneHot(block), Data::Text(text)) => block.cells(block.places(text)),
            (Self::Frequency(frequency), Data::Text(text)) => frequency.cells(frequency.counted(text)),
            _ => return None,
        })
    }

    /// Columns of the matrix that it makes.
    pub fn width(&self) -> usize {
        match self {
            Self::OneHot(block) => block.yes.len(),
            Self::Number(_) | Self::Frequency(_) => 1,
        }
    }

    /// Whether it reads numbers; otherwise it reads categories.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Number(_))
    }

    /// For each of its columns the level whose indicator it is.
    pub fn levels(&self) -> Vec<Option<String>> {
        let Self::OneHot(block) = self else { return vec![None] };
        let mut levels: Vec<_> = block.levels.iter().cloned().map(Some).collect();
        levels.extend(block.other.then(|| Some("(other)".to_owned())));
        levels.resize(block.yes.len(), Some("(missing)".to_owned()));
        levels
    }

    /// Whether it is one that a fit could have made; what was read from a file may not be.
    pub fn is_sound(&self) -> bool {
        match self {
            Self::Number(number) => {
                !number.fill.is_infinite() && number.low <= number.high && number.scaling.is_sound()
            }
            Self::Frequency(frequency) => frequency.scaling.is_sound(),
            Self::OneHot(block) => {
                let own = block.levels.len() + usize::from(block.other);
                let width = block.yes.len();
                block.no.len() == width
                    && (width == own || (width == own + 1 && block.missing == Some(own as u32)))
                    && block.missing.is_none_or(|column| (column as usize) < width)
                    && block.yes.iter().chain(&block.no).all(|v| v.is_finite())
            }
        }
    }
}

/// Applies fitted encoders, each to its column: `rows.len()` × the sum of their widths, row-major. `None` where a
/// column is of the wrong kind.
pub fn apply(encoders: &[(&Encoder, &Column)], rows: &[u32]) -> Option<Vec<f64>> {
    let cells: Option<Vec<Cells<'_>>> = encoders.par_iter().map(|(encoder, column)| encoder.apply(column)).collect();
    Some(row_major(&cells?, rows))
}

impl Number {
    fn fit<'a>(
        feature: &Feature,
        values: &'a [f64],
        rows: &[u32],
        notices: &mut Notices,
    ) -> Option<(Encoder, Cells<'a>)> {
        let known = || rows.iter().map(|&row| values[row as usize]).filter(|v| !v.is_nan());
        let missing = rows.len() - known().count();
        let scaling = Scaling { centre: 0.0, spread: 1.0, weight: feature.weight };
        let (low, high) = (f64::NEG_INFINITY, f64::INFINITY);
        let mut number = Self { fill: f64::NAN, transform: feature.transform, low, high, scaling };
        if feature.missing != Missing::Drop {
            // Also where no value is missing now: others may be encoded later.
            number.fill = quantile(&mut known().collect::<Vec<_>>(), 0.5)?;
        }
        if missing > 0 {
            notices.push(format!(
                "{}: {missing} rows without a value get the median ({})",
                feature.column,
                crate::table::column::plain_number(number.fill)
            ));
        }
        let mut bounded: Vec<f64> = rows.iter().map(|&row| number.bounded(values[row as usize])).collect();
        if let Some(share) = feature.winsorise {
            let mut sorted = bounded.clone();
            number.low = quantile(&mut sorted, share)?;
            number.high = quantile(&mut sorted, 1.0 - share)?;
            let pulled = bounded.iter().filter(|v| **v < number.low || **v > number.high).count();
            bounded.iter_mut().for_each(|v| *v = v.clamp(number.low, number.high));
            if pulled > 0 {
                notices.push(format!("{}: {pulled} rows winsorised at {} %", feature.column, share * 100.0));
            }
        }
        number.scaling = Scaling::fit(&bounded, feature)?;
        let cells = number.cells(values);
        Some((Encoder::Number(number), cells))
    }

    fn cells<'a>(&self, values: &'a [f64]) -> Cells<'a> {
        Cells::Numbers { values, number: self.clone() }
    }

    fn scaled(&self, value: f64) -> f64 {
        self.scaling.apply(self.bounded(value))
    }

    /// Imputed, transformed and winsorised.
    fn bounded(&self, value: f64) -> f64 {
        self.transform.apply(if value.is_nan() { self.fill } else { value }).clamp(self.low, self.high)
    }
}

impl Scaling {
    /// `None` when the values are all the same.
    fn fit(values: &[f64], feature: &Feature) -> Option<Self> {
        let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(*v), high.max(*v)));
        if low >= high {
            return None;
        }
        let (centre, spread) = match feature.scale {
            Scale::Standard => moments(values),
            Scale::Robust => {
                let mut sorted = values.to_vec();
                let range = quantile(&mut sorted, 0.75)? - quantile(&mut sorted, 0.25)?;
                // More than half of the rows share one value: the range is 0 and says nothing, the deviation does.
                (quantile(&mut sorted, 0.5)?, if range > 0.0 { range } else { moments(values).1 })
            }
            Scale::MinMax => (low, high - low),
            Scale::None => (0.0, 1.0),
        };
        // Values so near to each other that their squared differences vanish vary no more than equal ones.
        (spread > 0.0).then_some(Self { centre, spread, weight: feature.weight })
    }

    fn apply(&self, value: f64) -> f64 {
        (value - self.centre) / self.spread * self.weight
    }

    fn is_sound(&self) -> bool {
        self.centre.is_finite() && self.spread.is_finite() && self.spread > 0.0 && self.weight.is_finite()
    }
}

/// Mean and population standard deviation: the same bits for the same values, in whatever order the rows stand.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = sum(values.iter().copied()) / n;
    (mean, (sum(values.iter().map(|v| (v - mean) * (v - mean))) / n).sqrt())
}

/// The sum, whatever the order: in whole multiples of 2⁻⁶² of a power of two above the largest value, which lose less
/// than rounding after every addition would. (Sorting first would do as well, and took much of the
/// time of a refit.)
fn sum(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = values.clone().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    let units = (61 - largest.log2().floor() as i32).clamp(-1000, 1000);
    let unit = f64::from(units).exp2();
    let whole: i128 = values.map(|value| i128::from((value * unit) as i64)).sum();
    whole as f64 / unit
}

/// Rows per level among some rows, and those without a value.
pub(super) fn count_levels(text: &Text, rows: &[u32]) -> (Vec<usize>, usize) {
    let mut counts = vec![0; text.levels.len()];
    let mut missing = 0;
    for &row in rows {
        match text.codes[row as usize] {
            MISSING => missing += 1,
            code => counts[code as usize] += 1,
        }
    }
    (counts, missing)
}

/// Levels with at least one row, most frequent first, ties by name.
pub(super) fn by_frequency(text: &Text, counts: &[usize]) -> Vec<(String, usize)> {
    let mut order: Vec<usize> = (0..counts.len()).filter(|&code| counts[code] > 0).collect();
    order.par_sort_unstable_by(|&a, &b| counts[b].cmp(&counts[a]).then_with(|| text.levels[a].cmp(&text.levels[b])));
    order.into_iter().map(|code| (text.levels[code].clone(), counts[code])).collect()
}

impl OneHot {
    fn fit<'a>(
        feature: &Feature,
        text: &'a Text,
        rows: &[u32],
        levels: usize,
        notices: &mut Notices,
    ) -> Option<(Encoder, Cells<'a>)> {
        let (counts, missing) = count_levels(text, rows);
        let mut order = by_frequency(text, &counts);
        let beyond = order.len().saturating_sub(levels);
        order.truncate(levels);
        let own = order.len();
        let rest = beyond > 0;
        let own_category = missing > 0 && feature.missing == Missing::OwnCategory;
        let missing_column = match feature.missing {
            _ if own_category => Some((own + usize::from(rest)) as u32),
            Missing::OwnCategory => None,
            _ => Some(0),
        };
        let width = own + usize::from(rest) + usize::from(own_category);
        if missing > 0 {
            notices.push(match own_category {
                true => format!("{}: {missing} rows without a value form their own category", feature.column),
                false => format!("{}: {missing} rows without a value get the most frequent one", feature.column),
            });
        }
        if rest {
            notices
                .push(format!("{}: {beyond} levels beyond the {own} most frequent share one column", feature.column));
        }
        let mut block = Self {
            levels: order.into_iter().map(|(level, _)| level).collect(),
            other: rest,
            missing: missing_column,
            yes: Vec::new(),
            no: Vec::new(),
        };
        let place = block.places(text);
        let mut held = vec![0usize; width];
        rows.iter().for_each(|&row| held[place.of(row) as usize] += 1);
        let n = rows.len() as f64;
        let variance: f64 = held.iter().map(|&h| (h as f64 / n) * (1.0 - h as f64 / n)).sum();
        if variance <= 0.0 {
            return None;
        }
        // The whole block varies as much as one standardised column: z-scored indicators of 30 levels would make
        // one category nearly all of the distance.
        let factor = if feature.scale == Scale::None { 1.0 } else { 1.0 / variance.sqrt() };
        let share = |&held: &usize| held as f64 / n;
        block.yes = held.iter().map(|held| (1.0 - share(held)) * factor * feature.weight).collect();
        block.no = held.iter().map(|held| -share(held) * factor * feature.weight).collect();
        let cells = block.cells(place);
        Some((Encoder::OneHot(block), cells))
    }

    /// The column of the block whose indicator is set.
    fn places<'a>(&self, text: &'a Text) -> Levels<'a, u32> {
        let own: HashMap<&str, u32> = self.levels.iter().map(String::as_str).zip(0..).collect();
        let other = if self.other { self.levels.len() as u32 } else { NOWHERE };
        let of_level = text.levels.iter().map(|level| own.get(level.as_str()).copied().unwrap_or(other)).collect();
        Levels { codes: &text.codes, of_level, missing: self.missing.unwrap_or(other) }
    }

    fn cells<'a>(&self, place: Levels<'a, u32>) -> Cells<'a> {
        Cells::Indicators { place, yes: self.yes.clone(), no: self.no.clone() }
    }
}

impl Frequency {
    fn fit<'a>(feature: &Feature, text: &'a Text, rows: &[u32]) -> Option<(Encoder, Cells<'a>)> {
        let (counts, missing) = count_levels(text, rows);
        let scaling = Scaling { centre: 0.0, spread: 1.0, weight: feature.weight };
        let mut frequency = Self { levels: by_frequency(text, &counts), missing, scaling };
        let of_level = counts.iter().map(|&rows| (rows as f64).ln_1p()).collect();
        let counted = Levels { codes: &text.codes, of_level, missing: (missing as f64).ln_1p() };
        frequency.scaling = Scaling::fit(&counted.of_all(rows), feature)?;
        let cells = frequency.cells(counted);
        Some((Encoder::Frequency(frequency), cells))
    }

    fn cells<'a>(&self, mut counted: Levels<'a, f64>) -> Cells<'a> {
        counted.of_level.iter_mut().chain([&mut counted.missing]).for_each(|value| *value = self.scaling.apply(*value));
        Cells::Levels(counted)
    }

    /// ln(1 + rows with the same level); 0 for a level that was never seen.
    fn counted<'a>(&self, text: &'a Text) -> Levels<'a, f64> {
        let counts: HashMap<&str, usize> = self.levels.iter().map(|(level, n)| (level.as_str(), *n)).collect();
        let of_level =
            text.levels.iter().map(|level| (counts.get(level.as_str()).copied().unwrap_or(0) as f64).ln_1p()).collect();
        Levels { codes: &text.codes, of_level, missing: (self.missing as f64).ln_1p() }
    }
}

impl Cells<'_> {
    /// Columns that it takes.
    fn width(&self) -> usize {
        match self {
            Self::Numbers { .. } | Self::Levels(_) => 1,
            Self::Indicators { yes, .. } => yes.len(),
        }
    }
}

/// Rows one after the other, in blocks of rows so that both sides stay in cache.
pub(super) fn row_major(cells: &[Cells<'_>], rows: &[u32]) -> Vec<f64> {
    const BLOCK: usize = 512;
    let width: usize = cells.iter().map(Cells::width).sum();
    let mut values = vec![0.0; rows.len() * width];
    values.par_chunks_mut(BLOCK * width).zip(rows.par_chunks(BLOCK)).for_each(|(out, rows)| {
        let mut first = 0;
        for cells in cells {
            let written = out.chunks_exact_mut(width).zip(rows);
            match cells {
                Cells::Numbers { values, number } => {
                    written.for_each(|(to, &row)| to[first] = number.scaled(values[row as usize]));
                }
                Cells::Levels(levels) => written.for_each(|(to, &row)| to[first] = levels.of(row)),
                Cells::Indicators { place, yes, no } => written.for_each(|(to, &row)| {
                    to[first..first + no.len()].copy_from_slice(no);
                    let place = place.of(row) as usize;
                    if let Some(yes) = yes.get(place) {
                        to[first + place] = *yes;
                    }
                }),
            }
            first += cells.width();
        }
    });
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaled(values: Vec<f64>, scale: Scale) -> Option<Vec<f64>> {
        let rows: Vec<u32> = (0..values.len() as u32).collect();
        let column = Column::number("x", crate::table::role::Role::Number, values);
        Encoder::fit(&Feature::plain("x", scale), &column, &rows).map(|(_, cells, _)| row_major(&[cells], &rows))
    }

    #[test]
    fn standard_scale_has_mean_0_and_population_deviation_1() {
        let values = scaled(vec![1.0, 2.0, 3.0, 4.0], Scale::Standard).unwrap();
        assert!(values.iter().sum::<f64>().abs() < 1e-12);
        assert!((values.iter().map(|v| v * v).sum::<f64>() / 4.0 - 1.0).abs() < 1e-12);
        assert_eq!(scaled(vec![2.0, 2.0], Scale::Standard), None);
    }

    #[test]
    fn the_order_of_rows_does_not_change_a_bit() {
        let values: Vec<f64> = (0..1000).map(|i| f64::from(i * 7919 % 1009).sqrt()).collect();
        let mut backwards: Vec<f64> = values.iter().rev().copied().collect();
        backwards = scaled(backwards, Scale::Standard).unwrap();
        backwards.reverse();
        assert_eq!(scaled(values, Scale::Standard).unwrap(), backwards);
    }

    #[test]
    fn robust_scale_survives_a_range_of_zero() {
        let values = scaled(vec![0.0, 0.0, 0.0, 0.0, 0.0, 5.0], Scale::Robust).unwrap();
        assert!(values.iter().all(|v| v.is_finite()));
    }

    #[test]
    fn a_block_of_categories_varies_as_one_column() {
        let text = Text::encode(["a", "b", "a", "c", "d", "a"].map(Some).into_iter());
        let mut feature = Feature::plain("x", Scale::Standard);
        feature.encoding = Encoding::OneHot { levels: 2 };
        feature.missing = Missing::OwnCategory;
        let rows: Vec<u32> = (0..6).collect();
        let column = Column::text("x", crate::table::role::Role::Category, text);
        let (encoder, cells, _) = Encoder::fit(&feature, &column, &rows).unwrap();
        assert_eq!(encoder.levels(), [Some("a".into()), Some("b".into()), Some("(other)".into())]);
        let values = row_major(&[cells], &rows);
        let total: f64 = values.iter().map(|v| v * v).sum::<f64>() / 6.0;
        assert!((total - 1.0).abs() < 1e-12, "{total}");
        // Of six rows three are a, one is b: each column sums to nothing, and a row is set in its own.
        assert!((0..3).all(|c| values.iter().skip(c).step_by(3).sum::<f64>().abs() < 1e-12), "{values:?}");
        assert!(values[0] > 0.0 && values[1] < 0.0 && values[3 + 1] > 0.0 && values[3 * 3 + 2] > 0.0, "{values:?}");
    }
}
