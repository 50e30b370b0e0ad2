//! Recommendation cards: a claim about some people, how large the effect is, whether it holds inside the main
//! strata, what it does not say.
//!
//! A card about people stands only where the data say more than a table without any relation would: no card has
//! a threshold in money or years, and none claims a cause. Cards about what to do (the rule in use, age, a mix)
//! stand only beside one about people.

mod advice;
mod bootstrap;
mod contrast;
mod history;
mod people;
mod rising;
mod role;
mod stuck;
mod underpaid;

use std::fmt;

pub use contrast::{Effect, Measure, Stratum, Unit, Within};
pub use people::{People, Strata};

use crate::error::{Error, Result, nearest};
use crate::segments::floor::PRIVACY_FLOOR;
use crate::table::money::Currency;

/// What a card is about; the words are those of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Far more experienced than paid.
    ExperiencedUnderpaid,
    /// Little experience and pay, and pay that rises faster than that of others.
    YoungRising,
    /// Paid below the peers at every update.
    Stuck,
    /// A role that is paid less than others at the same experience.
    MispricedRole,
    /// What the rule in use spends its effort on.
    CurrentRule,
    /// What knowing the age would change.
    CollectAge,
    /// Whom the rule in use does not reach.
    Diversify,
}

impl Kind {
    /// All kinds, those about people first.
    pub const ALL: [Self; 7] = [
        Self::ExperiencedUnderpaid,
        Self::YoungRising,
        Self::Stuck,
        Self::MispricedRole,
        Self::CurrentRule,
        Self::CollectAge,
        Self::Diversify,
    ];

    /// Its name in files and flags.
    pub fn word(self) -> &'static str {
        match self {
            Self::ExperiencedUnderpaid => "experienced-underpaid",
            Self::YoungRising => "young-rising",
            Self::Stuck => "stuck",
            Self::MispricedRole => "mispriced-role",
            Self::CurrentRule => "current-rule",
            Self::CollectAge => "collect-age",
            Self::Diversify => "diversify",
        }
    }

    /// Reads its name.
    ///
    /// # Errors
    /// No card is called that.
    pub fn parse(word: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word.trim()).ok_or_else(|| {
            let words = Self::ALL.map(Self::word);
            let hint =
                nearest(word, words).map_or_else(|| words.join(", "), |n| format!("{n}; or {}", words.join(", ")));
            Error::usage(format!("no card is called '{word}'")).try_this(hint)
        })
    }

    /// Whether it names people to speak to, so that an audience can be made of it.
    pub fn is_about_people(self) -> bool {
        self <= Self::MispricedRole
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One person of a card, with all that its figures are made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Person {
    /// Used row.
    pub row: u32,
    /// What is measured; NaN is unknown.
    pub value: f64,
    /// What it is measured against: the same for everybody.
    pub yardstick: f64,
    /// The yardstick inside the person's role, band of experience and year of the pay figure; NaN where too few
    /// others are there.
    pub within: [f64; 3],
    /// Place in an audience: the highest first.
    pub score: f64,
}

/// A recommendation.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// What it is about.
    pub kind: Kind,
    /// What is said.
    pub claim: String,
    /// Who they are, ascending by used row.
    pub people: Vec<Person>,
    /// Rows of the source that are theirs, superseded ones too.
    pub rows: usize,
    /// Distinct learners; used rows where no id column is known.
    pub learners: usize,
    /// Others whose number its figures tell, a group each: used rows, ascending.
    pub told: Vec<Vec<u32>>,
    /// How large it is.
    pub effect: Effect,
    /// Whether the direction holds inside roles, bands of experience and years of the pay figure.
    pub strata: Vec<Within>,
    /// What it does not say.
    pub caveat: String,
    /// What to do next.
    pub next: String,
    /// How the people are ordered, as a formula; empty where they are not.
    pub score: &'static str,
    /// Why it must not be acted on, where that is so.
    pub withheld: Option<String>,
}

impl Card {
    /// The names of the strata inside which the direction holds.
    pub fn holds_within(&self) -> Vec<&'static str> {
        self.strata.iter().filter(|within| within.holds()).map(|within| within.name).collect()
    }
}

/// Why a kind of card is not there.
#[derive(Clone, Debug, PartialEq)]
pub struct NotShown {
    /// The kind.
    pub kind: Kind,
    /// The reason.
    pub why: String,
}

/// All cards of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cards {
    /// Those that stand, in the order of [`Kind::ALL`].
    pub cards: Vec<Card>,
    /// Those that do not.
    pub not_shown: Vec<NotShown>,
}

impl Cards {
    /// The card of a kind.
    pub fn of(&self, kind: Kind) -> Option<&Card> {
        self.cards.iter().find(|card| card.kind == kind)
    }
}

/// The rule in use and whom it matches, by used row.
#[derive(Clone, Copy, Debug)]
pub struct RuleInUse<'a> {
    /// Its text.
    pub text: &'a str,
    /// Used rows, ascending.
    pub rows: &'a [u32],
}

/// What a card is made with.
#[derive(Clone, Copy)]
pub struct Making<'a> {
    /// Everybody.
    pub people: &'a People<'a>,
    /// How pay is written.
    pub currency: Currency,
    /// Seed of the bootstrap.
    pub seed: u64,
    /// The rule in use.
    pub rule: RuleInUse<'a>,
    /// Whether age is only assumed from experience; `None` where nothing is known of it.
    pub age_is_assumed: Option<bool>,
}

/// A card, or why there is none.
type Made = std::result::Result<Card, String>;

/// Makes all cards.
pub fn cards(making: &Making<'_>) -> Cards {
    let mut found = Cards::default();
    let mut keep = |kind: Kind, made: Made| match made {
        Ok(card) => found.cards.push(card.guarded()),
        Err(why) => found.not_shown.push(NotShown { kind, why }),
    };
    keep(Kind::ExperiencedUnderpaid, underpaid::card(making));
    keep(Kind::YoungRising, rising::card(making));
    keep(Kind::Stuck, stuck::card(making));
    keep(Kind::MispricedRole, role::card(making));
    advice::cards(making, &mut found);
    found
}

impl Card {
    /// Withholds a card that must not be acted on.
    fn guarded(mut self) -> Self {
        let reversed: Vec<&str> = self.strata.iter().filter(|w| w.reverses()).map(|w| w.name).collect();
        if self.learners < PRIVACY_FLOOR {
            self.withheld = Some(format!("fewer than {PRIVACY_FLOOR} learners: too few to be spoken of as a group"));
        } else if !reversed.is_empty() {
            let within = reversed.join(" and ");
            self.withheld = Some(format!(
                "the direction reverses within {within} (Simpson's paradox): it comes from who is where, not from \
                 how they are paid"
            ));
        }
        self
    }
}
