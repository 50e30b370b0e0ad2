//! What a learner was paid before: one figure a year, from all rows of the learner.

use std::collections::BTreeMap;

use crate::segments::order;
use crate::segments::peers;
use crate::table::cleaning::{Learners, NOT_USED};
use crate::table::role::Role;

/// A pay figure and its year.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Update {
    /// Year of the figure.
    pub year: f64,
    /// Pay, original units.
    pub pay: f64,
    /// Pay against the peers of that row (`pay / median − 1`); NaN where there are too few.
    pub gap: f64,
}

/// All figures of every learner, by used row; equal rows of a learner have the same.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    updates: Vec<Update>,
    /// Used row → its figures in `updates`, ascending by year.
    of: Vec<(u32, u32)>,
}

impl History {
    pub(super) fn new(learners: &Learners, every_row: &Learners, min_peers: usize) -> Option<Self> {
        let learner_of = every_row.learner_of.as_ref()?;
        let pay = every_row.with_role(Role::Pay)?.numbers()?;
        let year = every_row.with_role(Role::PayYear)?.numbers()?;
        let peers = order::pay_for_experience(every_row).and_then(|z| peers::peers(every_row, &z, min_peers));
        let gap = |row: usize| peers.as_ref().map_or(f64::NAN, |peers| peers.gap[row]);
        // Of the figures of one year the first row of the source counts: titles repeat the same figure.
        let mut by_learner: BTreeMap<u32, Vec<Update>> = BTreeMap::new();
        for (row, learner) in learner_of.iter().enumerate() {
            if pay[row] > 0.0 && pay[row].is_finite() && year[row].is_finite() {
                let updates = by_learner.entry(*learner).or_default();
                if updates.iter().all(|update| update.year != year[row]) {
                    updates.push(Update { year: year[row], pay: pay[row], gap: gap(row) });
                }
            }
        }
        let mut history = Self { updates: Vec::new(), of: vec![(0, 0); learners.rows()] };
        let mut places: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
        for (learner, mut updates) in by_learner {
            updates.sort_by(|a, b| a.year.total_cmp(&b.year));
            let from = history.updates.len() as u32;
            history.updates.extend(updates);
            places.insert(learner, (from, history.updates.len() as u32));
        }
        for (row, source) in learners.source_row.iter().enumerate() {
            let there = every_row.used_of[*source as usize];
            if there != NOT_USED
                && let Some(place) = places.get(&learner_of[there as usize])
            {
                history.of[row] = *place;
            }
        }
        Some(history)
    }

    /// The figures of a used row's learner, ascending by year.
    pub fn of(&self, row: usize) -> &[Update] {
        let (from, to) = self.of[row];
        &self.updates[from as usize..to as usize]
    }

    /// Growth of pay a year, compounded between the first figure and the last; NaN with fewer than two.
    pub fn growth(&self, row: usize) -> f64 {
        match self.of(row) {
            [first, .., last] => (last.pay / first.pay).powf(1.0 / (last.year - first.year)) - 1.0,
            _ => f64::NAN,
        }
    }
}
