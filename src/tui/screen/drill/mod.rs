//! Screen 6: a rule as a funnel, and the rows behind it.

pub mod editor;
pub mod funnel;
pub mod update;
pub mod view;

use std::sync::Arc;

use super::Cursor;
use crate::segments::listing::Order;
use crate::segments::rule::RuleError;
use crate::segments::subgroup::Subgroups;
use crate::study::Cleaned;
use crate::study::recipe::DEFAULT_RULE;
use crate::table::role::Role;
use editor::Editor;

/// What is on this screen.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The line that is being edited.
    pub editor: Option<Editor>,
    /// Rules that were taken in this session, each once, the newest last.
    pub past: Vec<String>,
    /// Why the rule cannot be put to the table, and at which place.
    pub error: Option<RuleError>,
    /// Which part keys act on.
    pub part: Part,
    /// The selected clause.
    pub clause: usize,
    /// Whether the list is of those who do not match.
    pub complement: bool,
    /// How the list is arranged.
    pub order: Order,
    /// The selected row.
    pub cursor: Cursor,
    /// Columns scrolled past to the left.
    pub skipped: usize,
    /// The search for rules.
    pub finding: Finding,
}

/// A part of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// The rows behind the rule.
    #[default]
    Rows,
    /// The clauses of the rule.
    Funnel,
}

/// A search for rules.
#[derive(Clone, Debug, Default)]
pub enum Finding {
    /// None was asked for.
    #[default]
    Not,
    /// It is under way.
    Waiting,
    /// What it found; `None` where the table has nothing to search by.
    Found(Option<Arc<Subgroups>>),
}

impl State {
    /// Another table, or the same one cleaned otherwise: what was found and chosen about its columns is gone.
    pub fn table_changed(&mut self) {
        self.order = Order::default();
        self.finding = Finding::Not;
    }
}

/// The rule that a table opens with: low pay after long experience where there are both, else everybody.
pub fn first_rule(cleaned: &Cleaned) -> String {
    let numbers = |role| cleaned.learners.with_role(role).is_some_and(|c| c.numbers().is_some());
    if numbers(Role::Pay) && numbers(Role::Experience) { DEFAULT_RULE.to_owned() } else { String::new() }
}
