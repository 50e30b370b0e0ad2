//! Recommendation cards and the audience of a recipe.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use super::Cleaned;
use super::recipe::Recipe;
use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::segments::audience::{self, Audience};
use crate::segments::cards::{self, Cards, Kind, Making, NotShown, People, RuleInUse};
use crate::segments::drill::{self, ClusterOf, RuleColumns};
use crate::source::{escape, excerpt};
use crate::table::cleaning::{self, Cleaning, Entity, NOT_USED};
use crate::table::role::Role;

/// Largest file of exclusions, in bytes.
const LONGEST: u64 = 1 << 30;

/// Everything that screen 7 and `kscope plan` tell.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What stands, and what does not.
    pub cards: Arc<Cards>,
    /// Whom to contact; `None` where pay or experience is unknown.
    pub audience: Option<Audience>,
    /// Used rows of which pay and experience are known, ascending: whom the cards are made of.
    pub known: Arc<Vec<u32>>,
    /// The rule in use, in canonical text.
    pub rule: String,
    /// Learners that it matches.
    pub rule_learners: usize,
    /// Used rows that it matches, ascending.
    pub rule_rows: Arc<Vec<u32>>,
}

/// Who must not be contacted.
#[derive(Clone, Debug, Default)]
pub struct Exclusions {
    /// By used row: an excluded row excludes all rows of its learner.
    pub rows: Vec<bool>,
    /// What should be known: ids that the table does not have.
    pub notices: Vec<String>,
}

/// Makes the cards and chooses the audience of a recipe.
///
/// # Errors
/// The rule in use is none, or does not fit the table; interruption.
pub fn plan(
    cleaned: &Cleaned,
    recipe: &Recipe,
    clusters: Option<&ClusterOf>,
    exclusions: &Exclusions,
    cancel: &Cancel,
) -> Result<Plan> {
    let check = || cancel.check().map_err(|_| Error::interrupted());
    let rule = recipe.plan.rule().to_owned();
    let Some(peers) = cleaned.peers.as_ref() else { return Ok(nothing(rule)) };
    let every = Cleaning { entity: Entity::All, ..cleaned.cleaning.clone() };
    let every_row = cleaning::clean(&cleaned.table, &every);
    check()?;
    let Some(people) = People::new(&cleaned.learners, peers, &every_row) else { return Ok(nothing(rule)) };
    check()?;
    let columns = RuleColumns { learners: &cleaned.learners, clusters, peers: Some(peers) };
    let matched = drill::drill(&columns, &rule)?;
    check()?;
    let making = Making {
        people: &people,
        currency: cleaned.table.currency,
        seed: recipe.seed,
        rule: RuleInUse { text: &matched.rule, rows: &matched.rows },
        age_is_assumed: cleaned.learners.ages.as_ref().map(|ages| ages.basis.is_assumed()),
    };
    let cards = cards::cards(&making);
    check()?;
    let cards = Plan {
        rule_learners: people.learners_among(&matched.rows),
        known: Arc::new(people.known().map(|row| row as u32).collect()),
        rule: matched.rule,
        rule_rows: Arc::new(matched.rows),
        cards: Arc::new(cards),
        audience: None,
    };
    Ok(choose(cleaned, &cards, recipe, exclusions))
}

/// The same cards, another audience: what [`plan`] makes of a recipe that differs from the plan's in budget, mix,
/// caps and exclusions alone, in a fraction of the time.
pub fn choose(cleaned: &Cleaned, plan: &Plan, recipe: &Recipe, exclusions: &Exclusions) -> Plan {
    let everyone = vec![false; cleaned.learners.rows()];
    let audience = cleaned.peers.as_ref().map(|peers| {
        let from = audience::From {
            learners: &cleaned.learners,
            peers,
            cards: &plan.cards,
            rule: RuleInUse { text: &plan.rule, rows: &plan.rule_rows },
            excluded: if exclusions.rows.is_empty() { &everyone } else { &exclusions.rows },
        };
        audience::audience(&from, &recipe.plan.wanted)
    });
    Plan { audience, ..plan.clone() }
}

fn nothing(rule: String) -> Plan {
    let why = || "the table has no pay and experience".to_owned();
    let not_shown = Kind::ALL.map(|kind| NotShown { kind, why: why() }).to_vec();
    let cards = Arc::new(Cards { cards: Vec::new(), not_shown });
    Plan { cards, audience: None, known: Arc::default(), rule, rule_learners: 0, rule_rows: Arc::default() }
}

/// Reads who must not be contacted: a file with a heading and a column of ids (named as in the table) or of source
/// rows (named `row`), or a plain list of ids, one a line.
///
/// # Errors
/// A file that cannot be read, a row that is none, ids without an id column.
pub fn exclusions(cleaned: &Cleaned, path: &Path) -> Result<Exclusions> {
    let shown = escape(&path.display().to_string());
    let cannot = |line: Option<u64>, why: &dyn std::fmt::Display| {
        let place = line.map(|line| format!(", line {line}")).unwrap_or_default();
        Error::bad_input(format!("cannot read the exclusions of {shown}{place}")).because(why)
    };
    let size = std::fs::metadata(path).map_err(|e| cannot(None, &e))?.len();
    if size > LONGEST {
        return Err(cannot(None, &"it is larger than a list of ids"));
    }
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path).map_err(|e| cannot(None, &e))?;
    let learners = &cleaned.learners;
    let id = cleaned.table.columns.iter().find(|column| column.role == Role::Learner);
    let mut excluded_ids: HashSet<String> = HashSet::new();
    let mut excluded_sources: Vec<usize> = Vec::new();
    let (mut field, mut by_row) = (0, false);
    for (at, record) in reader.records().enumerate() {
        let record = record.map_err(|e| cannot(e.position().map(csv::Position::line), &e))?;
        let line = record.position().map(csv::Position::line);
        if at == 0 {
            let named = |name: &str| record.iter().position(|cell| cell.trim().trim_start_matches('\u{feff}') == name);
            if let Some(place) = id.and_then(|id| named(&id.name)) {
                field = place;
                continue;
            }
            if let Some(place) = named("row") {
                (field, by_row) = (place, true);
                continue;
            }
        }
        let cell = record.get(field).unwrap_or_default().trim();
        if cell.is_empty() {
            continue;
        }
        if by_row {
            let row = cell.parse().ok().filter(|row: &usize| *row < learners.used_of.len()).ok_or_else(|| {
                cannot(line, &format!("'{}' is no row of the table", excerpt(cell)))
                    .try_this(format!("rows count from 0 and end at {}", learners.used_of.len().saturating_sub(1)))
            })?;
            excluded_sources.push(row);
        } else {
            excluded_ids.insert(cell.to_owned());
        }
    }
    let mut rows = vec![false; learners.rows()];
    for source in excluded_sources {
        if learners.used_of[source] != NOT_USED {
            rows[learners.used_of[source] as usize] = true;
        }
    }
    let mut notices = Vec::new();
    if !excluded_ids.is_empty() {
        let id = learners.with_role(Role::Learner).ok_or_else(|| {
            cannot(None, &"the table has no id column to look the ids up in")
                .try_this("a column with the heading 'row' and source rows, or --role COLUMN=learner")
        })?;
        let mut met: HashSet<String> = HashSet::new();
        for (row, excluded) in rows.iter_mut().enumerate() {
            let id = id.cell(row);
            if excluded_ids.contains(&id) {
                *excluded = true;
                met.insert(id);
            }
        }
        let strange = excluded_ids.len() - met.len();
        if strange > 0 {
            notices.push(format!("{strange} of {} excluded ids are not in the table", excluded_ids.len()));
        }
    }
    // Whoever has an excluded row is excluded with all rows.
    if let Some(learner_of) = &learners.learner_of {
        let who: HashSet<u32> = (0..rows.len()).filter(|row| rows[*row]).map(|row| learner_of[row]).collect();
        rows.iter_mut().zip(learner_of).for_each(|(excluded, learner)| *excluded |= who.contains(learner));
    }
    Ok(Exclusions { rows, notices })
}
