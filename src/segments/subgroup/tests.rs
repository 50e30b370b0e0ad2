use proptest::prelude::*;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use super::*;
use crate::segments::drill::drill;
use crate::segments::order::pay_for_experience;
use crate::segments::peers::{Peers, peers};
use crate::table::cleaning::Learners;
use crate::table::column::{Column, Text};
use crate::table::role::Role;

const JOBS: [&str; 4] = ["Backend \"x\"", "backend \"X\"", "QA", "Data"];

/// Learners whose pay is noise but for those that `is_poor` says, who get two fifths of it.
fn table(rows: usize, seed: u64, is_poor: impl Fn(f64, f64, &str) -> bool) -> (Learners, Peers) {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut uniform = || (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
    let (mut pay, mut experience, mut year, mut jobs, mut copies) = (vec![], vec![], vec![], vec![], vec![]);
    for _ in 0..rows {
        let years = (uniform() * 20.0).floor();
        let updated = 2015.0 + (uniform() * 6.0).floor();
        let job = JOBS[(uniform() * 4.0) as usize];
        let normal: f64 = (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
        let mut amount = 1e6 * (1.0 + years / 10.0) * (0.4 * normal).exp();
        if is_poor(years, updated, job) {
            amount *= 0.4;
        }
        pay.push(amount);
        experience.push(years);
        year.push(if uniform() < 0.1 { f64::NAN } else { updated });
        jobs.push((uniform() > 0.05).then_some(job));
        copies.push((amount / 1e5).ln());
    }
    let columns = vec![
        Column::number("ctc", Role::Pay, pay),
        Column::number("experience", Role::Experience, experience),
        Column::number("year of `pay`", Role::Number, year),
        Column::text("job", Role::Job, Text::encode(jobs.into_iter())),
        Column::number("log pay", Role::Number, copies),
        Column::number("row", Role::Ignore, (0..rows).map(|i| i as f64).collect()),
    ];
    let learners = Learners::of(columns);
    let peers = peers(&learners, &pay_for_experience(&learners).unwrap(), 5).unwrap();
    (learners, peers)
}

fn found(table: &(Learners, Peers)) -> Subgroups {
    let columns = RuleColumns { learners: &table.0, clusters: None, peers: Some(&table.1) };
    discover(&columns, TOP, &Cancel::never()).unwrap().unwrap()
}

#[test]
fn a_planted_subgroup_is_found_as_it_was_planted() {
    let table = table(6000, 1, |years, updated, job| (8.0..12.0).contains(&years) && updated >= 2018.0 && job == "QA");
    let found = found(&table);
    let best = &found.found[0];
    assert_eq!(best.conditions, 3, "{found:#?}");
    assert!(best.rule.contains("job = \"QA\"") && best.rule.contains("`year of ``pay``` >= 2018"), "{}", best.rule);
    // As near as twelve bins of twenty years come to 8..11.
    assert!(["8..10", "8..11", "7..11"].iter().any(|years| best.rule.contains(years)), "{}", best.rule);
    assert!(best.lift > 3.0 && best.quality > found.noise, "{best:?}");
    assert_eq!(found.made_of_pay, ["log pay"]);
    assert_eq!(found.asked, ["experience", "year of `pay`", "job"]);
}

#[test]
fn spellings_that_a_rule_does_not_tell_apart_are_one_level() {
    let table = table(4000, 2, |_, _, job| job.to_lowercase().starts_with("backend"));
    let best = found(&table).found[0].clone();
    assert!(best.rule.to_lowercase().contains("job = \"backend \"\"x\"\"\""), "{}", best.rule);
    assert!(best.rows > 1500, "{best:?}");
}

/// At most about one table in twenty passes by chance; of these twenty, two at most.
#[test]
fn noise_yields_nothing() {
    let told = (0..20).filter(|seed| !found(&table(1500, 100 + seed, |_, _, _| false)).found.is_empty()).count();
    assert!(told <= 2, "{told} of 20 tables of noise told a subgroup");
}

#[test]
fn nothing_to_find_is_not_an_error() {
    let few = table(30, 3, |_, _, job| job == "QA");
    assert_eq!(found(&few).found, []);
    let columns = RuleColumns { learners: &few.0, clusters: None, peers: None };
    assert_eq!(discover(&columns, TOP, &Cancel::never()), Ok(None));
    let cancel = Cancel::never();
    cancel.cancel();
    let columns = RuleColumns { peers: Some(&few.1), ..columns };
    assert_eq!(discover(&columns, TOP, &cancel), Err(Cancelled));
}

#[test]
fn a_learner_with_many_rows_speaks_once() {
    // One learner is a fortieth of the table and low-paid in each row: with every row for itself that is a finding.
    let (mut learners, peers) = table(2000, 4, |_, _, _| false);
    let all_one: Vec<u32> = (0..2000).map(|row| row / 2).collect();
    assert_eq!(one_a_learner(&[1, 2, 3, 7], Some(&all_one)), [1, 2, 7]);
    learners.learner_of = Some(all_one);
    let found = found(&(learners, peers));
    assert_eq!((found.known, found.least), (2000, 50));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever is told is true of the rows that a drill with the rule gives, and no two tell of the same people.
    #[test]
    fn rules_reproduce_their_counts(seed: u64, from in 0.0..15.0, width in 2.0..8.0, which in 0_usize..4) {
        let table = table(2500, seed, |years, updated, job| {
            ((from..from + width).contains(&years) && job == JOBS[which]) || (updated == 2016.0 && years < 4.0)
        });
        let columns = RuleColumns { learners: &table.0, clusters: None, peers: Some(&table.1) };
        let all = found(&table);
        prop_assert_eq!(&all, &found(&table), "deterministic");
        prop_assert!(!all.found.is_empty());
        let mut people: Vec<Vec<u32>> = Vec::new();
        for one in &all.found {
            let rows = drill(&columns, &one.rule).unwrap().rows;
            prop_assert_eq!(rows.len(), one.rows, "{}", &one.rule);
            prop_assert!(one.rows >= all.least && one.lift >= LEAST_LIFT && one.quality > all.noise);
            prop_assert!((1..=3).contains(&one.conditions));
            prop_assert!(!one.rule.contains("ctc") && !one.rule.contains("log pay"));
            let low = drill(&columns, &format!("{} and pay_for_experience < {CUT}", one.rule)).unwrap().rows.len();
            prop_assert_eq!(low, one.low);
            let known = drill(&columns, &format!("{} and pay_for_experience is known", one.rule)).unwrap().rows.len();
            prop_assert_eq!(known, one.known);
            for other in &people {
                let both = rows.iter().filter(|row| other.binary_search(row).is_ok()).count();
                prop_assert!(both as f64 <= MOST_SHARED * rows.len().min(other.len()) as f64);
            }
            people.push(rows);
        }
    }
}
