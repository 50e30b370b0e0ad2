//! Keys of the list of rows.

use crate::tui::keys::Action;
use crate::tui::model::Model;

/// Scrolls.
pub fn act(model: &mut Model, action: Action) {
    let height = super::view::height(model);
    let columns = model.cleaned.as_ref().map_or(0, |c| c.learners.columns.len());
    let Some(state) = &mut model.rows else { return };
    let count = match state.of {
        super::Of::Source | super::Of::People(_) => state.rows.len(),
        super::Of::Learner => columns,
    };
    if state.cursor.act(action, count, height) {
        return;
    }
    match action {
        crate::tui::keys::Action::Left => state.skipped = state.skipped.saturating_sub(1),
        crate::tui::keys::Action::Right => state.skipped = (state.skipped + 1).min(columns.saturating_sub(1)),
        _ => {}
    }
}
