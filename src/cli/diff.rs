//! `kscope diff`: two recipes side by side.

use std::path::{Path, PathBuf};

use clap::Args;

use super::choices::{self, FormatChoice};
use super::output;
use crate::error::Result;
use crate::jobs::Cancel;
use crate::report::{self, Format};
use crate::study::diff::Side;
use crate::study::recipe::{DEFAULT_K, Recipe};

#[derive(Debug, Args)]
pub(super) struct Diff {
    /// The recipe before.
    #[arg(value_name = "A.toml")]
    before: PathBuf,
    /// The recipe after.
    #[arg(value_name = "B.toml")]
    after: PathBuf,
    #[arg(long, value_enum, default_value_t)]
    format: FormatChoice,
}

impl Diff {
    pub(super) fn run(&self, cancel: &Cancel) -> Result<()> {
        // Both are read before anything is computed.
        let (before, after) = (Recipe::read(&self.before)?, Recipe::read(&self.after)?);
        let side = |recipe: Recipe| {
            let cleaned = choices::clean(&recipe, cancel)?;
            let k = recipe.k.unwrap_or(DEFAULT_K);
            Side::new(recipe, &cleaned, k, cancel)
        };
        let (before, after) = (side(before)?, side(after)?);
        let name = |path: &Path| path.display().to_string();
        let report = report::diff::Diff::new((&name(&self.before), &before), (&name(&self.after), &after))?;
        output::data(&match self.format.into() {
            Format::Text => report.text(),
            Format::Json => report::json::document(&report)?,
            Format::Csv => report.csv()?,
        })
    }
}
