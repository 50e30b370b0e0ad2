//! Undo and redo on screen: what a key changed about the recipe is one step, and a step back does whatever the
//! difference between two recipes asks for.

use super::model::Model;
use super::msg::Effect;
use super::screen::{choose_k, clusters, data, drill};
use super::update::{refit, refresh_clusters};
use crate::study::recipe::Recipe;

/// Does what a key means, and remembers the recipe before it where it changed one.
pub(super) fn recorded(model: &mut Model, act: impl FnOnce(&mut Model) -> Vec<Effect>) -> Vec<Effect> {
    let (before, steps) = (model.recipe.clone(), model.history.steps());
    let effects = act(model);
    // A move through the history has changed it already.
    if model.recipe != before && model.history.steps() == steps {
        model.history.changed(before);
    }
    effects
}

/// Takes the last choice back.
pub(super) fn undo(model: &mut Model) -> Vec<Effect> {
    let recipe = model.history.undo(&model.recipe);
    go(model, recipe, "undone")
}

/// Makes the choice again that was taken back.
pub(super) fn redo(model: &mut Model) -> Vec<Effect> {
    let recipe = model.history.redo(&model.recipe);
    go(model, recipe, "done again")
}

fn go(model: &mut Model, recipe: Option<Recipe>, how: &str) -> Vec<Effect> {
    let (Some(recipe), Some(cleaned)) = (recipe, model.cleaned.clone()) else { return Vec::new() };
    let before = std::mem::replace(&mut model.recipe, recipe);
    let now = &model.recipe;
    model.message = Some(format!("{how}: {}", difference(&before, now)));
    if before.rule != now.rule {
        model.drilled = None;
        model.drill.error = None;
    }
    // What was found is of another table: everything follows when that one is there.
    if before.roles != now.roles || before.cleaning != now.cleaning {
        return data::update::clean(model);
    }
    let mut effects = Vec::new();
    if before.features != now.features || before.scale != now.scale || before.ks != now.ks {
        match crate::study::chosen(&cleaned, now) {
            Ok(features) => model.features = features,
            Err(error) => model.problem = Some(error),
        }
        effects.extend(refit(model));
    } else if before.k != now.k {
        effects.extend(choose_k::update::look_at(model));
    }
    clusters::update::keep_selection(model);
    effects.extend(refresh_clusters(model));
    if before.rule != model.recipe.rule {
        effects.extend(drill::update::run(model));
    }
    effects
}

/// What is not the same, in a word or two.
fn difference(before: &Recipe, now: &Recipe) -> String {
    let mut words = Vec::new();
    if before.k != now.k {
        words.push(format!("k {}", now.k.unwrap_or_default()));
    }
    let differ = [
        (before.features != now.features || before.scale != now.scale, "features"),
        (before.cleaning != now.cleaning, "cleaning"),
        (before.roles != now.roles, "roles"),
        (before.rule != now.rule, "rule"),
    ];
    words.extend(differ.into_iter().filter(|(differs, _)| *differs).map(|(_, word)| word.to_owned()));
    words.join(", ")
}
