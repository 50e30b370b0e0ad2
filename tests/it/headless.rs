//! What the headless commands print and write: others depend on it, and docs/HEADLESS.md says it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::program::{Folder, by_row, golden_table, learners, run, run_with};

/// Keys of an object, sorted.
fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap_or_else(|| panic!("{value} is no object")).keys().map(String::as_str).collect()
}

fn words(text: &'static str) -> BTreeSet<&'static str> {
    text.split_whitespace().collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

fn count(value: &Value) -> usize {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no count")) as usize
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

const FIT: &str = "source rows learners rows_used distinct_rows features k seed starts engine wcss total_ss \
    silhouette calinski_harabasz davies_bouldin iterations converged clusters notices";
const CLUSTER: &str = "cluster rows learners share name wcss silhouette silhouette_se silhouette_spread means medians";
const SPREAD: &str = "p10 p25 p50 p75 p90 below_zero histogram";
const SILHOUETTE: &str = "value se of exact";
const SWEEP: &str = "source rows learners rows_used distinct_rows features seed starts engine total_ss sweep \
    verdict notices";
const SWEEP_ROW: &str = "k wcss wcss_share silhouette calinski_harabasz davies_bouldin smallest gap null valleys \
                         stability prediction_strength bic";
const VERDICT: &str = "kind k suggested_k text criteria warnings";
const CRITERION: &str = "name k why";
const DRILL: &str = "rule clauses rows learners below_floor by_cluster means";
const CLAUSE: &str = "text pass fail percentile keeps without only_this_fails";
const HELD: &str = "cluster rows learners below_floor share_of_matches lift";

/// A learners table in a folder.
fn table(folder: &Folder) -> String {
    folder.file("learners.csv", learners(3000, 3))
}

#[test]
fn json_of_fit() {
    let folder = Folder::new();
    let file = table(&folder);
    let fit = run(["fit", &file, "--k", "4", "--seed", "5", "--starts", "7", "--format", "json"]).json();
    assert_eq!(keys(&fit), words(FIT));
    assert_eq!(keys(&fit["silhouette"]), words(SILHOUETTE));
    assert_eq!(fit["source"], Value::from(file));
    assert_eq!(fit["features"], serde_json::json!(["ctc", "experience", "job_position"]));
    assert_eq!((count(&fit["rows"]), count(&fit["k"])), (3000, 4));
    assert_eq!((count(&fit["seed"]), count(&fit["starts"])), (5, 7));
    assert_eq!(fit["engine"], "kscope");
    assert_eq!(fit["converged"], true);
    assert!(list(&fit["notices"]).iter().all(Value::is_string));
    let clusters = list(&fit["clusters"]);
    for (at, cluster) in clusters.iter().enumerate() {
        assert_eq!(keys(cluster), words(CLUSTER));
        assert_eq!(count(&cluster["cluster"]), at);
        // Categories have no mean.
        assert_eq!(keys(&cluster["means"]), words("ctc experience"));
        assert_eq!(keys(&cluster["medians"]), words("ctc experience"));
        assert!(!cluster["name"].as_str().unwrap().is_empty());
        assert!(number(&cluster["means"]["ctc"]) > 10_000.0, "in original units: {cluster}");
    }
    let used = count(&fit["rows_used"]);
    let mut measured = 0;
    for cluster in clusters {
        assert_eq!(cluster["silhouette_se"], 0.0, "every row was measured");
        let spread = &cluster["silhouette_spread"];
        assert_eq!(keys(spread), words(SPREAD));
        let bins: Vec<usize> = list(&spread["histogram"]).iter().map(count).collect();
        let rows: usize = bins.iter().sum();
        assert_eq!((bins.len(), rows), (20, count(&cluster["learners"])), "{cluster}");
        let below = bins[..10].iter().sum::<usize>() as f64 / rows as f64;
        assert!((below - number(&spread["below_zero"])).abs() < 1e-12, "{spread}");
        let order: Vec<f64> = ["p10", "p25", "p50", "p75", "p90"].map(|p| number(&spread[p])).to_vec();
        assert!(order.is_sorted() && number(&cluster["silhouette"]) > order[0], "{cluster}");
        measured += rows;
    }
    assert_eq!(measured, used);
    let shares: f64 = clusters.iter().map(|c| number(&c["share"])).sum();
    assert!((shares - 1.0).abs() < 1e-9, "{shares}");
    let wcss: f64 = clusters.iter().map(|c| number(&c["wcss"])).sum();
    assert!((wcss - number(&fit["wcss"])).abs() < 1e-6 * wcss);
    let people: usize = clusters.iter().map(|c| count(&c["learners"])).sum();
    assert_eq!((people, used), (count(&fit["learners"]), count(&fit["learners"])), "one row speaks for each learner");
    assert!(count(&fit["distinct_rows"]) < used && used < 3000);
    assert_eq!(count(&fit["silhouette"]["of"]), used);
    assert_eq!(fit["silhouette"]["se"], 0.0);
}

/// Without an id nobody is a learner; at k = 1 there is no silhouette.
#[test]
fn json_of_fit_is_null_where_nothing_is_known() {
    let fit = run(["fit", &golden_table("iris"), "--k", "1", "--format", "json"]).json();
    assert_eq!(keys(&fit), words(FIT));
    for key in ["learners", "silhouette", "calinski_harabasz", "davies_bouldin"] {
        assert!(fit[key].is_null(), "{key}: {}", fit[key]);
    }
    let cluster = &fit["clusters"][0];
    assert_eq!((count(&cluster["rows"]), number(&cluster["share"])), (150, 1.0));
    for key in ["learners", "silhouette", "silhouette_se", "silhouette_spread"] {
        assert!(cluster[key].is_null(), "{key}: {cluster}");
    }
}

#[test]
fn json_of_sweep() {
    let folder = Folder::new();
    let file = table(&folder);
    let sweep = run(["sweep", &file, "--k", "1..5", "--format", "json"]).json();
    assert_eq!(keys(&sweep), words(SWEEP));
    let rows = list(&sweep["sweep"]);
    assert_eq!(rows.iter().map(|r| count(&r["k"])).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    for row in rows {
        assert_eq!(keys(row), words(SWEEP_ROW));
        let first = row["k"] == 1;
        for key in ["silhouette", "calinski_harabasz", "davies_bouldin"] {
            assert_eq!(row[key].is_null(), first, "{key} of {row}");
        }
        if !first {
            assert_eq!(keys(&row["silhouette"]), words(SILHOUETTE));
        }
    }
    let wcss: Vec<f64> = rows.iter().map(|r| number(&r["wcss"])).collect();
    assert!(wcss.is_sorted_by(|a, b| a > b), "{wcss:?}");
    assert!((number(&rows[0]["wcss_share"]) - 1.0).abs() < 1e-9);
    let verdict = &sweep["verdict"];
    assert_eq!(keys(verdict), words(VERDICT));
    assert!(!verdict["text"].as_str().unwrap().is_empty());
    assert!(!list(&verdict["criteria"]).is_empty());
    for criterion in list(&verdict["criteria"]) {
        assert_eq!(keys(criterion), words(CRITERION));
    }
    // A range in the middle is a part of the whole.
    let part = run(["sweep", &file, "--k", "3..4", "--format", "json"]).json();
    let ks: Vec<usize> = list(&part["sweep"]).iter().map(|r| count(&r["k"])).collect();
    assert_eq!(ks, [3, 4]);
    assert_eq!(part["sweep"][0]["wcss"], rows[2]["wcss"]);
}

#[test]
fn json_of_drill() {
    let folder = Folder::new();
    let file = table(&folder);
    let drill = run(["drill", &file, "--k", "4", "--format", "json"]).json();
    assert_eq!(keys(&drill), words(DRILL));
    let clauses = list(&drill["clauses"]);
    assert_eq!(clauses.len(), 2);
    let mut left = None;
    for clause in clauses {
        assert_eq!(keys(clause), words(CLAUSE));
        let (pass, fail) = (count(&clause["pass"]), count(&clause["fail"]));
        // Counted among those who passed the clauses before.
        assert_eq!(pass + fail, left.unwrap_or(pass + fail));
        left = Some(pass);
        assert!((number(&clause["keeps"]) - pass as f64 / (pass + fail) as f64).abs() < 1e-12);
        assert!((50.0..=100.0).contains(&number(&clause["percentile"])), "{clause}");
    }
    let rows = count(&drill["rows"]);
    assert_eq!(left, Some(rows));
    assert!(rows > 50);
    assert!(number(&drill["means"]["experience"]) > 10.0);
    let held = list(&drill["by_cluster"]);
    assert_eq!(held.len(), 4);
    for (at, one) in held.iter().enumerate() {
        assert_eq!(keys(one), words(HELD));
        assert_eq!(count(&one["cluster"]), at);
        let share = count(&one["rows"]) as f64 / rows as f64;
        assert!((number(&one["share_of_matches"]) - share).abs() < 1e-12);
    }
    assert_eq!(held.iter().map(|h| count(&h["rows"])).sum::<usize>(), rows);
    assert_eq!(drill["below_floor"], false);
    for one in held {
        assert_eq!(one["below_floor"], (1..10).contains(&count(&one["learners"])), "{one}");
    }
    let few = run(["drill", &file, "--rule", "ctc > p99.8", "--format", "json"]).json();
    assert_eq!((few["below_floor"].as_bool(), (1..10).contains(&count(&few["rows"]))), (Some(true), true), "{few}");
    let without = run(["drill", &file, "--format", "json"]).json();
    assert!(list(&without["by_cluster"]).is_empty());
    assert_eq!(without["clauses"], drill["clauses"]);
    // The rows behind it, one line each.
    let csv = run(["drill", &file, "--k", "4", "--format", "csv"]).data();
    let records = records(&csv);
    assert_eq!(records.len(), rows);
    for record in &records {
        assert!(record["experience"].parse::<f64>().unwrap() > 10.0);
        assert!(record["ctc"].parse::<f64>().unwrap() < 4.5e6);
        assert!(record["cluster"].parse::<usize>().unwrap() < 4);
        assert!(record["row"].parse::<usize>().unwrap() < 3000);
        assert!(!record.contains_key("email_hash"), "ids leave on request only");
    }
    assert!(run(["drill", &file, "--with-ids", "--format", "csv"]).data().starts_with("row,company_hash,email_hash,"));
}

/// Lines of a CSV by the names of its header.
fn records(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

/// Every key that the JSON has stands in docs/HEADLESS.md.
#[test]
fn every_key_is_documented() {
    let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/HEADLESS.md")).unwrap();
    for shape in [FIT, CLUSTER, SILHOUETTE, SWEEP, SWEEP_ROW, VERDICT, CRITERION, DRILL, CLAUSE, HELD] {
        for key in shape.split_whitespace() {
            assert!(docs.contains(&format!("`{key}`")), "docs/HEADLESS.md does not say what `{key}` is");
        }
    }
    for code in [0, 1, 2, 3, 129, 130, 143] {
        assert!(docs.contains(&format!("| {code} |")), "docs/HEADLESS.md does not say what exit code {code} means");
    }
    // Every flag that it names is one, and every flag is named.
    let mut flags: BTreeSet<String> = BTreeSet::new();
    for command in ["fit", "sweep", "drill", "report", "sample", "score"] {
        let help = run([command, "--help"]).data();
        flags.extend(
            help.split_whitespace()
                .filter(|w| w.starts_with("--") && w.len() > 2)
                .map(|w| w.chars().take_while(|c| *c == '-' || c.is_alphanumeric()).collect()),
        );
    }
    for flag in flags {
        assert!(docs.contains(&flag), "docs/HEADLESS.md does not name {flag}");
    }
}

#[test]
fn the_labels_file() {
    let folder = Folder::new();
    let file = table(&folder);
    let out = folder.arg("labels.csv");
    let fit = run(["fit", &file, "--k", "4", "--labels", &out, "--format", "json"]).json();
    let labels = by_row(Path::new(&out));
    assert_eq!(labels.len(), 3000);
    // As many rows as the report says, cluster by cluster.
    for cluster in list(&fit["clusters"]) {
        let number = cluster["cluster"].to_string();
        let rows = labels.iter().flatten().filter(|l| **l == number).count();
        assert_eq!(rows, count(&cluster["rows"]), "cluster {number}");
    }
    let rows = records(&std::fs::read_to_string(&file).unwrap());
    let mut by_learner: BTreeMap<&str, BTreeSet<Option<&str>>> = BTreeMap::new();
    let mut superseded = 0;
    for (row, label) in rows.iter().zip(&labels) {
        let year: f64 = row["orgyear"].parse().unwrap_or(2000.0);
        if label.is_none() {
            assert!(!(1970.0..=2025.0).contains(&year), "only the rule of years takes a row here: {row:?}");
        } else {
            let one = by_learner.entry(&row["email_hash"]).or_default();
            superseded += usize::from(!one.is_empty());
            one.insert(label.as_deref());
        }
    }
    // Every row of a learner carries the learner's cluster.
    assert!(by_learner.values().all(|clusters| clusters.len() == 1));
    assert!(superseded > 300, "{superseded}");
    assert_eq!(by_learner.len(), count(&fit["learners"]));
}

/// Rows that a rule took have no cluster, exact duplicates that of the row they equal.
#[test]
fn labels_of_rows_that_were_taken() {
    let folder = Folder::new();
    let mut lines = vec!["company_hash,email_hash,orgyear,ctc,ctc_updated_year,job_position".to_owned()];
    for i in 0..40 {
        lines.push(format!("c{},p{i},{},{},2020,Engineer", i % 5, 2000 + i % 15, 300_000 + 40_000 * i));
    }
    let plain = lines.len() - 1;
    lines.push(lines[1].clone());
    lines.push("c1,pa,20165,500000,2020,Engineer".to_owned());
    lines.push("c1,pb,2015,0,2020,Engineer".to_owned());
    lines.push("c1,p7,2010,900000,2015,Engineer".to_owned());
    let file = folder.file("x.csv", lines.join("\n") + "\n");
    let out = folder.arg("labels.csv");
    let fit = run(["fit", &file, "--k", "3", "--labels", &out, "--format", "json"]).json();
    let labels = by_row(Path::new(&out));
    assert_eq!(labels.len(), plain + 4);
    assert!(labels[..plain].iter().all(Option::is_some));
    assert_eq!(labels[plain], labels[0], "an exact duplicate");
    assert_eq!((&labels[plain + 1], &labels[plain + 2]), (&None, &None), "year and pay");
    assert_eq!(labels[plain + 3], labels[7], "superseded by the later figure");
    assert_eq!(count(&fit["rows_used"]), plain);
    let rows: usize = list(&fit["clusters"]).iter().map(|c| count(&c["rows"])).sum();
    assert_eq!(rows, plain + 2);
}

/// The row that speaks for a learner, under every policy.
#[test]
fn entity_policies() {
    let folder = Folder::new();
    let mut text = "email_hash,orgyear,ctc,ctc_updated_year\n".to_owned();
    for i in 0..30 {
        text += &format!("p{i},2010,{},2019\np{i},2010,{},2021\n", 900_000 + i, 500_000 + i);
    }
    let file = folder.file("x.csv", text);
    let fit = |entity: &str| run(["fit", &file, "--k", "1", "--entity", entity, "--format", "json"]).json();
    let (latest, most, all) = (fit("latest"), fit("max-pay"), fit("all"));
    assert_eq!((count(&latest["rows_used"]), count(&most["rows_used"]), count(&all["rows_used"])), (30, 30, 60));
    assert_eq!((&latest["learners"], &most["learners"], &all["learners"]), (&30.into(), &30.into(), &30.into()));
    let mean = |fit: &Value| number(&fit["clusters"][0]["means"]["ctc"]);
    assert_eq!((mean(&latest), mean(&most), mean(&all)), (500_014.5, 900_014.5, 700_014.5));
    assert_eq!(count(&latest["clusters"][0]["rows"]), 60);
}

#[test]
fn csv_parses_and_says_what_json_says() {
    let folder = Folder::new();
    let file = table(&folder);
    let fit = ["fit", &file, "--k", "3"];
    let json = run(fit.into_iter().chain(["--format", "json"])).json();
    let csv = records(&run(fit.into_iter().chain(["--format", "csv"])).data());
    assert_eq!(csv.len(), 3);
    for (line, cluster) in csv.iter().zip(list(&json["clusters"])) {
        assert_eq!(line["rows"].parse::<usize>().unwrap(), count(&cluster["rows"]));
        assert_eq!(line["name"], cluster["name"].as_str().unwrap());
        for (key, value) in
            [("share", &cluster["share"]), ("mean_ctc", &cluster["means"]["ctc"]), ("wcss", &cluster["wcss"])]
        {
            same(&line[key], number(value));
        }
    }
    let sweep = ["sweep", &file, "--k", "1..4"];
    let json = run(sweep.into_iter().chain(["--format", "json"])).json();
    let csv = records(&run(sweep.into_iter().chain(["--format", "csv"])).data());
    assert_eq!(csv.len(), 4);
    for (line, row) in csv.iter().zip(list(&json["sweep"])) {
        assert_eq!(line["k"].parse::<usize>().unwrap(), count(&row["k"]));
        same(&line["wcss"], number(&row["wcss"]));
        match row["silhouette"]["value"].as_f64() {
            Some(silhouette) => same(&line["silhouette"], silhouette),
            None => assert_eq!(line["silhouette"], ""),
        }
    }
}

/// The same number, up to the last digit, which the reader of JSON may round otherwise.
#[track_caller]
fn same(text: &str, value: f64) {
    let parsed: f64 = text.parse().unwrap();
    assert!((parsed - value).abs() <= 4.0 * f64::EPSILON * value.abs(), "{text} is not {value}");
}

/// Formulas of a spreadsheet do not leave as such.
#[test]
fn exports_are_safe_for_spreadsheets() {
    let folder = Folder::new();
    let mut text = "title,x\n".to_owned();
    for i in 0..30 {
        text += &format!("{},{i}\n", ["=1+1", "@sum", "plain"][i % 3]);
    }
    let file = folder.file("x.csv", text);
    let csv = records(&run(["drill", &file, "--rule", "x >= 0", "--format", "csv"]).data());
    let titles: BTreeSet<&str> = csv.iter().map(|r| r["title"].as_str()).collect();
    assert_eq!(titles, BTreeSet::from(["'=1+1", "'@sum", "plain"]));
    assert_eq!(csv.len(), 30);
}

/// `-` is standard input; the numbers are those of the file.
#[test]
fn standard_input() {
    let text = learners(1500, 2);
    let folder = Folder::new();
    let file = folder.file("x.csv", &text);
    for command in [vec!["fit", "FILE", "--k", "3"], vec!["sweep", "FILE", "--k", "1..3"], vec!["drill", "FILE"]] {
        let with = |name: &str| -> Vec<String> {
            let args = command.iter().map(|a| a.replace("FILE", name));
            args.chain(["--format".to_owned(), "json".to_owned()]).collect()
        };
        let mut from_file = run(with(&file)).json();
        let from_pipe = run_with(with("-"), text.as_bytes()).json();
        if let Some(source) = from_file.get_mut("source") {
            *source = "-".into();
        }
        assert_eq!(from_pipe, from_file, "{command:?}");
    }
}

/// Every format that the data can be read from gives the same numbers.
#[test]
fn formats() {
    let folder = Folder::new();
    let csv = folder.file("x.csv", learners(1000, 4));
    let parquet = folder.arg("x.parquet");
    run(["sample", "--rows", "1000", "--seed", "4", "--out", &parquet]).data();
    let zipped = folder.file("x.csv.zst", zstd::encode_all(std::fs::File::open(&csv).unwrap(), 3).unwrap());
    let fit = |file: &str| run(["fit", file, "--k", "3", "--format", "json"]).json();
    let expected = fit(&csv);
    for file in [&parquet, &zipped] {
        let got = fit(file);
        for key in ["rows", "learners", "rows_used", "distinct_rows", "wcss", "clusters"] {
            assert_eq!(got[key], expected[key], "{file}: {key}");
        }
    }
}

/// Data on standard output, words on standard error, in every format.
#[test]
fn standard_output_holds_data_only() {
    let folder = Folder::new();
    let file = table(&folder);
    let ran = run(["fit", &file, "--k", "3", "--format", "json"]);
    assert!(ran.err.contains("note: "), "{}", ran.err);
    assert_eq!(ran.out.lines().count(), 1, "one document, one line");
    let notices: Vec<String> = ran.err.lines().map(|l| l.trim_start_matches("note: ").to_owned()).collect();
    let fit = ran.json();
    assert_eq!(list(&fit["notices"]), notices.iter().map(|n| Value::from(n.as_str())).collect::<Vec<_>>());
    assert!(!run(["fit", &file, "--k", "3"]).data().contains("note:"));
    assert!(run(["sample", "--rows", "5"]).data().lines().count() == 6);
}

/// Byte-identical at any number of threads: report and labels.
#[test]
fn threads_change_nothing() {
    let folder = Folder::new();
    let file = folder.file("x.csv", learners(12_000, 6));
    let mut seen: BTreeMap<String, (String, String)> = BTreeMap::new();
    for threads in ["1", "2", "8"] {
        let out = folder.arg(&format!("labels{threads}.csv"));
        let args = ["fit", &file, "--k", "5", "--threads", threads, "--labels", &out, "--format", "json"];
        let json = run(args).data();
        let sweep = run(["sweep", &file, "--k", "1..6", "--threads", threads, "--format", "json"]).data();
        let labels = std::fs::read_to_string(out).unwrap();
        seen.insert(threads.to_owned(), (json + &sweep, labels));
    }
    let first = &seen["1"];
    assert!(first.0.len() > 1000 && first.1.lines().count() == 12_001);
    assert!(seen.values().all(|one| one == first), "results depend on the number of threads");
    // And once more: nothing of it is chance.
    let again = folder.arg("again.csv");
    run(["fit", &file, "--k", "5", "--labels", &again]).data();
    assert_eq!(std::fs::read_to_string(again).unwrap(), first.1);
}

/// Rows in another order: the same WCSS, and the same cluster for the same row.
#[test]
fn the_order_of_rows_changes_nothing() {
    let folder = Folder::new();
    for (name, text, more) in [
        ("learners", learners(3000, 8), &[][..]),
        ("learners-raw", learners(3000, 9), &["--raw"]),
        ("learners-all", learners(3000, 10), &["--entity", "all"]),
        ("iris", std::fs::read_to_string(golden_table("iris")).unwrap(), &["--raw"]),
        ("heaped", std::fs::read_to_string(golden_table("heaped")).unwrap(), &[]),
    ] {
        let (header, body) = text.split_once('\n').unwrap();
        let lines: Vec<&str> = body.lines().collect();
        // A step that has no divisor in common with the number of rows visits each row once.
        let step = (lines.len() / 3..).find(|s| gcd(*s, lines.len()) == 1).unwrap();
        let order: Vec<usize> = (0..lines.len()).map(|i| i * step % lines.len()).collect();
        let shuffled: Vec<&str> = order.iter().map(|&i| lines[i]).collect();
        let fit = |tag: &str, text: String| {
            let file = folder.file(&format!("{name}{tag}.csv"), text);
            let out = folder.arg(&format!("{name}{tag}.labels"));
            let args = ["fit", &file, "--k", "4", "--labels", &out, "--format", "json"];
            let json = run(args.into_iter().chain(more.iter().copied())).json();
            (json, by_row(Path::new(&out)))
        };
        let (one, labels) = fit("", text.clone());
        let (two, permuted) = fit("-shuffled", format!("{header}\n{}\n", shuffled.join("\n")));
        assert_eq!(one["wcss"], two["wcss"], "{name}");
        assert_eq!(one["distinct_rows"], two["distinct_rows"], "{name}");
        let expected: Vec<_> = order.iter().map(|&i| labels[i].clone()).collect();
        let moved = expected.iter().zip(&permuted).filter(|(a, b)| a != b).count();
        assert_eq!(moved, 0, "{name}: rows in another cluster");
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[test]
fn the_seed_is_heard() {
    let wcss = |table: &str, seed: &str| {
        let fit = run(["fit", table, "--raw", "--k", "8", "--starts", "1", "--seed", seed, "--format", "json"]).json();
        (fit["seed"].clone(), number(&fit["wcss"]))
    };
    let table = golden_table("digits");
    let seen: Vec<(Value, f64)> = ["0", "1", "2", "3"].iter().map(|seed| wcss(&table, seed)).collect();
    assert_eq!(seen[3].0, 3);
    assert!(seen.iter().any(|one| one.1 != seen[0].1), "four seeds, one result: {seen:?}");
    assert!(seen.iter().all(|one| (one.1 / seen[0].1 - 1.0).abs() < 0.02), "{seen:?}");
    assert_eq!(wcss(&table, "2"), seen[2]);
}

/// Beyond 10,000 distinct rows the silhouette is estimated, with an honest standard error.
#[test]
fn estimated_silhouettes_are_near_the_exact_ones() {
    let folder = Folder::new();
    let file = folder.file("x.csv", learners(60_000, 2));
    let sweep = |how: &str| {
        let args = ["sweep", &file, "--k", "2..6", "--starts", "2", "--silhouette", how, "--format", "json"];
        run(args).json()
    };
    let (auto, exact) = (sweep("auto"), sweep("exact"));
    assert!(count(&auto["distinct_rows"]) > 10_000);
    for (auto, exact) in list(&auto["sweep"]).iter().zip(list(&exact["sweep"])) {
        assert_eq!(auto["wcss"], exact["wcss"]);
        let (auto, exact) = (&auto["silhouette"], &exact["silhouette"]);
        assert_eq!((&auto["exact"], &exact["exact"]), (&Value::Bool(false), &Value::Bool(true)));
        let se = number(&auto["se"]);
        assert!(se > 0.0 && se < 0.01 && exact["se"] == 0.0, "{auto}");
        assert!(count(&auto["of"]) < count(&exact["of"]) / 5, "{auto}");
        let apart = number(&auto["value"]) - number(&exact["value"]);
        assert!(apart.abs() < 4.0 * se, "{auto} against {exact}");
    }
    let few = run(["fit", &table(&folder), "--k", "3", "--format", "json"]).json();
    assert_eq!(few["silhouette"]["exact"], true);
    let fit =
        |how: &str| run(["fit", &file, "--k", "4", "--starts", "2", "--silhouette", how, "--format", "json"]).json();
    let (auto, exact) = (fit("auto"), fit("exact"));
    for (auto, exact) in list(&auto["clusters"]).iter().zip(list(&exact["clusters"])) {
        let se = number(&auto["silhouette_se"]);
        assert!(se > 0.0 && se < 0.03 && exact["silhouette_se"] == 0.0, "{auto}");
        assert!(auto["silhouette_spread"].is_null() && exact["silhouette_spread"].is_object());
        let apart = number(&auto["silhouette"]) - number(&exact["silhouette"]);
        assert!(apart.abs() < 4.0 * se, "{auto} against {exact}");
    }
}

/// Raw: nothing cleaned, every scale as its definition has it, rows with a hole dropped and counted.
#[test]
fn raw_takes_the_columns_as_they_are() {
    let folder = Folder::new();
    let file = folder.file("x.csv", "id,a,b,word\n0,1,10,u\n1,2,30,v\n2,4,20,w\n3,9,50,u\n4,,40,v\n5,9,50,u\n");
    let fit = |scale: &str, more: &[&str]| {
        let args = ["fit", &file, "--raw", "--k", "1", "--scale", scale, "--format", "json"];
        run(args.into_iter().chain(more.iter().copied())).json()
    };
    let none = fit("none", &["--features", "a,b"]);
    assert_eq!((count(&none["rows"]), count(&none["rows_used"])), (6, 5));
    assert_eq!(count(&none["distinct_rows"]), 4, "equal rows are stored once, and counted");
    assert!(none["notices"].to_string().contains("1 row"), "{}", none["notices"]);
    let values = [[1.0, 10.0], [2.0, 30.0], [4.0, 20.0], [9.0, 50.0], [9.0, 50.0]];
    let spread = |column: usize, centre: f64, scale: f64| -> f64 {
        let scaled: Vec<f64> = values.iter().map(|v| (v[column] - centre) / scale).collect();
        let mean = scaled.iter().sum::<f64>() / 5.0;
        scaled.iter().map(|v| (v - mean) * (v - mean)).sum()
    };
    let near = |got: &Value, expected: f64| {
        assert!((number(got) - expected).abs() < 1e-9 * expected, "{got} is not {expected}");
    };
    near(&none["total_ss"], spread(0, 0.0, 1.0) + spread(1, 0.0, 1.0));
    near(&fit("standard", &["--features", "a,b"])["total_ss"], 10.0);
    near(&fit("minmax", &["--features", "a,b"])["total_ss"], spread(0, 1.0, 8.0) + spread(1, 10.0, 40.0));
    // Quartiles as numpy's: 2 and 9, 20 and 50.
    near(&fit("robust", &["--features", "a,b"])["total_ss"], spread(0, 4.0, 7.0) + spread(1, 30.0, 30.0));
    assert_eq!(none["clusters"][0]["means"], serde_json::json!({"a": 5.0, "b": 32.0}));
    assert_eq!(none["clusters"][0]["medians"], serde_json::json!({"a": 4.0, "b": 30.0}));
    // All numeric columns, without the row index.
    assert_eq!(fit("standard", &[])["features"], serde_json::json!(["a", "b"]));
    let raw = run(["fit", &table(&folder), "--raw", "--k", "2", "--format", "json"]).json();
    assert_eq!(raw["features"], serde_json::json!(["orgyear", "ctc", "ctc_updated_year"]));
    assert!(count(&raw["rows_used"]) > 2900, "no rule, no policy: {}", raw["rows_used"]);
}

#[test]
fn flags_of_the_table_are_heard() {
    let folder = Folder::new();
    let file = folder.file("x.csv", "who;p;s;u\na;9,5;2010;2020\nb;12;2005;2020\nc;30;2012;2021\nd;7;2018;2020\n");
    let args = [
        "fit",
        &file,
        "--k",
        "1",
        "--delimiter",
        ";",
        "--role",
        "who=learner",
        "--role",
        "p=pay",
        "--pay-unit",
        "lakh",
        "--role",
        "s=start-year",
        "--role",
        "u=pay-year",
        "--reference-year",
        "2022",
        "--format",
        "json",
    ];
    let fit = run(args).json();
    assert_eq!(count(&fit["learners"]), 4);
    let means = &fit["clusters"][0]["means"];
    assert_eq!(number(&means["experience"]), (12.0 + 17.0 + 10.0 + 4.0) / 4.0);
    assert!(number(&means["p"]) > 1e6 && number(&means["p"]) < 1e7, "lakh were said: {means}");
    // A rule switched off takes nothing.
    let file = folder.file("y.csv", learners(2000, 1));
    let used = |more: &[&str]| {
        let args = ["fit", &file, "--k", "2", "--entity", "all", "--format", "json"];
        count(&run(args.into_iter().chain(more.iter().copied())).json()["rows_used"])
    };
    let narrow = used(&["--years", "2010..2025"]);
    assert!(narrow < used(&[]), "bounds of years");
    assert!(used(&["--years", "2010..2025", "--switch", "impossible-years"]) > narrow, "the rule switched off");
}
