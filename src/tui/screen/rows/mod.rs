//! The rows behind something: a list over everything, closed with Esc; Enter is not needed to scroll it.

pub mod update;
pub mod view;

use std::sync::Arc;

use super::Cursor;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Rows of the source, as they were read.
    Source,
    /// All columns of one used row, one line a column.
    Learner,
}
