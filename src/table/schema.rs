//! How columns were read, so that another table, or a piece of one, is read the same way whatever it holds.

use serde::{Deserialize, Serialize};

use super::column::Column;
use super::role::Role;
use super::{RoleChoices, Table, reading};
use crate::error::Result;
use crate::source::RawTable;

/// How one column is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// Its name in the source.
    pub name: String,
    /// What it means.
    pub role: Role,
    /// The role as which its cells are read: of two columns that could be the pay only one has that role, but the
    /// other is read like it.
    pub read_as: Role,
    /// A column of numbers; otherwise one of categories.
    pub number: bool,
    /// Whether cells have a decimal comma.
    pub decimal_comma: bool,
    /// Whether what one unit of pay is worth is multiplied in.
    pub in_pay_units: bool,
    /// Whether a table without it cannot be read.
    pub required: bool,
}

impl Kind {
    /// How a column of a table was read.
    pub fn new(column: &Column, choices: &RoleChoices, required: bool) -> Self {
        let named = || Role::from_name(&column.name);
        Self {
            name: column.name.clone(),
            role: column.role,
            read_as: choices.said(&column.name).or_else(named).unwrap_or(column.role),
            number: column.numbers().is_some(),
            decimal_comma: column.decimal_comma,
            in_pay_units: column.role == Role::Pay && choices.pay_unit.is_some(),
            required,
        }
    }
}

impl Table {
    /// Reads those columns of a table that a schema names, and no others; what the schema names and the table does
    /// not have is left out.
    ///
    /// # Errors
    /// A column of a type that is neither numbers nor text.
    pub fn under(raw: RawTable, schema: &[Kind], choices: &RoleChoices) -> Result<Self> {
        let columns = schema
            .iter()
            .filter_map(|kind| raw.frame.column(&kind.name).ok().map(|column| (column, kind)))
            .map(|(column, kind)| reading::under(column, kind, choices))
            .collect::<Result<Vec<_>>>()?;
        Ok(Self {
            name: raw.name.clone(),
            fingerprint: raw.fingerprint.clone(),
            format: raw.format,
            currency: choices.currency.unwrap_or_default(),
            columns,
            notices: raw.notices.clone(),
            choices: choices.clone(),
            rows: raw.frame.height(),
            raw,
            again: None,
        })
    }
}
