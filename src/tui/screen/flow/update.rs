//! Keys of who goes where.

use std::sync::Arc;

use super::{Of, State};
use crate::tui::follow::{self, Shown};
use crate::tui::keys::Action;
use crate::tui::model::Model;
use crate::tui::widget::lines::last_offset;

/// Opens it, or closes it where it is open.
pub fn toggle(model: &mut Model, of: Of) {
    model.flow = match &model.flow {
        Some(open) if open.of == of => None,
        _ => Some(State { of, ahead: None, scroll: 0 }),
    };
}

/// Scrolls a page; says whether the key was one of these.
pub fn scroll(model: &mut Model, action: Action) -> bool {
    let (lines, height) = super::view::size(model);
    let Some(state) = &mut model.flow else { return false };
    let last = last_offset(lines, height);
    let step = height.saturating_sub(1).max(1);
    state.scroll = match action {
        Action::PageDown => (state.scroll + step).min(last),
        Action::PageUp => state.scroll.min(last).saturating_sub(step),
        _ => return false,
    };
    true
}

/// What is shown follows the current k.
pub fn refresh(model: &mut Model) {
    if model.flow.as_ref().is_none_or(|state| state.of != Of::NextK) {
        return;
    }
    let next = model.shown().and_then(|(sweep, _)| sweep.at(model.k() + 1)).map(|found| Arc::clone(&found.clustering));
    let from = model.as_shown();
    let is_there = |ahead: &Shown| {
        let before = ahead.before.as_ref().is_some_and(|before| from.is_some_and(|from| before.shown.is_same(from)));
        before && next.as_ref().is_some_and(|next| ahead.is(next))
    };
    if model.flow.as_ref().and_then(|state| state.ahead.as_deref()).is_some_and(is_there) {
        return;
    }
    let ahead = follow::ahead(model).map(Arc::new);
    if let Some(state) = &mut model.flow {
        state.ahead = ahead;
    }
}
