use proptest::prelude::*;

use super::*;
use crate::segments::order::pay_for_experience;
use crate::table::column::{Column, Text};

/// One used row: learner, company, job, experience, pay.
type Row = (u32, Option<&'static str>, Option<&'static str>, f64, f64);

fn learners(rows: &[Row]) -> Learners {
    let columns = vec![
        Column::text("company", Role::Company, Text::encode(rows.iter().map(|r| r.1))),
        Column::text("job", Role::Job, Text::encode(rows.iter().map(|r| r.2))),
        Column::number("experience", Role::Experience, rows.iter().map(|r| r.3).collect()),
        Column::number("pay", Role::Pay, rows.iter().map(|r| r.4).collect()),
    ];
    Learners { learner_of: Some(rows.iter().map(|r| r.0).collect()), ..Learners::of(columns) }
}

fn peers_of(rows: &[Row], minimum: usize) -> Peers {
    let learners = learners(rows);
    let residual = pay_for_experience(&learners).unwrap();
    peers(&learners, &residual, minimum).unwrap()
}

/// The definition, word for word, at quadratic cost.
fn brute(rows: &[Row], row: usize, minimum: usize) -> Option<Peer> {
    let own = rows[row];
    let is_known = |word: Option<&str>| word.is_some_and(|w| w != "unknown");
    let pay_known = |pay: f64| pay.is_finite() && pay > 0.0;
    let band = Band::of(own.3)?;
    if !pay_known(own.4) {
        return None;
    }
    for level in Level::ALL {
        let needs_job = level != Level::Band;
        let needs_company = level == Level::CompanyRoleBand;
        if (needs_job && !is_known(own.2)) || (needs_company && !is_known(own.1)) {
            continue;
        }
        let others: Vec<&Row> = rows
            .iter()
            .filter(|other| other.0 != own.0 && pay_known(other.4) && Band::of(other.3) == Some(band))
            .filter(|other| !needs_job || other.2 == own.2)
            .filter(|other| !needs_company || other.1 == own.1)
            .collect();
        let mut people: Vec<u32> = others.iter().map(|o| o.0).collect();
        people.sort_unstable();
        people.dedup();
        if people.len() < minimum {
            continue;
        }
        let mut pay: Vec<f64> = others.iter().map(|o| o.4).collect();
        pay.sort_by(f64::total_cmp);
        let (low, high) = (pay[(pay.len() - 1) / 2], pay[pay.len() / 2]);
        let median = (low + high) / 2.0;
        return Some(Peer { median, n: people.len() as u32, level, gap: own.4 / median - 1.0 });
    }
    None
}

fn generated_row() -> impl Strategy<Value = Row> {
    let company = prop::sample::select(vec![Some("a"), Some("b"), Some("unknown"), None]);
    let job = prop::sample::select(vec![Some("x"), Some("y"), Some("unknown"), None]);
    let experience = prop::sample::select(vec![0.0, 1.0, 2.0, 3.5, 10.0, f64::NAN]);
    let pay = prop::sample::select(vec![0.0, f64::NAN, 1.0, 2.0, 3.0, 4.0, 5.0, 8.0, 13.0]);
    (0u32..40, company, job, experience, pay)
}

proptest! {
    #[test]
    fn leaving_one_out_is_exact(rows in prop::collection::vec(generated_row(), 1..120), minimum in 1usize..7) {
        let fast = peers_of(&rows, minimum);
        for row in 0..rows.len() {
            prop_assert_eq!(fast.of(row), brute(&rows, row, minimum), "row {}", row);
        }
    }

    #[test]
    fn the_order_of_rows_changes_nothing(
        (rows, order) in prop::collection::vec(generated_row(), 1..80)
            .prop_flat_map(|rows| { let n = rows.len(); (Just(rows), Just((0..n).collect::<Vec<_>>()).prop_shuffle()) })
    ) {
        let straight = peers_of(&rows, 3);
        let shuffled: Vec<Row> = order.iter().map(|&row| rows[row]).collect();
        let mixed = peers_of(&shuffled, 3);
        for (at, &row) in order.iter().enumerate() {
            prop_assert_eq!(mixed.of(at), straight.of(row));
            prop_assert_eq!(mixed.z[at].to_bits(), straight.z[row].to_bits());
        }
    }
}

#[test]
fn peers_back_off_until_there_are_enough() {
    let mut rows: Vec<Row> = (0..4).map(|i| (i, Some("a"), Some("x"), 3.0, f64::from(i) + 1.0)).collect();
    rows.extend((4..7).map(|i| (i, Some("b"), Some("x"), 2.0, 10.0)));
    rows.extend((7..9).map(|i| (i, None, Some("unknown"), 2.0, 20.0)));
    let at = |minimum, row| peers_of(&rows, minimum).of(row).unwrap();
    assert_eq!(at(3, 0), Peer { median: 3.0, n: 3, level: Level::CompanyRoleBand, gap: 1.0 / 3.0 - 1.0 });
    assert_eq!((at(5, 0).level, at(5, 0).n, at(5, 0).median), (Level::RoleBand, 6, 7.0));
    // Two people of unknown role are no peers of each other for that.
    assert_eq!((at(1, 8).level, at(1, 8).n), (Level::Band, 8));
    assert_eq!(peers_of(&rows, 9).of(8), None);
}

#[test]
fn a_learner_is_not_the_own_peer() {
    let mut rows: Vec<Row> = (0..6).map(|i| (i, None, None, 5.0, 10.0)).collect();
    rows.extend((0..20).map(|_| (0, None, None, 5.0, 99.0)));
    let peers = peers_of(&rows, 5);
    assert_eq!(peers.of(0).map(|p| (p.median, p.n)), Some((10.0, 5)));
    assert_eq!(peers.of(25).map(|p| (p.median, p.n)), Some((10.0, 5)));
}

#[test]
fn the_z_score_is_in_robust_deviations_of_the_band() {
    // ln(1 + pay) at one year of experience: −2 … 2 about the median, one of them far out.
    let logs = [10.0, 11.0, 12.0, 13.0, 40.0f64];
    let rows: Vec<Row> = (0..5).map(|i| (i, None, None, 4.0, logs[i as usize].exp_m1())).collect();
    let z = peers_of(&rows, 1).z;
    // Median 12, absolute deviations 2 1 0 1 28, their median 1.
    let wanted = [-2.0, -1.0, 0.0, 1.0, 28.0].map(|d| d / MAD_TO_DEVIATION);
    for (got, wanted) in z.iter().zip(wanted) {
        assert!((got - wanted).abs() < 1e-9, "{z:?}");
    }
}

#[test]
fn without_pay_or_experience_there_are_no_peers() {
    let mut table = learners(&[(0, None, None, 1.0, 1.0)]);
    table.columns.retain(|c| c.role != Role::Pay);
    assert!(peers(&table, &[0.0], 5).is_none());
}
