//! One learner's card: every row of the source, cluster, distances, peers.

use super::{Cleaned, Prepared};
use crate::cluster::Clustering;
use crate::segments::peers::Peer;
use crate::table::column::{Column, Data, MISSING};
use crate::table::ledger::Effect;
use crate::table::role::Role;

/// Everything that is known of one learner.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// The row that the card was opened by, of the source.
    pub source_row: u32,
    /// The used row that speaks for it; `None` where a rule took the row out.
    pub used: Option<u32>,
    /// All rows of the learner, by the year of the pay figure, then in the order of the source. The one row where
    /// no id is known.
    pub rows: Vec<CardRow>,
    /// The cluster; `None` where the row was not clustered.
    pub cluster: Option<usize>,
    /// To each centroid, in the scaled matrix; empty where the row was not clustered.
    pub distances: Vec<f64>,
    /// The peers; `None` where there are too few.
    pub peer: Option<Peer>,
    /// Pay against what experience predicts, in robust standard deviations of the band.
    pub z: Option<f64>,
}

/// One row of a learner.
#[derive(Clone, Debug, PartialEq)]
pub struct CardRow {
    /// Its number in the source.
    pub row: u32,
    /// The rule that took it, in words; `None` for a row that is used.
    pub taken_by: Option<String>,
}

/// The card of the learner of a row of the source.
pub fn card(cleaned: &Cleaned, fit: Option<(&Prepared, &Clustering)>, source_row: u32) -> Card {
    let learners = &cleaned.learners;
    let used = learners.used_of.get(source_row as usize).copied().filter(|used| (*used as usize) < learners.rows());
    let mut rows = rows_of(cleaned, source_row);
    let years = cleaned.table.with_role(Role::PayYear).and_then(Column::numbers);
    let year = |row: u32| years.map_or(0.0, |years| years[row as usize]);
    rows.sort_by(|a, b| year(*a).total_cmp(&year(*b)).then(a.cmp(b)));
    let mut card = Card {
        source_row,
        used,
        rows: rows.into_iter().map(|row| CardRow { row, taken_by: taken_by(cleaned, row) }).collect(),
        cluster: None,
        distances: Vec::new(),
        peer: None,
        z: None,
    };
    let Some(used) = used else { return card };
    if let Some(peers) = &cleaned.peers {
        card.peer = peers.of(used as usize);
        card.z = peers.z.get(used as usize).copied().filter(|z| z.is_finite());
    }
    if let Some((prepared, clustering)) = fit
        && let Ok(at) = prepared.encoded.rows.binary_search(&used)
    {
        let distinct = prepared.matrix.distinct_of()[at] as usize;
        card.cluster = Some(usize::from(clustering.labels[distinct]));
        card.distances = clustering.distances(prepared.matrix.row(distinct));
    }
    card
}

/// Rows of the source with the same id, ascending.
fn rows_of(cleaned: &Cleaned, source_row: u32) -> Vec<u32> {
    let at = source_row as usize;
    let with =
        |is_same: &dyn Fn(usize) -> bool| (0..cleaned.table.rows() as u32).filter(|r| is_same(*r as usize)).collect();
    match cleaned.table.with_role(Role::Learner).map(|column| &column.data) {
        Some(Data::Text(text)) if text.codes[at] != MISSING => with(&|row| text.codes[row] == text.codes[at]),
        Some(Data::Number(values)) if !values[at].is_nan() => with(&|row| values[row] == values[at]),
        _ => vec![source_row],
    }
}

/// What took a row out, where something did.
fn taken_by(cleaned: &Cleaned, row: u32) -> Option<String> {
    let learners = &cleaned.learners;
    let used = learners.used_of.get(row as usize).copied().unwrap_or(u32::MAX);
    if learners.source_row.get(used as usize) == Some(&row) {
        return None;
    }
    let entries = learners.ledger.entries.iter().filter(|e| e.on && e.effect == Effect::Taken);
    let label = entries.into_iter().find(|e| e.rows.contains(&row)).map(|e| e.label.clone());
    Some(label.unwrap_or_else(|| "not used".to_owned()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::jobs::Cancel;
    use crate::source::{Location, Options};
    use crate::study::{self, recipe::Recipe};
    use crate::table::RoleChoices;
    use crate::table::cleaning::Cleaning;

    #[test]
    fn a_card_holds_every_row_of_the_learner() {
        let never = Cancel::never();
        let sample = Location::from_argument(None);
        let table = study::load(&sample, &Options::default(), &RoleChoices::default(), &never, &mut |_, _| {}).unwrap();
        let cleaned = study::clean(&Arc::new(table), &Cleaning::default());
        let recipe = Recipe::default();
        let prepared = study::prepare(&cleaned, &study::features(&cleaned, &recipe).unwrap(), &never).unwrap();
        let clustering = study::fit(&cleaned, &prepared, &recipe, 3, &never).unwrap();
        let ids = cleaned.table.with_role(Role::Learner).unwrap().categories().unwrap();
        let years = cleaned.table.with_role(Role::PayYear).unwrap().numbers().unwrap();
        let labels = study::row_labels(&prepared, &clustering);
        let (mut many, mut taken) = (0, 0);
        for row in (0..cleaned.table.rows() as u32).step_by(37) {
            let card = card(&cleaned, Some((&prepared, &clustering)), row);
            let same = ids.codes.iter().filter(|code| **code == ids.codes[row as usize]).count();
            assert_eq!(card.rows.len(), same);
            assert!(card.rows.iter().any(|r| r.row == row));
            assert!(card.rows.is_sorted_by_key(|r| years[r.row as usize] as i64));
            many += usize::from(same > 1);
            // One row speaks, unless a rule took them all.
            let speaking = card.rows.iter().filter(|r| r.taken_by.is_none()).count();
            assert!(speaking <= 1);
            taken += usize::from(speaking == 0);
            let Some(used) = card.used else { continue };
            let at = prepared.encoded.rows.binary_search(&used).unwrap();
            assert_eq!(card.cluster, Some(usize::from(labels[at])));
            // The own centroid is the nearest one.
            let nearest = (0..3).min_by(|a, b| card.distances[*a].total_cmp(&card.distances[*b]));
            assert_eq!(nearest, card.cluster);
            assert_eq!(card.peer, cleaned.peers.as_ref().unwrap().of(used as usize));
        }
        assert!(many > 10, "{many} learners with several rows");
        assert!(taken < 40, "{taken}");
    }

    #[test]
    fn without_ids_a_card_is_one_row() {
        let never = Cancel::never();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/tables/iris.csv");
        let read = study::load(
            &Location::Path(path.into()),
            &Options::default(),
            &RoleChoices::default(),
            &never,
            &mut |_, _| {},
        );
        let cleaned = study::clean(&Arc::new(read.unwrap()), &Cleaning::default());
        let card = card(&cleaned, None, 7);
        assert_eq!(card.rows, [CardRow { row: 7, taken_by: None }]);
        assert_eq!((card.cluster, card.peer, card.z), (None, None, None));
    }
}
