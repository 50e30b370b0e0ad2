//! `kscope plan`: recommendation cards, the people behind one, an audience.

use std::path::PathBuf;

use clap::Args;

use super::choices::{self, FitChoices, FormatChoice, SaveChoices, TableChoices};
use super::{drill, output};
use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::privacy::Ids;
use crate::report::receipt::Receipt;
use crate::report::{self, Format, list};
use crate::segments::audience::Wanted;
use crate::segments::cards::Kind;
use crate::study;
use crate::study::recipe::Recipe;
use crate::table::role::Role;

#[derive(Debug, Args)]
pub(super) struct Plan {
    #[command(flatten)]
    table: TableChoices,
    #[command(flatten)]
    fit: FitChoices,
    /// Cluster too, for a rule in use that names clusters.
    #[arg(long)]
    k: Option<usize>,
    /// Write the people behind this card to --out: experienced-underpaid, young-rising, stuck, mispriced-role,
    /// current-rule, collect-age, diversify.
    #[arg(long, value_name = "KIND", requires = "out", conflicts_with = "audience")]
    card: Option<String>,
    /// Contacts that can be made; with --out the people are written. [default: the recipe's, or 500]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    audience: Option<u32>,
    /// Shares of the budget. [default: the recipe's, or experienced-underpaid=60,young-rising=40]
    #[arg(long, value_name = "KIND=WEIGHT,…")]
    mix: Option<String>,
    /// Largest share of the budget for one company. [default: 0.05]
    #[arg(long, value_name = "SHARE", value_parser = share)]
    company_cap: Option<f64>,
    /// Largest share of the budget for one role. [default: 0.25]
    #[arg(long, value_name = "SHARE", value_parser = share)]
    role_cap: Option<f64>,
    /// The rule in use, to compare with. [default: the recipe's, or experience > 10 y]
    #[arg(long, value_name = "RULE")]
    rule_in_use: Option<String>,
    /// A list of ids, or a CSV with a column of ids or of source rows (`row`): not to be contacted.
    #[arg(long, value_name = "FILE")]
    exclude: Option<PathBuf>,
    /// Where the list goes: CSV, or Parquet or JSON where the name ends so.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Ids as they are; without it they are hashed with a salt that is forgotten.
    #[arg(long)]
    with_ids: bool,
    #[command(flatten)]
    saving: SaveChoices,
    #[arg(long, value_enum, default_value_t)]
    format: FormatChoice,
}

impl Plan {
    pub(super) fn run(&self, cancel: &Cancel) -> Result<()> {
        let mut recipe = self.fit.recipe(&self.table, self.k)?;
        self.tell(&mut recipe)?;
        let card = self.card.as_deref().map(Kind::parse).transpose()?;
        if let Some(out) = &self.out {
            report::receipt::check_both_free(out, self.saving.force)?;
        }
        self.saving.check()?;
        let (plan, cleaned, notices) = self.fit.on_threads(|| {
            let cleaned = choices::clean(&recipe, cancel)?;
            let clusters = recipe.k.map(|k| drill::clusters(&cleaned, &recipe, k, cancel)).transpose()?;
            let exclusions = recipe.plan.exclude.as_deref().map(|path| study::plan::exclusions(&cleaned, path));
            let exclusions = exclusions.transpose()?.unwrap_or_default();
            let plan = study::plan::plan(&cleaned, &recipe, clusters.as_ref(), &exclusions, cancel)?;
            Ok((plan, cleaned, exclusions.notices))
        })?;
        if let Some(out) = &self.out {
            let ids = Ids::asked(self.with_ids);
            let columns = match card {
                Some(kind) => report::plan::card_list(&cleaned, &plan, kind, ids)?,
                None => report::plan::audience_list(&cleaned, &plan, ids)?,
            };
            let ids = cleaned.learners.with_role(Role::Learner).map(|_| ids);
            let receipt = Receipt::new(&cleaned, &recipe, &output::command()).with_ids(ids);
            list::write(out, self.saving.force, &columns, Some(&receipt))?;
            receipt.write_beside(out, self.saving.force)?;
        }
        self.saving.save(&recipe, &cleaned.table)?;
        output::notices(&notices);
        let source = recipe.source.location.to_string();
        output::data(&match self.format.into() {
            Format::Text => report::plan::text(&cleaned, &plan),
            Format::Json => report::json::document(&report::plan::Report::new(&source, &cleaned, &plan))?,
            Format::Csv => list::csv_text(&report::plan::csv(&cleaned, &plan))?,
        })
    }

    /// Puts what was said about the plan into a recipe.
    fn tell(&self, recipe: &mut Recipe) -> Result<()> {
        if recipe.k == Some(0) {
            return Err(Error::bad_input("k = 0 makes no clusters").try_this("--k 1 or more"));
        }
        let plan = &mut recipe.plan;
        plan.wanted.budget = self.audience.map_or(plan.wanted.budget, |n| n as usize);
        if let Some(mix) = &self.mix {
            plan.wanted.mix = Wanted::parse_mix(mix)?;
        }
        plan.wanted.company_cap = self.company_cap.unwrap_or(plan.wanted.company_cap);
        plan.wanted.role_cap = self.role_cap.unwrap_or(plan.wanted.role_cap);
        if self.rule_in_use.is_some() {
            plan.rule.clone_from(&self.rule_in_use);
        }
        if self.exclude.is_some() {
            plan.exclude.clone_from(&self.exclude);
        }
        Ok(())
    }
}

fn share(text: &str) -> std::result::Result<f64, String> {
    let share = text.parse().ok().filter(|share: &f64| *share > 0.0 && *share <= 1.0);
    share.ok_or_else(|| "above 0, at most 1".to_owned())
}
