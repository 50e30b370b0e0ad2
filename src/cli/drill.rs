//! `kscope drill`: a rule as a funnel, and the rows behind it.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::choices::{self, FitChoices, FormatChoice, SaveChoices, TableChoices};
use super::output;
use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::privacy::Ids;
use crate::report::drill::DrillReport;
use crate::report::receipt::{self, Receipt};
use crate::report::{self, Format, list};
use crate::segments::drill::{ClusterOf, RuleColumns, drill};
use crate::segments::subgroup;
use crate::study::recipe::{DEFAULT_RULE, Recipe};
use crate::study::{self, Cleaned};
use crate::table::role::Role;

#[derive(Debug, Args)]
pub(super) struct Drill {
    #[command(flatten)]
    table: TableChoices,
    #[command(flatten)]
    fit: FitChoices,
    /// Who is meant. [default: the recipe's, or experience > 10 y and pay < 45 lakh]
    #[arg(long)]
    rule: Option<String>,
    /// Cluster too, and tell which cluster holds how many.
    #[arg(long)]
    k: Option<usize>,
    /// Put the id column into the rows as it is; without it, ids in --out are hashed with a salt that is forgotten.
    #[arg(long)]
    with_ids: bool,
    /// Write the rows behind the rule: CSV, or Parquet or JSON where the name ends so.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Search for rules whose people are paid low for their experience.
    #[arg(long, conflicts_with_all = ["rule", "k", "with_ids", "out", "save_recipe"])]
    discover: bool,
    /// How many rules at most.
    #[arg(long, default_value_t = subgroup::TOP, value_name = "N", requires = "discover")]
    top: usize,
    #[command(flatten)]
    saving: SaveChoices,
    #[arg(long, value_enum, default_value_t)]
    format: FormatChoice,
}

impl Drill {
    pub(super) fn run(&self, cancel: &Cancel) -> Result<()> {
        if self.discover {
            return self.search(cancel);
        }
        let mut recipe = self.fit.recipe(&self.table, self.k)?;
        if recipe.k == Some(0) {
            return Err(Error::bad_input("k = 0 makes no clusters").try_this("--k 1 or more"));
        }
        let rule = self.rule.clone().or(recipe.rule.take()).unwrap_or_else(|| DEFAULT_RULE.to_owned());
        recipe.rule = Some(rule.clone());
        if let Some(out) = &self.out {
            receipt::check_both_free(out, self.saving.force)?;
        }
        self.saving.check()?;
        let (text, notices, cleaned, rows) = self.fit.on_threads(|| {
            let cleaned = choices::clean(&recipe, cancel)?;
            let clusters = recipe.k.map(|k| clusters(&cleaned, &recipe, k, cancel)).transpose()?;
            let columns =
                RuleColumns { learners: &cleaned.learners, clusters: clusters.as_ref(), peers: cleaned.peers.as_ref() };
            let found = drill(&columns, &rule)?;
            let text = match self.format.into() {
                Format::Text => report::drill::text(&cleaned, &found),
                Format::Json => report::json::document(&DrillReport::new(&found))?,
                Format::Csv => {
                    report::drill::csv(&cleaned, &found, clusters.as_ref(), self.with_ids.then_some(Ids::Plain))?
                }
            };
            let ids = Ids::asked(self.with_ids);
            let rows = self.out.is_some().then(|| report::drill::rows(&cleaned, &found, clusters.as_ref(), Some(ids)));
            Ok((text, found.notices, cleaned, rows))
        })?;
        if let (Some(out), Some(rows)) = (&self.out, rows) {
            let ids = cleaned.learners.with_role(Role::Learner).map(|_| Ids::asked(self.with_ids));
            let receipt = Receipt::new(&cleaned, &recipe, &output::command()).with_ids(ids);
            list::write(out, self.saving.force, &rows, Some(&receipt))?;
            receipt.write_beside(out, self.saving.force)?;
        }
        self.saving.save(&recipe, &cleaned.table)?;
        output::notices(&notices);
        output::data(&text)
    }

    /// Searches for rules instead of taking one.
    fn search(&self, cancel: &Cancel) -> Result<()> {
        let recipe = self.fit.recipe(&self.table, self.k)?;
        let (found, name) = self.fit.on_threads(|| {
            let cleaned = choices::clean(&recipe, cancel)?;
            let columns = RuleColumns { learners: &cleaned.learners, clusters: None, peers: cleaned.peers.as_ref() };
            let found = subgroup::discover(&columns, self.top, cancel).map_err(|_| Error::interrupted())?;
            Ok((found, cleaned.table.name.clone()))
        })?;
        let found = found.ok_or_else(|| {
            Error::bad_input(format!("{name} has no pay for experience"))
                .because("the search needs a column of pay and one of experience (or of start years)")
                .try_this("--role COLUMN=pay, --role COLUMN=experience")
        })?;
        let report = report::subgroups::Report::new(&recipe.source.location.to_string(), &found);
        output::data(&match self.format.into() {
            Format::Text => report.text(),
            Format::Json => report::json::document(&report)?,
            Format::Csv => report::subgroups::csv(&found)?,
        })
    }
}

/// The clusters of one k, for rules that name them.
pub(super) fn clusters(cleaned: &Cleaned, recipe: &Recipe, k: usize, cancel: &Cancel) -> Result<ClusterOf> {
    let features = study::features(cleaned, recipe)?;
    let prepared = Arc::new(study::prepare(cleaned, &features, cancel)?);
    let clustering = study::fit(cleaned, &prepared, recipe, k, cancel)?;
    let described = study::describe(cleaned, &prepared, &clustering);
    let names = recipe.names_of(&described.profiles);
    Ok(ClusterOf::new(&cleaned.learners, &prepared.encoded.rows, &described.labels, names))
}
