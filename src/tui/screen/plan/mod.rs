//! Screen 7: recommendation cards, and whom to contact with a budget.

pub mod audience;
pub mod update;
pub mod view;

use std::sync::Arc;

use tui_input::Input;

use super::Cursor;
use crate::error::Error;
use crate::privacy;
use crate::segments::cards::{Card, Kind};
use crate::segments::drill::ClusterOf;
use crate::study::Cleaned;
use crate::study::plan::Plan;
use crate::study::recipe::PlanChoices;
use crate::tui::model::Model;

/// What is on this screen.
#[derive(Debug, Default)]
pub struct State {
    /// Which part keys act on.
    pub part: Part,
    /// The selected kind of card, in the order of [`Kind::ALL`].
    pub cards: Cursor,
    /// The selected kind among those of the audience.
    pub segments: Cursor,
    /// The whole text of the card instead of the audience, where there is little room.
    pub whole: bool,
    /// Lines of the card's text scrolled past.
    pub scroll: usize,
    /// The line that is being edited.
    pub editor: Option<Editor>,
    /// The screen was shown: from now on the plan follows what is chosen.
    pub opened: bool,
    /// What the newest plan was asked for.
    pub asked: Option<Basis>,
    /// Why the plan cannot be made.
    pub error: Option<Error>,
    /// A list is being written.
    pub exporting: bool,
}

/// A part of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// The cards.
    #[default]
    Cards,
    /// The audience.
    Audience,
}

/// A line that is being edited.
#[derive(Clone, Debug)]
pub struct Editor {
    /// What is asked.
    pub asks: Asks,
    /// What was typed.
    pub input: Input,
    /// Why it cannot be taken.
    pub error: Option<String>,
}

/// What a line is edited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Contacts.
    Budget,
    /// Largest shares of one company and one role.
    Caps,
    /// The rule in use.
    Rule,
    /// The file of those who must not be contacted.
    Exclude,
}

/// All that a plan is made of.
#[derive(Clone, Debug)]
pub struct Basis {
    /// The table.
    pub cleaned: Arc<Cleaned>,
    /// The clusters, where the rule in use may name them.
    pub clusters: Option<Arc<ClusterOf>>,
    /// What is chosen.
    pub choices: PlanChoices,
}

impl Basis {
    /// Made of the same table, clusters and choices.
    pub fn is(&self, other: &Self) -> bool {
        self.has_cards_of(other) && self.choices == other.choices
    }

    /// Only the audience differs.
    pub fn has_cards_of(&self, other: &Self) -> bool {
        let clusters = match (&self.clusters, &other.clusters) {
            (Some(own), Some(other)) => Arc::ptr_eq(own, other),
            (own, other) => own.is_none() && other.is_none(),
        };
        clusters && Arc::ptr_eq(&self.cleaned, &other.cleaned) && self.choices.rule == other.choices.rule
    }
}

/// A plan, and what it was made of.
#[derive(Debug)]
pub struct Planned {
    /// What it was made of.
    pub basis: Basis,
    /// Cards and audience.
    pub plan: Plan,
    /// What should be known about the exclusions.
    pub notices: Vec<String>,
    /// Cards that must not be shown, and why.
    hidden: Vec<(Kind, &'static str)>,
}

impl Planned {
    /// Looks at once which cards may be shown: that takes longer than a frame.
    pub fn new(basis: Basis, plan: Plan, notices: Vec<String>) -> Self {
        let shown = privacy::cards(&basis.cleaned.learners, &plan.cards, &plan.known);
        let hidden = shown.get().iter().filter_map(|shown| Some((shown.card.kind, shown.hidden?))).collect();
        Self { basis, plan, notices, hidden }
    }

    /// The same cards with another audience.
    pub fn with(&self, basis: Basis, plan: Plan, notices: Vec<String>) -> Self {
        Self { basis, plan, notices, hidden: self.hidden.clone() }
    }

    /// What is known of a kind of card.
    pub fn card(&self, kind: Kind) -> Shown<'_> {
        if let Some((_, why)) = self.hidden.iter().find(|(hidden, _)| *hidden == kind) {
            return Shown::Hidden(why);
        }
        match self.plan.cards.of(kind) {
            Some(card) => Shown::Card(card),
            None => Shown::Not(self.plan.cards.not_shown.iter().find(|n| n.kind == kind).map_or("", |n| &n.why)),
        }
    }
}

/// What the screen may say of a kind of card.
#[derive(Clone, Copy, Debug)]
pub enum Shown<'a> {
    /// The card; it may still be withheld.
    Card(&'a Card),
    /// There is one, of too few people to be shown.
    Hidden(&'a str),
    /// There is none, and why.
    Not(&'a str),
}

/// The plan is of an earlier choice, or another one is on its way.
pub fn is_stale(model: &Model) -> bool {
    let asked = model.plan.asked.as_ref();
    model.planned.as_ref().is_some_and(|planned| asked.is_none_or(|asked| !planned.basis.is(asked)))
}

/// The kinds that the audience lists: those of the mix, then the others that people could be taken from.
pub fn segments(model: &Model) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = model.recipe.plan.wanted.mix.iter().map(|(kind, _)| *kind).collect();
    if let Some(planned) = &model.planned {
        let stands = |kind: &Kind| kind.is_about_people() && matches!(planned.card(*kind), Shown::Card(_));
        let others: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| stands(kind) && !kinds.contains(kind)).collect();
        kinds.extend(others);
    }
    kinds
}

/// The kind of card that keys act on.
pub fn selected(model: &Model) -> Option<Kind> {
    model.planned.as_ref()?;
    match model.plan.part {
        Part::Cards => Kind::ALL.get(model.plan.cards.at).copied(),
        Part::Audience => segments(model).get(model.plan.segments.at).copied(),
    }
}

/// Whether the people behind the selection can be shown; why not.
///
/// # Errors
/// The reason, in words for the screen.
pub fn opens(model: &Model) -> Result<(), String> {
    let planned = model.planned.as_ref().ok_or("there is no plan yet")?;
    if is_stale(model) {
        return Err("the plan is being made anew".to_owned());
    }
    if model.plan.part == Part::Audience {
        let audience = planned.plan.audience.as_ref();
        let somebody = audience.is_some_and(|audience| audience.segments.iter().any(|s| !s.rows.is_empty()));
        return if somebody { Ok(()) } else { Err("nobody is in the audience".to_owned()) };
    }
    let kind = selected(model).ok_or("no card is selected")?;
    match planned.card(kind) {
        Shown::Not(why) => Err(format!("not shown: {why}")),
        Shown::Hidden(why) => Err(format!("withheld: {why}")),
        Shown::Card(card) => match &card.withheld {
            Some(why) => Err(format!("withheld: {why}")),
            None if card.people.is_empty() => Err("nobody is behind it".to_owned()),
            None => Ok(()),
        },
    }
}
