//! `kscope peers`: everybody against their peers.

use clap::Args;

use super::choices::{self, FormatChoice, TableChoices};
use super::output;
use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::report::{self, Format};

#[derive(Debug, Args)]
pub(super) struct Peers {
    #[command(flatten)]
    table: TableChoices,
    #[arg(long, value_enum, default_value_t)]
    format: FormatChoice,
}

impl Peers {
    pub(super) fn run(&self, cancel: &Cancel) -> Result<()> {
        let recipe = self.table.recipe()?;
        let cleaned = choices::clean(&recipe, cancel)?;
        let found = cleaned.peers.as_ref().ok_or_else(|| {
            Error::bad_input(format!("{} has no peers", cleaned.table.name))
                .because("peers need a column of pay and one of experience (or of start years)")
                .try_this("--role COLUMN=pay, --role COLUMN=experience")
        })?;
        let report = || report::peers::Report::new(&recipe.source.location.to_string(), &cleaned, found);
        output::data(&match self.format.into() {
            Format::Text => report().text(cleaned.table.currency),
            Format::Json => report::json::document(&report())?,
            Format::Csv => report::peers::csv(&cleaned, found)?,
        })
    }
}
