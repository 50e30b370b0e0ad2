//! Everything that a report tells, found from a sweep.

use super::{Story, Told};
use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::privacy::{self, Spoken};
use crate::report::plan::segments;
use crate::segments::drill::{ClusterOf, Drill, RuleColumns, drill};
use crate::study::findings::Sweep;
use crate::study::recipe::{DEFAULT_RULE, Recipe};
use crate::study::{self, Cleaned};

/// Tells of the k of a sweep; `command` is what makes the report again.
///
/// # Errors
/// A k that the sweep does not have, a rule or a file of exclusions that does not fit the table, interruption.
pub fn tell(
    cleaned: &Cleaned,
    sweep: &Sweep,
    recipe: &Recipe,
    k: usize,
    command: &str,
    cancel: &Cancel,
) -> Result<Story> {
    let (found, prepared) = (sweep.asked(k)?, &*sweep.prepared);
    let described = found.describe(cleaned, prepared);
    found.explain(cleaned, prepared, cancel).map_err(|_| Error::interrupted())?;
    let names = recipe.names_of(&described.profiles);
    let clusters = ClusterOf::new(&cleaned.learners, &prepared.encoded.rows, &described.labels, names);
    let columns = RuleColumns { learners: &cleaned.learners, clusters: Some(&clusters), peers: cleaned.peers.as_ref() };
    let drilled = match &recipe.rule {
        Some(rule) => Ok(drill(&columns, rule)?),
        None => drill(&columns, DEFAULT_RULE)
            .map_err(|_| format!("no rule was chosen, and '{DEFAULT_RULE}' does not fit the table")),
    };
    let exclusions = recipe.plan.exclude.as_deref().map(|path| study::plan::exclusions(cleaned, path)).transpose()?;
    let plan = study::plan::plan(cleaned, recipe, Some(&clusters), &exclusions.unwrap_or_default(), cancel)?;
    let members = study::clustered(cleaned, prepared, &described.labels, k);
    let steps = drilled.as_ref().map(steps).unwrap_or_default();
    let figures = privacy::report(&Spoken {
        learners: &cleaned.learners,
        clusters: &members,
        steps: &steps,
        cards: &plan.cards,
        known: &plan.known,
        rule: &plan.rule_rows,
        segments: &segments(&plan),
    });
    let ledger = privacy::ledger(&cleaned.learners.ledger);
    Ok(Story::new(&Told {
        cleaned,
        prepared,
        recipe,
        sweep,
        found,
        drill: drilled.as_ref().map_err(String::as_str),
        plan: &plan,
        figures: &figures,
        ledger: &ledger,
        members: &members,
        command,
    }))
}

/// Who passes the first clauses of a rule, one group more a clause.
fn steps(drill: &Drill) -> Vec<Vec<u32>> {
    let mut left = crate::segments::rule::Mask::all(drill.funnel.rows);
    let passing = drill.funnel.passing.iter().map(|mask| {
        left.retain(mask);
        left.iter().map(|row| row as u32).collect()
    });
    passing.collect()
}
