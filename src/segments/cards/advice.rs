//! Cards about what to do: they stand only beside one about people, for they say what to do instead of or with it.

use super::bootstrap;
use super::contrast::{self, Effect, Measure, Unit, Yardsticks};
use super::{Card, Cards, Kind, Made, Making, NotShown, Person};
use crate::segments::age::OLDER;
use crate::segments::floor::Part;
use crate::table::money::group_thousands;

/// Age at graduation as it is assumed, and how far off it may be.
const GRADUATION: [f64; 3] = [22.0, 20.0, 25.0];

pub(super) fn cards(making: &Making<'_>, found: &mut Cards) {
    let beside = found.cards.iter().any(|card| card.withheld.is_none());
    for kind in [Kind::CurrentRule, Kind::CollectAge, Kind::Diversify] {
        let made = match kind {
            _ if !beside => Err("no card about people stands, so there is nothing to do instead".to_owned()),
            Kind::CurrentRule => current_rule(making),
            Kind::CollectAge => collect_age(making, found),
            _ => diversify(making, found),
        };
        match made {
            Ok(card) => found.cards.push(card.guarded()),
            Err(why) => found.not_shown.push(NotShown { kind, why }),
        }
    }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

/// What the rule in use spends its effort on.
fn current_rule(making: &Making<'_>) -> Made {
    let people = making.people;
    let above = |row: usize| match people.peers.gap[row] {
        gap if gap.is_finite() => f64::from(gap > 0.0),
        _ => f64::NAN,
    };
    let all: Vec<f64> = people.known().map(above).filter(|v| v.is_finite()).collect();
    let lots = all.iter().sum::<f64>() / all.len().max(1) as f64;
    let yardsticks = Yardsticks::flat(people, lots - NO_BETTER);
    let chosen: Vec<Person> = making
        .rule
        .rows
        .iter()
        .filter(|row| above(**row as usize).is_finite())
        .map(|row| yardsticks.person(people, *row, above(*row as usize), 0.0))
        .collect();
    let over: Vec<u32> = chosen.iter().filter(|p| p.value > 0.5).map(|p| p.row).collect();
    let share = Part { some: over.len(), of: chosen.len() };
    let effect =
        contrast::effect(making, &chosen, Measure::Share, Unit::Share, "share above the median of their peers")
            .ok_or("the rule matches nobody whose peers are known")?;
    let rows: Vec<u32> = chosen.iter().map(|p| p.row).collect();
    let learners = people.learners_among(&rows);
    Ok(Card {
        kind: Kind::CurrentRule,
        claim: format!(
            "The rule in use ({}) matches {} learners and spends {} of its effort on people above their peers' median; \
             drawing lots would spend {}",
            making.rule.text,
            group_thousands(learners as u64),
            share.percent(),
            percent(lots),
        ),
        rows: people.source_rows(&rows),
        learners,
        told: vec![over],
        effect,
        strata: contrast::within(people, &chosen, Measure::Share, &[]),
        people: chosen,
        caveat: "Inside a stratum the direction holds where the rule is not at least ten points better than lots. Peers are \
                 those of the same company, role and band where there are enough, else of the role and band, else of the \
                 band."
            .to_owned(),
        next: "compare with the audience below, which asks the same budget of other people".to_owned(),
        score: "",
        withheld: None,
    })
}

/// A rule that is not so much better than lots is no better.
const NO_BETTER: f64 = 0.1;

/// What knowing the age would change.
fn collect_age(making: &Making<'_>, found: &Cards) -> Made {
    match making.age_is_assumed {
        Some(false) => return Err("the table has ages".to_owned()),
        Some(true) => {}
        None => return Err("nothing is known of age or experience".to_owned()),
    }
    let of = found.of(Kind::ExperiencedUnderpaid).filter(|card| card.withheld.is_none());
    let of = of.ok_or("it is about the experienced underpaid, and there are none")?;
    let people = making.people;
    let older = |graduation: f64| -> Vec<u32> {
        let is_older = |person: &&Person| people.experience[person.row as usize] + graduation >= OLDER;
        of.people.iter().filter(is_older).map(|person| person.row).collect()
    };
    let told = GRADUATION.map(older);
    let shares = told.each_ref().map(|rows| Part { some: rows.len(), of: of.people.len() });
    let [value, low, high] = shares.map(Part::share);
    let [at_22, at_20, at_25] = shares.map(Part::percent);
    let yardsticks = Yardsticks::flat(people, f64::NAN);
    let chosen: Vec<Person> = of
        .people
        .iter()
        .map(|person| yardsticks.person(people, person.row, people.experience[person.row as usize], 0.0))
        .collect();
    Ok(Card {
        kind: Kind::CollectAge,
        claim: format!(
            "The table has no ages. Of the experienced underpaid ≈{at_22} are 35 or older if everybody graduated at 22, \
             ≈{at_20} if at 20, ≈{at_25} if at 25: one question would tell"
        ),
        rows: of.rows,
        learners: of.learners,
        told: told.to_vec(),
        effect: Effect {
            value,
            low,
            high,
            se: f64::NAN,
            unit: Unit::Share,
            words: "≈ share of 35 or older; the interval is the assumption, not chance",
        },
        strata: Vec::new(),
        people: chosen,
        caveat: "≈ Age here is 22 + years of experience and says nothing that experience does not say. A count, not a \
                 comparison: there is no direction to look for inside strata."
            .to_owned(),
        next: "ask for the year of birth or of graduation; until then age decides nothing".to_owned(),
        score: "",
        withheld: None,
    })
}

/// Whom the rule in use does not reach.
fn diversify(making: &Making<'_>, found: &Cards) -> Made {
    let standing = |kind| found.of(kind).filter(|card: &&Card| card.withheld.is_none());
    let missing = |kind: Kind| format!("there is no card {kind} to spread the effort to");
    let underpaid = standing(Kind::ExperiencedUnderpaid).ok_or_else(|| missing(Kind::ExperiencedUnderpaid))?;
    let rising = standing(Kind::YoungRising).ok_or_else(|| missing(Kind::YoungRising))?;
    let people = making.people;
    let reached = |row: u32| making.rule.rows.binary_search(&row).is_ok();
    let share = |card: &Card| {
        let some = card.people.iter().filter(|person| reached(person.row)).count();
        Part { some, of: card.people.len() }.percent()
    };
    let yardsticks = Yardsticks::flat(people, 0.0);
    let mut rows: Vec<u32> = underpaid.people.iter().chain(&rising.people).map(|person| person.row).collect();
    rows.sort_unstable();
    rows.dedup();
    let chosen: Vec<Person> =
        rows.iter().map(|row| yardsticks.person(people, *row, f64::from(!reached(*row)), 0.0)).collect();
    let missed: Vec<u32> = chosen.iter().filter(|person| person.value > 0.5).map(|person| person.row).collect();
    let interval = bootstrap::of_share(missed.len(), chosen.len(), making.seed);
    let value = Part { some: missed.len(), of: chosen.len() }.share();
    let learners = people.learners_among(&rows);
    Ok(Card {
        kind: Kind::Diversify,
        claim: format!(
            "The rule in use reaches {} of the experienced underpaid and {} of the young and rising; together they are {} \
             learners",
            share(underpaid),
            share(rising),
            group_thousands(learners as u64),
        ),
        rows: people.source_rows(&rows),
        learners,
        told: vec![missed],
        effect: Effect {
            value,
            low: interval.low,
            high: interval.high,
            se: interval.se,
            unit: Unit::Share,
            words: "share of both that the rule does not reach",
        },
        strata: Vec::new(),
        people: chosen,
        caveat: "A count, not a comparison: there is no direction to look for inside strata. Who is receptive is not in the \
                 table; contact both and compare."
            .to_owned(),
        next: "split the effort and keep the split, so that the two can be compared".to_owned(),
        score: "",
        withheld: None,
    })
}
