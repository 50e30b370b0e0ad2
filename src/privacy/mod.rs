//! What may leave the program about people. This room alone makes [`Disclosed`], and files of people and reports
//! take nothing else.
//!
//! Two rules: a group of fewer than [`FLOOR`] learners is not shown, nor can it be found by subtracting one shown
//! group from another; and ids leave as they are only when that is asked for, else as hashes whose salt is
//! forgotten, so that rows of one file can be told to be of one person, and nothing beyond that file.

mod ids;

pub use ids::{Ids, List, SourceColumns, list, source_columns};

pub use crate::segments::cards::PRIVACY_FLOOR as FLOOR;
use crate::segments::cards::{Card, Cards};
use crate::table::cleaning::Learners;

/// Something that may leave the program.
#[derive(Clone, Debug)]
pub struct Disclosed<T>(T);

impl<T> Disclosed<T> {
    /// What it is.
    pub fn get(&self) -> &T {
        &self.0
    }
}

/// A card as it may be shown.
#[derive(Clone, Copy, Debug)]
pub struct ShownCard<'a> {
    /// The card.
    pub card: &'a Card,
    /// Why its figures must not be shown, where that is so.
    pub hidden: Option<&'static str>,
}

/// The cards as they may be shown: neither a group under the floor, nor two groups that differ by one.
///
/// `everybody` is the number of used rows with known pay and experience: all but a few would tell of the few.
pub fn cards(cards: &Cards, everybody: usize) -> Disclosed<Vec<ShownCard<'_>>> {
    let mut shown: Vec<ShownCard<'_>> = Vec::new();
    for card in &cards.cards {
        let rows = |card: &Card| card.people.iter().map(|person| person.row).collect::<Vec<_>>();
        let own = rows(card);
        let tells = |other: &ShownCard<'_>| {
            let other = rows(other.card);
            let common = own.iter().filter(|row| other.binary_search(row).is_ok()).count();
            [own.len() - common, other.len() - common].into_iter().any(|rest| (1..FLOOR).contains(&rest))
                && (common == own.len() || common == other.len())
        };
        let hidden = if card.learners < FLOOR {
            Some("fewer learners than the privacy floor")
        } else if (1..FLOOR).contains(&everybody.saturating_sub(own.len()))
            || shown.iter().filter(|other| other.hidden.is_none()).any(tells)
        {
            Some("together with another figure it would tell of fewer learners than the privacy floor")
        } else {
            None
        };
        shown.push(ShownCard { card, hidden });
    }
    Disclosed(shown)
}

/// Sizes of the parts of a whole whose size is shown too: those under the floor are not shown, and where only one
/// is not, neither is the next smallest, which would tell of it. 0 tells of nobody.
pub fn parts(sizes: &[usize]) -> Disclosed<Vec<Option<usize>>> {
    let small = |size: usize| (1..FLOOR).contains(&size);
    let mut shown: Vec<Option<usize>> = sizes.iter().map(|size| (!small(*size)).then_some(*size)).collect();
    let hidden: usize = sizes.iter().copied().filter(|size| small(*size)).sum();
    // Whatever is not shown must be enough people together.
    if (1..FLOOR).contains(&hidden) {
        let next = (0..sizes.len()).filter(|i| shown[*i].is_some_and(|n| n > 0)).min_by_key(|i| (sizes[*i], *i));
        if let Some(next) = next {
            shown[next] = None;
        }
    }
    Disclosed(shown)
}

/// Groups of people that are shown beside each other: each of enough learners, and so is what one has beyond another
/// that lies within it.
#[derive(Debug)]
struct Groups<'a> {
    learners: &'a Learners,
    shown: Vec<Vec<u32>>,
}

impl<'a> Groups<'a> {
    /// All used rows are shown from the start.
    fn new(learners: &'a Learners) -> Self {
        Self { learners, shown: vec![(0..learners.rows() as u32).collect()] }
    }

    fn size(&self, rows: &[u32]) -> usize {
        self.learners.learners_among(rows.iter().map(|row| *row as usize)).unwrap_or(rows.len())
    }

    /// The learners of a group where it may be shown too; a group of nobody may. `rows` ascend.
    fn admit(&mut self, rows: &[u32]) -> Option<usize> {
        let small = |learners: usize| (1..FLOOR).contains(&learners);
        let size = self.size(rows);
        let tells = |other: &Vec<u32>| {
            let (less, more) = if rows.len() < other.len() { (rows, &other[..]) } else { (&other[..], rows) };
            let rest: Vec<u32> = more.iter().copied().filter(|row| less.binary_search(row).is_err()).collect();
            less.len() + rest.len() == more.len() && small(self.size(&rest))
        };
        if small(size) || self.shown.iter().any(tells) {
            return None;
        }
        self.shown.push(rows.to_vec());
        Some(size)
    }
}

/// The groups of people that a report speaks of, by used row, each ascending.
#[derive(Clone, Copy, Debug)]
pub struct Spoken<'a> {
    /// Everybody.
    pub learners: &'a Learners,
    /// The clusters, which share no row.
    pub clusters: &'a [Vec<u32>],
    /// Those who pass the first clauses of a rule, one group more a clause.
    pub steps: &'a [Vec<u32>],
    /// The cards, and how many used rows they were made of.
    pub cards: (&'a Cards, usize),
    /// The parts of an audience, which share no row.
    pub segments: &'a [Vec<u32>],
}

/// What a report may say of them: the number of learners of each group, or nothing of it.
#[derive(Clone, Debug)]
pub struct Figures<'a> {
    /// One per cluster.
    pub clusters: Vec<Option<usize>>,
    /// One per step.
    pub steps: Vec<Option<usize>>,
    /// One per card.
    pub cards: Vec<ShownCard<'a>>,
    /// One per part of the audience.
    pub segments: Vec<Option<usize>>,
    /// The audience as a whole.
    pub audience: Option<usize>,
}

/// What a report may say of the groups that it speaks of, taken all together.
pub fn report<'a>(spoken: &Spoken<'a>) -> Disclosed<Figures<'a>> {
    let mut groups = Groups::new(spoken.learners);
    let partition = |groups: &mut Groups<'_>, parts_of: &[Vec<u32>]| -> Vec<Option<usize>> {
        let sizes: Vec<usize> = parts_of.iter().map(|rows| groups.size(rows)).collect();
        let shown = parts(&sizes);
        parts_of.iter().zip(shown.get()).map(|(rows, shown)| shown.and_then(|_| groups.admit(rows))).collect()
    };
    let clusters = partition(&mut groups, spoken.clusters);
    let mut shown = cards(spoken.cards.0, spoken.cards.1).0;
    for card in shown.iter_mut().filter(|card| card.hidden.is_none()) {
        let rows: Vec<u32> = card.card.people.iter().map(|person| person.row).collect();
        if groups.admit(&rows).is_none() {
            card.hidden = Some("together with another figure it would tell of fewer learners than the privacy floor");
        }
    }
    let mut whole = spoken.segments.concat();
    whole.sort_unstable();
    let audience = groups.admit(&whole);
    let segments = partition(&mut groups, spoken.segments);
    let steps = spoken.steps.iter().map(|rows| groups.admit(rows)).collect();
    Disclosed(Figures { clusters, steps, cards: shown, segments, audience })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_small_part_takes_the_next_smallest_with_it() {
        assert_eq!(parts(&[100, 3, 40]).get(), &[Some(100), None, None]);
        assert_eq!(parts(&[100, 5, 7, 40]).get(), &[Some(100), None, None, Some(40)]);
        assert_eq!(parts(&[100, 0, 10]).get(), &[Some(100), Some(0), Some(10)]);
        assert_eq!(parts(&[3]).get(), &[None]);
    }

    fn people(rows: usize) -> Learners {
        Learners {
            columns: Vec::new(),
            source_row: (0..rows as u32).collect(),
            used_of: (0..rows as u32).collect(),
            learner_of: None,
            ledger: crate::table::ledger::Ledger::default(),
            experience: None,
        }
    }

    #[test]
    fn a_step_that_few_fail_is_not_shown() {
        let learners = people(100);
        let mut groups = Groups::new(&learners);
        let first = |n: u32| (0..n).collect::<Vec<u32>>();
        // All but five would tell of the five; what overlaps tells of nobody.
        assert_eq!(groups.admit(&first(95)), None);
        assert_eq!(groups.admit(&first(60)), Some(60));
        assert_eq!(groups.admit(&first(55)), None);
        assert_eq!(groups.admit(&first(69)), None);
        assert_eq!(groups.admit(&first(60)), Some(60));
        assert_eq!(groups.admit(&(50..75).collect::<Vec<u32>>()), Some(25));
        assert_eq!(groups.admit(&first(9)), None);
        assert_eq!(groups.admit(&[]), Some(0));
        // Rows of one learner are one.
        let learners = Learners { learner_of: Some((0..100).map(|row| row / 20).collect()), ..people(100) };
        assert_eq!(Groups::new(&learners).admit(&first(60)), None);
    }

    proptest! {
        /// Of two steps that are shown, nobody is known by subtraction.
        #[test]
        fn shown_steps_never_differ_by_a_few(mut sizes in prop::collection::vec(0u32..120, 1..8)) {
            let learners = people(120);
            sizes.sort_unstable_by(|a, b| b.cmp(a));
            let mut groups = Groups::new(&learners);
            let shown: Vec<usize> = sizes.iter().filter_map(|n| groups.admit(&(0..*n).collect::<Vec<u32>>())).collect();
            for pair in [120].iter().chain(&shown).collect::<Vec<_>>().windows(2) {
                prop_assert!(!(1..FLOOR).contains(&(pair[0] - pair[1])), "{pair:?}");
            }
        }

        /// Who knows the whole and all that is shown knows of nobody by subtraction.
        #[test]
        fn subtraction_never_tells_of_a_few(sizes in prop::collection::vec(0usize..40, 1..8)) {
            let disclosed = parts(&sizes);
            let shown = disclosed.get();
            let rest: usize = sizes.iter().sum::<usize>() - shown.iter().flatten().sum::<usize>();
            let nothing_else = shown.iter().all(|s| s.is_none_or(|n| n == 0));
            prop_assert!(rest == 0 || rest >= FLOOR || nothing_else);
            prop_assert!(shown.iter().flatten().all(|n| *n == 0 || *n >= FLOOR));
        }
    }
}
