//! `kscope report`: everything that was found, on one page.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::choices::{self, FitChoices, SaveChoices, TableChoices};
use super::output;
use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::quality::structure::Ungrouped;
use crate::report::story::{self, Story};
use crate::report::write::{atomically, check_free};
use crate::report::{html, markdown, receipt};
use crate::study;
use crate::study::recipe::{DEFAULT_K, Recipe, Seen};

#[derive(Debug, Args)]
pub(super) struct Report {
    #[command(flatten)]
    table: TableChoices,
    #[command(flatten)]
    fit: FitChoices,
    /// Number of clusters that is looked at; the recipe's where there is one, else 4.
    #[arg(long)]
    k: Option<usize>,
    /// Where the report goes: a page where the name ends in .html, text for a wiki where it ends in .md.
    #[arg(long, value_name = "FILE", required_unless_present = "charts")]
    out: Option<PathBuf>,
    /// Write each chart as an SVG file into this folder; a report in Markdown then shows them.
    #[arg(long, value_name = "FOLDER")]
    charts: Option<PathBuf>,
    #[command(flatten)]
    saving: SaveChoices,
}

#[derive(Clone, Copy)]
enum Page {
    Html,
    Markdown,
}

impl Page {
    fn of(path: &Path) -> Result<Self> {
        let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default().to_lowercase();
        match end.as_str() {
            "html" | "htm" => Ok(Self::Html),
            "md" | "markdown" => Ok(Self::Markdown),
            _ => Err(Error::usage(format!("no report is written as {}", path.display()))
                .because("the end of the name says which kind it is")
                .try_this("--out report.html or --out report.md")),
        }
    }
}

impl Report {
    pub(super) fn run(&self, cancel: &Cancel) -> Result<()> {
        let mut recipe = self.fit.recipe(&self.table, self.k)?;
        let k = *recipe.k.get_or_insert(DEFAULT_K);
        if k == 0 {
            return Err(Error::bad_input("k = 0 makes no clusters").try_this("--k 1 or more"));
        }
        let out = self.out.as_deref().map(|path| Page::of(path).map(|page| (path, page))).transpose()?;
        if let Some((path, _)) = out {
            check_free(path, self.saving.force)?;
        }
        self.saving.check()?;
        let (story, cleaned) = self.fit.on_threads(|| tell(&mut recipe, k, cancel))?;
        self.saving.save(&recipe, &cleaned.table)?;
        let mut wrote = Vec::new();
        if let Some(folder) = &self.charts {
            self.write_charts(folder, &story)?;
            wrote.push(format!("{} charts in {}", story.charts().count(), folder.display()));
        }
        if let Some((path, page)) = out {
            let text = match page {
                Page::Html => html::page(&story),
                Page::Markdown => markdown::page(&story, self.charts.as_deref().map(|to| link(path, to)).as_deref()),
            };
            atomically(path, self.saving.force, |out| out.write_all(text.as_bytes()))?;
            wrote.push(format!("{} ({} sections)", path.display(), story.sections.len()));
        }
        output::notices(&wrote.iter().map(|what| format!("wrote {what}")).collect::<Vec<_>>());
        Ok(())
    }

    fn write_charts(&self, folder: &Path, story: &Story) -> Result<()> {
        let cannot = |e| Error::failed(format!("cannot make the folder {}", folder.display())).because(e);
        fs::create_dir_all(folder).map_err(cannot)?;
        let files: Vec<(PathBuf, String)> = story
            .charts()
            .map(|chart| (folder.join(format!("{}.svg", chart.name)), chart.file(&story.source)))
            .collect();
        for (path, _) in &files {
            check_free(path, self.saving.force)?;
        }
        for (path, text) in &files {
            atomically(path, self.saving.force, |out| out.write_all(text.as_bytes()))?;
        }
        Ok(())
    }
}

/// The folder of the charts as it is found from the report.
fn link(report: &Path, charts: &Path) -> String {
    let beside = report.parent().and_then(|folder| charts.strip_prefix(folder).ok());
    beside.unwrap_or(charts).display().to_string()
}

/// Finds everything and tells it.
fn tell(recipe: &mut Recipe, k: usize, cancel: &Cancel) -> Result<(Story, study::Cleaned)> {
    let cleaned = choices::clean(recipe, cancel)?;
    recipe.source.seen = Some(Seen::from(&*cleaned.table));
    let features = study::features(&cleaned, recipe)?;
    let prepared = Arc::new(study::prepare(&cleaned, &features, cancel)?);
    let ks = recipe.ks.0.min(k)..=recipe.ks.1.max(k);
    let mut sweep = study::sweep(&cleaned, &prepared, recipe, ks, cancel, &mut |_| {})?;
    if recipe.reference != Ungrouped::None {
        study::compare(&cleaned, &mut sweep, recipe, cancel, &mut |_, _| {})?;
    }
    let story = story::tell(&cleaned, &sweep, recipe, k, &receipt::line(&output::command()), cancel)?;
    Ok((story, cleaned))
}
