//! `kscope peers`: everybody against their peers.

use clap::Args;

use super::choices::{self, FormatChoice, TableChoices};
use super::output;
use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::report::{self, Format};
use crate::segments::peers;

#[derive(Debug, Args)]
pub(super) struct Peers {
    #[command(flatten)]
    table: TableChoices,
    /// Fewest peers that count; with fewer the next wider peers are taken.
    #[arg(long, default_value_t = peers::MIN_PEERS, value_name = "N", value_parser = at_least_one)]
    min_peers: usize,
    #[arg(long, value_enum, default_value_t)]
    format: FormatChoice,
}

impl Peers {
    pub(super) fn run(&self, cancel: &Cancel) -> Result<()> {
        let recipe = self.table.recipe()?;
        let cleaned = choices::clean(&recipe, cancel)?;
        let residual = cleaned.residual.as_deref();
        let found = residual.and_then(|residual| peers::peers(&cleaned.learners, residual, self.min_peers));
        let found = found.ok_or_else(|| {
            Error::bad_input(format!("{} has no peers", cleaned.table.name))
                .because("peers need a column of pay and one of experience (or of start years)")
                .try_this("--role COLUMN=pay, --role COLUMN=experience")
        })?;
        let report = || report::peers::Report::new(&recipe.source.location.to_string(), &cleaned, &found);
        output::data(&match self.format.into() {
            Format::Text => report().text(cleaned.table.currency),
            Format::Json => report::json::document(&report())?,
            Format::Csv => report::peers::csv(&cleaned, &found)?,
        })
    }
}

fn at_least_one(text: &str) -> std::result::Result<usize, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| "1 or more".to_owned())
}
