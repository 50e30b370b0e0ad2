//! From what a reader gave to typed columns with roles.

use polars::prelude::{Column as PolarsColumn, DataType};
use rayon::prelude::*;

use super::RoleChoices;
use super::column::{Column, Data, NOT_NUMBERS, Text, Unreadable};
use super::money::{self, Currency};
use super::number::{DecimalMark, Number, parse_number_with};
use super::role::Role;
use super::schema::Kind;
use crate::error::{Error, Result, nearest};
use crate::source::RawTable;

/// A text column is one of numbers when at least this share of its known cells are numbers.
const MOSTLY: f64 = 0.9;

/// Types every column and finds its role.
pub(super) fn columns(raw: &RawTable, choices: &RoleChoices, notices: &mut Vec<String>) -> Result<Vec<Column>> {
    let frame = &raw.frame;
    let names: Vec<String> = frame.get_column_names().iter().map(ToString::to_string).collect();
    check_said_roles(&names, choices, &raw.name)?;
    let mut columns: Vec<Column> = frame
        .columns()
        .par_iter()
        .zip(&names)
        .map(|(column, name)| typed(column, name, choices.said(name)))
        .collect::<Result<Vec<_>>>()?;
    settle(&mut columns, raw, choices, notices)?;
    Ok(columns)
}

/// Settles roles between typed columns, and says which cells could not be read.
pub(super) fn settle(
    columns: &mut [Column],
    raw: &RawTable,
    choices: &RoleChoices,
    notices: &mut Vec<String>,
) -> Result<()> {
    keep_single_roles(columns, choices, notices);
    if let (Some(unit), Some(pay)) = (choices.pay_unit, columns.iter_mut().find(|c| c.role == Role::Pay)) {
        in_units(pay, unit);
    }
    for column in columns.iter().filter(|c| c.role.is_numeric() && c.unreadable.count > 0) {
        unreadable(column, raw, choices.said(&column.name).is_some(), notices)?;
    }
    Ok(())
}

/// The currency that names and signs of the pay column suggest.
pub(super) fn currency(raw: &RawTable, columns: &[Column]) -> Currency {
    let Some(pay) = columns.iter().find(|c| c.role == Role::Pay) else { return Currency::Plain(None) };
    let name = pay.name.to_lowercase();
    if ["ctc", "inr", "lakh", "lpa", "rupee"].iter().any(|w| name.contains(w)) {
        return Currency::Rupee;
    }
    let texts = raw.frame.column(&pay.name).ok().and_then(|c| c.str().ok());
    let mut first = texts.into_iter().flat_map(|t| t.iter().flatten().take(200));
    if first.any(|cell| {
        let cell = cell.to_lowercase();
        ["₹", "rs", "inr", "lakh", "lpa", "cr", " l"].iter().any(|w| cell.contains(w))
    }) {
        return Currency::Rupee;
    }
    let texts = raw.frame.column(&pay.name).ok().and_then(|c| c.str().ok());
    let sign = texts.and_then(|t| {
        t.iter().flatten().take(200).find_map(|cell| ['$', '€', '£'].into_iter().find(|s| cell.contains(*s)))
    });
    Currency::Plain(sign)
}

pub(super) fn check_said_roles(names: &[String], choices: &RoleChoices, table: &str) -> Result<()> {
    for (name, _) in &choices.roles {
        if !names.contains(name) {
            let near = nearest(name, names.iter().map(String::as_str)).unwrap_or("the name in the first line");
            return Err(Error::bad_input(format!("--role names a column '{name}' that {table} does not have"))
                .try_this(format!("'{near}'")));
        }
    }
    Ok(())
}

/// Multiplies by what one unit is worth.
fn in_units(pay: &mut Column, unit: f64) {
    if let Data::Number(values) = &mut pay.data {
        *values = std::sync::Arc::new(values.iter().map(|v| v * unit).collect());
    }
}

/// The role that was said, else the one that the name suggests.
pub(super) fn wanted(name: &str, said: Option<Role>) -> Option<Role> {
    said.or_else(|| Role::from_name(name))
}

pub(super) fn typed(column: &PolarsColumn, name: &str, said: Option<Role>) -> Result<Column> {
    let wanted = wanted(name, said);
    let read = |cells: &[Option<&str>]| from_cells(name, wanted, cells);
    Ok(under_its_role(numbers_or_cells(column, name, wanted, read)?, said))
}

/// Gives a typed column its role.
pub(super) fn under_its_role(column: Column, said: Option<Role>) -> Column {
    let wanted = wanted(&column.name, said);
    let mut column = with_role(column, wanted);
    // A name only suggests that a column is an index; who says so is obeyed.
    if said == Some(Role::Ignore) {
        column.role = Role::Ignore;
    }
    column
}

/// The numbers of text of which every cell is a number or missing, as [`typed`] reads them.
pub(super) fn only_numbers(column: &PolarsColumn, wanted: Option<Role>) -> Option<Vec<f64>> {
    let cells: Vec<Option<&str>> = column.str().ok()?.iter().collect();
    let column = numbers("", wanted, &cells, DecimalMark::Point, 0)?;
    match column.data {
        Data::Number(values) if column.unreadable.count == 0 => std::sync::Arc::into_inner(values),
        _ => None,
    }
}

/// Reads a column as one of another table was read.
pub(super) fn under(column: &PolarsColumn, kind: &Kind, choices: &RoleChoices) -> Result<Column> {
    let mark = if kind.decimal_comma { DecimalMark::Comma } else { DecimalMark::Point };
    let read = |cells: &[Option<&str>]| match kind.number {
        true => numbers(&kind.name, Some(kind.read_as), cells, mark, usize::MAX)
            .unwrap_or_else(|| Column::number(&kind.name, kind.role, vec![f64::NAN; cells.len()])),
        false => Column::text(&kind.name, kind.role, text(cells)),
    };
    let mut column = numbers_or_cells(column, &kind.name, Some(kind.read_as), read)?;
    if !kind.number {
        as_category(&mut column);
    }
    column.role = kind.role;
    if let (true, Some(unit)) = (kind.in_pay_units, choices.pay_unit) {
        in_units(&mut column, unit);
    }
    Ok(column)
}

/// Numbers, dates and flags as numbers; everything else as `read` makes it of cells.
fn numbers_or_cells(
    column: &PolarsColumn,
    name: &str,
    wanted: Option<Role>,
    read: impl Fn(&[Option<&str>]) -> Column,
) -> Result<Column> {
    let cannot = |e: polars::error::PolarsError| {
        Error::bad_input(format!("cannot read column '{name}' as numbers or text")).because(e)
    };
    let series = column.as_materialized_series();
    Ok(match series.dtype() {
        DataType::String => {
            let cells: Vec<Option<&str>> = series.str().map_err(cannot)?.iter().collect();
            read(&cells)
        }
        DataType::Date | DataType::Datetime(..) => {
            let per_year = if matches!(series.dtype(), DataType::Date) { 365.2425 } else { 365.2425 * 86_400.0 };
            let days = if matches!(series.dtype(), DataType::Date) {
                series.clone()
            } else {
                series.cast(&DataType::Datetime(polars::prelude::TimeUnit::Milliseconds, None)).map_err(cannot)?
            };
            let unit = if matches!(series.dtype(), DataType::Date) { 1.0 } else { 1_000.0 };
            let values = days.to_physical_repr().cast(&DataType::Float64).map_err(cannot)?;
            let is_year = wanted.is_some_and(Role::is_year);
            let values = values
                .f64()
                .map_err(cannot)?
                .iter()
                .map(|v| v.map_or(f64::NAN, |v| 1970.0 + v / unit / per_year))
                .map(|year| if is_year { year.floor() } else { year })
                .collect();
            Column::number(name, Role::Number, values)
        }
        kind if kind.is_primitive_numeric() || matches!(kind, DataType::Boolean) => {
            let values = series.cast(&DataType::Float64).map_err(cannot)?;
            let values = values.f64().map_err(cannot)?.iter().map(|v| v.unwrap_or(f64::NAN)).collect();
            Column::number(name, Role::Number, values)
        }
        _ => {
            let text = series.cast(&DataType::String).map_err(cannot)?;
            let cells: Vec<Option<&str>> = text.str().map_err(cannot)?.iter().collect();
            read(&cells)
        }
    })
}

/// Gives a typed column the role that its name suggests, where its content allows that.
fn with_role(mut column: Column, wanted: Option<Role>) -> Column {
    let numeric = column.numbers().is_some();
    column.role = match wanted {
        // Under a name like a row index there may be real data: only whole numbers that differ are an index.
        Some(Role::Ignore) if numeric && !is_index(&column) => Role::Number,
        Some(role) if role.is_numeric() && !numeric => role,
        Some(Role::Category) if numeric => as_category(&mut column),
        Some(Role::Learner | Role::Company | Role::Job) if numeric => {
            let role = wanted.unwrap_or(Role::Category);
            as_category(&mut column);
            role
        }
        Some(role) => role,
        None if numeric => Role::Number,
        None if column.name.eq_ignore_ascii_case("id") && column.distinct() == column.rows() => Role::Learner,
        None => Role::Category,
    };
    if wanted.is_none() && numeric && column.name.eq_ignore_ascii_case("id") && is_index(&column) {
        column.role = Role::Ignore;
    }
    column
}

fn as_category(column: &mut Column) -> Role {
    if let Data::Number(values) = &column.data {
        let cells: Vec<Option<String>> =
            values.iter().map(|v| if v.is_nan() { None } else { Some(super::column::plain_number(*v)) }).collect();
        column.data = Data::Text(Text::encode(cells.iter().map(Option::as_deref)));
    }
    Role::Category
}

/// Whole numbers of which none comes twice; in any order, for a table may have been shuffled or sorted.
fn is_index(column: &Column) -> bool {
    let Some(values) = column.numbers().filter(|values| values.iter().all(|v| *v == v.trunc())) else { return false };
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.windows(2).all(|pair| pair[0] < pair[1])
}

/// Types a column of cells; where a decimal point reads too little of it, a decimal comma is tried.
fn from_cells(name: &str, wanted: Option<Role>, cells: &[Option<&str>]) -> Column {
    let column = from_marked_cells(name, wanted, cells, DecimalMark::Point);
    let readable = column.numbers().is_some() && column.unreadable.count == 0;
    let commas = || cells.iter().flatten().take(1_000).any(|cell| cell.contains(','));
    if readable || matches!(wanted, Some(Role::Learner | Role::Company | Role::Job | Role::Category)) || !commas() {
        return column;
    }
    let other = from_marked_cells(name, wanted, cells, DecimalMark::Comma);
    let better =
        other.numbers().is_some() && (column.numbers().is_none() || other.unreadable.count < column.unreadable.count);
    if better { other } else { column }
}

fn from_marked_cells(name: &str, wanted: Option<Role>, cells: &[Option<&str>], mark: DecimalMark) -> Column {
    if matches!(wanted, Some(Role::Learner | Role::Company | Role::Job | Role::Category)) {
        return Column::text(name, Role::Category, text(cells));
    }
    let prose = || Column::text(name, Role::Category, text(cells));
    // Text is recognised early, so that a column of prose costs no more than its first thousand cells.
    let Some(column) = numbers(name, wanted, cells, mark, 1_000) else { return prose() };
    let known = column.rows() - column.missing() + column.unreadable.count;
    let readable = (known - column.unreadable.count) as f64;
    if known == 0 || readable >= MOSTLY * known as f64 || wanted.is_some_and(Role::is_numeric) {
        column
    } else {
        prose()
    }
}

/// Cells as numbers, what is none of them missing and kept apart. `None` where more than `patience` cells are no
/// numbers and these are most; a column of pay or years is read to its end.
fn numbers(
    name: &str,
    wanted: Option<Role>,
    cells: &[Option<&str>],
    mark: DecimalMark,
    patience: usize,
) -> Option<Column> {
    let pay = wanted == Some(Role::Pay);
    let year = wanted.is_some_and(Role::is_year);
    let mut values = Vec::with_capacity(cells.len());
    let mut unreadable = Unreadable::default();
    let mut known = 0usize;
    for (row, cell) in cells.iter().enumerate() {
        let cell = cell.unwrap_or("");
        let mut value = match parse_number_with(cell, mark) {
            Number::Value(value) => Some(value),
            Number::Missing => {
                values.push(f64::NAN);
                continue;
            }
            Number::Infinite => Some(f64::INFINITY),
            Number::Text => None,
        };
        known += 1;
        if value.is_none() && pay {
            value = money::read_pay(cell, mark).value();
        }
        if value.is_none() && year {
            value = super::year::year_of(cell);
        }
        match value {
            Some(value) => values.push(value),
            None => {
                values.push(f64::NAN);
                unreadable.count += 1;
                if unreadable.first.len() < 10 {
                    unreadable.first.push((row, cell.to_owned()));
                }
                if !pay && !year && unreadable.count > patience && (unreadable.count * 2) > known {
                    return None;
                }
            }
        }
    }
    let mut column = Column::number(name, Role::Number, values);
    column.unreadable = unreadable;
    column.decimal_comma = mark == DecimalMark::Comma;
    Some(column)
}

/// Text keeps words like `Null`, which a cleaning rule takes later; only empty cells are missing here.
fn text(cells: &[Option<&str>]) -> Text {
    Text::encode(cells.iter().map(|cell| cell.filter(|c| !c.trim().is_empty())))
}

/// A role that only one column can have goes to the one that was said, else to the first.
fn keep_single_roles(columns: &mut [Column], choices: &RoleChoices, notices: &mut Vec<String>) {
    for (role, word) in Role::ALL.into_iter().filter(|(role, _)| role.is_single()) {
        let holders: Vec<usize> = (0..columns.len()).filter(|&i| columns[i].role == role).collect();
        if holders.len() < 2 {
            continue;
        }
        let keep =
            holders.iter().copied().rfind(|&i| choices.said(&columns[i].name) == Some(role)).unwrap_or(holders[0]);
        for i in holders.into_iter().filter(|i| *i != keep) {
            columns[i].role = if columns[i].numbers().is_some() { Role::Number } else { Role::Category };
            notices.push(format!(
                "'{}' could be the {word} column too; '{}' is taken (change it with --role '{}={word}')",
                columns[i].name, columns[keep].name, columns[i].name
            ));
        }
    }
}

/// A numeric column with cells that are no numbers: said when they are few, refused when they are most.
fn unreadable(column: &Column, raw: &RawTable, said: bool, notices: &mut Vec<String>) -> Result<()> {
    let known = column.rows() - column.missing() + column.unreadable.count;
    let place = |row: usize| raw.line_of(row).map_or_else(|| format!("row {row}"), |line| format!("line {line}"));
    let examples: Vec<String> = column
        .unreadable
        .first
        .iter()
        .map(|(row, text)| format!("{} '{}'", place(*row), text.chars().take(30).collect::<String>().escape_debug()))
        .collect();
    let examples = examples.join(", ");
    if column.unreadable.count * 2 > known && (column.role == Role::Pay || said) {
        return Err(Error::bad_input(format!(
            "{}: the {} column '{}' cannot be read",
            raw.name, column.role, column.name
        ))
        .because(format!("{} of {known} cells are not amounts: {examples}", column.unreadable.count))
        .try_this(format!(
            "write pay as 950000, 9.5 L, ₹9,50,000 or 0.095 cr; or give the column another role: --role '{}=category'",
            column.name
        )));
    }
    notices.push(format!("{}: {} {NOT_NUMBERS}: {examples}", column.name, column.unreadable.count));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, cells: &[&str]) -> Column {
        let cells: Vec<Option<&str>> = cells.iter().map(|c| Some(*c).filter(|c| !c.is_empty())).collect();
        let wanted = Role::from_name(name);
        with_role(from_cells(name, wanted, &cells), wanted)
    }

    #[test]
    fn pay_is_read_in_the_ways_people_write_it() {
        let pay = column("ctc", &["450000", "45 L", "12 LPA", "₹45,00,000", "4.5 cr", ""]);
        let values = pay.numbers().unwrap();
        assert_eq!(values[..5], [450_000.0, 4_500_000.0, 1_200_000.0, 4_500_000.0, 45_000_000.0]);
        assert!(values[5].is_nan());
        assert_eq!(pay.role, Role::Pay);
    }

    #[test]
    fn digits_are_categories_where_the_name_says_so() {
        let company = column("company", &["12", "7", ""]);
        assert_eq!(company.role, Role::Company);
        assert_eq!(company.missing(), 1);
    }

    #[test]
    fn an_index_is_recognised_by_content_too() {
        assert_eq!(column("Unnamed: 0", &["0", "1", "5"]).role, Role::Ignore);
        assert_eq!(column("Unnamed: 0", &["3", "1", "5"]).role, Role::Ignore);
        assert_eq!(column("Unnamed: 0", &["3", "1", "3"]).role, Role::Number);
        assert_eq!(column("Unnamed: 0", &["0", "1.5", "2"]).role, Role::Number);
    }

    #[test]
    fn mixed_text_stays_text_and_mostly_numbers_are_numbers() {
        assert_eq!(column("x", &["1", "a", "b", "2"]).role, Role::Category);
        let mut cells = vec!["1"; 20];
        cells.push("oops");
        let x = column("x", &cells);
        assert_eq!(x.role, Role::Number);
        assert_eq!((x.unreadable.count, x.unreadable.first[0].0), (1, 20));
    }
}
