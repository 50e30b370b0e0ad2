//! What a report may say of the rows that cleaning took. Rows of the table are counted here, not learners.

use super::{Disclosed, parts};
use crate::segments::floor::is_few;
use crate::table::ledger::{Effect, Entry, Ledger};

/// The figures of a ledger that may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownLedger {
    /// Rows of the table; `None` where they would tell of the few that were taken from them.
    pub rows_in: Option<usize>,
    /// One per entry.
    pub entries: Vec<Option<usize>>,
}

/// What may be shown beside the rows that are used: no few rows that a rule took or changed, nor all but a few, and
/// what the rules that are not told took together is not a few.
pub fn ledger(ledger: &Ledger) -> Disclosed<ShownLedger> {
    let is_taken = |entry: &&Entry| entry.on && entry.effect == Effect::Taken;
    let taken: Vec<usize> = ledger.entries.iter().filter(is_taken).map(|entry| entry.rows.len()).collect();
    let shown = parts(&taken);
    let hidden = taken.iter().sum::<usize>() - shown.get().iter().flatten().sum::<usize>();
    let mut shown = shown.get().iter().copied();
    let entries = ledger.entries.iter().map(|entry| match is_taken(&entry) {
        true => shown.next().flatten(),
        false => Some(entry.rows.len()).filter(|n| !is_few(*n) && !is_few(ledger.rows_in.saturating_sub(*n))),
    });
    Disclosed(ShownLedger { entries: entries.collect(), rows_in: (!is_few(hidden)).then_some(ledger.rows_in) })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::table::ledger::Rule;

    fn shown(rows_in: usize, took: &[usize], changed: usize) -> ShownLedger {
        let entry = |effect, rows: usize| Entry {
            rule: Rule::ImpossibleYears,
            on: true,
            effect,
            label: String::new(),
            rows: Arc::new((0..rows as u32).collect()),
        };
        let mut entries: Vec<Entry> = took.iter().map(|rows| entry(Effect::Taken, *rows)).collect();
        entries.push(entry(Effect::Changed, changed));
        let held = Ledger { rows_in, entries, rows_out: rows_in - took.iter().sum::<usize>() };
        ledger(&held).get().clone()
    }

    #[test]
    fn a_few_rows_that_were_taken_are_not_the_difference_of_two_figures() {
        assert_eq!(shown(500, &[3, 0], 40).entries, [None, Some(0), Some(40)]);
        assert_eq!(shown(500, &[3, 0], 40).rows_in, None);
        // With another rule they are many; which of both took how many is not told.
        let two = shown(500, &[3, 200, 90], 4);
        assert_eq!((two.rows_in, two.entries), (Some(500), vec![None, Some(200), None, None]));
        assert_eq!(shown(500, &[5, 7], 494), ShownLedger { rows_in: Some(500), entries: vec![None, None, None] });
        assert_eq!(shown(500, &[10], 500).entries, [Some(10), Some(500)]);
    }
}
