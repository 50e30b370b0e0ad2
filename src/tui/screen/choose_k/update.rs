//! Keys of screen 3.

use crate::tui::keys::Action;
use crate::tui::model::{Model, Tab};
use crate::tui::msg::{Effect, FIT, LOAD, QUALITY};
use crate::tui::update::{refit, refresh_clusters, show};

/// No larger k is offered on screen: charts and names of more clusters say little.
const LARGEST_K: usize = 40;
/// So many more k's are swept when the current one passes the end.
const STEP: usize = 8;

/// Does what a key of this screen means.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Right | Action::Down => set_k(model, model.k() + 1),
        Action::Left | Action::Up => set_k(model, model.k().saturating_sub(1)),
        Action::Open => show(model, Tab::Clusters),
        Action::Copy => copy(model),
        _ => Vec::new(),
    }
}

/// Goes to another k; the sweep is made longer where it ends before it.
pub fn set_k(model: &mut Model, k: usize) -> Vec<Effect> {
    let possible = model.k_possible().min(LARGEST_K);
    if k == 0 || k > possible {
        model.message = Some(match k {
            0 => "k is 1 at least".to_owned(),
            _ if possible == LARGEST_K => format!("k is {LARGEST_K} at most here; kscope fit --k takes more"),
            _ => format!("k ends at {possible}: there are no more distinct rows"),
        });
        return Vec::new();
    }
    model.recipe.k = Some(k);
    if k > model.k_max() {
        model.recipe.ks.1 = (k + STEP).min(LARGEST_K);
        return refit(model);
    }
    // The first look that is on its way is of another k.
    if model.sweep.is_none() { refit(model) } else { look_at(model) }
}

/// The current k is another one, within the sweep.
pub fn look_at(model: &mut Model) -> Vec<Effect> {
    let mut effects = refresh_clusters(model);
    crate::tui::screen::clusters::update::keep_selection(model);
    if model.described().is_none() && !model.runs_in(&[LOAD, FIT, QUALITY]) {
        effects.extend(refit(model));
    }
    effects
}

fn copy(model: &mut Model) -> Vec<Effect> {
    let (Some(cleaned), Some(sweep)) = (&model.cleaned, &model.sweep) else { return Vec::new() };
    let source = model.source();
    let report = crate::report::sweep::SweepReport::new(&source, cleaned, &model.recipe, sweep);
    vec![Effect::Copy(report.text())]
}
