//! K-Means one step at a time, for teaching: starts, assignment, update, on the rows that are clustered. Drawn over
//! screen 3; nothing of the choice changes in it.

pub mod update;
pub mod view;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::study::Prepared;
use crate::study::walk::Walk;

/// Which start is looked at, and which step of it.
#[derive(Clone, Debug)]
pub struct State {
    /// What was clustered when it was opened.
    pub prepared: Arc<Prepared>,
    /// Number of clusters.
    pub k: usize,
    /// The start, from 0.
    pub start: u32,
    /// Its steps, as far as they are known.
    pub walk: Option<Arc<Walk>>,
    /// The step that is shown.
    pub at: usize,
    /// Whether the last step is shown as soon as it is known.
    pub to_end: bool,
    /// The first cluster that is shown.
    pub offset: usize,
    /// WCSS at the end of each start that was seen there.
    pub ends: BTreeMap<u32, f64>,
}

impl State {
    /// The last step there is until now.
    pub fn last(&self) -> usize {
        self.walk.as_ref().map_or(0, |walk| walk.steps.len().saturating_sub(1))
    }

    /// Whether it is known where this start ends.
    pub fn is_whole(&self) -> bool {
        self.walk.as_ref().is_some_and(|walk| walk.converged.is_some())
    }

    /// The start that ended lowest, of those that were seen there, and its WCSS; the first of equals.
    pub fn best(&self) -> Option<(u32, f64)> {
        self.ends.iter().map(|(start, wcss)| (*start, *wcss)).min_by(|a, b| a.1.total_cmp(&b.1))
    }
}
