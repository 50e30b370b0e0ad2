//! Who goes where: from k to k + 1, or since the choice before. Drawn over a screen, whose keys go on working.

pub mod update;
pub mod view;

use std::sync::Arc;

use crate::tui::follow::Shown;

/// What is shown of who goes where.
#[derive(Clone, Debug)]
pub struct State {
    /// Between which two clusterings.
    pub of: Of,
    /// The clusters of k + 1 as they would be shown.
    pub ahead: Option<Arc<Shown>>,
    /// Lines scrolled past.
    pub scroll: usize,
}

/// Between which two clusterings people go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// From the current k to the next.
    NextK,
    /// From the choice before to what is shown.
    Before,
}
