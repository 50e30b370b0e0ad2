//! `kscope fit`: one clustering.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use polars::prelude::DataFrame;

use super::choices::{self, FitChoices, FormatChoice, SaveChoices, TableChoices};
use super::output;
use crate::error::{Error, Result};
use crate::features::Feature;
use crate::jobs::Cancel;
use crate::privacy::Ids;
use crate::quality;
use crate::report::labelled::{self, Form};
use crate::report::receipt::{self, Receipt};
use crate::report::{self, Format};
use crate::study::findings::KFound;
use crate::study::model::Model;
use crate::study::recipe::Recipe;
use crate::study::{self, Cleaned, Prepared};

#[derive(Debug, Args)]
pub(super) struct Fit {
    #[command(flatten)]
    table: TableChoices,
    #[command(flatten)]
    fit: FitChoices,
    /// Number of clusters; the recipe's where there is one.
    #[arg(long)]
    k: Option<usize>,
    /// Write `row,cluster` for every row of the source.
    #[arg(long, value_name = "OUT.csv")]
    labels: Option<PathBuf>,
    /// Write every row of the source with its columns, its cluster and its silhouette: CSV, Parquet or JSON lines, by
    /// the name.
    #[arg(long, value_name = "OUT")]
    labelled: Option<PathBuf>,
    /// Ids in the labelled rows as they are; without it they are hashed with a salt that is forgotten.
    #[arg(long)]
    with_ids: bool,
    /// Keep the fit as a model, for kscope score.
    #[arg(long, value_name = "M.json")]
    save_model: Option<PathBuf>,
    #[command(flatten)]
    saving: SaveChoices,
    #[arg(long, value_enum, default_value_t)]
    format: FormatChoice,
}

impl Fit {
    pub(super) fn run(&self, cancel: &Cancel) -> Result<()> {
        let recipe = self.fit.recipe(&self.table, self.k)?;
        let k = recipe.k.ok_or_else(|| {
            Error::usage("no number of clusters is said").try_this("--k 4, or --recipe with a recipe that has one")
        })?;
        if k == 0 {
            return Err(Error::bad_input("k = 0 makes no clusters").try_this("--k 1 or more"));
        }
        self.check_files()?;
        let (report, files, cleaned) = self.fit.on_threads(|| {
            let cleaned = choices::clean(&recipe, cancel)?;
            let features = study::features(&cleaned, &recipe)?;
            let prepared = Arc::new(study::prepare(&cleaned, &features, cancel)?);
            let sweep = study::sweep(&cleaned, &prepared, &recipe, k..=k, cancel, &mut |_| {})?;
            let found = sweep.asked(k)?;
            let report =
                report::fit::Fit::new(&recipe.source.location.to_string(), &cleaned, &prepared, &recipe, found);
            let files = self.files(&cleaned, &features, &prepared, &recipe, found, cancel)?;
            Ok((report, files, cleaned))
        })?;
        let receipt = Receipt::new(&cleaned, &recipe, &output::command());
        let force = self.saving.force;
        for (path, bytes) in [(&self.labels, files.labels), (&self.save_model, files.model)] {
            if let (Some(path), Some(bytes)) = (path, bytes) {
                report::write::atomically(path, force, |out| std::io::Write::write_all(out, &bytes))?;
                receipt.write_beside(path, force)?;
            }
        }
        if let (Some(path), Some((frame, ids))) = (&self.labelled, files.labelled) {
            let receipt = receipt.with_ids(ids);
            labelled::write(path, Form::of(path)?, force, Some(&receipt), |push| push(&frame))?;
            receipt.write_beside(path, force)?;
        }
        self.saving.save(&recipe, &cleaned.table)?;
        output::notices(report.notices());
        output::data(&match self.format.into() {
            Format::Text => report.text(),
            Format::Json => report::json::document(&report)?,
            Format::Csv => report.csv()?,
        })
    }

    /// Whether everything can be written: asked before the work.
    fn check_files(&self) -> Result<()> {
        let files = [&self.labels, &self.labelled, &self.save_model];
        let files: Vec<&PathBuf> = files.into_iter().flatten().collect();
        for (at, path) in files.iter().enumerate() {
            if files[..at].contains(path) {
                return Err(Error::usage(format!("{} is named for two files", path.display())).try_this("two names"));
            }
            receipt::check_both_free(path, self.saving.force)?;
        }
        if let Some(path) = &self.labelled {
            Form::of(path)?;
        }
        self.saving.check()
    }

    /// What is to be written, before any of it is.
    fn files(
        &self,
        cleaned: &Cleaned,
        features: &[Feature],
        prepared: &Prepared,
        recipe: &Recipe,
        found: &KFound,
        cancel: &Cancel,
    ) -> Result<Files> {
        let described = found.describe(cleaned, prepared);
        let names = recipe.names_of(&described.profiles);
        let mut files = Files::default();
        if self.labels.is_some() {
            let mut bytes = Vec::new();
            report::labels::write(&cleaned.learners, &prepared.encoded.rows, &described.labels, &mut bytes)
                .map_err(|e| Error::failed("cannot write labels").because(e))?;
            files.labels = Some(bytes);
        }
        if self.save_model.is_some() {
            let model = Model::new(cleaned, features, prepared, recipe, &found.clustering, &names)?;
            files.model = Some(model.to_json()?.into_bytes());
        }
        if let Some(path) = &self.labelled {
            let silhouettes =
                quality::of_each_row(&prepared.matrix, &found.clustering, cancel).map_err(|_| Error::interrupted())?;
            let form = Form::of(path)?;
            let ids = Ids::asked(self.with_ids);
            files.labelled =
                Some(labelled::of_fit(cleaned, prepared, &found.clustering, &names, silhouettes, form, ids)?);
        }
        Ok(files)
    }
}

/// What is to be written.
#[derive(Default)]
struct Files {
    labels: Option<Vec<u8>>,
    model: Option<Vec<u8>>,
    labelled: Option<(DataFrame, Option<Ids>)>,
}
