//! Keys of screen 4.

use crate::tui::keys::Action;
use crate::tui::model::{Model, Tab};
use crate::tui::msg::Effect;
use crate::tui::screen::drill;
use crate::tui::update::show;

/// Does what a key of this screen means.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let height = super::view::list_height(model);
    if model.clusters.cursor.act(action, model.k(), height) {
        return Vec::new();
    }
    match action {
        Action::Open if model.has_clusters() => {
            drill::update::replace(model, format!("cluster = {}", model.clusters.cursor.at));
            model.drilled = None;
            let mut effects = show(model, Tab::Drill);
            if effects.is_empty() {
                effects = drill::update::run(model);
            }
            effects
        }
        Action::Copy => copy(model),
        _ => Vec::new(),
    }
}

/// Keeps the selection among the clusters of the current k.
pub fn keep_selection(model: &mut Model) {
    let height = super::view::list_height(model);
    model.clusters.cursor.keep(model.k(), height);
}

fn copy(model: &Model) -> Vec<Effect> {
    let (Some(cleaned), Some((sweep, found))) = (&model.cleaned, model.shown()) else {
        return Vec::new();
    };
    // Describing is work: what is not described yet is not copied.
    if found.described().is_none() {
        return Vec::new();
    }
    let source = model.source();
    vec![Effect::Copy(crate::report::fit::Fit::new(&source, cleaned, &sweep.prepared, &model.recipe, found).text())]
}
