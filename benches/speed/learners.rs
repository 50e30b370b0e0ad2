//! The table that everything is measured on, and two choices of features over it.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;

use kscope::error::Result;
use kscope::features::{Encoding, Feature, Missing, Scale, Transform};
use kscope::jobs::Cancel;
use kscope::source::synthetic::{Synthetic, write_csv};
use kscope::source::{Location, Options};
use kscope::study::{self, Cleaned, Prepared};
use kscope::table::cleaning::Cleaning;
use kscope::table::column::Column;
use kscope::table::role::Role;
use kscope::table::{RoleChoices, Table, money};
use tempfile::TempDir;

use super::Outcome;

/// As many as the public table of Scaler has.
const ROWS: u64 = 205_843;
const SEED: u64 = 1;

/// The synthetic learners table, in a file and cleaned.
pub struct Bench {
    /// Holds the file; taken away with it.
    _folder: TempDir,
    /// The CSV.
    pub file: PathBuf,
    /// Cleaned, one row per learner.
    pub cleaned: Cleaned,
    /// Pay, experience and job: the features that the table opens with.
    pub defaults: Vec<Feature>,
    /// Eight numbers.
    pub numbers: Vec<Feature>,
}

impl Bench {
    /// Makes the table.
    pub fn new() -> Outcome<Self> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("learners.csv");
        let mut out = BufWriter::new(File::create(&file)?);
        write_csv(&Synthetic { rows: ROWS, seed: SEED }, &mut out, None)?;
        out.flush()?;
        let mut cleaned = read(&file, &Cancel::never())?;
        let defaults = cleaned.features.clone();
        // A number of our own, so that there are eight.
        let residual = cleaned.residual.clone().ok_or("the table has no pay for experience")?;
        cleaned.learners.columns.push(Column::number("pay for experience", Role::Number, residual));
        let numbers = numbers();
        let bench = Self { _folder: folder, file, cleaned, defaults, numbers };
        assert_eq!(bench.prepare(&bench.numbers)?.matrix.columns(), 8);
        Ok(bench)
    }

    /// The matrix of a choice of features.
    pub fn prepare(&self, features: &[Feature]) -> Result<Prepared> {
        study::prepare(&self.cleaned, features, &Cancel::never())
    }

    /// What the table is.
    pub fn words(&self) -> String {
        let group = |n: usize| money::group_thousands(n as u64);
        format!(
            "synthetic learners table, seed {SEED}: {} rows, {:.1} MB of CSV, {} learners used",
            group(self.cleaned.table.rows()),
            std::fs::metadata(&self.file).map_or(0.0, |m| m.len() as f64 / 1e6),
            group(self.cleaned.learners.rows())
        )
    }
}

/// Reads, types and cleans the table, as the explorer does when it opens.
pub fn read(file: &std::path::Path, cancel: &Cancel) -> Result<Cleaned> {
    let location = Location::Path(file.to_owned());
    let table: Table = study::load(&location, &Options::default(), &RoleChoices::default(), cancel, &mut |_, _| {})?;
    cancel.check().map_err(|_| kscope::error::Error::interrupted())?;
    Ok(study::clean(&Arc::new(table), &Cleaning::default()))
}

/// Log pay, pay with its tails pulled in, experience, start year, year of the pay figure, how frequent company
/// and job are, and pay for experience.
fn numbers() -> Vec<Feature> {
    let plain = |column: &str| Feature::plain(column, Scale::Standard);
    let frequency =
        |column: &str| Feature { encoding: Encoding::Frequency, missing: Missing::OwnCategory, ..plain(column) };
    vec![
        Feature { transform: Transform::Log1p, ..plain("ctc") },
        Feature { winsorise: Some(0.01), ..plain("ctc") },
        plain("experience"),
        plain("orgyear"),
        plain("ctc_updated_year"),
        frequency("company_hash"),
        frequency("job_position"),
        plain("pay for experience"),
    ]
}
