//! `kscope fit`: one clustering.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::choices::{self, FitChoices, FormatChoice, SaveChoices, TableChoices};
use super::output;
use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::report::{self, Format};
use crate::study;

#[derive(Debug, Args)]
pub(super) struct Fit {
    #[command(flatten)]
    table: TableChoices,
    #[command(flatten)]
    fit: FitChoices,
    /// Number of clusters; the recipe's where there is one.
    #[arg(long)]
    k: Option<usize>,
    /// Write `row,cluster` for every row of the source.
    #[arg(long, value_name = "OUT.csv")]
    labels: Option<PathBuf>,
    #[command(flatten)]
    saving: SaveChoices,
    #[arg(long, value_enum, default_value_t)]
    format: FormatChoice,
}

impl Fit {
    pub(super) fn run(&self, cancel: &Cancel) -> Result<()> {
        let recipe = self.fit.recipe(&self.table, self.k)?;
        let k = recipe.k.ok_or_else(|| {
            Error::usage("no number of clusters is said").try_this("--k 4, or --recipe with a recipe that has one")
        })?;
        if k == 0 {
            return Err(Error::bad_input("k = 0 makes no clusters").try_this("--k 1 or more"));
        }
        if let Some(path) = &self.labels {
            report::write::check_free(path, self.saving.force)?;
        }
        self.saving.check()?;
        let (report, labels, cleaned) = self.fit.on_threads(|| {
            let cleaned = choices::clean(&recipe, cancel)?;
            let features = study::features(&cleaned, &recipe)?;
            let prepared = Arc::new(study::prepare(&cleaned, &features, cancel)?);
            let sweep = study::sweep(&cleaned, &prepared, &recipe, k..=k, cancel, &mut |_| {})?;
            let found = sweep.asked(k)?;
            let report =
                report::fit::Fit::new(&recipe.source.location.to_string(), &cleaned, &prepared, &recipe, found);
            let mut labels = Vec::new();
            if self.labels.is_some() {
                let described = found.describe(&cleaned, &prepared);
                report::labels::write(&cleaned.learners, &prepared.encoded.rows, &described.labels, &mut labels)
                    .map_err(|e| Error::failed("cannot write labels").because(e))?;
            }
            Ok((report, labels, cleaned))
        })?;
        if let Some(path) = &self.labels {
            report::write::atomically(path, self.saving.force, |out| std::io::Write::write_all(out, &labels))?;
        }
        self.saving.save(&recipe, &cleaned.table)?;
        output::notices(report.notices());
        output::data(&match self.format.into() {
            Format::Text => report.text(),
            Format::Json => report::json::document(&report)?,
            Format::Csv => report.csv()?,
        })
    }
}
