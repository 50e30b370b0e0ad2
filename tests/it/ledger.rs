//! Rows in = rows out + taken, for whatever dirt.

use std::collections::BTreeSet;
use std::sync::Arc;

use kscope::jobs::Cancel;
use kscope::source::{Location, Options};
use kscope::study;
use kscope::table::cleaning::{Cleaning, Entity, Learners, NOT_USED};
use kscope::table::ledger::{Effect, Rule};
use kscope::table::{RoleChoices, Table};
use proptest::prelude::*;

use crate::program::Folder;

/// One cell out of these.
fn cell(choices: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    proptest::sample::select(choices)
}

/// A line of a small dirty learners table; few values, so that duplicates and repeated learners abound.
fn line() -> impl Strategy<Value = String> {
    (
        cell(&["acme", "Acme", "", "Null", "xz y"]),
        cell(&["p1", "p2", "p3", "p4", "p5", ""]),
        cell(&["2010", "2015.0", "0", "20165", "", "2021"]),
        cell(&["500000", "1200000", "0", "-5", "", "450000"]),
        cell(&["Engineer", "engineer", " Engineer", "", "None", "Lead"]),
        cell(&["2019", "2020", "2021.0", "2009"]),
    )
        .prop_map(|(a, b, c, d, e, f)| [a, b, c, d, e, f].join(","))
}

fn cleaning() -> impl Strategy<Value = Cleaning> {
    let rules = proptest::sample::subsequence(Rule::ALL.to_vec(), 0..=3);
    let entity = proptest::sample::select(&[Entity::Latest, Entity::MaxPay, Entity::All][..]);
    (rules, entity, any::<bool>()).prop_map(|(rules, entity, narrow)| Cleaning {
        flipped: rules.into_iter().collect::<BTreeSet<_>>(),
        entity,
        years: if narrow { (2012, 2020) } else { (1970, 2025) },
        ..Cleaning::default()
    })
}

fn table(lines: &[String]) -> Table {
    let folder = Folder::new();
    let header = "company_hash,email_hash,orgyear,ctc,job_position,ctc_updated_year";
    // The first row makes the columns what they are.
    let file = folder.file("x.csv", format!("{header}\nacme,p0,2010,700000,Engineer,2020\n{}\n", lines.join("\n")));
    let options = Options::default();
    let location = Location::Path(file.into());
    study::load(&location, &options, &RoleChoices::default(), &Cancel::never(), &mut |_, _| {}).unwrap()
}

/// What must hold after every cleaning.
fn check(table: &Table, cleaning: &Cleaning, learners: &Learners) -> Result<(), TestCaseError> {
    let ledger = &learners.ledger;
    prop_assert_eq!(ledger.rows_in, table.rows());
    prop_assert_eq!(ledger.rows_out, learners.rows());
    prop_assert_eq!(ledger.rows_in, ledger.rows_out + ledger.taken());

    // Each source row either is used or was taken, once.
    let mut seen: Vec<u32> = learners.source_row.clone();
    for entry in ledger.entries.iter().filter(|e| e.on && e.effect == Effect::Taken) {
        seen.extend(entry.rows.iter());
    }
    seen.sort_unstable();
    prop_assert_eq!(seen, (0..table.rows() as u32).collect::<Vec<_>>());

    for entry in &ledger.entries {
        prop_assert!(entry.rows.is_sorted_by(|a, b| a < b), "{}", &entry.label);
        prop_assert!(entry.rows.iter().all(|&row| (row as usize) < table.rows()));
    }
    let rules: Vec<Rule> = ledger.entries.iter().map(|e| e.rule).collect();
    prop_assert!(rules.is_sorted_by(|a, b| a < b), "{:?}", rules);

    // A used row speaks for itself; a superseded one is spoken for by a row of the same learner.
    prop_assert!(learners.source_row.is_sorted_by(|a, b| a < b));
    prop_assert_eq!(learners.used_of.len(), table.rows());
    for (used, &row) in learners.source_row.iter().enumerate() {
        prop_assert_eq!(learners.used_of[row as usize], used as u32);
    }
    let ids = table.columns.iter().find(|c| c.name == "email_hash").unwrap().categories().unwrap();
    for (row, &used) in learners.used_of.iter().enumerate() {
        if used != NOT_USED {
            let speaker = learners.source_row[used as usize] as usize;
            prop_assert_eq!(ids.get(row), ids.get(speaker), "row {} and the one that speaks for it", row);
        }
    }
    // Rows taken for their content have nobody who speaks for them, unless as duplicates of nobody.
    for entry in ledger.entries.iter().filter(|e| e.on && e.effect == Effect::Taken) {
        if matches!(entry.rule, Rule::ImpossibleYears | Rule::NonPositivePay) {
            prop_assert!(entry.rows.iter().all(|&row| learners.used_of[row as usize] == NOT_USED));
        }
        if entry.rule == Rule::OnePerLearner {
            prop_assert!(entry.rows.iter().all(|&row| learners.used_of[row as usize] != NOT_USED));
        }
    }
    // One row per learner, where that is the policy.
    let learner_of = learners.learner_of.as_ref().unwrap();
    let distinct: BTreeSet<u32> = learner_of.iter().copied().collect();
    prop_assert_eq!(learners.learners(), Some(distinct.len()));
    if cleaning.entity != Entity::All && !cleaning.flipped.contains(&Rule::OnePerLearner) {
        prop_assert_eq!(distinct.len(), learners.rows());
    }
    for column in &learners.columns {
        prop_assert_eq!(column.rows(), learners.rows(), "{}", &column.name);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_row_is_accounted_for_once(lines in proptest::collection::vec(line(), 0..40), cleaning in cleaning()) {
        let table = Arc::new(table(&lines));
        let learners = study::clean(&table, &cleaning).learners;
        check(&table, &cleaning, &learners)?;
    }

    /// Raw means raw.
    #[test]
    fn raw_takes_no_row(lines in proptest::collection::vec(line(), 0..30)) {
        let table = Arc::new(table(&lines));
        let cleaning = Cleaning { raw: true, ..Cleaning::default() };
        let learners = study::clean(&table, &cleaning).learners;
        prop_assert_eq!(learners.rows(), table.rows());
        prop_assert!(learners.ledger.entries.is_empty());
        prop_assert_eq!(learners.used_of, (0..table.rows() as u32).collect::<Vec<_>>());
    }
}
