//! What a report says, in the order in which it says it: both formats render this, so that they cannot disagree.
//!
//! All text in here is as it is in the data; whoever renders it escapes it.

mod k;
mod method;
mod people;
mod plan;
mod telling;

pub use telling::tell;

use super::svg::Chart;
use super::text::Align;
use crate::privacy::{self, Disclosed, Figures, ShownLedger};
use crate::quality::Verdict;
use crate::segments::drill::Drill;
use crate::study::findings::{KFound, Sweep};
use crate::study::plan::Plan;
use crate::study::recipe::Recipe;
use crate::study::{Cleaned, Prepared};
use crate::table::money::group_thousands;

/// A report.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// What it is about.
    pub title: String,
    /// The table it was made of and its fingerprint, in words.
    pub source: String,
    /// Its parts.
    pub sections: Vec<Section>,
}

/// A part of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Its anchor.
    pub id: &'static str,
    /// Its heading.
    pub title: String,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// What a part is made of.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// A paragraph that stands back.
    Note(String),
    /// A few sentences, one each.
    List(Vec<String>),
    /// A table.
    Table(Table),
    /// Charts that belong together.
    Charts(Vec<Chart>),
    /// A card or a cluster.
    Entry(Entry),
    /// Text for programs, folded away where that is possible.
    Code {
        /// What it is.
        summary: String,
        /// As it is.
        text: String,
    },
}

/// A table whose first column names its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// Headings.
    pub columns: Vec<(String, Align)>,
    /// Cells.
    pub rows: Vec<Vec<String>>,
}

/// A heading with facts below.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its heading.
    pub title: String,
    /// The cluster whose colour it has.
    pub cluster: Option<usize>,
    /// A sentence.
    pub lead: Option<String>,
    /// What is known, by name.
    pub facts: Vec<(&'static str, String)>,
    /// Why it must not be acted on.
    pub withheld: Option<String>,
}

/// Everything that a report is made of.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    /// The table.
    pub cleaned: &'a Cleaned,
    /// The numbers that were clustered.
    pub prepared: &'a Prepared,
    /// What was chosen.
    pub recipe: &'a Recipe,
    /// Every k.
    pub sweep: &'a Sweep,
    /// The k that is looked at; described and explained.
    pub found: &'a KFound,
    /// The rule and who passes it, or why there is none.
    pub drill: Result<&'a Drill, &'a str>,
    /// Cards and audience.
    pub plan: &'a Plan,
    /// What may be said of groups of people.
    pub figures: &'a Disclosed<Figures<'a>>,
    /// What may be said of cleaning.
    pub ledger: &'a Disclosed<ShownLedger>,
    /// The used rows of each cluster.
    pub members: &'a [Vec<u32>],
    /// The command that makes the report again.
    pub command: &'a str,
}

/// What clusters are called: groups where the verdict says that the rows fall apart at that k, slices otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noun {
    /// One.
    pub one: &'static str,
    /// Several.
    pub many: &'static str,
}

impl Noun {
    /// The word that a verdict allows for `k` clusters: at another k than that of the groups these are cut up or put
    /// together.
    pub fn of(verdict: Option<&Verdict>, k: usize) -> Self {
        let shown = |verdict: &&Verdict| verdict.suggested_k == Some(k) && verdict.k == Some(k);
        match verdict.filter(shown) {
            Some(_) => Self { one: "group", many: "groups" },
            None => Self { one: "slice", many: "slices" },
        }
    }

    /// So many of them.
    fn count(self, n: usize) -> String {
        format!("{n} {}", if n == 1 { self.one } else { self.many })
    }

    /// At the start of a heading.
    fn heading(word: &str) -> String {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    }
}

impl Story {
    /// Tells what was found.
    pub fn new(told: &Told<'_>) -> Self {
        let noun = Noun::of(told.sweep.verdict.as_ref(), told.found.clustering.k);
        let mut missing = Vec::new();
        let mut sections = vec![short(told, noun), k::section(told, noun), people::section(told, noun, &mut missing)];
        sections.extend(people::funnel(told, &mut missing));
        sections.extend(plan::cards(told, &mut missing));
        sections.extend(plan::audience(told, &mut missing));
        sections.extend(method::sections(told, missing));
        let table = &told.cleaned.table;
        Self {
            title: format!("{}: {}", table.name, noun.count(told.found.clustering.k)),
            source: format!("Made from {}, fingerprint {}", told.recipe.source.location, table.fingerprint),
            sections,
        }
    }

    /// All charts.
    pub fn charts(&self) -> impl Iterator<Item = &Chart> {
        let blocks = self.sections.iter().flat_map(|section| &section.blocks);
        blocks.filter_map(|block| if let Block::Charts(charts) = block { Some(charts) } else { None }).flatten()
    }
}

/// What there is, which k, and what stands out.
fn short(told: &Told<'_>, noun: Noun) -> Section {
    let cleaned = told.cleaned;
    let count = |n: usize| group_thousands(n as u64);
    let rows = told.ledger.get().rows_in.map(count);
    let who = match (cleaned.learner_count, rows) {
        (Some(learners), Some(rows)) => format!("{} learners in {rows} rows", count(learners)),
        (Some(learners), None) => format!("{} learners", count(learners)),
        (None, Some(rows)) => format!("{} of {rows} rows", count(cleaned.learners.rows())),
        (None, None) => format!("{} rows", count(cleaned.learners.rows())),
    };
    let k = told.found.clustering.k;
    let mut blocks = vec![Block::Text(format!(
        "{who}, parted into {} by {}.",
        noun.count(k),
        words(&told.prepared.encoded.features)
    ))];
    blocks.extend(told.sweep.verdict.as_ref().map(|verdict| Block::Text(privacy::said(&verdict.text))));
    let claims = told.figures.get().cards.iter().filter(|shown| shown.hidden.is_none());
    let claims = claims.filter(|shown| shown.card.withheld.is_none() && shown.card.kind.is_about_people());
    let claims: Vec<String> = claims.map(|shown| format!("{}.", shown.card.claim)).collect();
    if !claims.is_empty() {
        blocks.push(Block::List(claims));
    }
    Section { id: "short", title: "In short".to_owned(), blocks }
}

/// `a, b and c`.
fn words(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Percent without decimals.
fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.0} %", 100.0 * share) } else { "–".to_owned() }
}
