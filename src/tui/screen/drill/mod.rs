//! Screen 6: a rule as a funnel, and the rows behind it.

pub mod update;
pub mod view;

use tui_input::Input;

use super::Cursor;
use crate::study::Cleaned;
use crate::study::recipe::DEFAULT_RULE;
use crate::table::role::Role;

/// What is on this screen.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The line that is being edited.
    pub editor: Option<Input>,
    /// Why the rule cannot be put to the table: what, and what to try.
    pub error: Option<String>,
    /// The selected row.
    pub cursor: Cursor,
    /// Columns scrolled past to the left.
    pub skipped: usize,
}

/// The rule that a table opens with: low pay after long experience where there are both, else everybody.
pub fn first_rule(cleaned: &Cleaned) -> String {
    let numbers = |role| cleaned.learners.with_role(role).is_some_and(|c| c.numbers().is_some());
    if numbers(Role::Pay) && numbers(Role::Experience) { DEFAULT_RULE.to_owned() } else { String::new() }
}
