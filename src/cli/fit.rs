//! `kscope fit`: one clustering.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::choices::{FitChoices, FormatChoice, TableChoices};
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
    /// Number of clusters.
    #[arg(long)]
    k: usize,
    /// Write `row,cluster` for every row of the source.
    #[arg(long, value_name = "OUT.csv")]
    labels: Option<PathBuf>,
    /// Overwrite a file that is there.
    #[arg(long)]
    force: bool,
    #[arg(long, value_enum, default_value_t)]
    format: FormatChoice,
}

impl Fit {
    pub(super) fn run(&self, cancel: &Cancel) -> Result<()> {
        let recipe = self.fit.recipe(&self.table)?;
        if self.k == 0 {
            return Err(Error::bad_input("k = 0 makes no clusters").try_this("--k 1 or more"));
        }
        if let Some(path) = &self.labels {
            report::write::check_free(path, self.force)?;
        }
        let (report, labels) = self.fit.on_threads(|| {
            let cleaned = self.table.clean(&recipe.cleaning, cancel)?;
            let features = study::features(&cleaned, &recipe)?;
            let prepared = Arc::new(study::prepare(&cleaned, &features, cancel)?);
            let sweep = study::sweep(&cleaned, &prepared, &recipe, self.k..=self.k, cancel, &mut |_| {})?;
            let found = sweep.at(self.k).ok_or_else(|| {
                Error::bad_input(format!("k = {} is not possible", self.k))
                    .because(format!("there are only {} distinct rows", prepared.matrix.distinct()))
                    .try_this(format!("--k {} or less", prepared.matrix.distinct()))
            })?;
            let report = report::fit::Fit::new(&self.table.source(), &cleaned, &prepared, &recipe, found);
            let mut labels = Vec::new();
            if self.labels.is_some() {
                let described = found.describe(&cleaned, &prepared);
                report::labels::write(&cleaned.learners, &prepared.encoded.rows, &described.labels, &mut labels)
                    .map_err(|e| Error::failed("cannot write labels").because(e))?;
            }
            Ok((report, labels))
        })?;
        if let Some(path) = &self.labels {
            report::write::atomically(path, self.force, |out| std::io::Write::write_all(out, &labels))?;
        }
        output::notices(report.notices());
        output::data(&match self.format.into() {
            Format::Text => report.text(),
            Format::Json => report::json::document(&report)?,
            Format::Csv => report.csv()?,
        })
    }
}
