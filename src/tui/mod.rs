//! Everything that knows a terminal, and nothing outside this room does.

pub mod exact;
pub mod follow;
mod help;
mod history;
mod jobs;
pub mod keys;
pub mod model;
pub mod msg;
mod run;
mod save;
pub mod screen;
pub mod term;
pub mod theme;
pub mod update;
pub mod view;
pub mod widget;

use crate::cli::ColorChoice;
use crate::error::Result;
use crate::study::recipe::Recipe;

/// What the explorer starts from.
#[derive(Clone, Debug)]
pub struct Start {
    /// Everything that is chosen.
    pub recipe: Recipe,
    /// The choice before, where its clusters have names and those of `recipe` are not known yet.
    pub before: Option<Recipe>,
    /// The word of the screen to open at, when a session is taken up again.
    pub screen: Option<String>,
    /// Threads to work on; all by default.
    pub threads: Option<usize>,
    /// ASCII only.
    pub ascii: bool,
    /// Colour depth.
    pub color: ColorChoice,
}

/// Opens the explorer and runs it until it is quit; tells the exit code.
pub fn run(start: Start) -> Result<u8> {
    run::run(start)
}
