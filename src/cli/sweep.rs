//! `kscope sweep`: every k of a range.

use std::sync::Arc;

use clap::Args;

use super::choices::{self, FitChoices, FormatChoice, ReferenceChoice, SaveChoices, TableChoices, k_range};
use super::output;
use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::quality::structure::Ungrouped;
use crate::report::sweep::SweepReport;
use crate::report::{self, Format};
use crate::study;

#[derive(Debug, Args)]
pub(super) struct Sweep {
    #[command(flatten)]
    table: TableChoices,
    #[command(flatten)]
    fit: FitChoices,
    /// Numbers of clusters, both ends in it. [default: 1..12, or the recipe's]
    #[arg(long, value_name = "A..B")]
    k: Option<String>,
    /// What tables without groups keep of the data, to hold the sweep against: copula (each column's values and the rank
    /// correlations), permuted (each column's values), pca-box (the box along the principal components), none. [default: copula]
    #[arg(long, value_enum)]
    reference: Option<ReferenceChoice>,
    /// Asks another model for a second opinion on k: a Gaussian mixture on a sample, by BIC. It never decides the verdict.
    #[arg(long)]
    mixture: bool,
    #[command(flatten)]
    saving: SaveChoices,
    #[arg(long, value_enum, default_value_t)]
    format: FormatChoice,
}

impl Sweep {
    pub(super) fn run(&self, cancel: &Cancel) -> Result<()> {
        let mut recipe = self.fit.recipe(&self.table, None)?;
        if let Some(said) = &self.k {
            recipe.ks = k_range(said)?.into_inner();
        }
        recipe.reference = self.reference.map_or(recipe.reference, Ungrouped::from);
        let ks = recipe.ks.0..=recipe.ks.1;
        self.saving.check()?;
        let (report, cleaned) = self.fit.on_threads(|| {
            let cleaned = choices::clean(&recipe, cancel)?;
            let features = study::features(&cleaned, &recipe)?;
            let prepared = Arc::new(study::prepare(&cleaned, &features, cancel)?);
            if *ks.start() > prepared.matrix.distinct() {
                return Err(Error::bad_input(format!("k = {} is not possible", ks.start()))
                    .because(format!("there are only {} distinct rows", prepared.matrix.distinct()))
                    .try_this(format!("--k 1..{}", prepared.matrix.distinct())));
            }
            let mut sweep = study::sweep(&cleaned, &prepared, &recipe, ks.clone(), cancel, &mut |_| {})?;
            let compared = recipe.reference != Ungrouped::None;
            if compared {
                study::gather(&cleaned, &mut sweep, &recipe, cancel, &mut |_, _| {})?;
            }
            if self.mixture {
                study::second_opinion(&cleaned, &mut sweep, &recipe, cancel)?;
            }
            let report = SweepReport::new(&recipe.source.location.to_string(), &cleaned, &recipe, &sweep);
            let subject = compared.then(|| study::subject(&cleaned, &sweep, &recipe)).flatten();
            // The warnings make a matrix of their own, and this one has told all that it can.
            drop((sweep, prepared));
            let warnings = subject.map_or(Ok(Vec::new()), |subject| subject.warnings(&cleaned, &recipe, cancel))?;
            Ok((report.with_warnings(warnings), cleaned))
        })?;
        self.saving.save(&recipe, &cleaned.table)?;
        output::notices(report.notices());
        output::data(&match self.format.into() {
            Format::Text => report.text(),
            Format::Json => report::json::document(&report)?,
            Format::Csv => report.csv()?,
        })
    }
}
