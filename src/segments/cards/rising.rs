//! Little experience and pay, and pay that rises faster than that of others.

use super::contrast::{self, Measure, Unit};
use super::underpaid::CLEAR;
use super::{Card, Kind, Made, Making, Person};
use crate::segments::floor::{counted, is_few};
use crate::table::money::group_thousands;

/// Percentiles of experience and pay that are little: each in the lower half, together not above this.
const LITTLE: f64 = 60.0;
/// Fewer learners with two pay figures than this say nothing about growth.
const MIN_KNOWN: usize = 30;
/// Growth a year by which they must be ahead of the others.
const AHEAD: f64 = 0.02;

pub(super) fn card(making: &Making<'_>) -> Made {
    let people = making.people;
    let history =
        people.history.as_ref().ok_or("no learner has two pay figures: ids and the year of pay are needed")?;
    let growth: Vec<f64> = (0..people.pay.len()).map(|row| history.growth(row)).collect();
    let is_little = |row: &usize| {
        let (experience, pay) = (people.experience_percentile[*row], people.pay_percentile[*row]);
        experience <= 50.0 && pay <= 50.0 && experience + pay <= LITTLE
    };
    let mut is_in = vec![false; people.pay.len()];
    people.known().filter(is_little).for_each(|row| is_in[row] = true);
    let known =
        |inside: bool| growth.iter().zip(&is_in).filter(|(g, is_in)| g.is_finite() && **is_in == inside).count();
    if known(true) < MIN_KNOWN || known(false) < MIN_KNOWN {
        return Err(format!(
            "too few learners have pay figures of two years ({} of those with little experience and pay)",
            counted(known(true))
        ));
    }
    let yardsticks = contrast::medians_of_others(people, &is_in, &growth);
    // Whether they rise is judged over all of them, before those that do not are left out.
    let all: Vec<Person> = (0..is_in.len())
        .filter(|row| is_in[*row])
        .map(|row| yardsticks.person(people, row as u32, growth[row], 0.0))
        .collect();
    let words = "median growth of pay a year, less that of the others";
    let judged =
        contrast::effect(making, &all, Measure::MedianDifference, Unit::Growth, words).ok_or("no growth is known")?;
    if judged.value < AHEAD.max(CLEAR * judged.se) {
        return Err(format!(
            "the pay of those with little experience and pay rises by {:+.0} points a year against that of the others: \
             not clearly faster",
            100.0 * judged.value
        ));
    }
    // Whose own figures rise no faster is not rising; where there is one figure only, nothing speaks against it.
    let faster = |row: &usize| growth[*row].is_nan() || growth[*row] > yardsticks.whole;
    let chosen: Vec<Person> = people
        .known()
        .filter(is_little)
        .filter(faster)
        .map(|row| {
            let rise = if growth[row].is_finite() { growth[row].clamp(0.0, 1.0) } else { 0.0 };
            let score = 100.0 - people.experience_percentile[row] + 100.0 * rise;
            yardsticks.person(people, row as u32, growth[row], score)
        })
        .collect();
    let effect = contrast::effect(making, &chosen, Measure::MedianDifference, Unit::Growth, words)
        .ok_or("no growth is known")?;
    let rows: Vec<u32> = chosen.iter().map(|p| p.row).collect();
    let learners = people.learners_among(&rows);
    let with_history = chosen.iter().filter(|p| p.value.is_finite()).count();
    let known = match chosen.len() - with_history {
        without if is_few(without) => "nearly all".to_owned(),
        _ => counted(with_history),
    };
    let claim = format!(
        "{} learners have little experience and pay, and the pay of those with two figures rises by {:.0} % a year at \
         the median against {:.0} % of the others",
        group_thousands(learners as u64),
        100.0 * (effect.value + yardsticks.whole),
        100.0 * yardsticks.whole,
    );
    Ok(Card {
        kind: Kind::YoungRising,
        claim,
        rows: people.source_rows(&rows),
        learners,
        told: Vec::new(),
        effect,
        strata: contrast::within(people, &chosen, Measure::MedianDifference, &[]),
        people: chosen,
        caveat: format!(
            "Growth is known of {known} of them; of the others nothing speaks against it. Growth from a low figure is easily \
             large. Those whose own pay rose no faster than that of the others are left out; with them it is {:+.0} \
             points a year.",
            100.0 * judged.value,
        ),
        next: "reach them while it rises; ask for the pay figure again in a year".to_owned(),
        score: "100 − percentile of experience + growth of pay a year in % (0 to 100; 0 where unknown)",
        withheld: None,
    })
}
