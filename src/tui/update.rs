//! What happens next: pure, no I/O, no clock. The root only routes.

use std::sync::Arc;

use crossterm::event::{KeyEvent, KeyEventKind};

use super::exact::Exact;
use super::keys::{self, Action};
use super::model::{Model, Running, Saving, Tab};
use super::msg::{EXACT, EXPORT, Effect, FIT, LOAD, Msg, Outcome, PLAN, Progress, QUALITY, WALK};
use super::screen::{choose_k, clusters, data, drill, features, flow, list, plan, rows, step};
use super::term::signals::Signal;
use super::{follow, history};
use crate::error::Error;
use crate::features::choice;
use crate::jobs::{Event, Generation, Lane};
use crate::quality::structure::Ungrouped;
use crate::segments::drill::ClusterOf;
use crate::study::Cleaned;
use crate::study::findings::Sweep;
use crate::study::recipe::{Inputs, Seen};

/// Takes one message in and says what is to be done outside.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let mut effects = hear(model, msg);
    follow::let_go(model);
    effects.extend(history::go_on(model));
    save_waiting(model, &mut effects);
    flow::update::refresh(model);
    // Whatever changed what the plan is made of: a key, a step back, another table, other clusters.
    effects.extend(plan::update::follow(model));
    effects
}

fn hear(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Key(key) if key.kind != KeyEventKind::Release => history::recorded(model, |model| on_key(model, key)),
        Msg::Key(_) => Vec::new(),
        Msg::Paste(text) if model.plan.editor.is_some() => plan::update::paste(model, &text),
        Msg::Paste(text) if model.clusters.editor.is_some() => {
            clusters::update::paste(model, &text);
            Vec::new()
        }
        Msg::Paste(text) => list::paste(model, &text),
        Msg::Resize(width, height) => {
            model.size = (width, height);
            Vec::new()
        }
        Msg::Job(lane, generation, event) => on_job(model, lane, generation, event),
        Msg::Tick => {
            model.tick += 1;
            Vec::new()
        }
        Msg::Signal(signal) => match signal {
            Signal::Suspend => vec![Effect::Suspend],
            Signal::Continue => vec![Effect::Resume],
            Signal::Resize => Vec::new(),
            end => vec![Effect::Quit(end.exit_code().unwrap_or(1))],
        },
    }
}

fn on_key(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    model.message = None;
    model.notice = None;
    model.written = None;
    if model.plan.editor.is_some() && model.help.is_none() {
        return plan::update::edit(model, key);
    }
    if model.drill.editor.is_some() && model.help.is_none() {
        return drill::editor::edit(model, key);
    }
    if model.search.is_some() && model.help.is_none() {
        return list::type_search(model, key);
    }
    if model.clusters.editor.is_some() && model.help.is_none() {
        return clusters::update::edit(model, key);
    }
    let Some(action) = keys::resolve(model, key) else { return Vec::new() };
    match action {
        Action::Interrupt => vec![Effect::Quit(130)],
        Action::Suspend => vec![Effect::Suspend],
        Action::Redraw => vec![Effect::Redraw],
        Action::Quit => quit(model),
        Action::Back => back(model),
        Action::Help => {
            model.help = Some(0);
            Vec::new()
        }
        Action::Stop => {
            model.exact = Exact::Untried;
            vec![Effect::Stop]
        }
        Action::Again => refit(model),
        _ if model.help.is_some() => {
            super::help::scroll(model, action);
            Vec::new()
        }
        _ if model.rows.is_some() => rows::update::act(model, action),
        _ if model.step.is_some() => step::update::act(model, action),
        Action::Steps => step::update::open(model),
        Action::Show(tab) => show(model, tab),
        Action::NextTab => show(model, model.tab.step(1)),
        Action::PreviousTab => show(model, model.tab.step(Tab::ALL.len() - 1)),
        Action::MoreClusters => choose_k::update::set_k(model, model.k() + 1),
        Action::FewerClusters => choose_k::update::set_k(model, model.k().saturating_sub(1)),
        Action::Flow => {
            flow::update::toggle(model, flow::Of::NextK);
            Vec::new()
        }
        Action::Why => {
            flow::update::toggle(model, flow::Of::Why);
            Vec::new()
        }
        Action::Changed => {
            flow::update::toggle(model, flow::Of::Before);
            Vec::new()
        }
        action if model.flow.is_some() && flow::update::scroll(model, action) => Vec::new(),
        Action::Exact => exact(model),
        Action::Undo => history::undo(model),
        Action::Redo => history::redo(model),
        Action::Save => save(model),
        Action::Report => report(model),
        action => match model.tab {
            Tab::Data => data::update::act(model, action),
            Tab::Features => features::update::act(model, action),
            Tab::ChooseK => choose_k::update::act(model, action),
            Tab::Clusters => clusters::update::act(model, action),
            Tab::Drill => drill::update::act(model, action),
            Tab::Plan => plan::update::act(model, action),
        },
    }
}

/// Saves the recipe: at once, or with the names that wait for their clusters when these are known.
fn save(model: &mut Model) -> Vec<Effect> {
    if model.follow.left().is_none() {
        return vec![Effect::Save(model.recipe.clone())];
    }
    model.saving = Saving::Waits;
    model.message = Some("saved as soon as it is known whose the names are".to_owned());
    if model.was_stopped() { refit(model) } else { Vec::new() }
}

/// Saves a recipe that waited, or without the names where there is nothing to wait for any more.
fn save_waiting(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.saving == Saving::No {
        return;
    }
    let ends = effects.iter().any(|effect| matches!(effect, Effect::Stop | Effect::Quit(_) | Effect::Fail(_)));
    let waits = model.follow.left().is_some();
    if waits && !ends && model.problem.is_none() {
        return;
    }
    effects.insert(0, Effect::Save(model.recipe.clone()));
    if model.saving == Saving::WaitsToQuit && !ends {
        effects.push(Effect::Quit(0));
    }
    model.saving = Saving::No;
}

/// Writes a report of the k that is looked at.
fn report(model: &mut Model) -> Vec<Effect> {
    let (Some(cleaned), Some(sweep)) = (&model.cleaned, &model.sweep) else { return Vec::new() };
    if model.stale || model.foreign || sweep.verdict.is_none() {
        model.message = Some("once more in a moment: the clusters are not final yet".to_owned());
        return Vec::new();
    }
    if model.plan.exporting {
        model.message = Some("a file is being written: once more in a moment".to_owned());
        return Vec::new();
    }
    model.plan.exporting = true;
    vec![Effect::Report(Arc::clone(cleaned), Arc::clone(sweep), model.recipe.clone())]
}

fn quit(model: &mut Model) -> Vec<Effect> {
    if model.help.is_some()
        || model.rows.is_some()
        || model.step.is_some()
        || model.flow.is_some()
        || (model.tab == Tab::Clusters && model.is_comparing())
    {
        return back(model);
    }
    if model.saving == Saving::Waits {
        model.saving = Saving::WaitsToQuit;
        model.message = Some("q once more leaves without waiting for the names".to_owned());
        return Vec::new();
    }
    vec![Effect::Quit(0)]
}

fn back(model: &mut Model) -> Vec<Effect> {
    if model.help.take().is_some() {
        return Vec::new();
    }
    if let Some(rows) = model.rows.take() {
        model.rows = rows.under.map(|under| *under);
        return Vec::new();
    }
    if model.step.take().is_some() || model.flow.take().is_some() {
        return Vec::new();
    }
    if model.tab == Tab::Clusters && model.clusters.against.take().is_some() {
        model.clusters.scroll = 0;
        return Vec::new();
    }
    if model.is_searched() {
        model.drill.order.search.clear();
        return drill::update::run(model);
    }
    if let Some(tab) = model.trail.pop() {
        model.tab = tab;
    }
    count_if_needed(model)
}

/// A drill that comes on screen is counted, unless it is already.
fn count_if_needed(model: &mut Model) -> Vec<Effect> {
    if model.tab == Tab::Drill && model.drilled.is_none() { drill::update::run(model) } else { Vec::new() }
}

/// Goes to a screen and remembers the way back.
pub(super) fn show(model: &mut Model, tab: Tab) -> Vec<Effect> {
    if tab != model.tab {
        model.trail.retain(|t| *t != tab);
        model.trail.push(model.tab);
        model.tab = tab;
    }
    count_if_needed(model)
}

/// The choice changed: what is on screen is of yesterday until the new sweep is there.
pub(super) fn refit(model: &mut Model) -> Vec<Effect> {
    let Some(cleaned) = model.cleaned.clone() else { return Vec::new() };
    model.stale = model.sweep.is_some();
    model.preview = None;
    model.ahead.clear();
    model.problem = None;
    model.exact = Exact::Untried;
    if model.features.iter().all(|f| !f.on) {
        model.problem =
            Some(Error::bad_input("no feature is chosen").try_this("Space switches a column on, d takes the defaults"));
        return vec![Effect::Stop];
    }
    vec![Effect::Fit {
        cleaned,
        features: model.features.clone(),
        recipe: model.recipe.clone(),
        k: model.k(),
        k_max: model.k_max(),
    }]
}

/// What is found out about a sweep that is whole, when nothing else is to be done: it is held against tables without
/// groups, then its silhouettes are computed from all rows, unless that was done.
fn deepen(model: &mut Model) -> Option<Effect> {
    let (cleaned, sweep) = (model.cleaned.as_ref()?, model.sweep.as_ref()?);
    // A sweep that waits to be exact is compared as that.
    if model.stale || sweep.verdict.is_none() || matches!(model.exact, Exact::Wanted { .. }) {
        return None;
    }
    let (sweep, recipe) = (Arc::clone(sweep), model.recipe.clone());
    // Either may have been stopped on its way.
    let compared = sweep.evidence.as_ref().is_some_and(|evidence| evidence.whole) && sweep.mixture.is_some();
    if !compared && recipe.reference != Ungrouped::None {
        return Some(Effect::Compare(Arc::clone(cleaned), sweep, recipe));
    }
    if model.exact == Exact::Untried && model.can_be_exact() {
        model.exact = Exact::Wanted { asked: false };
        return Some(Effect::Exact { sweep, recipe, asked: false });
    }
    None
}

/// Somebody asks for the silhouettes of all rows.
fn exact(model: &mut Model) -> Vec<Effect> {
    let runs = matches!(model.exact, Exact::Wanted { .. });
    model.exact = Exact::Wanted { asked: true };
    match &model.sweep {
        // What runs goes on, also if it would take long.
        Some(sweep) if !runs => {
            vec![Effect::Exact { sweep: Arc::clone(sweep), recipe: model.recipe.clone(), asked: true }]
        }
        _ => Vec::new(),
    }
}

/// The silhouettes of all rows would take so many seconds.
fn on_forecast(model: &mut Model, seconds: f64) -> Vec<Effect> {
    let was_asked = model.exact == Exact::Wanted { asked: true };
    model.exact = Exact::Takes(seconds);
    // Somebody asked before that was known.
    if was_asked { exact(model) } else { Vec::new() }
}

fn on_job(model: &mut Model, lane: Lane, generation: Generation, event: Event<Progress, Outcome>) -> Vec<Effect> {
    match event {
        Event::Started => {
            let what = match lane {
                LOAD => "reading",
                FIT => "clustering",
                QUALITY => "comparing",
                EXACT => "exact silhouette",
                PLAN => "planning",
                EXPORT => "writing",
                WALK => "stepping",
                _ => "counting",
            };
            model.running.retain(|r| r.lane != lane);
            model.running.push(Running { lane, generation, what: what.to_owned(), share: None });
            Vec::new()
        }
        Event::Progress(progress) => {
            if let Some(running) = model.running.iter_mut().find(|r| r.lane == lane && r.generation == generation) {
                running.what = progress.what;
                running.share = progress.share;
            }
            Vec::new()
        }
        Event::Partial(outcome) => on_outcome(model, outcome),
        Event::Done(outcome) => {
            ended(model, lane, generation);
            if let (EXACT, Outcome::Sweep(_)) = (lane, &outcome) {
                model.exact = Exact::Untried;
            }
            let mut effects = on_outcome(model, outcome);
            if [LOAD, FIT, QUALITY, EXACT].contains(&lane) {
                effects.extend(deepen(model));
            }
            effects
        }
        Event::Cancelled => {
            ended(model, lane, generation);
            Vec::new()
        }
        Event::Failed(why) => {
            ended(model, lane, generation);
            if lane == EXACT {
                model.exact = Exact::Untried;
            }
            model.problem = Some(Error::failed("that failed").because(why).try_this("go on, or press q to quit"));
            Vec::new()
        }
    }
}

fn ended(model: &mut Model, lane: Lane, generation: Generation) {
    model.running.retain(|r| r.lane != lane || r.generation != generation);
    model.plan.exporting &= lane != EXPORT;
}

fn on_outcome(model: &mut Model, outcome: Outcome) -> Vec<Effect> {
    match outcome {
        Outcome::Table(cleaned) => on_table(model, cleaned),
        Outcome::Preview(sweep) => {
            model.preview = Some(sweep);
            model.foreign = false;
            clusters::update::keep_selection(model);
            refresh_clusters(model)
        }
        Outcome::Ahead(ahead) => {
            model.ahead = ahead;
            Vec::new()
        }
        Outcome::Sweep(sweep) => on_sweep(model, sweep),
        Outcome::ExactTakes(seconds) => on_forecast(model, seconds),
        Outcome::Drill(drilled) => {
            model.drill.error = None;
            model.drilled = Some(drilled);
            drill::update::keep_selection(model);
            drill::update::still_searching(model)
        }
        Outcome::Listed(order, rows) => {
            rows::update::listed(model, &order, rows);
            Vec::new()
        }
        Outcome::Walk(walk) => {
            step::update::walked(model, walk);
            Vec::new()
        }
        Outcome::Subgroups(found) => {
            model.drill.finding = drill::Finding::Found(found);
            Vec::new()
        }
        Outcome::Plan(planned) => {
            model.plan.error = None;
            model.planned = Some(planned);
            plan::update::keep_selection(model);
            Vec::new()
        }
        Outcome::PlanRefused(error) => {
            model.plan.error = Some(error);
            Vec::new()
        }
        Outcome::Written(words) => {
            model.written = Some(words);
            Vec::new()
        }
        Outcome::NotWritten(error) => {
            model.problem = Some(error);
            Vec::new()
        }
        Outcome::NoTable(error) => vec![Effect::Fail(error)],
        Outcome::Refused(error) => {
            model.problem = Some(error);
            Vec::new()
        }
        Outcome::RuleRefused(error) => {
            model.drill.error = Some(error);
            Vec::new()
        }
    }
}

fn on_table(model: &mut Model, cleaned: Arc<Cleaned>) -> Vec<Effect> {
    let first = model.cleaned.is_none();
    model.clusters_of = None;
    model.clusters_from = None;
    if first {
        model.notice = model.recipe.source.changed(&cleaned.table);
        model.recipe.source.seen = Some(Seen::from(&*cleaned.table));
        model.recipe.rule.get_or_insert_with(|| drill::first_rule(&cleaned));
        match crate::study::features(&cleaned, &model.recipe) {
            Ok(features) => model.features = features,
            Err(error) => {
                model.features = cleaned.features.clone();
                model.cleaned = Some(cleaned);
                model.problem = Some(error);
                return Vec::new();
            }
        }
    } else {
        features_of(model, &cleaned);
    }
    model.foreign = model.sweep.is_some();
    model.cleaned = Some(cleaned);
    model.rows = None;
    model.step = None;
    model.search = None;
    model.drilled = None;
    model.drill.table_changed();
    let mut effects = refit(model);
    if model.tab == Tab::Drill {
        effects.extend(drill::update::run(model));
    }
    effects
}

/// The features of the recipe over a table that was cleaned otherwise or has other roles: choices about columns
/// that they still fit are kept.
fn features_of(model: &mut Model, cleaned: &Cleaned) {
    if let Ok(features) = crate::study::chosen(cleaned, &model.recipe) {
        model.features = features;
        return;
    }
    let chosen = Inputs::of(&model.features, &[]);
    let fitting = match &chosen {
        Inputs::Chosen(choices) => choice::fitting(choices, &cleaned.features, cleaned.learners.inputs()),
        _ => Vec::new(),
    };
    let fits = fitting.iter().any(|choice| choice.on);
    model.recipe.scale = None;
    model.recipe.features = if fits { Inputs::Chosen(fitting) } else { Inputs::Default };
    model.features = crate::study::chosen(cleaned, &model.recipe).unwrap_or_else(|_| cleaned.features.clone());
    model.recipe.features = Inputs::of(&model.features, &cleaned.features);
}

fn on_sweep(model: &mut Model, sweep: Arc<Sweep>) -> Vec<Effect> {
    let largest = sweep.ks.last().map_or(1, |found| found.clustering.k);
    let whole = sweep.verdict.is_some();
    if whole {
        model.ahead.clear();
    }
    if whole && largest < model.k() {
        model.recipe.k = Some(largest);
        model.message = Some(format!("k ends at {largest}: there are no more distinct rows"));
    }
    model.sweep = Some(sweep);
    model.preview = None;
    model.foreign = false;
    model.stale = false;
    model.problem = None;
    clusters::update::keep_selection(model);
    refresh_clusters(model)
}

/// The clusters that rules may name are those of the current k.
pub(super) fn refresh_clusters(model: &mut Model) -> Vec<Effect> {
    if model.foreign {
        return Vec::new();
    }
    follow::follow(model);
    let (Some(cleaned), Some((sweep, found))) = (&model.cleaned, model.shown()) else { return Vec::new() };
    let (Some(described), Some(shown)) = (found.described(), model.as_shown()) else { return Vec::new() };
    let silhouette = found.quality.as_ref().and_then(|quality| quality.silhouette.as_ref());
    let per_row = silhouette.and_then(|silhouette| silhouette.per_row.as_ref());
    let is_told = |of: &ClusterOf| of.names == shown.names() && of.silhouettes.is_some() == per_row.is_some();
    let is_told = model.clusters_of.as_ref().is_some_and(|of| is_told(of));
    if is_told && model.clusters_from.as_ref().is_some_and(|from| Arc::ptr_eq(from, &found.clustering)) {
        return Vec::new();
    }
    let from = Arc::clone(&found.clustering);
    let names = shown.names().to_vec();
    let (rows, matrix) = (&sweep.prepared.encoded.rows, &sweep.prepared.matrix);
    let mut clusters = ClusterOf::new(&cleaned.learners, rows, &described.labels, names);
    if let Some(per_row) = per_row {
        clusters = clusters.measured(rows, matrix.distinct_of(), per_row);
    }
    model.clusters_of = Some(Arc::new(clusters));
    model.clusters_from = Some(from);
    if model.drilled.is_some() || model.tab == Tab::Drill { drill::update::run(model) } else { Vec::new() }
}
