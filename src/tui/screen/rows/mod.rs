//! What is opened over a screen: a list of rows, a learner's card, the rules that were found. Esc closes it.

pub mod card;
pub mod learners;
pub mod subgroups;
pub mod update;
pub mod view;

use std::sync::Arc;

use super::Cursor;
use super::drill::Finding;
use crate::segments::cards::Kind;
use crate::segments::listing::Order;
use crate::segments::subgroup::Subgroups;
use crate::study::learner::Card;
use crate::tui::model::Model;

/// What is opened.
#[derive(Clone, Debug)]
pub struct State {
    /// What the rows are.
    pub title: String,
    /// Whose rows: of the source, or of the cleaned table.
    pub of: Of,
    /// All rows, in the order of the source.
    pub rows: Arc<Vec<u32>>,
    /// Those that are shown, in another order; `None` while they stand as they are.
    pub arranged: Option<Arc<Vec<u32>>>,
    /// How the rows are arranged.
    pub order: Order,
    /// Where the selection is.
    pub cursor: Cursor,
    /// Columns scrolled past to the left.
    pub skipped: usize,
    /// What it was opened from.
    pub under: Option<Box<State>>,
}

/// What is shown of rows.
#[derive(Clone, Debug)]
pub enum Of {
    /// Rows of the source, as they were read.
    Source,
    /// Used rows, one line a row, with cluster and peers.
    Used,
    /// Used rows of a plan, each with its card and its place in the order.
    People(Arc<Vec<Place>>),
    /// Everything about one learner.
    Learner(Arc<Card>),
    /// The rules that were found.
    Subgroups,
}

/// Why somebody is in a list of the plan, and where.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The card.
    pub kind: Kind,
    /// What the list is ordered by, the highest first; `None` where a card has no order.
    pub score: Option<f64>,
}

impl State {
    /// Nothing in it yet.
    pub fn new(title: impl Into<String>, of: Of) -> Self {
        Self {
            title: title.into(),
            of,
            rows: Arc::default(),
            arranged: None,
            order: Order::default(),
            cursor: Cursor::default(),
            skipped: 0,
            under: None,
        }
    }

    /// A list of rows: of the source, or used ones.
    pub fn list(title: impl Into<String>, of: Of, rows: Arc<Vec<u32>>) -> Self {
        Self { rows, ..Self::new(title, of) }
    }

    /// The rows in the order in which they are shown.
    pub fn shown(&self) -> &[u32] {
        self.arranged.as_ref().unwrap_or(&self.rows)
    }

    /// Whether it is a list that can be sorted and searched.
    pub fn is_list(&self) -> bool {
        matches!(self.of, Of::Source | Of::Used)
    }

    /// Whether something lies behind the selected line.
    pub fn opens(&self, model: &Model) -> bool {
        match self.of {
            Of::Source | Of::Used | Of::People(_) => self.cursor.at < self.shown().len(),
            Of::Learner(_) => false,
            Of::Subgroups => found(model).is_some_and(|found| self.cursor.at < found.found.len()),
        }
    }

    /// Lines of it.
    pub fn lines(&self, model: &Model) -> usize {
        match &self.of {
            Of::Source | Of::Used | Of::People(_) => self.shown().len(),
            Of::Learner(card) => card::lines(model, card).len(),
            Of::Subgroups => found(model).map_or(0, |found| found.found.len()),
        }
    }
}

/// The rules that were found.
pub fn found(model: &Model) -> Option<&Subgroups> {
    match &model.drill.finding {
        Finding::Found(found) => found.as_deref(),
        Finding::Not | Finding::Waiting => None,
    }
}
