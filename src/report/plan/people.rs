//! The people behind a card and in an audience, one a line, with all that figures are made of.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::privacy::{self, Disclosed, Ids, List};
use crate::report::list::{Cells, Column};
use crate::segments::cards::{Kind, Person};
use crate::study::Cleaned;
use crate::study::plan::Plan;
use crate::table::cleaning::NOT_USED;
use crate::table::role::Role;

/// The people behind a card, with all that its figures are made of.
///
/// # Errors
/// The card is not there, or withheld.
pub fn card_list(cleaned: &Cleaned, plan: &Plan, kind: Kind, ids: Ids) -> Result<Vec<Column>> {
    let why_not = plan.cards.not_shown.iter().find(|missing| missing.kind == kind).map(|missing| missing.why.clone());
    let card = plan.cards.of(kind).ok_or_else(|| {
        Error::bad_input(format!("there is no card {kind}"))
            .because(why_not.unwrap_or_default())
            .try_this("kscope plan FILE, which says what stands and what does not")
    })?;
    if let Some(why) = &card.withheld {
        return Err(Error::bad_input(format!("the card {kind} is withheld")).because(why));
    }
    let list = privacy::list(&cleaned.learners, card.people.iter().map(|person| person.row).collect(), ids);
    let by_row = card.people.iter().map(|person| (person.row, (person, card.kind.word()))).collect();
    Ok(people(cleaned, &by_row, &list))
}

/// The people of the audience, in the order in which to contact them.
///
/// # Errors
/// There is no audience.
pub fn audience_list(cleaned: &Cleaned, plan: &Plan, ids: Ids) -> Result<Vec<Column>> {
    let audience = plan.audience.as_ref().filter(|audience| !audience.segments.is_empty()).ok_or_else(|| {
        Error::bad_input("there is no audience")
            .because("no card about people stands")
            .try_this("kscope plan FILE, which says what stands and what does not")
    })?;
    let mut by_row = BTreeMap::new();
    for segment in &audience.segments {
        let Some(card) = plan.cards.of(segment.kind) else { continue };
        for row in &segment.rows {
            if let Ok(at) = card.people.binary_search_by_key(row, |person| person.row) {
                by_row.insert(*row, (&card.people[at], segment.kind.word()));
            }
        }
    }
    Ok(people(cleaned, &by_row, &privacy::list(&cleaned.learners, audience.rows(), ids)))
}

fn people(cleaned: &Cleaned, by_row: &BTreeMap<u32, (&Person, &str)>, list: &Disclosed<List>) -> Vec<Column> {
    let (learners, list) = (&cleaned.learners, list.get());
    let rows: Vec<u32> = list.rows.iter().copied().filter(|row| by_row.contains_key(row)).collect();
    let mut speaks_for = vec![0i64; learners.rows()];
    for used in learners.used_of.iter().filter(|used| **used != NOT_USED) {
        speaks_for[*used as usize] += 1;
    }
    let whole = |of: &dyn Fn(usize) -> Option<i64>| Cells::Whole(rows.iter().map(|row| of(*row as usize)).collect());
    let number = |of: &dyn Fn(&Person) -> f64| Cells::Number(rows.iter().map(|row| of(by_row[row].0)).collect());
    let role = |role| learners.with_role(role);
    let mut columns = vec![Column::new("row", whole(&|row| Some(i64::from(learners.source_row[row]))))];
    if let Some(ids) = &list.ids {
        let of: BTreeMap<u32, &String> = list.rows.iter().copied().zip(ids).collect();
        columns
            .push(Column::new("id", Cells::Text(rows.iter().map(|row| of.get(row).map(|id| (*id).clone())).collect())));
    }
    columns.push(Column::new("source_rows", whole(&|row| Some(speaks_for[row]))));
    columns.push(Column::new("card", Cells::Text(rows.iter().map(|row| Some(by_row[row].1.to_owned())).collect())));
    let shown = [
        ("pay", Role::Pay),
        ("experience", Role::Experience),
        ("role", Role::Job),
        ("company", Role::Company),
        ("pay_year", Role::PayYear),
    ];
    for (name, column) in shown.into_iter().filter_map(|(name, of)| Some((name, role(of)?))) {
        let cells = match (column.numbers(), column.categories()) {
            (Some(values), _) => Cells::Number(rows.iter().map(|row| values[*row as usize]).collect()),
            (_, Some(text)) => Cells::Text(rows.iter().map(|row| text.get(*row as usize).map(str::to_owned)).collect()),
            _ => continue,
        };
        columns.push(Column::new(name, cells));
    }
    if let Some(peers) = &cleaned.peers {
        let peer = |row: &u32| peers.of(*row as usize);
        let of = |value: &dyn Fn(u32) -> f64| Cells::Number(rows.iter().map(|row| value(*row)).collect());
        columns.push(Column::new("peer_median", of(&|row| peers.median[row as usize])));
        columns.push(Column::new("peers", whole(&|row| peer(&(row as u32)).map(|p| i64::from(p.n)))));
        let level = rows.iter().map(|row| peer(row).map(|p| p.level.word().to_owned())).collect();
        columns.push(Column::new("peers_of", Cells::Text(level)));
        columns.push(Column::new("gap", of(&|row| peers.gap[row as usize])));
    }
    columns.push(Column::new("value", number(&|p| p.value)));
    columns.push(Column::new("yardstick", number(&|p| p.yardstick)));
    for (at, name) in ["yardstick_in_role", "yardstick_in_band", "yardstick_in_pay_year"].into_iter().enumerate() {
        columns.push(Column::new(name, number(&|p| p.within[at])));
    }
    columns.push(Column::new("score", number(&|p| p.score)));
    columns
}
