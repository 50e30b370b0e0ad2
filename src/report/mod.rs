//! What leaves the program: text, JSON and CSV as pure functions of findings; one atomic writer.

pub mod diff;
pub mod drill;
pub mod fit;
pub mod html;
pub mod json;
pub mod labelled;
pub mod labels;
pub mod list;
pub mod markdown;
pub mod peers;
pub mod plain;
pub mod plan;
pub mod profile;
pub mod receipt;
pub mod score;
pub mod story;
pub mod subgroups;
pub mod svg;
pub mod sweep;
pub mod text;
pub mod write;

use crate::error::{Error, Result};
use crate::features::Encoding;
use crate::features::defaults::MOST_INPUTS;
use crate::study::{Cleaned, Prepared};
use crate::table::ledger::Effect;
use crate::table::money::group_thousands;
use crate::table::role::Role;

/// In which form a finding is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For spreadsheets.
    Csv,
}

/// What was noticed on the way to the matrix, in the order of the way.
pub(crate) fn notices(cleaned: &Cleaned, prepared: &Prepared) -> Vec<String> {
    let mut notices = cleaned.table.notices.clone();
    let ledger = &cleaned.learners.ledger;
    for entry in ledger.entries.iter().filter(|e| e.on && !e.rows.is_empty()) {
        let verb = if entry.effect == Effect::Taken { "taken" } else { "changed" };
        notices.push(format!("{}: {} rows {verb}", entry.label, group_thousands(entry.rows.len() as u64)));
    }
    let made = cleaned.learners.with_role(Role::Experience).filter(|column| column.derived);
    if let (Some(how), Some(column)) = (&cleaned.learners.experience, made) {
        notices.push(format!("{} is {how}", column.name));
    }
    let numeric = cleaned.features.iter().filter(|f| f.encoding == Encoding::Numeric).count();
    let numeric = numeric - usize::from(cleaned.learners.assumed_age().is_some());
    if numeric > MOST_INPUTS && prepared.encoded.features.len() == MOST_INPUTS {
        notices.push(format!(
            "{} columns of numbers: the first {MOST_INPUTS} that vary are inputs; --features names others",
            group_thousands(numeric as u64)
        ));
    }
    notices.extend(prepared.encoded.notices.iter().cloned());
    notices.extend(misleading(cleaned, prepared));
    notices
}

/// What would mislead about the inputs, one sentence each.
pub(crate) fn misleading(cleaned: &Cleaned, prepared: &Prepared) -> impl Iterator<Item = String> {
    let features = &prepared.encoded.features;
    let problems = cleaned
        .problems
        .iter()
        .filter(|p| features.contains(&p.column) && p.with.as_ref().is_none_or(|other| features.contains(other)));
    problems.map(|p| format!("{}: {}", p.column, p.text))
}

/// What a CSV writer holds, as text.
pub(crate) fn csv_text(writer: csv::Writer<Vec<u8>>) -> Result<String> {
    let failed = |why: String| Error::failed("cannot write CSV").because(why);
    let bytes = writer.into_inner().map_err(|e| failed(e.to_string()))?;
    String::from_utf8(bytes).map_err(|e| failed(e.to_string()))
}

/// A cell as a spreadsheet may have it: what it would run as a formula begins with an apostrophe.
pub fn spreadsheet_safe(cell: &str) -> std::borrow::Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}").into() } else { cell.into() }
}

#[cfg(test)]
mod tests {
    #[test]
    fn formulas_are_neutralised() {
        assert_eq!(super::spreadsheet_safe("=1+1"), "'=1+1");
        assert_eq!(super::spreadsheet_safe("Backend Engineer"), "Backend Engineer");
    }
}
