//! Screen 1: the ledger of what cleaning took, and the columns.

pub mod update;
pub mod view;

use super::Cursor;
use crate::table::ledger::Entry;
use crate::tui::model::Model;

/// What is on this screen.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Which part keys act on.
    pub part: Part,
    /// The selected rule.
    pub ledger: Cursor,
    /// The selected column.
    pub columns: Cursor,
}

/// A part of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// The ledger.
    #[default]
    Ledger,
    /// The columns.
    Columns,
}

/// The selected line of the ledger.
pub fn selected(model: &Model) -> Option<&Entry> {
    model.cleaned.as_ref()?.learners.ledger.entries.get(model.data.ledger.at)
}
