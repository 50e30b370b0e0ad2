//! `kscope profile`: who is in the clusters.

use std::sync::Arc;

use clap::Args;

use super::choices::{self, FitChoices, FormatChoice, TableChoices};
use super::output;
use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::report::{self, Format};
use crate::segments::age;
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
    /// Age at graduation: where the table has no age, age is assumed to be this plus years of experience.
    #[arg(long, value_name = "YEARS", default_value_t = age::GRADUATION_AGE, value_parser = graduation_age)]
    graduation_age: f64,
    #[arg(long, value_enum, default_value_t)]
    format: FormatChoice,
}

impl Profile {
    pub(super) fn run(&self, cancel: &Cancel) -> Result<()> {
        let recipe = self.fit.recipe(&self.table)?;
        let k = self.k.or(recipe.k).unwrap_or(DEFAULT_K);
        if k == 0 {
            return Err(Error::bad_input("k = 0 makes no clusters").try_this("--k 1 or more"));
        }
        let report = self.fit.on_threads(|| {
            let mut cleaned = choices::clean(&recipe, cancel)?;
            if !recipe.cleaning.raw && self.graduation_age != age::GRADUATION_AGE {
                cleaned.ages = age::ages(&cleaned.learners, &recipe.cleaning, self.graduation_age);
            }
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

fn graduation_age(text: &str) -> std::result::Result<f64, String> {
    let years = text.parse().ok().filter(|years: &f64| (14.0..=60.0).contains(years));
    years.ok_or_else(|| "years from 14 to 60".to_owned())
}
