//! Keys of what is opened over a screen.

use std::sync::Arc;

use super::{Of, State, found};
use crate::segments::listing::Order;
use crate::study::learner::card;
use crate::table::role::Role;
use crate::tui::keys::Action;
use crate::tui::model::{Model, Tab};
use crate::tui::msg::Effect;
use crate::tui::screen::{drill, list};
use crate::tui::update::show;

/// Does what a key means.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let height = super::view::height(model);
    let columns = model.cleaned.as_ref().map_or(0, |c| c.learners.columns.len());
    let Some(lines) = model.rows.as_ref().map(|rows| rows.lines(model)) else { return Vec::new() };
    let Some(state) = &mut model.rows else { return Vec::new() };
    if state.cursor.act(action, lines, height) {
        return Vec::new();
    }
    match action {
        Action::Left => state.skipped = state.skipped.saturating_sub(1),
        Action::Right => state.skipped = (state.skipped + 1).min(columns.saturating_sub(1)),
        Action::Sort | Action::Reverse | Action::Search => return list::act(model, action),
        Action::Open => return open(model),
        _ => {}
    }
    Vec::new()
}

/// Opens the card of the learner of a row of the source, over what is open.
pub fn open_card(model: &mut Model, source_row: u32) {
    let Some(cleaned) = &model.cleaned else { return };
    let fit = model.shown().filter(|_| !model.foreign).map(|(sweep, found)| (&*sweep.prepared, &*found.clustering));
    let card = card(cleaned, fit, source_row);
    let has_ids = cleaned.learners.with_role(Role::Learner).is_some();
    let whose = if has_ids { "Learner of source row" } else { "Source row" };
    let mut opened = State::new(format!("{whose} {source_row}"), Of::Learner(Arc::new(card)));
    opened.under = model.rows.take().map(Box::new);
    model.rows = Some(opened);
}

/// Has the rows put into their order.
pub fn arrange(model: &mut Model) -> Vec<Effect> {
    let (Some(state), Some(cleaned)) = (&mut model.rows, &model.cleaned) else { return Vec::new() };
    if state.order.is_plain() {
        state.arranged = None;
        return Vec::new();
    }
    vec![Effect::List {
        cleaned: Arc::clone(cleaned),
        rows: Arc::clone(&state.rows),
        used: matches!(state.of, Of::Used),
        clusters: model.clusters_of.clone(),
        order: state.order.clone(),
    }]
}

/// Rows came in an order. One that nobody waits for any more is not taken.
pub fn listed(model: &mut Model, order: &Order, rows: Arc<Vec<u32>>) {
    let height = super::view::height(model);
    if let Some(state) = model.rows.as_mut().filter(|state| state.is_list() && state.order == *order) {
        state.cursor.keep(rows.len(), height);
        state.arranged = Some(rows);
    }
}

fn open(model: &mut Model) -> Vec<Effect> {
    let Some(state) = model.rows.as_ref().filter(|state| state.opens(model)) else { return Vec::new() };
    let at = state.cursor.at;
    match &state.of {
        Of::Source => open_card(model, state.shown()[at]),
        Of::Used | Of::People(_) => {
            let row = state.shown()[at] as usize;
            let source = model.cleaned.as_ref().map_or(0, |c| c.learners.source_row[row]);
            open_card(model, source);
        }
        Of::Subgroups => {
            let Some(rule) = found(model).and_then(|found| found.found.get(at)).map(|one| one.rule.clone()) else {
                return Vec::new();
            };
            model.rows = None;
            drill::update::replace(model, rule);
            let mut effects = show(model, Tab::Drill);
            effects.extend(drill::update::run(model));
            return effects;
        }
        Of::Learner(_) => {}
    }
    Vec::new()
}
