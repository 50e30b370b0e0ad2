//! The same sweep by linfa-clustering and by scikit-learn.
use super::board::Board;
use super::learners::Bench;
use super::{Effort, Outcome};
pub fn measure(_: &Bench, _: &Effort, _: &mut Board) -> Outcome<()> { Ok(()) }
