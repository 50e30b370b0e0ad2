//! Keys of screen 6.

use std::sync::Arc;

use super::{Finding, Part};
use crate::segments::drill::{Asked, ClusterOf, RuleColumns};
use crate::segments::rule;
use crate::study::Cleaned;
use crate::tui::keys::Action;
use crate::tui::model::{Model, Tab};
use crate::tui::msg::Effect;
use crate::tui::screen::{Cursor, list, rows};
use crate::tui::update::show;

use super::editor::Editor;

/// Rules that are remembered.
const PAST: usize = 100;

/// Does what a key of this screen means.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match model.drill.part {
        Part::Rows => {
            let height = super::view::list_height(model);
            let count = model.drilled.as_ref().map_or(0, |d| d.list.len());
            if model.drill.cursor.act(action, count, height) {
                return Vec::new();
            }
        }
        Part::Funnel => {
            let clauses = clauses(model);
            let mut cursor = Cursor { at: model.drill.clause, offset: 0 };
            if cursor.act(action, clauses, clauses) {
                model.drill.clause = cursor.at;
                return run(model);
            }
        }
    }
    match action {
        Action::Edit if model.cleaned.is_some() => {
            model.drill.editor = Some(Editor::new(model.rule()));
            Vec::new()
        }
        Action::OtherPart => {
            let to_funnel = model.drill.part == Part::Rows && clauses(model) > 0;
            model.drill.part = if to_funnel { Part::Funnel } else { Part::Rows };
            keep_selection(model);
            run(model)
        }
        Action::Left if model.drill.part == Part::Funnel => nudge(model, -1),
        Action::Right if model.drill.part == Part::Funnel => nudge(model, 1),
        Action::Left => {
            model.drill.skipped = model.drill.skipped.saturating_sub(1);
            Vec::new()
        }
        Action::Right => {
            let columns = model.cleaned.as_ref().map_or(0, |c| c.learners.columns.len());
            model.drill.skipped = (model.drill.skipped + 1).min(columns.saturating_sub(1));
            Vec::new()
        }
        Action::Complement => {
            model.drill.complement = !model.drill.complement;
            model.drill.cursor = Cursor::default();
            run(model)
        }
        Action::Sort | Action::Reverse | Action::Search => list::act(model, action),
        Action::Discover => discover(model),
        Action::Open => {
            open(model);
            Vec::new()
        }
        Action::Copy => copy(model),
        Action::ToPlan => {
            model.recipe.plan.rule = Some(model.rule().to_owned());
            show(model, Tab::Plan)
        }
        _ => Vec::new(),
    }
}

/// Takes another rule; the one before is remembered for the line in which rules are written.
pub fn replace(model: &mut Model, rule: String) {
    let old = model.rule().to_owned();
    for rule in [old, rule.clone()] {
        if !rule.trim().is_empty() {
            model.drill.past.retain(|past| *past != rule);
            model.drill.past.push(rule);
        }
    }
    let over = model.drill.past.len().saturating_sub(PAST);
    model.drill.past.drain(..over);
    model.recipe.rule = Some(rule);
    model.drill.cursor = Cursor::default();
    model.drill.clause = 0;
}

/// Puts the rule, or the line being edited, to the table.
pub fn run(model: &mut Model) -> Vec<Effect> {
    let Some(cleaned) = &model.cleaned else { return Vec::new() };
    let state = &model.drill;
    let asked = Asked {
        rule: state.editor.as_ref().map_or(model.rule(), Editor::value).to_owned(),
        complement: state.complement,
        order: state.order.clone(),
        clause: (state.part == Part::Funnel).then_some(state.clause),
    };
    vec![Effect::Drill { cleaned: Arc::clone(cleaned), clusters: model.clusters_of.clone(), asked }]
}

/// Keeps the selection among the rows and clauses that there are now.
pub fn keep_selection(model: &mut Model) {
    let clauses = clauses(model);
    model.drill.clause = model.drill.clause.min(clauses.saturating_sub(1));
    if clauses == 0 {
        model.drill.part = Part::Rows;
    }
    let height = super::view::list_height(model);
    let count = model.drilled.as_ref().map_or(0, |d| d.list.len());
    model.drill.cursor.keep(count, height);
}

/// A search for rules that a count overtook is asked for again, as long as somebody waits for it.
pub fn still_searching(model: &mut Model) -> Vec<Effect> {
    if !matches!(model.drill.finding, Finding::Waiting) {
        return Vec::new();
    }
    match (&model.cleaned, &model.rows) {
        (Some(cleaned), Some(rows)) if matches!(rows.of, rows::Of::Subgroups) => {
            vec![Effect::Discover(Arc::clone(cleaned))]
        }
        _ => {
            model.drill.finding = Finding::Not;
            Vec::new()
        }
    }
}

/// The columns that a rule may name now.
pub fn columns<'a>(cleaned: &'a Cleaned, clusters: Option<&'a ClusterOf>) -> RuleColumns<'a> {
    RuleColumns { learners: &cleaned.learners, clusters, peers: cleaned.peers.as_ref() }
}

fn clauses(model: &Model) -> usize {
    model.drilled.as_ref().map_or(0, |d| d.funnel.clauses.len())
}

/// Moves the threshold of the selected clause.
fn nudge(model: &mut Model, steps: i32) -> Vec<Effect> {
    let Some(cleaned) = &model.cleaned else { return Vec::new() };
    let columns = columns(cleaned, model.clusters_of.as_deref());
    let moved = rule::parse(model.rule()).ok().and_then(|rule| rule.nudged(model.drill.clause, steps, &columns));
    match moved {
        Some(rule) => {
            model.recipe.rule = Some(rule.to_string());
            run(model)
        }
        None => {
            model.message = Some("this clause has no threshold to move".to_owned());
            Vec::new()
        }
    }
}

/// Opens the rules that were found, or has them searched for.
fn discover(model: &mut Model) -> Vec<Effect> {
    let Some(cleaned) = &model.cleaned else { return Vec::new() };
    let effects = match model.drill.finding {
        Finding::Found(_) => Vec::new(),
        Finding::Not | Finding::Waiting => vec![Effect::Discover(Arc::clone(cleaned))],
    };
    if !effects.is_empty() {
        model.drill.finding = Finding::Waiting;
    }
    model.rows = Some(rows::State::new("Rules whose people are paid low for their experience", rows::Of::Subgroups));
    effects
}

fn open(model: &mut Model) {
    let Some(&row) = model.drilled.as_ref().and_then(|d| d.list.get(model.drill.cursor.at)) else { return };
    let source = model.cleaned.as_ref().map_or(0, |c| c.learners.source_row[row as usize]);
    rows::update::open_card(model, source);
}

fn copy(model: &Model) -> Vec<Effect> {
    match (&model.cleaned, &model.drilled) {
        (Some(cleaned), Some(drilled)) => vec![Effect::Copy(crate::report::drill::text(cleaned, drilled))],
        _ => Vec::new(),
    }
}
