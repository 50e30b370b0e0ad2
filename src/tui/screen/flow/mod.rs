//! Drawn over a screen, whose keys go on working: who goes where from k to k + 1 or since the choice before, and the
//! verdict whole.

pub mod update;
pub mod view;

use std::sync::Arc;

use crate::tui::follow::Shown;

/// What is drawn over the screen.
#[derive(Clone, Debug)]
pub struct State {
    /// What it is about.
    pub of: Of,
    /// The clusters of k + 1 as they would be shown.
    pub ahead: Option<Arc<Shown>>,
    /// Lines scrolled past.
    pub scroll: usize,
}

/// What it is about: between which two clusterings people go, or why this k.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// From the current k to the next.
    NextK,
    /// From the choice before to what is shown.
    Before,
    /// The verdict, what each criterion chooses, and what could mislead.
    Why,
}
