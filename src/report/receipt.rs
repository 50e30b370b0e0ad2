//! What goes with an exported file: the table it was made of, what was left out, and the command that makes it again.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use polars::prelude::KeyValueMetadata;
use serde::Serialize;

use super::write::{atomically, check_free};
use crate::error::Result;
use crate::matrix::simd;
use crate::privacy::Ids;
use crate::study::Cleaned;
use crate::study::model::{FittedOn, Model};
use crate::study::recipe::Recipe;
use crate::study::score::Scored;
use crate::table::ledger::{Effect, Rule};

/// The receipt of a file: no time, no name of a machine, so that the same work gives the same bytes.
#[derive(Clone, Debug, Serialize)]
pub struct Receipt {
    source: Source,
    rows: usize,
    rows_used: usize,
    taken: Vec<Taken>,
    seed: u64,
    kscope: &'static str,
    engine: Engine,
    #[serde(skip_serializing_if = "Option::is_none")]
    ids: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<OfModel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipe: Option<String>,
    command: String,
}

#[derive(Clone, Debug, Serialize)]
struct Source {
    file: String,
    fingerprint: String,
}

#[derive(Clone, Debug, Serialize)]
struct Taken {
    rule: &'static str,
    what: String,
    rows: usize,
}

#[derive(Clone, Debug, Serialize)]
struct Engine {
    name: &'static str,
    version: &'static str,
    instructions: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct OfModel {
    file: String,
    checksum: String,
    kscope: String,
    fitted_on: FittedOn,
}

impl Receipt {
    /// Of a file that was made from a cleaned table. `command`: the arguments behind the program's name.
    pub fn new(cleaned: &Cleaned, recipe: &Recipe, command: &[String]) -> Self {
        let ledger = &cleaned.learners.ledger;
        let taken = ledger.entries.iter().filter(|e| e.on && e.effect == Effect::Taken);
        Self {
            source: Source { file: recipe.source.location.to_string(), fingerprint: cleaned.table.fingerprint.clone() },
            rows: cleaned.table.rows(),
            rows_used: cleaned.learners.rows(),
            taken: taken.map(|entry| Taken::new(entry.rule, &entry.label, entry.rows.len())).collect(),
            seed: recipe.seed,
            kscope: env!("CARGO_PKG_VERSION"),
            engine: Engine::new(recipe),
            ids: None,
            model: None,
            recipe: recipe.to_toml().ok(),
            command: line(command),
        }
    }

    /// Of a file that a model made of a table.
    pub fn scored(
        source: String,
        fingerprint: String,
        (model, file): (&Model, &Path),
        recipe: &Recipe,
        scored: &Scored,
        command: &[String],
    ) -> Self {
        Self {
            source: Source { file: source, fingerprint },
            rows: scored.rows,
            rows_used: scored.scored(),
            taken: scored.taken.iter().map(|(rule, label, rows)| Taken::new(*rule, label, *rows)).collect(),
            seed: model.seed,
            kscope: env!("CARGO_PKG_VERSION"),
            engine: Engine::new(recipe),
            ids: None,
            model: Some(OfModel {
                file: file.display().to_string(),
                checksum: model.checksum.clone(),
                kscope: model.kscope.clone(),
                fitted_on: model.fitted_on.clone(),
            }),
            recipe: None,
            command: line(command),
        }
    }

    /// Of a file that holds ids, by how they stand in it.
    #[must_use]
    pub fn with_ids(mut self, ids: Option<Ids>) -> Self {
        self.ids = ids.map(|ids| match ids {
            Ids::Hashed => "hashed",
            Ids::Plain => "as they are",
        });
        self
    }

    /// For a Parquet file, which has a place for it: under the key `kscope.receipt`.
    ///
    /// # Errors
    /// None but those of a writer.
    pub fn metadata(&self) -> Result<KeyValueMetadata> {
        let json = super::json::document(self)?;
        Ok(KeyValueMetadata::from_static(vec![("kscope.receipt".to_owned(), json.trim_end().to_owned())]))
    }

    /// Writes it beside the file whose receipt it is.
    ///
    /// # Errors
    /// A file that is there already, a full disk.
    pub fn write_beside(&self, path: &Path, force: bool) -> Result<()> {
        let json = super::json::document(self)?;
        atomically(&beside(path), force, |out| out.write_all(json.as_bytes()))
    }
}

/// Whether a file and its receipt may be written there: asked before the work.
///
/// # Errors
/// One of them is there already.
pub fn check_both_free(path: &Path, force: bool) -> Result<()> {
    check_free(path, force)?;
    check_free(&beside(path), force)
}

/// `out.csv` has its receipt in `out.csv.receipt.json`: a line of its own would break a spreadsheet.
fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(".receipt.json");
    name.into()
}

impl Taken {
    fn new(rule: Rule, what: &str, rows: usize) -> Self {
        Self { rule: rule.name(), what: what.to_owned(), rows }
    }
}

impl Engine {
    fn new(recipe: &Recipe) -> Self {
        let instructions = simd::Path::best().word();
        Self { name: recipe.engine.word(), version: recipe.engine.version(), instructions }
    }
}

/// A command line for a POSIX shell.
pub fn line(arguments: &[String]) -> String {
    let quoted = arguments.iter().map(|argument| {
        let bare = |c: char| c.is_ascii_alphanumeric() || "-_./=,:+@%".contains(c);
        if !argument.is_empty() && argument.chars().all(bare) {
            argument.clone()
        } else {
            format!("'{}'", argument.replace('\'', "'\\''"))
        }
    });
    std::iter::once("kscope".to_owned()).chain(quoted).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_quoted_for_a_shell() {
        let said = ["fit", "my file.csv", "--rule", "pay < 45 lakh", "it's", "", "--k=4"].map(str::to_owned);
        assert_eq!(line(&said), "kscope fit 'my file.csv' --rule 'pay < 45 lakh' 'it'\\''s' '' --k=4");
    }

    #[test]
    fn the_receipt_lies_beside_its_file() {
        assert_eq!(beside(Path::new("a/out.csv")), Path::new("a/out.csv.receipt.json"));
    }
}
