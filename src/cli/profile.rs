//! `kscope profile`: who is in the clusters.

use std::sync::Arc;

use clap::Args;

use super::choices::{FitChoices, FormatChoice, TableChoices};
use super::output;
use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::report::{self, Format};
use crate::segments::age;
use crate::study;

#[derive(Debug, Args)]
pub(super) struct Profile {
    #[command(flatten)]
    table: TableChoices,
    #[command(flatten)]
    fit: FitChoices,
    /// Number of clusters.
    #[arg(long, default_value_t = 4)]
    k: usize,
    /// Age at graduation: where the table has no age, age is assumed to be this plus years of experience.
    #[arg(long, value_name = "YEARS", default_value_t = age::GRADUATION_AGE, value_parser = graduation_age)]
    graduation_age: f64,
    #[arg(long, value_enum, default_value_t)]
    format: FormatChoice,
}

impl Profile {
    pub(super) fn run(&self, cancel: &Cancel) -> Result<()> {
        let recipe = self.fit.recipe(&self.table)?;
        if self.k == 0 {
            return Err(Error::bad_input("k = 0 makes no clusters").try_this("--k 1 or more"));
        }
        let report = self.fit.on_threads(|| {
            let mut cleaned = self.table.clean(&recipe.cleaning, cancel)?;
            if !recipe.cleaning.raw && self.graduation_age != age::GRADUATION_AGE {
                cleaned.ages = age::ages(&cleaned.learners, &recipe.cleaning, self.graduation_age);
            }
            let features = study::features(&cleaned, &recipe)?;
            let prepared = Arc::new(study::prepare(&cleaned, &features, cancel)?);
            let sweep = study::sweep(&cleaned, &prepared, &recipe, self.k..=self.k, cancel, &mut |_| {})?;
            let found = sweep.at(self.k).ok_or_else(|| {
                Error::bad_input(format!("k = {} is not possible", self.k))
                    .because(format!("there are only {} distinct rows", prepared.matrix.distinct()))
                    .try_this(format!("--k {} or less", prepared.matrix.distinct()))
            })?;
            found.explain(&cleaned, &prepared, cancel).map_err(|_| Error::interrupted())?;
            Ok(report::profile::Report::new(&self.table.source(), &cleaned, &prepared, &recipe, found))
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
