//! `kscope score`: another table, put to a fit that was kept.

use std::path::{Path, PathBuf};

use clap::Args;
use polars::prelude::DataFrame;

use super::choices::{FormatChoice, delimiter};
use super::output;
use crate::error::Result;
use crate::jobs::Cancel;
use crate::privacy::{self, Ids};
use crate::report::labelled::{self, Form, Labels, Layout};
use crate::report::plain::Plain;
use crate::report::receipt::{self, Receipt};
use crate::report::{self, Format};
use crate::source::{Location, Options, Pieces};
use crate::study::model::Model;
use crate::study::recipe::Recipe;
use crate::study::score::{Scored, Scorer};

#[derive(Debug, Args)]
pub(super) struct Score {
    /// A table: CSV, Parquet, Arrow IPC, JSON lines (gz and zst too), `-` for standard input; the bundled sample
    /// when nothing is named. CSV and Parquet may be larger than memory.
    file: Option<PathBuf>,
    /// The model, as `kscope fit --save-model` wrote it.
    #[arg(long, value_name = "M.json")]
    model: PathBuf,
    /// Write every row with its columns and its cluster: CSV, Parquet or JSON lines, by the name.
    #[arg(long, value_name = "OUT")]
    out: Option<PathBuf>,
    /// Ids in --out as they are; without it they are hashed with a salt that is forgotten.
    #[arg(long)]
    with_ids: bool,
    /// Overwrite files that are there.
    #[arg(long)]
    force: bool,
    /// What stands between the cells of a CSV, where it is not found by itself.
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    delimiter: Option<u8>,
    #[arg(long, value_enum, default_value_t)]
    format: FormatChoice,
}

impl Score {
    pub(super) fn run(&self, cancel: &Cancel) -> Result<()> {
        if let Some(out) = &self.out {
            Form::of(out)?;
            receipt::check_both_free(out, self.force)?;
        }
        let model = Model::read(&self.model)?;
        let location = Location::from_argument(self.file.as_deref());
        let pieces = Pieces::open(&location, &Options { delimiter: self.delimiter }, cancel)?;
        let mut notices = pieces.notices.clone();
        let (found, more, ids) = match &self.out {
            None => {
                let (found, more) = pass(&model, &pieces, cancel, &mut |_, _, _| Ok(()))?;
                (found, more, None)
            }
            Some(out) => self.write(out, &model, &pieces, cancel)?,
        };
        notices.extend(more);
        if found.scored() == 0 {
            notices.push("no row has a cluster".to_owned());
        }
        let source = location.to_string();
        if let Some(out) = &self.out {
            let recipe = Recipe::parse(&model.recipe, "the model's recipe")?;
            let fingerprint = pieces.fingerprint.clone();
            let of = (&model, self.model.as_path());
            Receipt::scored(source.clone(), fingerprint, of, &recipe, &found, &output::command())
                .with_ids(ids)
                .write_beside(out, self.force)?;
        }
        let table = report::score::Table { source: &source, fingerprint: &pieces.fingerprint };
        let report = report::score::Report::new(table, (&model, &self.model), &found, self.out.as_deref(), notices);
        output::notices(report.notices());
        output::data(&match self.format.into() {
            Format::Text => report.text(),
            Format::Json => report::json::document(&report)?,
            Format::Csv => report.csv()?,
        })
    }

    /// Scores and writes, piece by piece, with one salt for all of them; tells how ids were written, too.
    fn write(
        &self,
        out: &Path,
        model: &Model,
        pieces: &Pieces,
        cancel: &Cancel,
    ) -> Result<(Scored, Vec<String>, Option<Ids>)> {
        let form = Form::of(out)?;
        let plain = if form.is_typed() { Some(plain(pieces, cancel)?) } else { None };
        let columns = privacy::source_columns(pieces.columns(), model.id.as_deref(), Ids::asked(self.with_ids));
        let layout = Layout::new(columns, plain);
        let names: Vec<String> = model.clusters.iter().map(|c| c.name.clone()).collect();
        // What its receipt says is known after the last row only, when the file is full.
        let (found, notices) = labelled::write(out, form, self.force, None, |push| {
            pass(model, pieces, cancel, &mut |frame, first, clusters| {
                push(&layout.frame(frame, first, &Labels { clusters, names: &names, silhouettes: None })?)
            })
        })?;
        Ok((found, notices, layout.ids()))
    }
}

/// What the text of each column is, from a look at all of it.
fn plain(pieces: &Pieces, cancel: &Cancel) -> Result<Vec<Plain>> {
    let mut seen = Vec::new();
    pieces.each(cancel, &mut |_, _| {}, &mut |raw| {
        Plain::look(&mut seen, &raw.frame);
        Ok(())
    })?;
    Ok(seen)
}

/// Hears of a piece: its cells, its first row, the cluster of each row.
type OnPiece<'a> = dyn FnMut(&DataFrame, usize, &[Option<u16>]) -> Result<()> + 'a;

/// Scores every piece and hands it over; what was found, and what to say of it.
fn pass(model: &Model, pieces: &Pieces, cancel: &Cancel, on: &mut OnPiece<'_>) -> Result<(Scored, Vec<String>)> {
    let mut scorer = Scorer::new(model)?;
    let absent = scorer.absent(&pieces.columns());
    let mut notices: Vec<String> =
        absent.iter().map(|name| format!("there is no column '{name}': its cleaning rules take no row")).collect();
    let mut first = 0;
    pieces.each(cancel, &mut |_, _| {}, &mut |mut raw| {
        notices.append(&mut raw.notices);
        let frame = raw.frame.clone();
        let clusters = scorer.score(raw)?;
        on(&frame, first, &clusters)?;
        first += frame.height();
        Ok(())
    })?;
    Ok((scorer.finish(), notices))
}
