//! Screen 3: elbow, silhouette, table of k, verdict.

pub mod update;
pub mod view;

/// What is on this screen besides k.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// First row of the table of k that is shown.
    pub offset: usize,
}
