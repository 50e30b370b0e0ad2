//! `kscope profile`: who is in the clusters.

use std::sync::Arc;

use clap::Args;

use super::choices::{self, FitChoices, FormatChoice, TableChoices};
use super::output;
use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::report::{self, Format};
use crate::study;
use crate::study::recipe::DEFAULT_K;

#[derive(Debug, Args)]
pub(super) struct Profile {
    #[command(flatten)]
    table: TableChoices,
    #[command(flatten)]
    fit: FitChoices,
    /// Number of clusters; the recipe's where there is one, else 4.
    #[arg(long)]
    k: Option<usize>,
    #[arg(long, value_enum, default_value_t)]
    format: FormatChoice,
}

impl Profile {
    pub(super) fn run(&self, cancel: &Cancel) -> Result<()> {
        let mut recipe = self.fit.recipe(&self.table, self.k)?;
        let k = *recipe.k.get_or_insert(DEFAULT_K);
        if k == 0 {
            return Err(Error::bad_input("k = 0 makes no clusters").try_this("--k 1 or more"));
        }
        let report = self.fit.on_threads(|| {
            let cleaned = choices::clean(&recipe, cancel)?;
            let features = study::features(&cleaned, &recipe)?;
            let prepared = Arc::new(study::prepare(&cleaned, &features, cancel)?);
            let sweep = study::sweep(&cleaned, &prepared, &recipe, k..=k, cancel, &mut |_| {})?;
            let found = sweep.asked(k)?;
            found.explain(&cleaned, &prepared, cancel).map_err(|_| Error::interrupted())?;
            Ok(report::profile::Report::new(&recipe.source.location.to_string(), &cleaned, &prepared, &recipe, found))
        })?;
        output::notices(report.notices());
        output::data(&match self.format.into() {
            Format::Text => report.text(),
            Format::Json => report::json::document(&report)?,
            Format::Csv => report.csv()?,
        })
    }
}
