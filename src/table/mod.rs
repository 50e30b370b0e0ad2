//! Rows become learners: roles of columns, money and years, cleaning rules, the ledger of what each took.

pub mod age;
pub mod cleaning;
pub mod column;
pub mod experience;
pub mod histogram;
pub mod ledger;
pub mod money;
pub mod number;
mod pieces;
mod reading;
pub mod role;
pub mod schema;
pub mod year;

use std::borrow::Cow;

use polars::prelude::DataFrame;

use crate::error::{Error, Result, nearest};
use crate::jobs::Cancel;
use crate::source::{self, Format, Location, Options, Pieces, RawTable};
use column::Column;
use money::Currency;
use role::Role;

/// A typed table, every row of the source in it.
#[derive(Debug)]
pub struct Table {
    /// What the header shows.
    pub name: String,
    /// Hash of the source's bytes.
    pub fingerprint: String,
    /// Format it was read from.
    pub format: Format,
    /// Columns in the order of the source.
    pub columns: Vec<Column>,
    /// How pay is written on screen.
    pub currency: Currency,
    /// What was noticed while reading.
    pub notices: Vec<String>,
    /// What was said about its roles.
    pub choices: RoleChoices,
    rows: usize,
    raw: RawTable,
    /// Where its cells are read again, if they are not kept.
    again: Option<(Location, Options)>,
}

/// What the user said about roles, beyond what names and content say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoleChoices {
    /// Column and its role, in the order in which they were said; the last one wins.
    pub roles: Vec<(String, Role)>,
    /// What one unit of the pay column is worth in units of currency (1 when pay is written out; 100,000
    /// for a column in lakh).
    pub pay_unit: Option<f64>,
    /// Currency on screen, where the table's own signs are not to decide.
    pub currency: Option<Currency>,
}

impl RoleChoices {
    /// The last word about a column.
    pub fn said(&self, name: &str) -> Option<Role> {
        self.roles.iter().rev().find(|(column, _)| column == name).map(|(_, role)| *role)
    }
}

impl Table {
    /// Types the columns of a table that was read, and finds their roles.
    pub fn new(raw: RawTable, choices: &RoleChoices) -> Result<Self> {
        let mut notices = raw.notices.clone();
        let columns = reading::columns(&raw, choices, &mut notices)?;
        Self::of_columns(columns, notices, raw, choices)
    }

    /// Types a CSV file, not packed, piece by piece, and keeps no cell as it stood there; `None` for every other
    /// source. `progress` is as for [`Pieces::each`].
    ///
    /// # Errors
    /// As [`source::read`] and [`Table::new`].
    pub fn in_pieces(
        location: &Location,
        options: &Options,
        choices: &RoleChoices,
        cancel: &Cancel,
        progress: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<Option<Self>> {
        let Some(pieces) = Pieces::of_csv(location, options, cancel)? else { return Ok(None) };
        reading::check_said_roles(&pieces.columns(), choices, &pieces.name)?;
        let pieces::Typed { mut columns, raw } = pieces::typed(&pieces, choices, cancel, progress)?;
        let mut notices = raw.notices.clone();
        reading::settle(&mut columns, &raw, choices, &mut notices)?;
        let mut table = Self::of_columns(columns, notices, raw, choices)?;
        table.raw.frame = DataFrame::empty_with_height(table.rows);
        table.again = Some((location.clone(), *options));
        Ok(Some(table))
    }

    fn of_columns(columns: Vec<Column>, notices: Vec<String>, raw: RawTable, choices: &RoleChoices) -> Result<Self> {
        let rows = raw.frame.height();
        if columns.iter().all(|c| c.role == Role::Ignore || c.missing() == rows) {
            return Err(Error::bad_input(format!("{} has no usable column", raw.name))
                .because(format!("{} columns were read and every one is empty or a row index", columns.len()))
                .try_this("check the delimiter (--delimiter) and that the first line holds the column names"));
        }
        let currency = choices.currency.unwrap_or_else(|| reading::currency(&raw, &columns));
        Ok(Self {
            name: raw.name.clone(),
            fingerprint: raw.fingerprint.clone(),
            format: raw.format,
            columns,
            currency,
            notices,
            choices: choices.clone(),
            rows,
            raw,
            again: None,
        })
    }

    /// The same source under other roles.
    ///
    /// # Errors
    /// As [`Table::new`]; where the source is read again, that it has changed.
    pub fn with_choices(&self, choices: &RoleChoices) -> Result<Self> {
        let Some((location, options)) = &self.again else { return Self::new(self.raw.clone(), choices) };
        let again = Self::in_pieces(location, options, choices, &Cancel::never(), &mut |_, _| {})?;
        again.filter(|again| again.fingerprint == self.fingerprint).ok_or_else(|| self.changed())
    }

    fn changed(&self) -> Error {
        Error::bad_input(format!("cannot read {} again", self.name))
            .because("it has changed since it was read")
            .try_this("open it again")
    }

    /// Number of source rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The cells as they stood in the source, which is read again for them where they are not kept.
    ///
    /// # Errors
    /// As [`source::read`]; the source has changed.
    pub fn frame(&self) -> Result<Cow<'_, DataFrame>> {
        let Some((location, options)) = &self.again else { return Ok(Cow::Borrowed(&self.raw.frame)) };
        let raw = source::read(location, options, &Cancel::never(), &mut |_, _| {})?;
        if raw.fingerprint == self.fingerprint { Ok(Cow::Owned(raw.frame)) } else { Err(self.changed()) }
    }

    /// Where a source row stands: `learners.csv, line 17` or `learners.parquet, row 15`.
    pub fn place(&self, row: usize) -> String {
        match self.raw.line_of(row) {
            Some(line) => format!("{}, line {line}", self.name),
            None => format!("{}, row {row}", self.name),
        }
    }

    /// The column with a role that only one column can have.
    pub fn with_role(&self, role: Role) -> Option<&Column> {
        self.columns.iter().find(|c| c.role == role)
    }

    /// The column of that name, or of the role that the name says (`pay`, `job`).
    pub fn find(&self, name: &str) -> Option<&Column> {
        find(&self.columns, name)
    }
}

/// The column of that name (case and outer space do not matter), or of the role that the name says.
///
/// An assumed age has no role that it could be named by: who asks for an age means a real one.
pub fn find<'a>(columns: impl IntoIterator<Item = &'a Column, IntoIter: Clone>, name: &str) -> Option<&'a Column> {
    let wanted = name.trim();
    let columns = columns.into_iter();
    columns
        .clone()
        .find(|c| c.name == wanted)
        .or_else(|| columns.clone().find(|c| c.name.eq_ignore_ascii_case(wanted)))
        .or_else(|| {
            let role = match wanted.to_lowercase().as_str() {
                "role" | "title" | "job title" | "job_title" => Role::Job,
                "exp" => Role::Experience,
                word => Role::parse(word).ok().filter(|r| r.is_single())?,
            };
            columns.clone().find(|c| c.role == role && !c.is_assumed())
        })
}

/// The error for a column that is not there, with the nearest name.
pub fn unknown_column<'a>(what: &str, name: &str, columns: impl IntoIterator<Item = &'a Column>, table: &str) -> Error {
    let known: Vec<&str> = columns.into_iter().filter(|c| c.role != Role::Ignore).map(|c| c.name.as_str()).collect();
    let near = nearest(name, known.iter().copied());
    let shown = known.iter().take(12).copied().collect::<Vec<_>>().join(", ");
    let more = if known.len() > 12 { format!(" and {} more", known.len() - 12) } else { String::new() };
    let hint = match near {
        Some(near) => format!("'{near}'; the columns are {shown}{more}"),
        None => format!("one of {shown}{more}"),
    };
    Error::bad_input(format!("unknown {what} '{name}'")).because(format!("{table} has no such column")).try_this(hint)
}
