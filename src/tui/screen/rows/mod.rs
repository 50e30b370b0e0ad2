//! The rows behind something: a list over everything, closed with Esc; Enter is not needed to scroll it.

pub mod update;
pub mod view;

use std::sync::Arc;

use super::Cursor;
use crate::segments::cards::Kind;

/// What the list shows.
#[derive(Clone, Debug)]
pub struct State {
    /// What the rows are.
    pub title: String,
    /// Whose rows: of the source, or of the cleaned table.
    pub of: Of,
    /// The rows.
    pub rows: Arc<Vec<u32>>,
    /// Where the selection is.
    pub cursor: Cursor,
    /// Columns scrolled past to the left.
    pub skipped: usize,
}

/// Whose rows a list shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Of {
    /// Rows of the source, as they were read.
    Source,
    /// All columns of one used row, one line a column.
    Learner,
    /// Used rows of a plan, each with its card and its place in the order.
    People(Arc<Vec<Place>>),
}

/// Why somebody is in a list of the plan, and where.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The card.
    pub kind: Kind,
    /// What the list is ordered by, the highest first; `None` where a card has no order.
    pub score: Option<f64>,
}
