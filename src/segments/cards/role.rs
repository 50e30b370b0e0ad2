//! A role that is paid less than others at the same experience.

use super::contrast::{self, Effect, Measure, Unit, Yardsticks};
use super::{Card, Kind, Made, Making, Person};
use crate::features::encode::quantile;
use crate::table::money::group_thousands;

/// Fewer people of a role, and of others in a band, than this say nothing.
const MIN_ROLE: usize = 100;
const MIN_OTHERS: usize = 30;
/// So much below the others, by the cautious end.
const BELOW: f64 = -0.05;
/// Standard errors of the cautious end: 3.3 for one role, more since the lowest of a dozen is looked for.
const CLEAR: f64 = 4.0;

pub(super) fn card(making: &Making<'_>) -> Made {
    let people = making.people;
    let [roles, bands, _] = &people.strata;
    let flat = Yardsticks::flat(people, 1.0);
    let words = "median of pay ÷ median pay of other roles in the same band of experience, − 1";
    let of_role = |role: usize| -> Option<(Vec<Person>, Effect)> {
        let mut others: Vec<Vec<f64>> = vec![Vec::new(); bands.levels.len()];
        for row in people.known().filter(|row| roles.of(*row).is_some_and(|r| r != role)) {
            if let Some(band) = bands.of(row) {
                others[band].push(people.pay[row]);
            }
        }
        let median = |mut pay: Vec<f64>| if pay.len() < MIN_OTHERS { None } else { quantile(&mut pay, 0.5) };
        let medians: Vec<Option<f64>> = others.into_iter().map(median).collect();
        let chosen: Vec<Person> = people
            .known()
            .filter(|row| roles.of(*row) == Some(role))
            .filter_map(|row| {
                let ratio = people.pay[row] / medians[bands.of(row)?]?;
                Some(flat.person(people, row as u32, ratio, 100.0 * (1.0 - ratio)))
            })
            .collect();
        if chosen.len() < MIN_ROLE {
            return None;
        }
        let effect = contrast::effect(making, &chosen, Measure::MedianRatio, Unit::Relative, words)?;
        Some((chosen, effect))
    };
    let cautious = |effect: &Effect| effect.value + CLEAR * effect.se;
    let found = (0..roles.levels.len()).filter_map(|role| of_role(role).map(|(chosen, effect)| (role, chosen, effect)));
    let lowest = found.min_by(|a, b| cautious(&a.2).total_cmp(&cautious(&b.2)));
    let Some((role, chosen, effect)) = lowest.filter(|(_, _, effect)| cautious(effect) < BELOW) else {
        return Err("no role is clearly paid less than others at the same experience".to_owned());
    };
    let rows: Vec<u32> = chosen.iter().map(|p| p.row).collect();
    let learners = people.learners_among(&rows);
    Ok(Card {
        kind: Kind::MispricedRole,
        claim: format!(
            "{} ({} learners) is paid {:.0} % less at the median than other roles in the same band of experience",
            roles.levels[role],
            group_thousands(learners as u64),
            -100.0 * effect.value,
        ),
        rows: people.source_rows(&rows),
        learners,
        told: Vec::new(),
        effect,
        strata: contrast::within(people, &chosen, Measure::MedianRatio, &["role"]),
        people: chosen,
        caveat:
            "The lowest of the common roles; titles are as people wrote them, and a role may be paid less for good \
                 reasons that the table does not hold."
                .to_owned(),
        next: "compare with pay from outside before speaking of a role as mispriced".to_owned(),
        score: "100 × (1 − pay ÷ median pay of other roles in the band)",
        withheld: None,
    })
}
