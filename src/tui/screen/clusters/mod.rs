//! Screen 4: who is in the clusters.

pub mod compare;
pub mod detail;
pub mod update;
pub mod view;

use tui_input::Input;

use super::Cursor;

/// What is on this screen.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The selected cluster.
    pub cursor: Cursor,
    /// Lines scrolled past in what is said of it.
    pub scroll: usize,
    /// Whom it is compared with.
    pub against: Option<Against>,
    /// The name that is being given to it.
    pub editor: Option<Input>,
}

/// Whom a cluster is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// Another cluster.
    Cluster(usize),
    /// All that were clustered.
    Everybody,
}
