//! From chosen features to the numbers that K-Means sees.

use rayon::prelude::*;

use super::{Encoding, Feature, Missing, Scale};
use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::table::Table;
use crate::table::cleaning::Learners;
use crate::table::column::{Column, Data, MISSING, Text};

/// The encoded table: `rows.len()` × `columns.len()` values, row-major, all finite.
#[derive(Debug)]
pub struct Encoded {
    /// Values, row-major.
    pub values: Vec<f64>,
    /// What each encoded column is.
    pub columns: Vec<EncodedColumn>,
    /// Names of the features that take part, in order.
    pub features: Vec<String>,
    /// Encoded row → used row of the cleaned table (all of them, unless rows without a value are dropped).
    pub rows: Vec<u32>,
    /// What was imputed, dropped or left out.
    pub notices: Vec<String>,
}

/// One column of the matrix.
#[derive(Clone, Debug)]
pub struct EncodedColumn {
    /// Index into [`Encoded::features`].
    pub feature: usize,
    /// The level whose indicator it is, for categories.
    pub level: Option<String>,
}

/// One feature on its way.
struct Block {
    cells: Cells,
    levels: Levels,
    notices: Vec<String>,
}

/// What a feature puts into the rows.
enum Cells {
    /// One column, a value per row.
    Numbers(Vec<f64>),
    /// A block of indicators. Written out it would be mostly the same few numbers, so only what differs is kept.
    Indicators {
        /// Per row the column of the block whose indicator is set.
        place: Vec<u32>,
        /// Per column of the block the value of a row that is in it.
        yes: Vec<f64>,
        /// Per column of the block the value of a row that is not.
        no: Vec<f64>,
    },
}

impl Cells {
    /// Columns that it takes.
    fn width(&self) -> usize {
        match self {
            Self::Numbers(_) => 1,
            Self::Indicators { yes, .. } => yes.len(),
        }
    }

    /// Multiplies every value.
    fn weigh(&mut self, weight: f64) {
        match self {
            Self::Numbers(values) => values.iter_mut().for_each(|v| *v *= weight),
            Self::Indicators { yes, no, .. } => yes.iter_mut().chain(no).for_each(|v| *v *= weight),
        }
    }
}

/// Encodes the features that are switched on.
///
/// # Errors
/// Infinite values (with file, line, column and value), no feature that varies, no row left.
pub fn encode(table: &Table, learners: &Learners, features: &[Feature], cancel: &Cancel) -> Result<Encoded> {
    let chosen: Vec<(&Feature, &Column)> = features
        .iter()
        .filter(|f| f.on)
        .map(|f| {
            let column = learners.columns.iter().find(|c| c.name == f.column);
            column
                .map(|c| (f, c))
                .ok_or_else(|| crate::table::unknown_column("feature", &f.column, &learners.columns, &table.name))
        })
        .collect::<Result<_>>()?;
    if chosen.is_empty() {
        return Err(Error::bad_input("no feature is chosen").try_this("switch on at least one column"));
    }
    let mut notices = Vec::new();
    let rows = usable_rows(table, learners, &chosen, &mut notices)?;
    let blocks: Vec<Option<Block>> = chosen.par_iter().map(|(feature, column)| block(feature, column, &rows)).collect();
    if cancel.is_cancelled() {
        return Err(Error::interrupted());
    }
    let mut names = Vec::new();
    let mut columns = Vec::new();
    let mut cells: Vec<Cells> = Vec::new();
    for ((feature, column), block) in chosen.iter().zip(blocks) {
        let Some(block) = block else {
            notices.push(match column.missing() == column.rows() {
                true => format!("{} has no value at all: left out", feature.column),
                false => {
                    if column.distinct() > 1 {
                        format!("{} does not vary once it is encoded: left out", feature.column)
                    } else {
                        format!("{} is constant: left out", feature.column)
                    }
                }
            });
            continue;
        };
        names.push(feature.column.clone());
        columns.extend(block.levels.into_iter().map(|level| EncodedColumn { feature: names.len() - 1, level }));
        cells.push(block.cells);
        notices.extend(block.notices);
    }
    if cells.is_empty() {
        return Err(Error::bad_input(format!("{}: none of the chosen features varies", table.name))
            .because(notices.join("; "))
            .try_this("choose a column with at least two different values"));
    }
    Ok(Encoded { values: row_major(&cells, columns.len(), rows.len()), columns, features: names, rows, notices })
}

/// Used rows without a missing value in a feature that drops such rows; infinities are refused.
fn usable_rows(
    table: &Table,
    learners: &Learners,
    chosen: &[(&Feature, &Column)],
    notices: &mut Vec<String>,
) -> Result<Vec<u32>> {
    let mut keep = vec![true; learners.rows()];
    for (feature, column) in chosen {
        if let Some(values) = column.numbers()
            && let Some(row) = values.iter().position(|v| v.is_infinite())
        {
            let place = table.place(learners.source_row[row] as usize);
            return Err(Error::bad_input(format!(
                "{place}, column '{}': {} is not a finite number",
                column.name, values[row]
            ))
            .because("K-Means cannot place a row at infinity")
            .try_this("empty that cell or write the number out; or leave the column out of the features"));
        }
        if feature.missing != Missing::Drop {
            continue;
        }
        let mut dropped = 0usize;
        for (row, keep) in keep.iter_mut().enumerate() {
            let missing = match &column.data {
                Data::Number(values) => values[row].is_nan(),
                Data::Text(text) => text.codes[row] == MISSING,
            };
            dropped += usize::from(missing && *keep);
            *keep &= !missing;
        }
        if dropped > 0 {
            notices.push(format!("{dropped} rows without a value in {} are dropped", column.name));
        }
    }
    let rows: Vec<u32> = (0..keep.len()).filter(|&row| keep[row]).map(|row| row as u32).collect();
    if rows.is_empty() {
        let names: Vec<&str> = chosen.iter().map(|(f, _)| f.column.as_str()).collect();
        let why = if learners.rows() == 0 {
            "the cleaning rules took every row".to_owned()
        } else {
            format!("every row lacks a value in one of {}", names.join(", "))
        };
        return Err(Error::bad_input(format!("{}: no row is left", table.name))
            .because(why)
            .try_this("look at the ledger: switch a rule off, or choose other features"));
    }
    Ok(rows)
}

/// The columns of one feature, or `None` when it does not vary.
fn block(feature: &Feature, column: &Column, rows: &[u32]) -> Option<Block> {
    let mut notices = Vec::new();
    let (mut cells, levels) = match (&column.data, feature.encoding) {
        (Data::Number(values), _) => {
            let values: Vec<f64> = rows.iter().map(|&r| values[r as usize]).collect();
            (Cells::Numbers(numeric(feature, values, &mut notices)?), vec![None])
        }
        (Data::Text(text), Encoding::OneHot { levels }) => one_hot(feature, text, rows, levels, &mut notices)?,
        (Data::Text(text), _) => (Cells::Numbers(frequency(feature, text, rows)?), vec![None]),
    };
    if feature.weight != 1.0 {
        cells.weigh(feature.weight);
    }
    Some(Block { cells, levels, notices })
}

fn numeric(feature: &Feature, mut values: Vec<f64>, notices: &mut Vec<String>) -> Option<Vec<f64>> {
    let missing = values.iter().filter(|v| v.is_nan()).count();
    if missing > 0 {
        let median = quantile(&mut values.iter().copied().filter(|v| !v.is_nan()).collect::<Vec<_>>(), 0.5)?;
        values.iter_mut().filter(|v| v.is_nan()).for_each(|v| *v = median);
        notices.push(format!(
            "{}: {missing} rows without a value get the median ({})",
            feature.column,
            crate::table::column::plain_number(median)
        ));
    }
    if feature.transform != super::Transform::None {
        values.iter_mut().for_each(|v| *v = feature.transform.apply(*v));
    }
    if let Some(share) = feature.winsorise {
        let mut sorted = values.clone();
        let low = quantile(&mut sorted, share)?;
        let high = quantile(&mut sorted, 1.0 - share)?;
        let pulled = values.iter().filter(|v| **v < low || **v > high).count();
        values.iter_mut().for_each(|v| *v = v.clamp(low, high));
        if pulled > 0 {
            notices.push(format!("{}: {pulled} rows winsorised at {} %", feature.column, share * 100.0));
        }
    }
    scaled(values, feature.scale)
}

/// Scales a column; `None` when it is constant.
fn scaled(mut values: Vec<f64>, scale: Scale) -> Option<Vec<f64>> {
    let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(*v), high.max(*v)));
    if low >= high {
        return None;
    }
    let (centre, spread) = match scale {
        Scale::Standard => moments(&values),
        Scale::Robust => {
            let mut sorted = values.clone();
            let range = quantile(&mut sorted, 0.75)? - quantile(&mut sorted, 0.25)?;
            // More than half of the rows share one value: the range is 0 and says nothing, the deviation does.
            (quantile(&mut sorted, 0.5)?, if range > 0.0 { range } else { moments(&values).1 })
        }
        Scale::MinMax => (low, high - low),
        Scale::None => (0.0, 1.0),
    };
    values.iter_mut().for_each(|v| *v = (*v - centre) / spread);
    Some(values)
}

/// Mean and population standard deviation, summed in the order of the values: the same bits for the same values,
/// in whatever order the rows stand.
fn moments(values: &[f64]) -> (f64, f64) {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let mean = sorted.iter().sum::<f64>() / n;
    (mean, (sorted.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n).sqrt())
}

type Levels = Vec<Option<String>>;

fn one_hot(
    feature: &Feature,
    text: &Text,
    rows: &[u32],
    levels: usize,
    notices: &mut Vec<String>,
) -> Option<(Cells, Levels)> {
    let mut counts = vec![0usize; text.levels.len()];
    let mut missing = 0usize;
    for &row in rows {
        match text.codes[row as usize] {
            MISSING => missing += 1,
            code => counts[code as usize] += 1,
        }
    }
    let mut order: Vec<usize> = (0..counts.len()).filter(|&c| counts[c] > 0).collect();
    order.sort_by(|&a, &b| counts[b].cmp(&counts[a]).then_with(|| text.levels[a].cmp(&text.levels[b])));
    let own = order.len().min(levels);
    let rest = order.len() > own;
    let missing_column = (missing > 0 && feature.missing == Missing::OwnCategory).then_some(own + usize::from(rest));
    let width = own + usize::from(rest) + usize::from(missing_column.is_some());
    let mut column_of = vec![own; counts.len()];
    for (column, &code) in order.iter().take(own).enumerate() {
        column_of[code] = column;
    }
    if missing > 0 {
        notices.push(match missing_column {
            Some(_) => format!("{}: {missing} rows without a value form their own category", feature.column),
            None => format!("{}: {missing} rows without a value get the most frequent one", feature.column),
        });
    }
    if rest {
        notices.push(format!(
            "{}: {} levels beyond the {own} most frequent share one column",
            feature.column,
            order.len() - own
        ));
    }
    let place: Vec<u32> = rows
        .iter()
        .map(|&row| match text.codes[row as usize] {
            MISSING => missing_column.unwrap_or(0) as u32,
            code => column_of[code as usize] as u32,
        })
        .collect();
    let mut held = vec![0usize; width];
    place.iter().for_each(|&column| held[column as usize] += 1);
    let n = rows.len() as f64;
    let variance: f64 = held.iter().map(|&h| (h as f64 / n) * (1.0 - h as f64 / n)).sum();
    if variance <= 0.0 {
        return None;
    }
    // The whole block varies as much as one standardised column: z-scored indicators of 30 levels would make
    // one category nearly all of the distance.
    let factor = if feature.scale == Scale::None { 1.0 } else { 1.0 / variance.sqrt() };
    let share = |&held: &usize| held as f64 / n;
    let yes = held.iter().map(|held| (1.0 - share(held)) * factor).collect();
    let no = held.iter().map(|held| -share(held) * factor).collect();
    let mut names: Levels = order.iter().take(own).map(|&code| Some(text.levels[code].clone())).collect();
    if rest {
        names.push(Some("(other)".to_owned()));
    }
    if missing_column.is_some() {
        names.push(Some("(missing)".to_owned()));
    }
    Some((Cells::Indicators { place, yes, no }, names))
}

fn frequency(feature: &Feature, text: &Text, rows: &[u32]) -> Option<Vec<f64>> {
    let mut counts = vec![0usize; text.levels.len() + 1];
    let slot = |row: u32| match text.codes[row as usize] {
        MISSING => text.levels.len(),
        code => code as usize,
    };
    rows.iter().for_each(|&row| counts[slot(row)] += 1);
    scaled(rows.iter().map(|&row| (counts[slot(row)] as f64).ln_1p()).collect(), feature.scale)
}

/// The quantile by linear interpolation (type 7, as numpy's default); sorts what it is given.
pub fn quantile(values: &mut [f64], q: f64) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let at = q.clamp(0.0, 1.0) * (values.len() - 1) as f64;
    let (_, low, above) = values.select_nth_unstable_by(at.floor() as usize, f64::total_cmp);
    let low = *low;
    let high = above.iter().copied().fold(f64::INFINITY, f64::min);
    Some(if at.fract() == 0.0 || above.is_empty() { low } else { low + (high - low) * at.fract() })
}

/// Rows one after the other, in blocks of rows so that both sides stay in cache.
fn row_major(cells: &[Cells], width: usize, rows: usize) -> Vec<f64> {
    const BLOCK: usize = 512;
    let mut values = vec![0.0; rows * width];
    values.par_chunks_mut(BLOCK * width).enumerate().for_each(|(block, out)| {
        let these = block * BLOCK..((block + 1) * BLOCK).min(rows);
        let mut first = 0;
        for cells in cells {
            match cells {
                Cells::Numbers(values) => {
                    for (row, value) in out.chunks_exact_mut(width).zip(&values[these.clone()]) {
                        row[first] = *value;
                    }
                }
                Cells::Indicators { place, yes, no } => {
                    for (row, &place) in out.chunks_exact_mut(width).zip(&place[these.clone()]) {
                        row[first..first + no.len()].copy_from_slice(no);
                        row[first + place as usize] = yes[place as usize];
                    }
                }
            }
            first += cells.width();
        }
    });
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantile_interpolates_as_numpy_does() {
        // numpy.quantile([1, 2, 3, 10], [0, .25, .5, .75, 1]) → 1, 1.75, 2.5, 4.75, 10
        let mut values = [10.0, 3.0, 1.0, 2.0];
        let got: Vec<f64> = [0.0, 0.25, 0.5, 0.75, 1.0].iter().filter_map(|q| quantile(&mut values, *q)).collect();
        assert_eq!(got, [1.0, 1.75, 2.5, 4.75, 10.0]);
        assert_eq!(quantile(&mut [], 0.5), None);
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
        let (cells, names) = one_hot(&feature, &text, &rows, 2, &mut Vec::new()).unwrap();
        assert_eq!(names, [Some("a".into()), Some("b".into()), Some("(other)".into())]);
        let values = row_major(&[cells], 3, 6);
        let total: f64 = values.iter().map(|v| v * v).sum::<f64>() / 6.0;
        assert!((total - 1.0).abs() < 1e-12, "{total}");
        // Of six rows three are a, one is b: each column sums to nothing, and a row is set in its own.
        assert!((0..3).all(|c| values.iter().skip(c).step_by(3).sum::<f64>().abs() < 1e-12), "{values:?}");
        assert!(values[0] > 0.0 && values[1] < 0.0 && values[3 + 1] > 0.0 && values[3 * 3 + 2] > 0.0, "{values:?}");
    }
}
