use std::collections::{HashMap, HashSet};

use polars::prelude::{ParquetReader, SerReader};

use super::*;

/// The size of the real table.
const REAL: u64 = 205_843;

fn rows(rows: u64, seed: u64) -> Vec<SyntheticRow> {
    Synthetic { rows, seed }.iter().collect()
}

fn csv_and_truth(rows: u64, seed: u64) -> (Vec<u8>, String) {
    let (mut out, mut truth) = (Vec::new(), Vec::new());
    write_csv(&Synthetic { rows, seed }, &mut out, Some(&mut truth)).unwrap();
    (out, String::from_utf8(truth).unwrap())
}

fn share(rows: &[SyntheticRow], holds: impl Fn(&SyntheticRow) -> bool) -> f64 {
    rows.iter().filter(|row| holds(row)).count() as f64 / rows.len() as f64
}

fn count(rows: &[SyntheticRow], holds: impl Fn(&SyntheticRow) -> bool) -> usize {
    rows.iter().filter(|row| holds(row)).count()
}

/// Years of experience where both years can be.
fn experience(row: &SyntheticRow) -> Option<f64> {
    row.orgyear.filter(|year| (1970.0..=2025.0).contains(year)).map(|year| f64::from(row.ctc_updated_year) - year)
}

/// The pay at a share of the rows.
fn pay_at(rows: &[SyntheticRow], share: f64) -> f64 {
    let mut pay: Vec<u64> = rows.iter().map(|row| row.ctc).collect();
    pay.sort_unstable();
    pay[(share * (pay.len() - 1) as f64) as usize] as f64
}

fn near(what: &str, got: f64, wanted: f64, tolerance: f64) {
    assert!((got / wanted - 1.0).abs() <= tolerance, "{what}: {got}, not {wanted} ± {:.0} %", 100.0 * tolerance);
}

fn by_learner(rows: &[SyntheticRow]) -> HashMap<&str, Vec<&SyntheticRow>> {
    let mut learners: HashMap<&str, Vec<&SyntheticRow>> = HashMap::new();
    for row in rows {
        learners.entry(&row.email_hash).or_default().push(row);
    }
    learners
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let (csv, truth) = csv_and_truth(3000, 1);
    assert_eq!((&csv, &truth), (&csv_and_truth(3000, 1).0, &csv_and_truth(3000, 1).1));
    assert_ne!(csv, csv_and_truth(3000, 2).0);
    // FNV-1a, pinned: the bytes are promised on every machine, and change only on purpose.
    let hash = csv
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    assert_eq!(format!("{hash:016x}"), "f0baf798b24f64dc");
}

#[test]
fn header_rows_and_truth_lines_are_as_many_as_asked_for() {
    for wanted in [1_u64, 2, 999, 5000] {
        let (csv, truth) = csv_and_truth(wanted, 7);
        let csv = String::from_utf8(csv).unwrap();
        assert_eq!(csv.lines().next(), Some(",company_hash,email_hash,orgyear,ctc,job_position,ctc_updated_year"));
        assert_eq!(csv::Reader::from_reader(csv.as_bytes()).records().count() as u64, wanted);
        let truth: Vec<&str> = truth.lines().collect();
        assert_eq!(truth[0], "row,segment");
        assert_eq!(truth.len() as u64, wanted + 1);
        for (number, (line, row)) in truth[1..].iter().zip(rows(wanted, 7)).enumerate() {
            assert_eq!(*line, format!("{number},{}", row.planted));
        }
    }
    assert_eq!(rows(0, 7).len(), 0);
}

#[test]
fn marginals_of_the_real_table_hold_at_its_size() {
    let rows = rows(REAL, 1);
    near("lower quartile of pay", pay_at(&rows, 0.25), 530e3, 0.15);
    near("median pay", pay_at(&rows, 0.5), 950e3, 0.15);
    near("upper quartile of pay", pay_at(&rows, 0.75), 1.7e6, 0.15);
    near("pay at 0.1 %", pay_at(&rows, 0.001), 3500.0, 0.25);
    near("pay at 1 %", pay_at(&rows, 0.01), 37e3, 0.25);
    near("pay at 99 %", pay_at(&rows, 0.99), 12.6e6, 0.25);
    near("pay at 99.9 %", pay_at(&rows, 0.999), 200e6, 0.01);
    near("rows of 10 lakh", count(&rows, |row| row.ctc == 1_000_000) as f64, 7581.0, 0.15);
    near("rows of 6 lakh", count(&rows, |row| row.ctc == 600_000) as f64, 7832.0, 0.20);
    near("share below 45 lakh", share(&rows, |row| row.ctc < 4_500_000), 0.95, 0.01);
    let long = share(&rows, |row| experience(row).is_some_and(|years| years > 10.0));
    assert!((0.07..0.14).contains(&long), "share above 10 years: {long}");
    near("paid before the start", share(&rows, |row| experience(row).is_some_and(|years| years < 0.0)), 0.043, 0.15);
    near("missing titles", share(&rows, |row| row.job_position.is_none()), 0.255, 0.03);
    for (title, wanted) in [("Backend Engineer", 43_554.0), ("Engineering Leadership", 6870.0), ("SDET", 4967.0)] {
        near(title, count(&rows, |row| row.job_position.as_deref() == Some(title)) as f64, wanted, 0.08);
    }
    let years = [2927.0, 5501.0, 7561.0, 6746.0, 68_688.0, 49_444.0, 64_976.0];
    for (year, wanted) in (2015..).zip(years) {
        near("pay year", count(&rows, |row| row.ctc_updated_year == year) as f64, wanted, 0.18);
    }
    let titles: HashSet<_> = rows.iter().filter_map(|row| row.job_position.as_deref()).collect();
    near("distinct titles", titles.len() as f64, 1016.0, 0.1);
    let mut companies: HashMap<&str, usize> = HashMap::new();
    for name in rows.iter().filter_map(|row| row.company_hash.as_deref()) {
        *companies.entry(name).or_default() += 1;
    }
    near("companies", companies.len() as f64, 37_299.0, 0.05);
    near("companies with one row", companies.values().filter(|n| **n == 1).count() as f64, 23_465.0, 0.08);
    near("the largest company", companies["nvnv wgzohrnvzwj otqcxwto"] as f64, 8337.0, 0.06);
    let learners = by_learner(&rows);
    near("learners", learners.len() as f64, 153_443.0, 0.01);
    near("learners with more rows", learners.values().filter(|rows| rows.len() > 1).count() as f64, 41_216.0, 0.04);
    assert_eq!(learners.values().map(Vec::len).max(), Some(10));
}

#[test]
fn marginals_hold_in_a_small_table() {
    let rows = rows(1000, 3);
    near("median pay", pay_at(&rows, 0.5), 950e3, 0.2);
    near("missing titles", share(&rows, |row| row.job_position.is_none()), 0.255, 0.2);
    near("share below 45 lakh", share(&rows, |row| row.ctc < 4_500_000), 0.95, 0.02);
    near("rows a learner", 1000.0 / by_learner(&rows).len() as f64, 1.34, 0.06);
    let absurd = count(&rows, |row| row.ctc < 40_000);
    assert!((5..=18).contains(&absurd), "{absurd} absurdly low");
}

#[test]
fn the_dirt_is_there() {
    let rows = rows(REAL, 1);
    let title = |wanted: &str| count(&rows, |row| row.job_position.as_deref() == Some(wanted));
    for wanted in
        ["Null", "None", "Na", "Fullstack Engineer", "backend engineer", "SE(R&D)", "Sr.", "Engineering  Leadership"]
    {
        assert!(title(wanted) > 0, "no title '{wanted}'");
    }
    let titles = |holds: fn(&str) -> bool| count(&rows, |row| row.job_position.as_deref().is_some_and(holds));
    assert!(titles(|title| title.bytes().all(|c| c.is_ascii_digit())) > 10);
    assert!(titles(|title| title.split(' ').count() > 7) > 10);
    let companies = |holds: fn(&str) -> bool| count(&rows, |row| row.company_hash.as_deref().is_some_and(holds));
    assert!(companies(|name| name.bytes().all(|c| c.is_ascii_digit())) > 10);
    assert!(companies(|name| name.len() == 1) > 0);
    assert!(companies(|name| name.contains("  ")) > 10);
    near("missing companies", count(&rows, |row| row.company_hash.is_none()) as f64, 44.0, 0.5);
    near("missing start years", count(&rows, |row| row.orgyear.is_none()) as f64, 86.0, 0.4);
    let impossible = count(&rows, |row| row.orgyear.is_some_and(|year| !(1970.0..=2025.0).contains(&year)));
    near("impossible start years", impossible as f64, 74.0, 0.4);
    assert!(count(&rows, |row| row.orgyear == Some(0.0)) > 5);
    let (lowest, highest) = (rows.iter().map(|row| row.ctc).min(), rows.iter().map(|row| row.ctc).max());
    assert!(lowest.is_some_and(|pay| (2..20).contains(&pay)), "{lowest:?}");
    assert_eq!(highest, Some(1_000_150_000));
    let learners = by_learner(&rows);
    let duplicates = learners.values().map(|rows| {
        let mut seen: Vec<SyntheticRow> = Vec::new();
        for row in rows {
            let row = SyntheticRow { index: 0, ..(*row).clone() };
            if !seen.contains(&row) {
                seen.push(row);
            }
        }
        rows.len() - seen.len()
    });
    near("exact duplicates", duplicates.sum::<usize>() as f64, 34.0, 0.5);
    assert!(rows.windows(2).all(|pair| pair[0].index < pair[1].index));
    near("the last index", rows[rows.len() - 1].index as f64, 206_922.0, 0.001);
}

#[test]
fn a_learner_is_one_person_and_scattered() {
    let rows = rows(20_000, 5);
    let mut together = 0;
    let mut of_many = 0;
    for rows in by_learner(&rows).values() {
        assert!(rows.iter().all(|row| {
            (&row.company_hash, row.orgyear, row.planted) == (&rows[0].company_hash, rows[0].orgyear, rows[0].planted)
        }));
        let snapshots: HashSet<_> = rows.iter().map(|row| (row.ctc_updated_year, row.ctc)).collect();
        assert!(snapshots.len() <= 2);
        of_many += rows.len() - 1;
        together += rows.windows(2).filter(|pair| pair[1].index - pair[0].index <= 2).count();
    }
    assert!(together * 100 < of_many, "{together} of {of_many} lie side by side");
}

#[test]
fn planted_segments_are_what_their_names_say_and_overlap() {
    let rows = rows(60_000, 2);
    let of = |segment| rows.iter().filter(|row| row.planted == segment).cloned().collect::<Vec<_>>();
    let [young, middle, senior, underpaid] = Segment::ALL.map(of);
    let mean = |rows: &[SyntheticRow]| rows.iter().map(|row| row.ctc as f64).sum::<f64>() / rows.len() as f64;
    assert!(mean(&underpaid) < 4.5e6 / 4.0);
    assert!(share(&underpaid, |row| experience(row).is_some_and(|years| years >= 13.0)) > 0.5);
    assert!(pay_at(&senior, 0.5) > 3.0 * pay_at(&middle, 0.5));
    assert!(pay_at(&young, 0.5) < 0.5 * pay_at(&middle, 0.5));
    assert!(share(&young, |row| experience(row).is_some_and(|years| years <= 3.0)) > 0.9);
    // Neither 10 years nor 45 lakh parts anything.
    let at_most_ten = |row: &SyntheticRow| experience(row).is_some_and(|years| years <= 10.0);
    assert!((0.05..0.4).contains(&share(&underpaid, at_most_ten)), "{}", share(&underpaid, at_most_ten));
    assert!((0.05..0.6).contains(&share(&senior, at_most_ten)), "{}", share(&senior, at_most_ten));
    assert!(share(&middle, at_most_ten) < 0.995);
    assert!((0.1..0.5).contains(&share(&senior, |row| row.ctc < 4_500_000)));
    let rising = by_learner(&young).into_values().filter_map(|rows| {
        let latest = rows.iter().max_by_key(|row| row.ctc_updated_year)?;
        let first = rows.iter().min_by_key(|row| row.ctc_updated_year)?;
        (latest.ctc_updated_year > first.ctc_updated_year).then(|| latest.ctc as f64 / first.ctc as f64)
    });
    let mut rising: Vec<f64> = rising.collect();
    rising.sort_unstable_by(f64::total_cmp);
    near("learners with two snapshots", rising.len() as f64 / by_learner(&young).len() as f64, 0.6, 0.05);
    assert!(rising[rising.len() / 2] > 1.3, "median growth {}", rising[rising.len() / 2]);
}

#[test]
fn parquet_holds_what_the_csv_holds() {
    let table = Synthetic { rows: GROUP as u64 + 500, seed: 4 };
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut truth = Vec::new();
    write_parquet(&table, file.reopen().unwrap(), Some(&mut truth)).unwrap();
    let frame = ParquetReader::new(file.reopen().unwrap()).finish().unwrap();
    let (csv, csv_truth) = csv_and_truth(table.rows, table.seed);
    assert_eq!(truth, csv_truth.as_bytes());
    assert_eq!(frame.height() as u64, table.rows);
    let names: Vec<&str> = frame.get_column_names().into_iter().map(polars::prelude::PlSmallStr::as_str).collect();
    assert_eq!(names, [&[INDEX_NAME], &COLUMNS[1..]].concat());
    let text = |name: &str, row: usize| frame.column(name).unwrap().str().unwrap().get(row).unwrap_or("").to_owned();
    let year = |name: &str, row: usize| {
        frame.column(name).unwrap().f64().unwrap().get(row).map_or(String::new(), |year| format!("{year:.1}"))
    };
    let whole = |name: &str, row: usize| frame.column(name).unwrap().i64().unwrap().get(row).unwrap().to_string();
    for (row, record) in csv::Reader::from_reader(csv.as_slice()).records().enumerate().step_by(7) {
        let wanted = [
            whole(INDEX_NAME, row),
            text("company_hash", row),
            text("email_hash", row),
            year("orgyear", row),
            whole("ctc", row),
            text("job_position", row),
            year("ctc_updated_year", row),
        ];
        assert_eq!(record.unwrap().iter().collect::<Vec<_>>(), wanted);
    }
}

#[test]
fn a_full_disk_is_an_error() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let table = Synthetic { rows: 10, seed: 1 };
    let error = write_csv(&table, &mut Full, None).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert!(write_csv(&table, &mut io::sink(), Some(&mut Full)).is_err());
}
