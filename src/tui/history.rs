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

/// Goes on to the choice that a session was left with, once those clusters are known that have the names; unless
/// something else was chosen meanwhile.
pub(super) fn go_on(model: &mut Model) -> Vec<Effect> {
    if model.history.steps() != (0, 0) {
        model.next = None;
    }
    let is_known = model.follow.is_settled() || (model.cleaned.is_some() && model.problem.is_some());
    let Some(next) = model.next.take_if(|_| is_known) else { return Vec::new() };
    // The table may have changed since, which was said.
    let next = Recipe { source: model.recipe.source.clone(), ..next };
    model.history.changed(model.recipe.clone());
    go(model, Some(next), "taken up again")
}

fn go(model: &mut Model, recipe: Option<Recipe>, how: &str) -> Vec<Effect> {
    let (Some(recipe), Some(cleaned)) = (recipe, model.cleaned.clone()) else { return Vec::new() };
    let before = std::mem::replace(&mut model.recipe, recipe);
    // A choice without names was left before it was known whose they are, or has none: both ways those that are
    // there follow, and where nobody has a name nobody gets one.
    if !model.recipe.names.is_empty() || before.same_clusters(&model.recipe) {
        model.follow.tell(&model.recipe);
    }
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
            Ok(mut features) => {
                // The rows of the screen stay where they are.
                let old = &model.features;
                features.sort_by_key(|f| old.iter().position(|other| other.column == f.column).unwrap_or(usize::MAX));
                model.features = features;
            }
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
        (before.plan != now.plan, "plan"),
    ];
    words.extend(differ.into_iter().filter(|(differs, _)| *differs).map(|(_, word)| word.to_owned()));
    // With other clusters other names are no news.
    if words.is_empty() && before.names != now.names {
        words.push("name".to_owned());
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use proptest::prelude::*;

    use super::*;
    use crate::cli::ColorChoice;
    use crate::features::Feature;
    use crate::jobs::{Cancel, Event};
    use crate::source::synthetic::{Synthetic, write_csv};
    use crate::source::{Location, Options};
    use crate::study::{self, Cleaned};
    use crate::table::{RoleChoices, Table};
    use crate::tui::Start;
    use crate::tui::msg::{FIT, LOAD, Msg, Outcome};
    use crate::tui::theme::Theme;
    use crate::tui::update::update;

    /// A small table of learners, typed once.
    fn table() -> Arc<Table> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        let mut bytes = Vec::new();
        write_csv(&Synthetic { rows: 120, seed: 5 }, &mut bytes, None).unwrap();
        std::fs::write(&path, bytes).unwrap();
        let read = study::load(
            &Location::Path(path),
            &Options::default(),
            &RoleChoices::default(),
            &Cancel::never(),
            &mut |_, _| {},
        );
        Arc::new(read.unwrap())
    }

    /// The explorer without its outside: loading and cleaning are done at once, the sweep is computed once.
    struct Explorer {
        model: Model,
        fits: usize,
    }

    impl Explorer {
        fn open(table: &Arc<Table>) -> Self {
            let recipe = Recipe { starts: 1, ks: (1, 6), ..Recipe::default() };
            let start =
                Start { recipe, before: None, screen: None, threads: None, ascii: false, color: ColorChoice::None };
            let model = Model::new(start, Theme::plain(), (80, 24));
            let mut explorer = Self { model, fits: 0 };
            let cleaned = Arc::new(study::clean(table, &explorer.model.recipe.cleaning));
            explorer.tell(LOAD, Outcome::Table(Arc::clone(&cleaned)));
            let prepared = study::prepare(&cleaned, &explorer.model.features, &Cancel::never()).unwrap();
            let recipe = explorer.model.recipe.clone();
            let sweep =
                study::sweep(&cleaned, &Arc::new(prepared), &recipe, 1..=6, &Cancel::never(), &mut |_| {}).unwrap();
            for found in &sweep.ks {
                found.describe(&cleaned, &sweep.prepared);
            }
            explorer.tell(FIT, Outcome::Sweep(Arc::new(sweep)));
            explorer.fits = 0;
            explorer
        }

        fn tell(&mut self, lane: usize, outcome: Outcome) {
            let effects = update(&mut self.model, Msg::Job(lane, 0, Event::Done(outcome)));
            self.perform(effects);
        }

        fn press(&mut self, key: &str) {
            let (code, modifiers) = match key {
                "ctrl-r" => (KeyCode::Char('r'), KeyModifiers::CONTROL),
                "down" => (KeyCode::Down, KeyModifiers::NONE),
                "enter" => (KeyCode::Enter, KeyModifiers::NONE),
                key => (KeyCode::Char(key.chars().next().unwrap()), KeyModifiers::NONE),
            };
            let effects = update(&mut self.model, Msg::Key(KeyEvent::new(code, modifiers)));
            self.perform(effects);
        }

        fn perform(&mut self, effects: Vec<Effect>) {
            for effect in effects {
                match effect {
                    Effect::Fit { .. } => self.fits += 1,
                    Effect::Clean(cleaned, roles, cleaning) => {
                        let outcome = match cleaned.table.with_choices(&roles) {
                            Ok(table) => Outcome::Table(Arc::new(study::clean(&Arc::new(table), &cleaning))),
                            Err(error) => Outcome::Refused(error),
                        };
                        self.tell(LOAD, outcome);
                    }
                    _ => {}
                }
            }
        }

        /// What is chosen, and what the table in front of us makes of it.
        fn state(&self) -> (Recipe, Vec<Feature>, usize) {
            let rows = |cleaned: &Arc<Cleaned>| cleaned.learners.rows();
            (self.model.recipe.clone(), self.model.features.clone(), self.model.cleaned.as_ref().map_or(0, rows))
        }
    }

    #[test]
    fn a_step_back_is_the_choice_before_and_what_does_not_change_it_is_no_step() {
        let mut explorer = Explorer::open(&table());
        let first = explorer.state();
        for key in ["+", "4", "down", "2", "3", "?", "q", "u"] {
            explorer.press(key);
        }
        assert_eq!(explorer.state(), first);
        assert_eq!(explorer.fits, 0, "k is within the sweep");
        assert_eq!(explorer.model.history.steps(), (0, 1));
        explorer.press("U");
        assert_eq!(explorer.model.k(), 5);
        // A feature, then back: once for it, once for its return.
        for key in ["2", " ", "u"] {
            explorer.press(key);
        }
        assert_eq!((explorer.fits, explorer.state().1), (2, first.1));
        explorer.press("u");
        explorer.press("u");
        assert_eq!(explorer.model.history.steps(), (0, 2));
    }

    #[test]
    fn a_role_that_takes_a_feature_away_gives_it_back() {
        let mut explorer = Explorer::open(&table());
        explorer.press("2");
        explorer.press("]");
        let before = explorer.state();
        explorer.press("1");
        explorer.press("o");
        for _ in 0..20 {
            explorer.press("down");
            explorer.press("r");
        }
        let steps = explorer.model.history.steps().0;
        assert!(steps > 1);
        while explorer.model.history.steps().0 > 1 {
            explorer.press("u");
        }
        assert_eq!(explorer.state(), before);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn all_steps_back_and_all_forward_lead_to_the_same_places(
            keys in prop::collection::vec(
                prop::sample::select(vec![
                    "1", "2", "3", "4", "6", "+", "-", " ", " ", "p", "r", "r", "o", "down", "t", "s", "w", "m", "]",
                    "d", "u", "u", "ctrl-r", "enter", "c",
                ]),
                0..60,
            )
        ) {
            let table = table();
            let mut explorer = Explorer::open(&table);
            let first = explorer.state();
            for key in &keys {
                explorer.press(key);
                // A list of rows that is open takes the keys; so do the steps of a start.
                if explorer.model.rows.is_some() || explorer.model.step.is_some() {
                    explorer.press("q");
                }
            }
            // So does a name that is being given.
            explorer.model.clusters.editor = None;
            while explorer.model.can_redo() {
                explorer.press("ctrl-r");
            }
            let last = explorer.state();
            let steps = explorer.model.history.steps().0;
            while explorer.model.can_undo() {
                explorer.press("u");
            }
            prop_assert_eq!(explorer.state(), first);
            while explorer.model.can_redo() {
                explorer.press("ctrl-r");
            }
            prop_assert_eq!(explorer.state(), last);
            prop_assert_eq!(explorer.model.history.steps(), (steps, 0));
        }
    }
}
