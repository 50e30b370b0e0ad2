//! What can happen, and what is to be done about it.

use std::sync::Arc;

use crossterm::event::KeyEvent;

use super::screen::plan::{Basis, Planned};
use super::term::signals::Signal;
use crate::error::Error;
use crate::features::Feature;
use crate::jobs::{Event, Generation, Lane};
use crate::privacy::Ids;
use crate::segments::cards::Kind;
use crate::segments::drill::{Asked, ClusterOf, Drill};
use crate::segments::listing::Order;
use crate::segments::rule::RuleError;
use crate::segments::subgroup::Subgroups;
use crate::study::findings::Sweep;
use crate::study::recipe::Recipe;
use crate::study::walk::Walk;
use crate::study::{Cleaned, Prepared};
use crate::table::RoleChoices;
use crate::table::cleaning::Cleaning;

/// Something happened.
#[derive(Debug)]
pub enum Msg {
    /// A key.
    Key(KeyEvent),
    /// Pasted text.
    Paste(String),
    /// The terminal has this size now.
    Resize(u16, u16),
    /// A job said something.
    Job(Lane, Generation, Event<Progress, Outcome>),
    /// Time for the next picture of the spinner.
    Tick,
    /// A signal arrived.
    Signal(Signal),
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// What it does now.
    pub what: String,
    /// Share that is done, 0…1.
    pub share: Option<f32>,
}

/// What a job found.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The table was read and cleaned.
    Table(Arc<Cleaned>),
    /// A first look at one k, before anything is final.
    Preview(Arc<Sweep>),
    /// First looks at the k's beyond the part of the sweep that is final: k and WCSS.
    Ahead(Vec<(usize, f64)>),
    /// A sweep, or the part of it that is final.
    Sweep(Arc<Sweep>),
    /// The silhouettes of all rows would take so many seconds, and nobody asked for them.
    ExactTakes(f64),
    /// The rule was put to the table.
    Drill(Arc<Drill>),
    /// Cards and an audience.
    Plan(Arc<Planned>),
    /// The plan cannot be made: the words for its screen.
    PlanRefused(Error),
    /// A list was written: the words for the screen.
    Written(Vec<String>),
    /// A list could not be written.
    NotWritten(Error),
    /// The source could not be read: there is nothing to show.
    NoTable(Error),
    /// A choice that does not fit the table: the words for the screen.
    Refused(Error),
    /// What was typed is no rule, or not for this table.
    RuleRefused(RuleError),
    /// Rows in an order that was asked for.
    Listed(Order, Arc<Vec<u32>>),
    /// The steps of one start, or the first of them.
    Walk(Arc<Walk>),
    /// Rules that were searched for; `None` where there is nothing to search by.
    Subgroups(Option<Arc<Subgroups>>),
}

/// Reading and cleaning.
pub const LOAD: Lane = 0;
/// Features, matrix, sweep.
pub const FIT: Lane = 1;
/// Reference tables, stability.
pub const QUALITY: Lane = 2;
/// Rules; has a thread of its own, so that typing does not wait for a sweep.
pub const DRILL: Lane = 3;
/// Lists of rows, put in order; on the thread of the rules.
pub const LIST: Lane = 4;
/// Cards and audience.
pub const PLAN: Lane = 5;
/// Lists of people; only one is written at a time, so that none is overtaken.
pub const EXPORT: Lane = 6;
/// The silhouettes of all rows; on the thread of the sweep, after everything else there.
pub const EXACT: Lane = 7;
/// One start of the fit, step by step; on the thread of the rules.
pub const WALK: Lane = 8;
/// Number of lanes.
pub const LANES: usize = 9;

/// Something to be done outside.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Read the table from its source.
    Load,
    /// Clean the table that was read, under these roles.
    Clean(Arc<Cleaned>, RoleChoices, Cleaning),
    /// Sweep over k.
    Fit {
        /// The table.
        cleaned: Arc<Cleaned>,
        /// Features as chosen.
        features: Vec<Feature>,
        /// Seed, starts, engine.
        recipe: Recipe,
        /// The k that is looked at: it is described first.
        k: usize,
        /// The largest k.
        k_max: usize,
    },
    /// Hold a sweep against tables without groups and against other rows.
    Compare(Arc<Cleaned>, Arc<Sweep>, Recipe),
    /// Write a report of the k of the recipe.
    Report(Arc<Cleaned>, Arc<Sweep>, Recipe),
    /// Compute the silhouettes of a sweep from all rows.
    Exact {
        /// The sweep.
        sweep: Arc<Sweep>,
        /// Seed and the rest.
        recipe: Recipe,
        /// However long it takes.
        asked: bool,
    },
    /// Put a rule to the table.
    Drill {
        /// The table.
        cleaned: Arc<Cleaned>,
        /// Clusters that the rule may name.
        clusters: Option<Arc<ClusterOf>>,
        /// The rule as it was typed, and what else is asked about it.
        asked: Asked,
    },
    /// Search for rules.
    Discover(Arc<Cleaned>),
    /// Put rows in order.
    List {
        /// The table.
        cleaned: Arc<Cleaned>,
        /// The rows: of the source, or used ones.
        rows: Arc<Vec<u32>>,
        /// Whether they are used rows.
        used: bool,
        /// The clusters of used rows.
        clusters: Option<Arc<ClusterOf>>,
        /// The order.
        order: Order,
    },
    /// Make cards and an audience.
    Plan {
        /// What they are made of.
        basis: Basis,
        /// Seed and the rest.
        recipe: Recipe,
        /// A plan with the same cards, where only the audience is another.
        before: Option<Arc<Planned>>,
    },
    /// Write the people behind a card, or the audience, into the working directory.
    Export {
        /// The plan that they are of.
        planned: Arc<Planned>,
        /// The card; `None` is the audience.
        card: Option<Kind>,
        /// How ids are written.
        ids: Ids,
        /// What goes into the receipt, and where the file's name comes from.
        recipe: Recipe,
    },
    /// Take one start of the fit to its end, step by step.
    Walk {
        /// What is clustered.
        prepared: Arc<Prepared>,
        /// Seed and number of starts.
        recipe: Recipe,
        /// Number of clusters.
        k: usize,
        /// The start, from 0.
        start: u32,
    },
    /// Stop what runs.
    Stop,
    /// Write the recipe into the working directory.
    Save(Recipe),
    /// Copy text to the clipboard of the person at the terminal.
    Copy(String),
    /// Give the terminal back until `fg`.
    Suspend,
    /// Take the terminal again after a stop from outside.
    Resume,
    /// Draw everything again.
    Redraw,
    /// End: nothing can be shown.
    Fail(Error),
    /// End with this exit code.
    Quit(u8),
}
