//! The jobs of the explorer: the study's steps, told as they go.

use std::path::Path;
use std::sync::Arc;

use super::msg::{Outcome, Progress};
use super::save;
use super::screen::plan::{Basis, Planned};
use crate::cluster;
use crate::error::{Error, Kind};
use crate::features::Feature;
use crate::jobs::{Cancel, Context, Stop};
use crate::privacy::Ids;
use crate::quality::structure::{TABLES, Ungrouped};
use crate::report;
use crate::segments::cards::Kind as Card;
use crate::segments::drill::{Asked, ClusterOf, RuleColumns, answer};
use crate::segments::listing::{Listed, Order};
use crate::segments::subgroup;
use crate::source::{Location, Options};
use crate::study::findings::{KFound, Sweep};
use crate::study::recipe::{DEFAULT_K, Recipe};
use crate::study::{self, Cleaned, Prepared, Step};
use crate::table::RoleChoices;
use crate::table::cleaning::Cleaning;
use crate::table::money::group_thousands;

pub(super) type Told<'a> = Context<'a, Progress, Outcome>;
pub(super) type Ended = Result<Outcome, Stop>;

/// An interrupted step is a cancelled job; any other error is an outcome that the screen explains.
pub(super) fn refused(error: Error) -> Ended {
    if error.kind() == Kind::Interrupted { Err(Stop::Cancelled) } else { Ok(Outcome::Refused(error)) }
}

/// Reads and cleans the table.
pub(super) fn load_job(
    location: Location,
    options: Options,
    roles: RoleChoices,
    cleaning: Cleaning,
) -> impl FnOnce(&Told<'_>) -> Ended + Send {
    move |told| {
        let mut last = 0;
        let read = study::load(&location, &options, &roles, told.cancel, &mut |done, whole| {
            // A word every megabyte is enough.
            if done >= last + (1 << 20) || done < last {
                last = done;
                let share = whole.filter(|w| *w > 0).map(|w| done as f32 / w as f32);
                told.progress(Progress { what: "reading".to_owned(), share });
            }
        });
        match read {
            Ok(table) => {
                told.progress(Progress { what: "cleaning".to_owned(), share: None });
                Ok(Outcome::Table(Arc::new(study::clean(&Arc::new(table), &cleaning))))
            }
            Err(error) if error.kind() == Kind::Interrupted => Err(Stop::Cancelled),
            Err(error) => Ok(Outcome::NoTable(error)),
        }
    }
}

/// Cleans the table that was read; where its roles were others, it is typed again first.
pub(super) fn clean_job(
    cleaned: Arc<Cleaned>,
    roles: RoleChoices,
    cleaning: Cleaning,
) -> impl FnOnce(&Told<'_>) -> Ended + Send {
    move |told| {
        told.progress(Progress { what: "cleaning".to_owned(), share: None });
        let table = if cleaned.table.choices == roles {
            Arc::clone(&cleaned.table)
        } else {
            match cleaned.table.with_choices(&roles) {
                Ok(table) => Arc::new(table),
                Err(error) => return refused(error),
            }
        };
        Ok(Outcome::Table(Arc::new(study::clean(&table, &cleaning))))
    }
}

/// A table of fewer distinct rows is swept before anybody could look.
const AHEAD_ROWS: usize = 20_000;

/// First looks at further k's, outward from the one that is looked at: their places in the chart are there long before
/// the sweep comes to them.
fn look_ahead(prepared: &Prepared, recipe: &Recipe, ks: std::ops::RangeInclusive<usize>, told: &Told<'_>) {
    let mut ahead = Vec::new();
    for k in ks {
        let Ok(found) = cluster::preview(&prepared.matrix, k, recipe.params(), told.cancel) else { return };
        ahead.push((k, found.wcss));
        told.partial(Outcome::Ahead(ahead.clone()));
    }
}

/// Sweeps over k. The k that is looked at is handed over as soon as it is final, then every further one, then
/// the qualities, then who is in the clusters of the other k's.
pub(super) fn fit_job(
    cleaned: Arc<Cleaned>,
    features: Vec<Feature>,
    recipe: Recipe,
    k: usize,
    k_max: usize,
) -> impl FnOnce(&Told<'_>) -> Ended + Send {
    move |told| {
        let prepared = match study::prepare(&cleaned, &features, told.cancel) {
            Ok(prepared) => Arc::new(prepared),
            Err(error) => return refused(error),
        };
        // The table may have fewer distinct rows than the k that was looked at.
        let k = k.min(prepared.matrix.distinct());
        if let Some(found) = study::preview(&cleaned, &prepared, &recipe, k, told.cancel) {
            found.describe(&cleaned, &prepared);
            let first = Sweep::new(&prepared, vec![found]);
            told.partial(Outcome::Preview(Arc::new(first)));
        }
        let mut so_far: Vec<KFound> = Vec::new();
        let swept = study::sweep(&cleaned, &prepared, &recipe, 1..=k_max, told.cancel, &mut |step| match step {
            Step::Clustered(found) => {
                let now = found.clustering.k;
                so_far.push(found.clone());
                told.progress(Progress { what: format!("k {now}/{k_max}"), share: None });
                if now == k {
                    found.describe(&cleaned, &prepared);
                }
                if now >= k {
                    let sweep = Sweep::new(&prepared, so_far.clone());
                    told.partial(Outcome::Sweep(Arc::new(sweep)));
                }
                if now == k && prepared.matrix.distinct() > AHEAD_ROWS {
                    look_ahead(&prepared, &recipe, k + 1..=k_max, told);
                }
            }
            Step::Quality(share) => {
                told.progress(Progress { what: "silhouette".to_owned(), share: Some(share) });
            }
        });
        let sweep = match swept {
            Ok(sweep) => sweep,
            Err(error) => return refused(error),
        };
        told.partial(Outcome::Sweep(Arc::new(sweep.clone())));
        let mut rest: Vec<usize> = (0..sweep.ks.len()).collect();
        rest.sort_by_key(|&i| sweep.ks[i].clustering.k.abs_diff(k));
        for &i in &rest {
            told.cancel.check()?;
            sweep.ks[i].describe(&cleaned, &prepared);
            sweep.ks[i].spread(&prepared);
        }
        // The rules come last: all else is on screen by now.
        told.partial(Outcome::Sweep(Arc::new(sweep.clone())));
        told.progress(Progress { what: "rules for clusters".to_owned(), share: None });
        for &i in &rest {
            sweep.ks[i].explain(&cleaned, &prepared, told.cancel)?;
        }
        Ok(Outcome::Sweep(Arc::new(sweep)))
    }
}

/// Holds a sweep against tables without groups and against other rows; what is there so far is handed over now and then.
pub(super) fn compare_job(
    cleaned: Arc<Cleaned>,
    sweep: Arc<Sweep>,
    recipe: Recipe,
) -> impl FnOnce(&Told<'_>) -> Ended + Send {
    move |told| {
        let mut compared = Sweep::clone(&sweep);
        let comparing = study::compare(&cleaned, &mut compared, &recipe, told.cancel, &mut |evidence, share| {
            let what = if evidence.tables < TABLES {
                format!("band {}/{TABLES}", evidence.tables)
            } else {
                "stability".to_owned()
            };
            told.progress(Progress { what, share: Some(share) });
            if evidence.tables > 0 {
                let mut so_far = Sweep::clone(&sweep);
                so_far.take(evidence.clone());
                told.partial(Outcome::Sweep(Arc::new(so_far)));
            }
        });
        if let Err(error) = comparing {
            return refused(error);
        }
        told.partial(Outcome::Sweep(Arc::new(compared.clone())));
        told.progress(Progress { what: "second opinion".to_owned(), share: None });
        match study::second_opinion(&cleaned, &mut compared, &recipe, told.cancel) {
            Ok(()) => Ok(Outcome::Sweep(Arc::new(compared))),
            Err(error) => refused(error),
        }
    }
}

/// Puts a rule to the table.
pub(super) fn drill_job(
    cleaned: Arc<Cleaned>,
    clusters: Option<Arc<ClusterOf>>,
    asked: Asked,
) -> impl FnOnce(&Told<'_>) -> Ended + Send {
    move |_| {
        let columns =
            RuleColumns { learners: &cleaned.learners, clusters: clusters.as_deref(), peers: cleaned.peers.as_ref() };
        Ok(match answer(&columns, &asked) {
            Ok(found) => Outcome::Drill(Arc::new(found)),
            Err(error) => Outcome::RuleRefused(error),
        })
    }
}

/// Makes cards and an audience; the cards of the plan before are taken over where it has the same.
pub(super) fn plan_job(
    basis: Basis,
    recipe: Recipe,
    before: Option<Arc<Planned>>,
) -> impl FnOnce(&Told<'_>) -> Ended + Send {
    move |told| match planned(basis, &recipe, before.as_deref(), told.cancel) {
        Ok(planned) => Ok(Outcome::Plan(Arc::new(planned))),
        Err(error) if error.kind() == Kind::Interrupted => Err(Stop::Cancelled),
        Err(error) => Ok(Outcome::PlanRefused(error)),
    }
}

fn planned(basis: Basis, recipe: &Recipe, before: Option<&Planned>, cancel: &Cancel) -> crate::error::Result<Planned> {
    let cleaned = Arc::clone(&basis.cleaned);
    let exclusions = recipe.plan.exclude.as_deref().map(|path| study::plan::exclusions(&cleaned, path));
    let exclusions = exclusions.transpose()?.unwrap_or_default();
    if let Some(before) = before {
        let plan = study::plan::choose(&cleaned, &before.plan, recipe, &exclusions);
        return Ok(before.with(basis, plan, exclusions.notices));
    }
    let plan = study::plan::plan(&cleaned, recipe, basis.clusters.as_deref(), &exclusions, cancel)?;
    Ok(Planned::new(basis, plan, exclusions.notices))
}

/// Writes the people behind a card, or the audience, into the working directory, with a receipt and the recipe that
/// the command of the receipt needs.
pub(super) fn export_job(
    planned: Arc<Planned>,
    card: Option<Card>,
    ids: Ids,
    recipe: Recipe,
) -> impl FnOnce(&Told<'_>) -> Ended + Send {
    move |_| {
        let folder = std::env::current_dir().unwrap_or_default();
        Ok(match exported(&planned, card, ids, &recipe, &folder) {
            Ok(words) => Outcome::Written(words),
            Err(error) => Outcome::NotWritten(error),
        })
    }
}

/// Tells what was written, and where.
fn exported(
    planned: &Planned,
    card: Option<Card>,
    ids: Ids,
    recipe: &Recipe,
    folder: &Path,
) -> crate::error::Result<Vec<String>> {
    let (cleaned, plan) = (&planned.basis.cleaned, &planned.plan);
    let columns = match card {
        Some(kind) => report::plan::card_list(cleaned, plan, kind, ids),
        None => report::plan::audience_list(cleaned, plan, ids),
    }?;
    let what = card.map_or("audience", Card::word);
    let path = save::list(&columns, &recipe.source.location, what, folder)?;
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let list = name(&path);
    let (option, value) = match card {
        Some(kind) => ("--card", kind.word().to_owned()),
        None => ("--audience", recipe.plan.wanted.budget.to_string()),
    };
    let saved = name(&save::recipe(recipe, folder)?);
    let mut command = ["plan", "--recipe", &saved, option, &value, "--out", &list].map(str::to_owned).to_vec();
    command.extend((ids == Ids::Plain).then(|| "--with-ids".to_owned()));
    let told = columns.iter().any(|column| column.name == "id").then_some(ids);
    report::receipt::Receipt::new(cleaned, recipe, &command).with_ids(told).write_beside(&path, false)?;
    let rows = group_thousands(report::list::rows(&columns) as u64);
    let how = match told {
        None => "no ids: the table has no id column; 'row' is the row of the source",
        Some(Ids::Hashed) => "ids hashed with a salt that is forgotten; 'row' is the row of the source",
        Some(Ids::Plain) => "ids as they are",
    };
    Ok(vec![
        format!("{rows} people in {list}"),
        format!("in {}", folder.display()),
        how.to_owned(),
        format!("beside it a receipt with the command that makes it again, and its recipe, {saved}"),
    ])
}

/// Writes a report of the k of the recipe into the working directory; what the sweep was not held against yet comes first.
pub(super) fn report_job(
    cleaned: Arc<Cleaned>,
    sweep: Arc<Sweep>,
    recipe: Recipe,
) -> impl FnOnce(&Told<'_>) -> Ended + Send {
    move |told| {
        let folder = std::env::current_dir().unwrap_or_default();
        match reported(&cleaned, &sweep, &recipe, &folder, told) {
            Ok(words) => Ok(Outcome::Written(words)),
            Err(error) if error.kind() == Kind::Interrupted => Err(Stop::Cancelled),
            Err(error) => Ok(Outcome::NotWritten(error)),
        }
    }
}

fn reported(
    cleaned: &Cleaned,
    sweep: &Sweep,
    recipe: &Recipe,
    folder: &Path,
    told: &Told<'_>,
) -> crate::error::Result<Vec<String>> {
    // As the command in the report finds it, whatever the screen has found out by now.
    let mut sweep = Sweep::clone(sweep);
    sweep.mixture = None;
    study::judge(&mut sweep, recipe, told.cancel, &mut |_| {})?;
    if sweep.evidence.as_ref().is_none_or(|evidence| !evidence.whole) && recipe.reference != Ungrouped::None {
        study::compare(cleaned, &mut sweep, recipe, told.cancel, &mut |_, share| {
            told.progress(Progress { what: "report".to_owned(), share: Some(share) });
        })?;
    }
    let k = recipe.k.unwrap_or(DEFAULT_K);
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let saved = name(&save::recipe(recipe, folder)?);
    let page = |path: &Path| {
        let command = ["report", "--recipe", &saved, "--out", &name(path)].map(str::to_owned);
        let line = report::receipt::line(&command);
        Ok(report::html::page(&report::story::tell(cleaned, &sweep, recipe, k, &line, told.cancel)?))
    };
    let path = save::report(page, &recipe.source.location, folder)?;
    Ok(vec![
        format!("a report in {}", name(&path)),
        format!("in {}", folder.display()),
        format!("its recipe is in {saved}"),
    ])
}

/// Searches for rules, on the threads that step back behind the keyboard.
pub(super) fn discover_job(
    cleaned: Arc<Cleaned>,
    pool: Arc<rayon::ThreadPool>,
) -> impl FnOnce(&Told<'_>) -> Ended + Send {
    move |told| {
        told.progress(Progress { what: "searching rules".to_owned(), share: None });
        let columns = RuleColumns { learners: &cleaned.learners, clusters: None, peers: cleaned.peers.as_ref() };
        let found = pool.install(|| subgroup::discover(&columns, subgroup::TOP, told.cancel))?;
        Ok(Outcome::Subgroups(found.map(Arc::new)))
    }
}

/// Takes one start of the fit to its end, step by step; the first step is handed over at once.
pub(super) fn walk_job(
    prepared: Arc<Prepared>,
    recipe: Recipe,
    (k, start): (usize, u32),
    pool: Arc<rayon::ThreadPool>,
) -> impl FnOnce(&Told<'_>) -> Ended + Send {
    move |told| {
        let first = |walk| told.partial(Outcome::Walk(Arc::new(walk)));
        match pool.install(|| study::walk::walk(&prepared, &recipe, (k, start), told.cancel, &mut { first })) {
            Ok(walk) => Ok(Outcome::Walk(Arc::new(walk))),
            Err(error) => refused(error),
        }
    }
}

/// Puts rows in order: used rows, or rows of the source.
pub(super) fn list_job(
    cleaned: Arc<Cleaned>,
    rows: Arc<Vec<u32>>,
    used: bool,
    clusters: Option<Arc<ClusterOf>>,
    order: Order,
) -> impl FnOnce(&Told<'_>) -> Ended + Send {
    move |_| {
        let listed = listed(&cleaned, used, clusters.as_deref());
        let arranged = listed.arranged(&rows, &order);
        Ok(Outcome::Listed(order, Arc::new(arranged)))
    }
}

/// The table that the rows of a list belong to.
pub(super) fn listed<'a>(cleaned: &'a Cleaned, used: bool, clusters: Option<&'a ClusterOf>) -> Listed<'a> {
    if used {
        RuleColumns { learners: &cleaned.learners, clusters, peers: cleaned.peers.as_ref() }.listed()
    } else {
        Listed { columns: &cleaned.table.columns, source_row: None, clusters: None, peers: None }
    }
}
