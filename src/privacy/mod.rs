//! What may leave the program about people. This room alone makes [`Disclosed`], and files of people and reports
//! take nothing else.
//!
//! Two rules: a group of fewer than [`FLOOR`] learners is not shown, nor can it be found by subtracting one shown
//! group from another; and ids leave as they are only when that is asked for, else as hashes whose salt is
//! forgotten, so that rows of one file can be told to be of one person, and nothing beyond that file.

mod composition;
mod groups;
mod ids;
mod ledger;
mod levels;
mod said;

pub use composition::{MadeOf, bands, composition};
pub use ids::{Ids, List, SourceColumns, list, source_columns};
pub use ledger::{ShownLedger, ledger};
pub use levels::{Profiled, ShownLevel, levels};
pub use said::said;

use groups::Groups;

use crate::segments::cards::{Card, Cards, Kind};
pub use crate::segments::floor::PRIVACY_FLOOR as FLOOR;
use crate::segments::floor::is_few;
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

/// The cards as they may be shown beside each other, see [`report`]. `known`: the used rows that they were made of.
pub fn cards<'a>(learners: &Learners, cards: &'a Cards, known: &[u32]) -> Disclosed<Vec<ShownCard<'a>>> {
    let mut groups = Groups::new(learners);
    groups.assume(groups.mask(known));
    Disclosed(admit_cards(&mut groups, cards))
}

fn admit_cards<'a>(groups: &mut Groups<'_>, cards: &'a Cards) -> Vec<ShownCard<'a>> {
    let admit = |card: &'a Card| {
        let own: Vec<u32> = card.people.iter().map(|person| person.row).collect();
        let all = std::iter::once(&own).chain(&card.told).map(Vec::as_slice);
        let hidden = if is_few(card.learners) {
            Some("fewer learners than the privacy floor")
        } else if groups.admit_all(all) {
            None
        } else {
            Some("together with another figure it would tell of fewer learners than the privacy floor")
        };
        ShownCard { card, hidden }
    };
    cards.cards.iter().map(admit).collect()
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

/// The groups of people that a report speaks of, by used row.
#[derive(Clone, Copy, Debug)]
pub struct Spoken<'a, 'c> {
    /// Everybody.
    pub learners: &'a Learners,
    /// The clusters, which share no row.
    pub clusters: &'a [Vec<u32>],
    /// Those who pass the first clauses of a rule, one group more a clause.
    pub steps: &'a [Vec<u32>],
    /// The cards.
    pub cards: &'c Cards,
    /// Whom they were made of.
    pub known: &'a [u32],
    /// Whom the rule in use matches.
    pub rule: &'a [u32],
    /// The parts of an audience, which share no row.
    pub segments: &'a [Vec<u32>],
}

/// What a report may say of them: the number of learners of each group, or nothing of it.
#[derive(Clone, Debug)]
pub struct Figures<'a> {
    /// All that were clustered.
    pub clustered: Option<usize>,
    /// One per cluster.
    pub clusters: Vec<Option<usize>>,
    /// One per step.
    pub steps: Vec<Option<usize>>,
    /// One per card.
    pub cards: Vec<ShownCard<'a>>,
    /// The rule in use.
    pub rule: Option<usize>,
    /// One per part of the audience.
    pub segments: Vec<Option<usize>>,
    /// The audience as a whole.
    pub audience: Option<usize>,
    /// Those of the audience whom the rule in use matches too.
    pub also_by_rule: Option<usize>,
    /// Those of the audience who are of a kind, whichever part they stand in.
    pub of_kind: Vec<(Kind, Option<usize>)>,
}

/// What a report may say of the groups that it speaks of, taken all together: see `Groups` for what is guaranteed. Where
/// not all can be shown, clusters go before cards, cards before the audience, and the steps of the rule come last.
pub fn report<'c>(spoken: &Spoken<'_, 'c>) -> Disclosed<Figures<'c>> {
    let mut groups = Groups::new(spoken.learners);
    groups.assume(groups.mask(spoken.known));
    let clustered = groups.admit(&spoken.clusters.concat());
    let clusters = groups.admit_parts(spoken.clusters);
    let cards = admit_cards(&mut groups, spoken.cards);
    let rule = groups.admit(spoken.rule);
    let whole = spoken.segments.concat();
    let audience = groups.admit(&whole);
    let segments = groups.admit_parts(spoken.segments);
    let of_audience = groups.mask(&whole);
    let also = |rows: &mut dyn Iterator<Item = u32>| rows.filter(|row| of_audience.contains(*row as usize)).collect();
    let both: Vec<u32> = also(&mut spoken.rule.iter().copied());
    let also_by_rule = groups.admit(&both).filter(|_| audience.is_some());
    let of_kind = spoken.cards.cards.iter().filter(|card| card.kind.is_about_people()).map(|card| {
        let some: Vec<u32> = also(&mut card.people.iter().map(|person| person.row));
        (card.kind, groups.admit(&some).filter(|_| audience.is_some()))
    });
    let of_kind = of_kind.collect();
    let steps = spoken.steps.iter().map(|rows| groups.admit(rows)).collect();
    Disclosed(Figures { clustered, clusters, steps, cards, rule, segments, audience, also_by_rule, of_kind })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::table::column::Column;
    use crate::table::role::Role;

    #[test]
    fn one_small_part_takes_the_next_smallest_with_it() {
        assert_eq!(parts(&[100, 3, 40]).get(), &[Some(100), None, None]);
        assert_eq!(parts(&[100, 5, 7, 40]).get(), &[Some(100), None, None, Some(40)]);
        assert_eq!(parts(&[100, 0, 10]).get(), &[Some(100), Some(0), Some(10)]);
        assert_eq!(parts(&[3]).get(), &[None]);
    }

    fn people(rows: usize) -> Learners {
        Learners::of(vec![Column::number("x", Role::Number, vec![0.0; rows])])
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

    /// All parts but one tell of the one; a whole that is its parts and a few tells of these.
    #[test]
    fn a_whole_without_its_parts_is_no_few() {
        let learners = people(200);
        let rows = |from: u32, to: u32| (from..to).collect::<Vec<u32>>();
        let mut groups = Groups::new(&learners);
        let clusters = [rows(0, 50), rows(50, 140), rows(140, 196)];
        // Four rows were not clustered.
        assert_eq!(groups.admit_parts(&clusters), [None, Some(90), Some(56)]);
        // 50..140, and 140..196, and three.
        assert_eq!(groups.admit(&rows(47, 196)), None);
        assert_eq!(groups.admit(&rows(30, 196)), Some(166));
        // Either all groups of a card or none.
        assert!(!groups.admit_all([&rows(0, 20)[..], &rows(0, 23)]));
        assert_eq!(groups.admit(&rows(0, 23)), Some(23), "the first of both was taken back");
        assert_eq!(groups.admit_parts(&[rows(0, 3), rows(3, 43)]), [None, Some(40)], "their whole is not shown");
    }

    proptest! {
        /// Whatever is asked for: no group of a few, no two whose difference is one, and no whole that has a few beyond
        /// any groups inside it which share no row: found here by trying every set of groups.
        #[test]
        fn what_is_shown_never_tells_of_a_few(
            rows in 30usize..90,
            cuts in prop::collection::vec((0usize..90, 0usize..90, 1usize..4), 1..9),
            per_learner in 1u32..4,
        ) {
            let learner_of = (per_learner > 1).then(|| (0..rows as u32).map(|row| row / per_learner).collect());
            let learners = Learners { learner_of, ..people(rows) };
            let mut groups = Groups::new(&learners);
            let mut shown: Vec<Vec<u32>> = vec![(0..rows as u32).collect()];
            for (a, b, step) in cuts {
                let (from, to) = (a.min(b).min(rows), a.max(b).min(rows));
                let group: Vec<u32> = (from as u32..to as u32).step_by(step).collect();
                let size = learners.learners_among(group.iter().map(|row| *row as usize)).unwrap_or(group.len());
                if let Some(told) = groups.admit(&group) {
                    prop_assert!(told == size && !is_few(size));
                    shown.push(group);
                }
            }
            for whole in &shown {
                for family in 1u32..1 << shown.len() {
                    let parts: Vec<&Vec<u32>> =
                        shown.iter().enumerate().filter(|(i, _)| family >> i & 1 == 1).map(|(_, part)| part).collect();
                    let mut held: Vec<u32> = parts.iter().flat_map(|part| part.iter().copied()).collect();
                    let all = held.len();
                    held.sort_unstable();
                    held.dedup();
                    if held.len() < all || !held.iter().all(|row| whole.contains(row)) {
                        continue;
                    }
                    let rest = whole.iter().filter(|row| !held.contains(row)).map(|row| *row as usize);
                    let rest = learners.learners_among(rest.clone()).unwrap_or_else(|| rest.count());
                    prop_assert!(!is_few(rest), "{rest} of {whole:?} without {parts:?}");
                }
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
