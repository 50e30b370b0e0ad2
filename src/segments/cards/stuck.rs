//! Paid below the peers at every update.

use super::bootstrap;
use super::contrast::{self, Effect, Measure, Unit, Yardsticks};
use super::history::Update;
use super::underpaid::CLEAR;
use super::{Card, Kind, Made, Making, Person};
use crate::segments::floor::counted;
use crate::table::money::group_thousands;

/// Fewer learners with two updates than this say nothing about persistence.
const MIN_KNOWN: usize = 100;
/// So many more than chance would give.
const MORE: f64 = 0.1;

pub(super) fn card(making: &Making<'_>) -> Made {
    let people = making.people;
    let history =
        people.history.as_ref().ok_or("no learner has two pay figures: ids and the year of pay are needed")?;
    let updated: Vec<usize> = people
        .known()
        .filter(|row| history.of(*row).len() > 1 && history.of(*row).iter().all(|u| u.gap.is_finite()))
        .collect();
    if updated.len() < MIN_KNOWN {
        return Err(format!("only {} learners have pay figures of two years", counted(updated.len())));
    }
    let yardsticks = Yardsticks {
        whole: expected(updated.iter().map(|row| history.of(*row))),
        within: std::array::from_fn(|at| {
            let strata = &people.strata[at];
            (0..strata.levels.len())
                .map(|s| expected(updated.iter().filter(|row| strata.of(**row) == Some(s)).map(|row| history.of(*row))))
                .collect()
        }),
    };
    let chosen: Vec<Person> = updated
        .iter()
        .filter(|row| history.of(**row).iter().all(|update| update.gap < 0.0))
        .map(|row| {
            let updates = history.of(*row);
            let mean_gap = updates.iter().map(|u| u.gap).sum::<f64>() / updates.len() as f64;
            yardsticks.person(people, *row as u32, 1.0, -100.0 * mean_gap)
        })
        .collect();
    let (expected, m) = (yardsticks.whole, updated.len() as f64);
    let share = bootstrap::of_share(chosen.len(), updated.len(), making.seed);
    let effect = Effect {
        value: chosen.len() as f64 / expected - 1.0,
        low: share.low * m / expected - 1.0,
        high: share.high * m / expected - 1.0,
        se: share.se * m / expected,
        unit: Unit::Relative,
        words: "how many more than if one update said nothing about the next",
    };
    if effect.value.is_nan() || effect.value <= MORE.max(CLEAR * effect.se) {
        return Err("being below the peers at one update hardly tells that of the next".to_owned());
    }
    let rows: Vec<u32> = chosen.iter().map(|p| p.row).collect();
    let learners = people.learners_among(&rows);
    Ok(Card {
        kind: Kind::Stuck,
        claim: format!(
            "{} of the {} learners with pay figures of two years or more were paid below their peers at every one of \
             them; if one said nothing about the next it would be {}",
            group_thousands(learners as u64),
            group_thousands(updated.len() as u64),
            group_thousands(expected.round() as u64),
        ),
        rows: people.source_rows(&rows),
        learners,
        told: vec![updated.iter().map(|row| *row as u32).collect()],
        effect,
        strata: contrast::within(people, &chosen, Measure::CountRatio, &[]),
        people: chosen,
        caveat:
            "Peers are those of the row that gave the figure, whatever its year. Only learners who gave two figures \
                 are seen, and they may differ from those who gave one."
                .to_owned(),
        next: "ask what keeps them there before offering anything".to_owned(),
        score: "mean of how far pay is below the peers' median at each update, in %",
        withheld: None,
    })
}

/// How many would be below at every update if updates were independent: the rate of the first figure times
/// that of later ones.
fn expected<'a>(learners: impl Iterator<Item = &'a [Update]> + Clone) -> f64 {
    let below = |update: &&Update| update.gap < 0.0;
    let n = learners.clone().count() as f64;
    let first = learners.clone().filter_map(<[Update]>::first).filter(below).count() as f64 / n;
    let later = || learners.clone().flat_map(|updates| &updates[1..]);
    let rate = later().filter(below).count() as f64 / later().count() as f64;
    learners.map(|updates| first * rate.powi(updates.len() as i32 - 1)).sum()
}
