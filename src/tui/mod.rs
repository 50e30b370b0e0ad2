//! Everything that knows a terminal, and nothing outside this room does.

mod help;
mod jobs;
pub mod keys;
pub mod model;
pub mod msg;
mod run;
pub mod screen;
pub mod term;
pub mod theme;
pub mod update;
pub mod view;
pub mod widget;

use crate::cli::ColorChoice;
use crate::error::Result;
use crate::source::{Location, Options};
use crate::study::recipe::Recipe;
use crate::table::RoleChoices;

/// What the explorer starts from.
#[derive(Clone, Debug)]
pub struct Start {
    /// Where the rows come from.
    pub location: Location,
    /// How they are read.
    pub options: Options,
    /// What was said about roles.
    pub roles: RoleChoices,
    /// Cleaning, features, seed, starts, engine.
    pub recipe: Recipe,
    /// The k to open at.
    pub k: Option<usize>,
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
