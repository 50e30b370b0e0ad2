//! Undo and redo: moves through recipes, any depth.

use super::recipe::Recipe;

/// The recipes before and after the current one, which itself is elsewhere.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The newest last.
    before: Vec<Recipe>,
    /// The next one last.
    after: Vec<Recipe>,
}

impl History {
    /// The current recipe was changed from `before`: what was undone cannot be redone any more.
    pub fn changed(&mut self, before: Recipe) {
        self.before.push(before);
        self.after.clear();
    }

    /// The recipe before `now`, which becomes the next one; `None` at the beginning.
    pub fn undo(&mut self, now: &Recipe) -> Option<Recipe> {
        let recipe = self.before.pop()?;
        self.after.push(now.clone());
        Some(recipe)
    }

    /// The recipe after `now`, which becomes the one before; `None` at the end.
    pub fn redo(&mut self, now: &Recipe) -> Option<Recipe> {
        let recipe = self.after.pop()?;
        self.before.push(now.clone());
        Some(recipe)
    }

    /// Steps that can be undone, and that can be redone.
    pub fn steps(&self) -> (usize, usize) {
        (self.before.len(), self.after.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at_k(k: usize) -> Recipe {
        Recipe { k: Some(k), ..Recipe::default() }
    }

    #[test]
    fn a_change_after_an_undo_forgets_what_was_undone() {
        let mut history = History::default();
        history.changed(at_k(1));
        history.changed(at_k(2));
        assert_eq!(history.undo(&at_k(3)), Some(at_k(2)));
        assert_eq!(history.steps(), (1, 1));
        history.changed(at_k(2));
        assert_eq!(history.redo(&at_k(9)), None);
        assert_eq!(history.undo(&at_k(9)), Some(at_k(2)));
        assert_eq!(history.undo(&at_k(2)), Some(at_k(1)));
        assert_eq!(history.undo(&at_k(1)), None);
    }

    proptest! {
        /// Against the plain list of all recipes with a place in it.
        #[test]
        fn moves_as_a_place_in_a_list_does(moves in prop::collection::vec(0u8..3, 0..200)) {
            let (mut list, mut at) = (vec![at_k(0)], 0);
            let (mut history, mut now) = (History::default(), at_k(0));
            for (n, step) in moves.into_iter().enumerate() {
                match step {
                    0 => {
                        list.truncate(at + 1);
                        list.push(at_k(n + 1));
                        at += 1;
                        history.changed(std::mem::replace(&mut now, at_k(n + 1)));
                    }
                    1 => {
                        at = at.saturating_sub(1);
                        if let Some(recipe) = history.undo(&now) {
                            now = recipe;
                        }
                    }
                    _ => {
                        at = (at + 1).min(list.len() - 1);
                        if let Some(recipe) = history.redo(&now) {
                            now = recipe;
                        }
                    }
                }
                prop_assert_eq!(&now, &list[at]);
                prop_assert_eq!(history.steps(), (at, list.len() - 1 - at));
            }
        }
    }
}
