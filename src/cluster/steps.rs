//! One start of a fit, half an iteration at a time: for those who want to see how K-Means works.
//!
//! The same seeding, the same assignment, the same update as in [`super::sweep`], called one by one. A fit runs its
//! starts on a sample and repairs the best of them; here one start is taken to its end on all rows, without repairs.
//! Always our engine.

#[cfg(test)]
use super::clustering::Clustering;
use super::lloyd::{Lloyd, View};
use super::{ITERATIONS, Params, SweepError, check_distinct, check_k, repair};
use crate::jobs::{Cancel, Cancelled};
use crate::matrix::Matrix;
use crate::matrix::assign::UNASSIGNED;
use crate::matrix::simd::Path;

/// Which half of an iteration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Rows were drawn as the first centres; no row belongs to one yet.
    Start,
    /// Every row went to its nearest centre.
    Assignment,
    /// Every centre moved to the mean of its rows.
    Update,
}

/// What is there after one half of an iteration. Clusters are numbered in the order in which their first centres were
/// drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What was done.
    pub phase: Phase,
    /// Which iteration it is a half of, from 1; 0 is the start.
    pub iteration: u32,
    /// k × d, in the (scaled) matrix.
    pub centroids: Vec<f64>,
    /// Used rows per cluster; all 0 before the first assignment.
    pub sizes: Vec<u64>,
    /// Used rows that have another cluster than before the step.
    pub changed: u64,
    /// Sum of squared distances of the used rows to the centroids of their clusters as these are now, in the (scaled)
    /// matrix; `None` before the first assignment.
    pub wcss: Option<f64>,
    /// Clusters that had no row left and got the row farthest from its centroid, in this step.
    pub relocated: u32,
}

/// What the next step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Start,
    Assignment,
    Update,
    Nothing,
}

/// One start on its way.
#[derive(Debug)]
pub struct Steps<'a> {
    matrix: &'a Matrix,
    lloyd: Lloyd<'a>,
    labels: Vec<u16>,
    iteration: u32,
    next: Next,
}

impl<'a> Steps<'a> {
    /// Start number `start` (from 0) of the fit with `k`: the centres that the fit begins it with.
    ///
    /// # Errors
    /// As [`super::fit`].
    pub fn new(matrix: &'a Matrix, k: usize, start: u32, params: Params, cancel: &Cancel) -> Result<Self, SweepError> {
        check_k(k)?;
        check_distinct(matrix, k)?;
        cancel.check()?;
        let all = View::new(matrix, Path::best());
        let lloyd = Lloyd::new(all, repair::first_centres(all, k, (params.seed, u64::from(start))), true);
        Ok(Self { matrix, lloyd, labels: vec![UNASSIGNED; matrix.distinct()], iteration: 0, next: Next::Start })
    }

    /// Other first centres, k × d in tile units.
    #[cfg(test)]
    pub(super) fn begin_from(&mut self, centres: Vec<f64>) {
        let all = View::new(self.matrix, Path::best());
        self.lloyd = Lloyd::new(all, centres, true);
    }

    /// Does half an iteration; `None` once labels stand still, or at the cap on iterations.
    ///
    /// # Errors
    /// `Cancelled` when `cancel` says so.
    pub fn advance(&mut self, cancel: &Cancel) -> Result<Option<Step>, Cancelled> {
        let relocated = self.lloyd.relocated;
        let phase = match self.next {
            Next::Start => {
                // What is shown is exact at every step; a fit is so where it ends.
                self.lloyd.sum_exactly();
                self.next = Next::Assignment;
                Phase::Start
            }
            Next::Assignment => {
                self.assign(cancel)?;
                self.iteration += 1;
                Phase::Assignment
            }
            Next::Update => {
                self.update(cancel)?;
                Phase::Update
            }
            Next::Nothing => return Ok(None),
        };
        let labels = self.lloyd.labels();
        let rows = self.labels.iter().zip(&labels).zip(self.matrix.weights());
        let changed = rows.filter(|((old, new), _)| old != new).map(|(_, weight)| u64::from(*weight)).sum();
        self.labels = labels;
        let scale = self.matrix.tiles().scale();
        Ok(Some(Step {
            phase,
            iteration: self.iteration,
            centroids: self.lloyd.centroids(),
            sizes: self.lloyd.counts().iter().map(|count| count.unsigned_abs()).collect(),
            changed,
            wcss: (phase != Phase::Start).then(|| self.lloyd.wcss_about_centres() / (scale * scale)),
            relocated: self.lloyd.relocated - relocated,
        }))
    }

    /// Does a whole iteration as a fit does it and says nothing of it, for a measurement of its time; whether there was
    /// one to do.
    ///
    /// # Errors
    /// `Cancelled` when `cancel` says so.
    pub fn iterate(&mut self, cancel: &Cancel) -> Result<bool, Cancelled> {
        if self.next == Next::Nothing {
            return Ok(false);
        }
        self.assign(cancel)?;
        self.iteration += 1;
        if self.next == Next::Update {
            self.update(cancel)?;
        }
        Ok(true)
    }

    fn assign(&mut self, cancel: &Cancel) -> Result<(), Cancelled> {
        self.next = Next::Update;
        if self.lloyd.assign(cancel)? > 0 {
            return Ok(());
        }
        // As `Lloyd::finish` does it: it is the end if labels stand still under means that are summed afresh, too.
        self.lloyd.sum_afresh(cancel)?;
        self.lloyd.update();
        if self.lloyd.iterations >= ITERATIONS || self.lloyd.assign(cancel)? == 0 {
            self.lloyd.converged = true;
            self.next = Next::Nothing;
        }
        Ok(())
    }

    fn update(&mut self, cancel: &Cancel) -> Result<(), Cancelled> {
        self.lloyd.update();
        self.next = Next::Assignment;
        if self.lloyd.iterations >= ITERATIONS {
            self.lloyd.sum_afresh(cancel)?;
            self.lloyd.update();
            self.next = Next::Nothing;
        }
        Ok(())
    }

    /// Whether the labels stood still.
    pub fn converged(&self) -> bool {
        self.lloyd.converged
    }

    /// What the start came to, with clusters numbered by size.
    #[cfg(test)]
    pub(super) fn clustering(&self, cancel: &Cancel) -> Result<Clustering, Cancelled> {
        Clustering::new(self.matrix, &self.lloyd, cancel)
    }
}
