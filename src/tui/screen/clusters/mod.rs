//! Screen 4: who is in the clusters.

pub mod update;
pub mod view;

use super::Cursor;

/// What is on this screen.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The selected cluster.
    pub cursor: Cursor,
}
