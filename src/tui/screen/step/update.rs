//! Keys of the step mode.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::State;
use crate::study::walk::Walk;
use crate::tui::keys::Action;
use crate::tui::model::Model;
use crate::tui::msg::Effect;

/// Opens it at the first centres of the first start.
pub fn open(model: &mut Model) -> Vec<Effect> {
    let Some((sweep, _)) = model.shown() else { return Vec::new() };
    let prepared = Arc::clone(&sweep.prepared);
    let ends = BTreeMap::new();
    model.step = Some(State { prepared, k: model.k(), start: 0, walk: None, at: 0, to_end: false, offset: 0, ends });
    walk(model)
}

/// Does what a key means while it is open.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let starts = model.recipe.params().starts.max(1);
    let clusters = super::view::clusters_in_sight(model);
    let Some(state) = &mut model.step else { return Vec::new() };
    match action {
        Action::Right => state.at = (state.at + 1).min(state.last()),
        Action::Left => {
            state.at = state.at.saturating_sub(1);
            state.to_end = false;
        }
        Action::First => {
            state.at = 0;
            state.to_end = false;
        }
        Action::Last => {
            state.at = state.last();
            state.to_end = !state.is_whole();
        }
        Action::Down => state.offset = (state.offset + 1).min(state.k.saturating_sub(clusters)),
        Action::Up => state.offset = state.offset.saturating_sub(1),
        Action::NextStart => return begin(model, |start| (start + 1) % starts),
        Action::PreviousStart => return begin(model, |start| (start + starts - 1) % starts),
        _ => return Vec::new(),
    }
    note_end(state);
    Vec::new()
}

/// Another start; where the end of the last one was shown, the end of this one is not: it is stepped, too.
fn begin(model: &mut Model, next: impl Fn(u32) -> u32) -> Vec<Effect> {
    let Some(state) = &mut model.step else { return Vec::new() };
    let start = next(state.start);
    if start == state.start {
        model.message = Some("one start is all that the recipe asks for".to_owned());
        return Vec::new();
    }
    (state.start, state.walk, state.at, state.to_end) = (start, None, 0, false);
    walk(model)
}

fn walk(model: &Model) -> Vec<Effect> {
    let Some(state) = &model.step else { return Vec::new() };
    vec![Effect::Walk {
        prepared: Arc::clone(&state.prepared),
        recipe: model.recipe.clone(),
        k: state.k,
        start: state.start,
    }]
}

/// Takes in steps, if they are of the start that is looked at.
pub fn walked(model: &mut Model, walk: Arc<Walk>) {
    let Some(state) = &mut model.step else { return };
    if !Arc::ptr_eq(&walk.prepared, &state.prepared) || (walk.k, walk.start) != (state.k, state.start) {
        return;
    }
    state.walk = Some(walk);
    if state.to_end {
        state.at = state.last();
        state.to_end = !state.is_whole();
    }
    note_end(state);
}

/// An end that was seen is remembered.
fn note_end(state: &mut State) {
    let end = state.walk.as_ref().and_then(|walk| walk.end()).filter(|_| state.at == state.last());
    if let Some(wcss) = end {
        state.ends.insert(state.start, wcss);
    }
}
