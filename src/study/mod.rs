//! Recipe + table → findings: the one way through the rooms, for the screen and the headless commands alike.

pub mod cache;
pub mod diff;
pub mod findings;
pub mod follow;
pub mod history;
pub mod learner;
pub mod model;
pub mod plan;
pub mod recipe;
pub mod score;
pub mod session;
pub mod walk;
pub mod warnings;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;

use crate::cluster::{self, Clustering};
use crate::error::{Error, Result};
use crate::features::choice;
use crate::features::encode::{self, Encoded};
use crate::features::influence;
use crate::features::{Feature, Missing, Scale, defaults, problems};
use crate::jobs::Cancel;
use crate::jobs::Cancelled;
use crate::matrix::{Matrix, memory};
use crate::quality;
use crate::quality::mixture;
use crate::quality::structure::{self, Evidence, Part, Question};
use crate::segments::age;
use crate::segments::description::{self, Description};
use crate::segments::peers::{self, Peers};
use crate::segments::{order, profile};
use crate::source;
use crate::table::age::ASSUMED;
use crate::table::cleaning::{self, Cleaning, Learners};
use crate::table::column::Column;
use crate::table::role::Role;
use crate::table::{self, RoleChoices, Table, histogram};
use findings::{KFound, Sweep};
use recipe::{Inputs, Recipe};
use warnings::Subject;

/// Bins of the tiny histograms.
const HISTOGRAM_BINS: usize = 24;

/// The table after cleaning, and what is known of its columns before any clustering.
#[derive(Debug)]
pub struct Cleaned {
    /// The table as it was read.
    pub table: Arc<Table>,
    /// How it was cleaned.
    pub cleaning: Cleaning,
    /// One entry per used row.
    pub learners: Learners,
    /// Pay for experience by used row.
    pub residual: Option<Vec<f64>>,
    /// Everybody against their peers; `None` without pay and experience.
    pub peers: Option<Peers>,
    /// Distinct learners; `None` where no id column is known.
    pub learner_count: Option<usize>,
    /// Columns that would mislead.
    pub problems: Vec<problems::Problem>,
    /// Everything that could be a feature, the defaults switched on; an assumed age is the last and off.
    pub features: Vec<Feature>,
    /// What each of [`Learners::inputs`] holds.
    pub summaries: Vec<Summary>,
}

/// What a column holds, computed once for the screen.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Rows without a value.
    pub missing: usize,
    /// Distinct known values.
    pub distinct: usize,
    /// Rows per bin, see [`histogram::counts`].
    pub histogram: Vec<u64>,
}

/// The numbers that K-Means sees.
#[derive(Debug)]
pub struct Prepared {
    /// Encoded columns and rows, without the values (they are in the matrix).
    pub encoded: Encoded,
    /// Distinct rows with weights.
    pub matrix: Matrix,
}

/// A CSV file of so many bytes is typed piece by piece: its cells as text would take several times the memory of its
/// numbers. They are read again where they are asked for, which a smaller table is spared.
const LARGE: u64 = 64 * 1024 * 1024;

/// Reads and types a table.
pub fn load(
    location: &source::Location,
    options: &source::Options,
    choices: &RoleChoices,
    cancel: &Cancel,
    progress: &mut dyn FnMut(u64, Option<u64>),
) -> Result<Table> {
    if source::is_at_least(location, LARGE)
        && let Some(table) = Table::in_pieces(location, options, choices, cancel, progress)?
    {
        return Ok(table);
    }
    let raw = source::read(location, options, cancel, progress)?;
    cancel.check().map_err(|_| Error::interrupted())?;
    Table::new(raw, choices)
}

/// Cleans a table and looks at its columns.
pub fn clean(table: &Arc<Table>, cleaning: &Cleaning) -> Cleaned {
    let learners = cleaning::clean(table, cleaning);
    let summary = |column: &Column| Summary {
        missing: column.missing(),
        distinct: column.distinct(),
        histogram: histogram::counts(column, HISTOGRAM_BINS),
    };
    let people = || {
        if cleaning.raw {
            return (None, None);
        }
        let residual = order::pay_for_experience(&learners);
        let peers = residual.as_deref().and_then(|r| peers::peers(&learners, r, cleaning.min_peers));
        (residual, peers)
    };
    let columns = || {
        let assumed = learners.assumed_age();
        let mut problems: Vec<_> = assumed.and(learners.ages.as_ref()).map(problems::assumed).into_iter().collect();
        problems.extend(problems::problems(learners.inputs()));
        let mut features: Vec<Feature> =
            if cleaning.raw { raw_features(&learners) } else { defaults::features(&learners.columns) };
        features.extend(assumed.and_then(defaults::waiting));
        let inputs: Vec<&Column> = learners.inputs().collect();
        (problems, features, inputs.into_par_iter().map(summary).collect())
    };
    let ((residual, peers), (problems, features, summaries)) = rayon::join(people, columns);
    let learner_count = learners.learners();
    Cleaned {
        learner_count,
        table: Arc::clone(table),
        cleaning: cleaning.clone(),
        learners,
        residual,
        peers,
        problems,
        features,
        summaries,
    }
}

/// All numeric columns as they are; rows without a value in one of them are dropped.
fn raw_features(learners: &Learners) -> Vec<Feature> {
    learners
        .columns
        .iter()
        .filter(|c| c.numbers().is_some())
        .map(|c| {
            let mut feature = Feature::plain(&c.name, Scale::Standard);
            feature.missing = Missing::Drop;
            feature.on = c.role != Role::Ignore;
            feature
        })
        .collect()
}

/// The features of a recipe over a cleaned table: chosen by name, or by default. At least one is on.
///
/// # Errors
/// What is chosen does not fit the table.
pub fn features(cleaned: &Cleaned, recipe: &Recipe) -> Result<Vec<Feature>> {
    let features = chosen(cleaned, recipe)?;
    if cleaned.learners.rows() == 0 {
        return Err(Error::bad_input(format!("{}: no row is left", cleaned.table.name))
            .because("the cleaning rules took every row")
            .try_this("look at the ledger and switch a rule off (--switch RULE)"));
    }
    if features.iter().all(|f| !f.on) {
        return Err(Error::bad_input(format!("{} has no column that could be a feature", cleaned.table.name))
            .because("no column of numbers varies")
            .try_this("name columns with --features, or check the delimiter with --delimiter"));
    }
    Ok(features)
}

/// As [`features`], but all may be off.
///
/// # Errors
/// What is chosen does not fit the table.
pub fn chosen(cleaned: &Cleaned, recipe: &Recipe) -> Result<Vec<Feature>> {
    let (columns, table) = (cleaned.learners.inputs(), &cleaned.table.name);
    let mut features = cleaned.features.clone();
    match &recipe.features {
        Inputs::Default => {}
        Inputs::Named(names) => {
            not_raw_text(cleaned, recipe, names.iter())?;
            no_assumed_age(cleaned, names.iter())?;
            crate::features::choose(&mut features, names, columns, table)?;
        }
        Inputs::Chosen(choices) => {
            not_raw_text(cleaned, recipe, choices.iter().map(|c| &c.column))?;
            no_assumed_age(cleaned, choices.iter().map(|c| &c.column))?;
            choice::choose(&mut features, choices, columns, table)?;
        }
    }
    if let Some(scale) = recipe.scale {
        features.iter_mut().for_each(|f| f.scale = scale);
    }
    Ok(features)
}

/// Raw, a column of text cannot be an input.
fn not_raw_text<'a>(cleaned: &Cleaned, recipe: &Recipe, mut names: impl Iterator<Item = &'a String>) -> Result<()> {
    let is_text = |name: &&String| {
        let column = cleaned.learners.columns.iter().find(|c| c.name == **name);
        column.is_some_and(|c| c.numbers().is_none())
    };
    match names.find(is_text).filter(|_| recipe.cleaning.raw) {
        None => Ok(()),
        Some(name) => Err(Error::bad_input(format!("'{name}' is text and cannot be used raw"))
            .because("--raw takes the columns as they are")
            .try_this("leave --raw out, so that categories are encoded; or name numeric columns only")),
    }
}

/// An age is assumed only where the table has none and has experience.
fn no_assumed_age<'a>(cleaned: &Cleaned, mut names: impl Iterator<Item = &'a String>) -> Result<()> {
    let learners = &cleaned.learners;
    let Some(name) = names.find(|name| name.trim().eq_ignore_ascii_case(ASSUMED)) else { return Ok(()) };
    if table::find(learners.inputs(), name).is_some() {
        return Ok(());
    }
    let because = match &learners.ages {
        Some(ages) => format!("age is read {}", ages.how()),
        None if cleaned.cleaning.raw => "--raw takes the columns as they are".to_owned(),
        None => format!("{} has no experience to assume it from", cleaned.table.name),
    };
    let hint = "leave it out; a column of ages is named as it is in the table";
    Err(Error::bad_input(format!("'{name}' cannot be a feature")).because(because).try_this(hint))
}

/// Encodes the features and stores distinct rows once.
pub fn prepare(cleaned: &Cleaned, features: &[Feature], cancel: &Cancel) -> Result<Prepared> {
    memory::release(cleaned.learners.rows() * features.iter().filter(|feature| feature.on).count());
    let mut encoded = encode::encode(&cleaned.table, &cleaned.learners, features, cancel)?;
    cancel.check().map_err(|_| Error::interrupted())?;
    let values = std::mem::take(&mut encoded.values);
    let matrix = Matrix::from_own_rows(values, encoded.columns.len())?;
    Ok(Prepared { encoded, matrix })
}

/// What a sweep says while it runs.
pub enum Step<'a> {
    /// The clustering of one k is final, its quality not yet known.
    Clustered(&'a KFound),
    /// Share of the quality that is computed, 0…1.
    Quality(f32),
}

/// Clusters for every k up to the largest asked for and judges those asked for.
///
/// Where the table has fewer distinct rows than the largest k, the sweep ends there.
///
/// # Errors
/// k = 0, interruption.
pub fn sweep(
    cleaned: &Cleaned,
    prepared: &Arc<Prepared>,
    recipe: &Recipe,
    ks: std::ops::RangeInclusive<usize>,
    cancel: &Cancel,
    on: &mut dyn FnMut(Step<'_>),
) -> Result<Sweep> {
    let numbering = Numbering::new(cleaned, prepared);
    let mut found: Vec<KFound> = Vec::new();
    let mut since = Instant::now();
    cluster::sweep(&prepared.matrix, *ks.end(), recipe.params(), cancel, &mut |clustering| {
        if ks.contains(&clustering.k) {
            let mut clustering = clustering.clone();
            numbering.apply(prepared, &mut clustering);
            let mut next = KFound::new(clustering);
            next.took = Some(since.elapsed());
            on(Step::Clustered(&next));
            found.push(next);
        }
        memory::release(prepared.matrix.values().len());
        since = Instant::now();
    })?;
    memory::release(prepared.matrix.values().len());
    let mut sweep = Sweep::new(prepared, found);
    judge(&mut sweep, recipe, cancel, &mut |share| on(Step::Quality(share)))?;
    Ok(sweep)
}

/// Computes the quality of every k of a sweep and what the criteria say together.
///
/// # Errors
/// Interruption; the sweep is then as it was.
pub fn judge(sweep: &mut Sweep, recipe: &Recipe, cancel: &Cancel, progress: &mut dyn FnMut(f32)) -> Result<()> {
    let clusterings: Vec<&Clustering> = sweep.ks.iter().map(|found| &*found.clustering).collect();
    let matrix = &sweep.prepared.matrix;
    let qualities = quality::assess(matrix, &clusterings, recipe.silhouette, recipe.seed, cancel, progress)
        .map_err(|_| Error::interrupted())?;
    sweep.verdict = Some(match &sweep.evidence {
        Some(evidence) => structure::judge(&qualities, evidence),
        None => quality::verdict(&qualities),
    });
    sweep.add_opinion();
    for (found, quality) in sweep.ks.iter_mut().zip(qualities) {
        found.quality = Some(quality);
    }
    Ok(())
}

/// As [`gather`], and says what could mislead about the clusters of the suggested k.
///
/// # Errors
/// Interruption.
pub fn compare(
    cleaned: &Cleaned,
    sweep: &mut Sweep,
    recipe: &Recipe,
    cancel: &Cancel,
    on: &mut dyn FnMut(&Evidence, f32),
) -> Result<()> {
    gather(cleaned, sweep, recipe, cancel, on)?;
    sweep.warnings = match subject(cleaned, sweep, recipe) {
        Some(subject) => subject.warnings(cleaned, recipe, cancel)?,
        None => Vec::new(),
    };
    Ok(())
}

/// Holds a sweep against reference tables and other rows, and renews the verdict with what that says. `on` hears
/// what there is so far and what share of all it is.
///
/// # Errors
/// Interruption; the sweep is then as it was.
pub fn gather(
    cleaned: &Cleaned,
    sweep: &mut Sweep,
    recipe: &Recipe,
    cancel: &Cancel,
    on: &mut dyn FnMut(&Evidence, f32),
) -> Result<()> {
    let clusterings: Vec<&Clustering> = sweep.ks.iter().map(|found| &*found.clustering).collect();
    let parts = parts(cleaned, &sweep.prepared.encoded);
    let question = Question {
        matrix: &sweep.prepared.matrix,
        parts: &parts,
        clusterings: &clusterings,
        params: recipe.params(),
        reference: recipe.reference,
        tables: structure::TABLES,
    };
    let evidence = structure::evidence(&question, cancel, on).map_err(|_| Error::interrupted())?;
    sweep.take(evidence);
    Ok(())
}

/// What warnings are about: the k that people are told to use, else the one they look at.
pub fn subject(cleaned: &Cleaned, sweep: &Sweep, recipe: &Recipe) -> Option<Subject> {
    let k = sweep.verdict.as_ref().and_then(|verdict| verdict.suggested_k).or(recipe.k);
    Subject::new(cleaned, sweep, k.unwrap_or(recipe::DEFAULT_K))
}

/// Asks another model which k it would choose: a mixture of Gaussians, by BIC. The verdict's kind, k and text stay.
///
/// # Errors
/// Interruption; the sweep is then as it was.
pub fn second_opinion(cleaned: &Cleaned, sweep: &mut Sweep, recipe: &Recipe, cancel: &Cancel) -> Result<()> {
    let ks: Vec<usize> = sweep.ks.iter().map(|found| found.clustering.k).collect();
    let parts = parts(cleaned, &sweep.prepared.encoded);
    let found = mixture::mixture(&sweep.prepared.matrix, &parts, &ks, recipe.seed, cancel);
    sweep.hear(found.map_err(|_| Error::interrupted())?);
    Ok(())
}

/// Which columns of the matrix one feature takes, and whether its values have an order.
fn parts(cleaned: &Cleaned, encoded: &Encoded) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (at, name) in encoded.features.iter().enumerate() {
        let from = parts.last().map_or(0, |part| part.columns.end);
        let width = encoded.columns.iter().filter(|column| column.feature == at).count();
        let column = cleaned.learners.input(name);
        let nominal = column.is_some_and(|column| column.categories().is_some());
        parts.push(Part { columns: from..from + width, name: name.clone(), nominal });
    }
    parts
}

/// Clusters for one k, canonically numbered; without its quality.
///
/// # Errors
/// k = 0 or more than the distinct rows, interruption.
pub fn fit(cleaned: &Cleaned, prepared: &Prepared, recipe: &Recipe, k: usize, cancel: &Cancel) -> Result<Clustering> {
    let mut clustering = cluster::fit(&prepared.matrix, k, recipe.params(), cancel)?;
    Numbering::new(cleaned, prepared).apply(prepared, &mut clustering);
    Ok(clustering)
}

/// A first look at one k in a few milliseconds, canonically numbered; never final. `None` where there is
/// none to be had.
pub fn preview(cleaned: &Cleaned, prepared: &Prepared, recipe: &Recipe, k: usize, cancel: &Cancel) -> Option<KFound> {
    let mut clustering = cluster::preview(&prepared.matrix, k, recipe.params(), cancel).ok()?;
    Numbering::new(cleaned, prepared).apply(prepared, &mut clustering);
    Some(KFound::new(clustering))
}

/// What canonical numbers depend on, by clustered row.
struct Numbering<'a> {
    sources: Cow<'a, [u32]>,
    residual: Option<Cow<'a, [f64]>>,
}

impl<'a> Numbering<'a> {
    fn new(cleaned: &'a Cleaned, prepared: &Prepared) -> Self {
        let rows = &prepared.encoded.rows;
        Self {
            sources: of_rows(&cleaned.learners.source_row, rows),
            residual: cleaned.residual.as_ref().map(|residual| of_rows(residual, rows)),
        }
    }

    fn apply(&self, prepared: &Prepared, clustering: &mut Clustering) {
        let labels = row_labels(prepared, clustering);
        let order = order::canonical(&labels, clustering.k, &self.sources, self.residual.as_deref());
        clustering.relabel(&order);
    }
}

/// What some used rows have, `rows` ascending; all of them have all that there is.
fn of_rows<'a, T: Copy>(all: &'a [T], rows: &[u32]) -> Cow<'a, [T]> {
    match rows.len() == all.len() {
        true => Cow::Borrowed(all),
        false => rows.iter().map(|&row| all[row as usize]).collect(),
    }
}

/// Labels by clustered row.
pub fn row_labels(prepared: &Prepared, clustering: &Clustering) -> Vec<u16> {
    prepared.matrix.distinct_of().iter().map(|&distinct| clustering.labels[distinct as usize]).collect()
}

/// The used rows of each cluster, ascending, from labels of clustered rows.
pub fn clustered(cleaned: &Cleaned, prepared: &Prepared, labels: &[u16], k: usize) -> Vec<Vec<u32>> {
    members(cleaned, prepared, labels, k).clustered()
}

/// The clustering as it is seen from the table.
fn members<'a>(cleaned: &'a Cleaned, prepared: &'a Prepared, labels: &'a [u16], k: usize) -> profile::Members<'a> {
    profile::Members {
        learners: &cleaned.learners,
        rows: &prepared.encoded.rows,
        labels,
        k,
        inputs: &prepared.encoded.features,
        residual: cleaned.residual.as_deref(),
    }
}

/// Each cluster as a short rule; takes longer than all else that is said about clusters.
///
/// # Errors
/// `Cancelled` when `cancel` says so.
pub fn explain(
    cleaned: &Cleaned,
    prepared: &Prepared,
    clustering: &Clustering,
    cancel: &Cancel,
) -> std::result::Result<Vec<Option<Description>>, Cancelled> {
    let labels = row_labels(prepared, clustering);
    let members = members(cleaned, prepared, &labels, clustering.k);
    description::descriptions(&members, prepared.matrix.distinct_of(), cleaned.table.currency, cancel)
}

/// Profiles and influence of one clustering.
pub fn describe(cleaned: &Cleaned, prepared: &Prepared, clustering: &Clustering) -> findings::Described {
    let labels = row_labels(prepared, clustering);
    let members = members(cleaned, prepared, &labels, clustering.k);
    let matrix = &prepared.matrix;
    let weigh = || {
        influence::influence(
            &prepared.encoded.features,
            &prepared.encoded.columns,
            matrix.values(),
            matrix.weights(),
            Some((&clustering.labels, clustering.k)),
        )
    };
    let (profiles, (ages, influence)) = rayon::join(
        || profile::profiles(&members),
        || (age::profiles(&cleaned.learners, &members.clustered()), weigh()),
    );
    findings::Described { profiles, ages, influence, labels }
}
