//! What was planted is found, and tables of quite another kind open too.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::program::{Folder, by_row, golden_table, run};

/// Adjusted Rand index (Hubert and Arabie 1985) of the rows that have both labels: 0 is chance, 1 the same.
fn adjusted_rand(a: &[Option<String>], b: &[Option<String>]) -> f64 {
    let mut cells: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    let (mut left, mut right): (BTreeMap<&str, f64>, BTreeMap<&str, f64>) = Default::default();
    let mut n = 0.0;
    for (a, b) in a.iter().zip(b) {
        let (Some(a), Some(b)) = (a, b) else { continue };
        *cells.entry((a, b)).or_default() += 1.0;
        *left.entry(a).or_default() += 1.0;
        *right.entry(b).or_default() += 1.0;
        n += 1.0;
    }
    let pairs = |m: f64| m * (m - 1.0) / 2.0;
    let together: f64 = cells.values().copied().map(pairs).sum();
    let (left, right): (f64, f64) = (left.values().copied().map(pairs).sum(), right.values().copied().map(pairs).sum());
    let chance = left * right / pairs(n);
    (together - chance) / ((left + right) / 2.0 - chance)
}

/// The planted segments, with the default features, at the planted k.
#[test]
fn planted_segments_are_found() {
    for seed in ["11", "12"] {
        let folder = Folder::new();
        let (table, truth, labels) = (folder.arg("x.csv"), folder.arg("truth.csv"), folder.arg("labels.csv"));
        run(["sample", "--rows", "20000", "--seed", seed, "--out", &table, "--truth", &truth]).data();
        let fit = run(["fit", &table, "--k", "4", "--labels", &labels, "--format", "json"]).json();
        assert_eq!(fit["features"], serde_json::json!(["ctc", "experience", "job_position"]));
        let truth = by_row(Path::new(&truth));
        let found = by_row(Path::new(&labels));
        assert_eq!((truth.len(), found.len()), (20_000, 20_000));
        let agreement = adjusted_rand(&truth, &found);
        assert!(agreement >= 0.6, "seed {seed}: ARI {agreement:.3}");
        // The rule that the program was made for names the planted people.
        let csv = run(["drill", &table, "--format", "csv"]).data();
        let rows: Vec<usize> =
            csv.lines().skip(1).map(|line| line.split(',').next().unwrap().parse().unwrap()).collect();
        let planted = |row: &&usize| truth[**row].as_deref() == Some("experienced-underpaid");
        let hit = rows.iter().filter(planted).count() as f64 / rows.len() as f64;
        assert!(hit > 0.4, "seed {seed}: {hit:.2} of those behind the rule are planted");
    }
}

/// The measure itself.
#[test]
fn the_rand_index_is_adjusted() {
    let of = |text: &str| -> Vec<Option<String>> { text.chars().map(|c| Some(c.to_string())).collect() };
    assert_eq!(adjusted_rand(&of("aabbcc"), &of("xxyyzz")), 1.0);
    // As scikit-learn has it: adjusted_rand_score([0,0,1,1],[0,0,1,2]) = 0.5714285714285714
    assert!((adjusted_rand(&of("aabb"), &of("xxyz")) - 4.0 / 7.0).abs() < 1e-12);
    assert!(adjusted_rand(&of("aabb"), &of("xyxy")) < 0.0);
}

/// The same seed is the same table, and every segment is in it.
#[test]
fn the_sample_is_of_its_seed() {
    let folder = Folder::new();
    let truth = folder.arg("truth.csv");
    let make = |seed: &str| run(["sample", "--rows", "2000", "--seed", seed]).data();
    assert!(make("3") == make("3") && make("3") != make("4"));
    let with_truth = run(["sample", "--rows", "2000", "--seed", "3", "--truth", &truth]).data();
    assert!(with_truth == make("3"), "the truth is beside the table, not in it");
    let segments: std::collections::BTreeSet<_> = by_row(Path::new(&truth)).into_iter().flatten().collect();
    assert_eq!(segments.len(), 4, "{segments:?}");
    assert!(segments.iter().all(|segment| !with_truth.contains(segment.as_str())));
}

/// Two tables that have nothing to do with learners open without a flag.
#[test]
fn other_tables_open_without_a_flag() {
    for (name, columns, k) in [("iris", 4, 3), ("wine", 13, 3)] {
        let file = golden_table(name);
        let fit = run(["fit", &file, "--k", &k.to_string(), "--format", "json"]).json();
        assert_eq!(fit["features"].as_array().unwrap().len(), columns);
        assert_eq!(fit["learners"], Value::Null);
        assert_eq!(fit["rows"], fit["rows_used"]);
        let sweep = run(["sweep", &file, "--format", "json"]).json();
        assert_eq!(sweep["sweep"].as_array().unwrap().len(), 12);
        let drill = run(["drill", &file, "--rule", "", "--format", "json"]);
        assert!(matches!(drill.code, Some(0 | 3)), "{}", drill.err);
    }
    let rule = ["drill", &golden_table("wine"), "--rule", "alcohol > 13 and proline < 1000", "--k", "3"];
    assert_eq!(run(rule).code, Some(0));
}
