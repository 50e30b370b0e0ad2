//! Screen 2: which columns are inputs, how they become numbers, what each weighs.

pub mod update;
pub mod view;

use super::Cursor;

/// What is on this screen.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The selected feature.
    pub cursor: Cursor,
}
