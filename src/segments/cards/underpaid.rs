//! Far more experienced than paid.

use super::contrast::{self, Measure, Unit};
use super::{Card, Kind, Made, Making, Person};
use crate::features::encode::quantile;
use crate::segments::floor::counted;
use crate::table::money::{format_pay, group_thousands};

/// Points by which the percentile of experience must exceed that of pay: half of the table.
const FAR: f64 = 50.0;

/// Standard errors that a relation must be away from none.
pub(super) const CLEAR: f64 = 3.3;
/// Rank correlations nearer to 0 than this are none, however many rows there are.
const HARDLY_RELATED: f64 = 0.05;

pub(super) fn card(making: &Making<'_>) -> Made {
    let people = making.people;
    let known: Vec<usize> = people.known().collect();
    let (of_pay, of_experience) = (&people.pay_percentile, &people.experience_percentile);
    let relation = rank_correlation(&known, of_pay, of_experience);
    let chance = CLEAR / (known.len().max(2) as f64 - 1.0).sqrt();
    if relation.is_nan() || relation.abs() < chance.max(HARDLY_RELATED) {
        return Err(format!(
            "pay and experience are not related (rank correlation {relation:.2}), so that nobody is paid out of step"
        ));
    }
    let score = |row: usize| of_experience[row] - of_pay[row];
    let mut is_in = vec![false; people.pay.len()];
    known.iter().filter(|row| score(**row) > FAR).for_each(|row| is_in[*row] = true);
    let yardsticks = contrast::medians_of_others(people, &is_in, people.pay);
    let chosen: Vec<Person> = known
        .iter()
        .filter(|row| is_in[**row])
        .map(|row| yardsticks.person(people, *row as u32, people.pay[*row], score(*row)))
        .collect();
    if chosen.is_empty() {
        return Err("nobody is half the table more experienced than paid".to_owned());
    }
    let effect =
        contrast::effect(making, &chosen, Measure::MedianRatio, Unit::Relative, "median pay against the others")
            .ok_or("no pay is known")?;
    let median = |values: &[f64], inside: bool| {
        let mut these: Vec<f64> = known.iter().filter(|row| is_in[**row] == inside).map(|row| values[*row]).collect();
        quantile(&mut these, 0.5).unwrap_or(f64::NAN)
    };
    let rows: Vec<u32> = chosen.iter().map(|p| p.row).collect();
    let learners = people.learners_among(&rows);
    let claim = format!(
        "{} learners are far more experienced than paid: {:.0} y of experience at the median against {:.0} y of the \
         others, and {} against {}",
        group_thousands(learners as u64),
        median(people.experience, true),
        median(people.experience, false),
        format_pay(median(people.pay, true), making.currency),
        format_pay(yardsticks.whole, making.currency),
    );
    Ok(Card {
        kind: Kind::ExperiencedUnderpaid,
        claim,
        rows: people.source_rows(&rows),
        learners,
        told: Vec::new(),
        effect,
        strata: contrast::within(people, &chosen, Measure::MedianRatio, &[]),
        people: chosen,
        caveat: format!(
            "Chosen by low pay, so that low pay is no finding of itself; what counts is who they are and how many. Pay \
             and experience have a rank correlation of {relation:.2}. One pay figure each, as the learner gave it; {} \
             improbable figures are left out.",
            counted(people.improbable)
        ),
        next: "speak to those with the highest score first; ask what they were paid before and what they want"
            .to_owned(),
        score: "percentile of experience − percentile of pay",
        withheld: None,
    })
}

/// Spearman's rank correlation, from percentiles that are mean ranks.
fn rank_correlation(rows: &[usize], a: &[f64], b: &[f64]) -> f64 {
    let n = rows.len() as f64;
    let mean = |values: &[f64]| rows.iter().map(|row| values[*row]).sum::<f64>() / n;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut product, mut square_a, mut square_b) = (0.0, 0.0, 0.0);
    for row in rows {
        let (from_a, from_b) = (a[*row] - mean_a, b[*row] - mean_b);
        product += from_a * from_b;
        square_a += from_a * from_a;
        square_b += from_b * from_b;
    }
    product / (square_a * square_b).sqrt()
}
