//! From chosen features to the numbers that K-Means sees.

use rayon::prelude::*;

use super::encoder::{Cells, Encoder, Notices, row_major};
use super::{Feature, Missing};
use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::table::Table;
use crate::table::cleaning::Learners;
use crate::table::column::{Column, Data, MISSING};

/// The encoded table: `rows.len()` × `columns.len()` values, row-major, all finite.
#[derive(Debug)]
pub struct Encoded {
    /// Values, row-major.
    pub values: Vec<f64>,
    /// What each encoded column is.
    pub columns: Vec<EncodedColumn>,
    /// Names of the features that take part, in order.
    pub features: Vec<String>,
    /// What makes numbers of each of them, for these rows and for others.
    pub encoders: Vec<Encoder>,
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

/// Encodes the features that are switched on.
///
/// # Errors
/// Infinite values (with file, line, column and value), no feature that varies, no row left.
pub fn encode(table: &Table, learners: &Learners, features: &[Feature], cancel: &Cancel) -> Result<Encoded> {
    let chosen: Vec<(&Feature, &Column)> = features
        .iter()
        .filter(|f| f.on)
        .map(|f| {
            let column = learners.input(&f.column);
            column
                .map(|c| (f, c))
                .ok_or_else(|| crate::table::unknown_column("feature", &f.column, learners.inputs(), &table.name))
        })
        .collect::<Result<_>>()?;
    if chosen.is_empty() {
        return Err(Error::bad_input("no feature is chosen").try_this("switch on at least one column"));
    }
    let mut notices = Vec::new();
    let rows = usable_rows(table, learners, &chosen, &mut notices)?;
    let blocks: Vec<Option<(Encoder, Cells<'_>, Notices)>> =
        chosen.par_iter().map(|(feature, column)| Encoder::fit(feature, column, &rows)).collect();
    if cancel.is_cancelled() {
        return Err(Error::interrupted());
    }
    let (mut names, mut encoders, mut columns) = (Vec::new(), Vec::new(), Vec::new());
    let mut cells: Vec<Cells<'_>> = Vec::new();
    for ((feature, column), block) in chosen.iter().zip(blocks) {
        let Some((encoder, block, said)) = block else {
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
        columns.extend(encoder.levels().into_iter().map(|level| EncodedColumn { feature: names.len() - 1, level }));
        encoders.push(encoder);
        cells.push(block);
        notices.extend(said);
    }
    if cells.is_empty() {
        return Err(Error::bad_input(format!("{}: none of the chosen features varies", table.name))
            .because(notices.join("; "))
            .try_this("choose a column with at least two different values"));
    }
    let values = row_major(&cells, &rows);
    Ok(Encoded { values, columns, features: names, encoders, rows, notices })
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
}
