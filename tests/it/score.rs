//! Models, scores, labelled rows and receipts: a fit that is kept says of its own table what the fit said.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::program::{Folder, KSCOPE, Ran, by_row, golden_table, learners, run, run_with, start};

/// Runs with the words of a line, `{}` standing for what is given in order.
fn kscope(line: &str, given: &[&str]) -> Ran {
    let mut given = given.iter();
    run(line
        .split_whitespace()
        .map(|word| if word == "{}" { (*given.next().unwrap()).to_owned() } else { word.into() }))
}

/// Rows of a CSV file, by name of column.
fn records(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn column(path: &Path, name: &str) -> Vec<Option<String>> {
    records(path).into_iter().map(|mut r| r.remove(name).filter(|cell| !cell.is_empty())).collect()
}

/// Fits with these words, keeps the model, scores the same table: labels of the fit, of the score, its report.
fn there_and_back(folder: &Folder, table: &str, fit: &str) -> (Vec<Option<String>>, Vec<Option<String>>, Value) {
    let [labels, model, out] = ["l.csv", "m.json", "s.csv"].map(|name| folder.arg(name));
    kscope(&format!("fit {{}} {fit} --labels {{}} --save-model {{}} --force"), &[table, &labels, &model]).data();
    let report = kscope("score {} --model {} --out {} --force --format json", &[table, &model, &out]).json();
    (by_row(Path::new(&labels)), column(Path::new(&out), "Cluster"), report)
}

/// Fitted and scored labels are the same, for every row, and nothing drifted.
fn assert_same(folder: &Folder, table: &str, fit: &str) -> Value {
    let (fitted, scored, report) = there_and_back(folder, table, fit);
    assert_eq!(fitted, scored, "{table} {fit}");
    assert_eq!(report["psi"], 0.0, "{report}");
    for feature in report["features"].as_array().unwrap() {
        assert_eq!(feature["psi"], 0.0, "{feature}");
        for key in ["below", "above", "unknown"] {
            assert!(feature[key].is_null() || feature[key] == 0, "{feature}");
        }
    }
    for cluster in report["clusters"].as_array().unwrap() {
        assert_eq!(cluster["share"], cluster["fitted_share"], "{cluster}");
    }
    report
}

#[test]
fn the_fitted_table_gets_the_labels_of_the_fit() {
    let folder = Folder::new();
    for name in ["iris", "wine", "heaped", "diabetes", "blobs_unequal", "copies_and_one_far"] {
        let table = golden_table(name);
        for fit in ["--k 2", "--k 7 --seed 3", "--raw --k 4", "--raw --k 3 --scale robust", "--k 3 --engine linfa"] {
            assert_same(&folder, &table, fit);
        }
    }
}

/// Rows that the fit put elsewhere than with the nearest centroid stay there: those that lie between two, and those
/// that still changed when it ended. Good fits hardly have such, so one is made.
#[test]
fn rows_that_the_fit_settled_stay_there() {
    use kscope::source::{Location, Options, Pieces};
    use kscope::study::{self, model::Model, recipe::Recipe, score::Scorer};
    let cancel = kscope::jobs::Cancel::never();
    let location = Location::Path(golden_table("iris").into());
    let options = Options::default();
    let recipe = Recipe {
        source: study::recipe::Source { location: location.clone(), ..Default::default() },
        ..Recipe::default()
    };
    let table = study::load(&location, &options, &recipe.roles, &cancel, &mut |_, _| {}).unwrap();
    let cleaned = study::clean(&std::sync::Arc::new(table), &recipe.cleaning);
    let features = study::features(&cleaned, &recipe).unwrap();
    let prepared = study::prepare(&cleaned, &features, &cancel).unwrap();
    let mut clustering = study::fit(&cleaned, &prepared, &recipe, 3, &cancel).unwrap();
    for row in [7, 31, 90] {
        clustering.labels[row] = (clustering.labels[row] + 1) % 3;
    }
    let names = ["a", "b", "c"].map(str::to_owned);
    let model = Model::new(&cleaned, &features, &prepared, &recipe, &clustering, &names).unwrap();
    assert_eq!(model.settled.len(), 3);
    let model = Model::parse(model.to_json().unwrap().as_bytes(), "m.json").unwrap();
    let mut scorer = Scorer::new(&model).unwrap();
    let mut scored = Vec::new();
    let pieces = Pieces::open(&location, &options, &cancel).unwrap();
    pieces
        .each(&cancel, &mut |_, _| {}, &mut |piece| {
            scored.extend(scorer.score(piece)?);
            Ok(())
        })
        .unwrap();
    let fitted: Vec<Option<u16>> = study::row_labels(&prepared, &clustering).into_iter().map(Some).collect();
    assert_eq!(scored, fitted);
}

#[test]
fn learners_get_the_labels_of_the_fit_in_every_form() {
    let folder = Folder::new();
    // More than one piece of CSV.
    let table = folder.file("l.learners.csv", learners(60_000, 4));
    let report = assert_same(&folder, &table, "--entity all --switch exact-duplicates --k 4 --starts 2");
    assert_eq!(report["rows"], 60_000);
    assert!(report["taken"].as_array().unwrap().iter().any(|t| t["rule"] == "impossible-years"));
    // The same rows as Parquet, and through a pipe.
    let csv = column(&folder.path("s.csv"), "Cluster");
    let parquet = folder.arg("l.parquet");
    kscope("sample --rows 60000 --seed 4 --out {}", &[&parquet]).data();
    kscope("score {} --model {} --out {}", &[&parquet, &folder.arg("m.json"), &folder.arg("p.csv")]).data();
    assert_eq!(column(&folder.path("p.csv"), "Cluster"), csv);
    let arguments = ["score", "-", "--model", &folder.arg("m.json"), "--out", &folder.arg("pipe.csv")];
    run_with(arguments, &fs::read(&table).unwrap()).data();
    let but_ids = |name: &str| -> Vec<_> {
        let rows = records(&folder.path(name));
        rows.into_iter().map(|mut row| row.remove("email_hash").map(|_| row)).collect()
    };
    assert!(but_ids("pipe.csv") == but_ids("s.csv"), "the same but for the salt");
}

/// Every way of encoding, with missing values, a decimal comma, and pay in lakh.
#[test]
fn every_encoding_comes_back() {
    let folder = Folder::new();
    let mut text = "salary;years;town;team;note\n".to_owned();
    for n in 0..400_u32 {
        let cell = |every: u32, text: String| if n % every == every - 1 { String::new() } else { text };
        let salary = cell(17, format!("{},5", 3 + n * 7919 % 41));
        let years = cell(11, (n * 31 % 23).to_string());
        let town = cell(13, format!("town {}", n * n % 37));
        let team = cell(19, ["red", "Red", "blue", "green "][(n * n % 4) as usize].to_owned());
        writeln!(text, "{salary};{years};{town};{team};\"a, {n}\"").unwrap();
    }
    let table = folder.file("t.csv", text);
    for (at, features) in [
        "[features.salary]\ntransform = \"log1p\"\nwinsorise = 0.05\nscale = \"robust\"\nweight = 1.7\n\
         [features.town]\nencoding = \"frequency\"\nscale = \"minmax\"\n\
         [features.team]\nencoding = \"one-hot\"\nlevels = 2\nmissing = \"most-frequent\"\nweight = 0.3\n",
        "[features.years]\nmissing = \"drop\"\n[features.town]\nmissing = \"drop\"\nlevels = 5\nencoding = \"one-hot\"\n\
         [features.salary]\nscale = \"none\"\ntransform = \"log1p\"\n",
        "[features.team]\n[features.town]\nlevels = 50\nencoding = \"one-hot\"\n[features.years]\nmissing = \"median\"\n",
    ]
    .iter()
    .enumerate()
    {
        let recipe = format!(
            "k = 5\npay_unit = \"lakh\"\n[roles]\nsalary = \"pay\"\nyears = \"experience\"\nteam = \"job\"\n\
             [source]\nfile = \"{table}\"\n{features}"
        );
        let recipe = folder.file(&format!("r{at}.toml"), recipe);
        let report = assert_same(&folder, &table, &format!("--recipe {recipe}"));
        let missing: u64 = report["features"].as_array().unwrap().iter().map(|f| f["missing"].as_u64().unwrap()).sum();
        assert!(missing > 0 || at == 1, "{report}");
        let taken = report["rows"].as_u64().unwrap() - report["scored"].as_u64().unwrap();
        assert!(taken > 20, "without pay there is no cluster: {report}");
    }
}

/// Rows with a missing value that a raw fit drops have no cluster in either.
#[test]
fn rows_that_a_raw_fit_drops_have_no_cluster() {
    let folder = Folder::new();
    let text = (0..60).fold("a,b\n".to_owned(), |text, n| {
        let b = if n % 7 == 3 { String::new() } else { (n * n % 13).to_string() };
        text + &format!("{},{b}\n", n % 10)
    });
    let table = folder.file("t.csv", text);
    let report = assert_same(&folder, &table, "--raw --k 3");
    assert_eq!(report["scored"], 51);
    let taken = &report["taken"];
    assert_eq!(*taken, serde_json::json!([{"rule": "without-value", "rows": 9}]));
    assert_eq!(column(&folder.path("s.csv"), "Cluster")[3], None);
}

/// Where one row speaks for a learner, all of that learner's rows are scored, each by itself.
#[test]
fn every_row_is_scored_by_itself() {
    let folder = Folder::new();
    let table = folder.file("l.learners.csv", learners(5000, 9));
    let (fitted, scored, report) = there_and_back(&folder, &table, "--k 4");
    let ids = column(Path::new(&table), "email_hash");
    let mut rows_of: BTreeMap<&Option<String>, usize> = BTreeMap::new();
    ids.iter().for_each(|id| *rows_of.entry(id).or_default() += 1);
    let mut alone = 0;
    for ((id, fitted), scored) in ids.iter().zip(&fitted).zip(&scored) {
        assert_eq!(fitted.is_none(), scored.is_none() && fitted.is_none());
        if rows_of[id] == 1 {
            alone += 1;
            assert_eq!(fitted, scored);
        }
    }
    assert!(alone > 1000 && fitted != scored, "{alone}");
    assert_eq!(report["scored"].as_u64().unwrap() as usize, scored.iter().flatten().count());
}

#[test]
fn what_the_fit_never_saw_is_counted() {
    let folder = Folder::new();
    let table = folder.file("t.csv", "x,kind\n1,a\n2,b\n3,a\n4,b\n5,a\n6,b\n7,a\n8,b\n9,a\n10,b\n");
    let model = folder.arg("m.json");
    let fit = "fit {} --features x,kind --k 2 --save-model {}";
    kscope(fit, &[&table, &model]).data();
    let other = folder.file("o.csv", "kind,x,more\na,0.5,z\nc,10,z\n,11,z\nb,,z\nd,oops,z\na,inf,z\n");
    let out = folder.arg("o.out.csv");
    let report = kscope("score {} --model {} --out {} --format json", &[&other, &model, &out]).json();
    let [x, kind] = [&report["features"][0], &report["features"][1]];
    assert_eq!(x["feature"], "x");
    assert_eq!((&x["below"], &x["above"]), (&Value::from(1), &Value::from(1)));
    assert_eq!((&x["missing"], &x["unreadable"]), (&Value::from(2), &Value::from(1)));
    assert_eq!((&x["min"], &x["max"]), (&Value::from(1.0), &Value::from(10.0)));
    assert_eq!((&kind["unknown"], &kind["missing"]), (&Value::from(2), &Value::from(1)));
    assert!(x["psi"].as_f64().unwrap() > 0.2 && kind["psi"].as_f64().unwrap() > 0.2, "{report}");
    assert_eq!(report["taken"], serde_json::json!([{"rule": "infinite", "rows": 1}]));
    assert_eq!((&report["rows"], &report["scored"]), (&Value::from(6), &Value::from(5)));
    let clusters = column(Path::new(&out), "Cluster");
    assert_eq!(clusters.iter().map(Option::is_some).collect::<Vec<_>>(), [true, true, true, true, true, false]);
}

const REPORT: &str = "source fingerprint rows scored taken model features clusters psi out notices";
const MODEL: &str = "file kscope k seed fitted_on";
const FITTED_ON: &str = "source fingerprint rows rows_used";
const FEATURE: &str = "feature kind missing unknown below above min max unreadable psi";
const CLUSTER: &str = "cluster name rows share fitted_share";
const TAKEN: &str = "rule rows";
const RECEIPT: &str = "source rows rows_used taken seed kscope engine ids model recipe command";

#[test]
fn json_of_score_is_as_the_docs_say() {
    let docs = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/HEADLESS.md")).unwrap();
    let words = |text: &'static str| text.split_whitespace().collect::<BTreeSet<&str>>();
    let keys = |value: &Value| -> BTreeSet<String> { value.as_object().unwrap().keys().cloned().collect() };
    let same = |value: &Value, text: &'static str| {
        assert_eq!(keys(value), words(text).into_iter().map(str::to_owned).collect(), "{value}");
        for key in words(text) {
            assert!(docs.contains(&format!("`{key}`")), "docs/HEADLESS.md does not say what `{key}` is");
        }
    };
    let folder = Folder::new();
    let model = folder.arg("m.json");
    kscope("fit --k 3 --save-model {}", &[&model]).data();
    let report = kscope("score --model {} --format json", &[&model]).json();
    same(&report, REPORT);
    same(&report["model"], MODEL);
    same(&report["model"]["fitted_on"], FITTED_ON);
    same(&report["features"][0], FEATURE);
    same(&report["clusters"][0], CLUSTER);
    same(&report["taken"][0], TAKEN);
    assert_eq!((&report["source"], &report["out"]), (&Value::from("sample"), &Value::Null));
    words(RECEIPT).into_iter().for_each(|key| assert!(docs.contains(&format!("`{key}`")), "{key}"));
    for flag in ["--model", "--save-model", "--labelled", "--out", "--with-ids"] {
        assert!(docs.contains(flag), "{flag}");
    }
    let csv = kscope("score --model {} --format csv", &[&model]).data();
    assert_eq!(csv.lines().count(), 1 + 3 + 3, "{csv}");
    let text = kscope("score --model {}", &[&model]).data();
    assert!(text.contains("PSI of the clusters") && text.contains("job_position"), "{text}");
}

#[test]
fn a_model_that_cannot_be_used_is_refused_with_its_reason() {
    let folder = Folder::new();
    let model = folder.arg("m.json");
    kscope("fit --k 3 --save-model {}", &[&model]).data();
    let text = fs::read_to_string(&model).unwrap();
    let refused = |name: &str, text: &str, words: &[&str]| {
        let file = folder.file(name, text);
        let complaint = kscope("score --model {}", &[&file]).complaint(3);
        for word in words.iter().chain(&[name, "try:"]) {
            assert!(complaint.contains(word), "{word}: {complaint}");
        }
    };
    refused("cut.json", &text[..text.len() / 2], &["cut off or damaged", "column"]);
    refused(
        "digit.json",
        &text.replacen("\"centroid\":[\"0", "\"centroid\":[\"1", 1).replacen(
            "\"centroid\":[\"-0",
            "\"centroid\":[\"-1",
            1,
        ),
        &["checksum"],
    );
    refused("later.json", &text.replacen(":1,", ":2,", 1), &["version 2", "newer kscope"]);
    refused("table.csv", "a,b\n1,2\n", &["no model of kscope", "--save-model"]);
    refused("other.json", "{\"a\": 1}", &["no model of kscope"]);
    refused("empty.json", "", &["no model of kscope"]);
    kscope("score --model {}", &[&folder.arg("nowhere.json")]).complaint(3);
    // A table that lacks a column, under another name or not at all.
    let learners = learners(50, 1);
    let table = folder.file("renamed.csv", learners.replacen("job_position", "job_positon", 1));
    let complaint = kscope("score {} --model {}", &[&table, &model]).complaint(3);
    for word in ["renamed.csv", "'job_position'", "'job_positon'"] {
        assert!(complaint.contains(word), "{complaint}");
    }
    let complaint = kscope("score {} --model {}", &[&golden_table("iris"), &model]).complaint(3);
    assert!(complaint.contains("has no column"), "{complaint}");
    // A refused table leaves no file.
    let out = folder.arg("x.csv");
    kscope("score {} --model {} --out {}", &[&table, &model, &out]).complaint(3);
    assert!(!Path::new(&out).exists() && !folder.path("x.csv.receipt.json").exists());
    kscope("score --model {} --out {}", &[&model, &folder.arg("x.xlsx")]).complaint(2);
    kscope("fit --k 2 --labelled {}", &[&folder.arg("x")]).complaint(2);
    kscope("fit --k 2 --labels {} --labelled {}", &[&out, &out]).complaint(2);
    kscope("score --model {} --out {}", &[&model, &out]).data();
    kscope("score --model {} --out {}", &[&model, &out]).complaint(1);
    fs::remove_file(&out).unwrap();
    let complaint = kscope("score --model {} --out {}", &[&model, &out]).complaint(1);
    assert!(complaint.contains("x.csv.receipt.json"), "its receipt is a file too: {complaint}");
}

/// The table behind a file, by kscope's own reader: columns by name, as text.
fn read_back(path: &str) -> BTreeMap<String, (String, Vec<String>)> {
    let raw = kscope::source::read(
        &kscope::source::Location::Path(path.into()),
        &kscope::source::Options::default(),
        &kscope::jobs::Cancel::never(),
        &mut |_, _| {},
    )
    .unwrap();
    let cells = |column: &polars::prelude::Column| {
        let kind = column.dtype().to_string();
        let values = column.as_materialized_series();
        let text = values.iter().map(|v| if v.is_null() { String::new() } else { v.to_string() });
        (kind, text.map(|t| t.trim_matches('"').to_owned()).collect())
    };
    raw.frame.columns().iter().map(|c| (c.name().to_string(), cells(c))).collect()
}

#[test]
fn labelled_rows_carry_their_columns_and_labels_in_every_form() {
    let folder = Folder::new();
    let table = folder.file("l.csv", learners(2500, 6));
    let fit = "fit {} --k 4 --labels {} --labelled {} --force --format json";
    let labels = folder.arg("labels.csv");
    let csv = folder.path("out.csv");
    let report = kscope(fit, &[&table, &labels, csv.to_str().unwrap()]).json();
    let rows = records(&csv);
    let sources = records(Path::new(&table));
    assert_eq!((rows.len(), sources.len()), (2500, 2500));
    let header = fs::read_to_string(&csv).unwrap().lines().next().unwrap().to_owned();
    assert!(
        header.starts_with("row,Unnamed: 0,company_hash,email_hash,orgyear")
            && header.ends_with("Cluster,ClusterName,Silhouette")
    );
    let names: BTreeMap<String, String> = report["clusters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| (c["cluster"].to_string(), c["name"].as_str().unwrap().to_owned()))
        .collect();
    for (at, (row, label)) in rows.iter().zip(by_row(Path::new(&labels))).enumerate() {
        assert_eq!(row["row"], at.to_string());
        assert_eq!(Some(row["Cluster"].clone()).filter(|c| !c.is_empty()), label);
        assert_eq!(row["ClusterName"], label.as_ref().map(|l| names[l].clone()).unwrap_or_default());
        assert_eq!(row["Silhouette"].is_empty(), label.is_none());
        for (name, cell) in sources[at].iter().filter(|(name, _)| !matches!(name.as_str(), "" | "email_hash")) {
            assert_eq!(*cell, row[name], "{name} as it was");
        }
    }
    assert_hashed(&column(&csv, "email_hash"), &column(Path::new(&table), "email_hash"));
    // One row speaks for a learner: over these the mean is the silhouette of the report.
    let of_learner: BTreeMap<&str, f64> = sources
        .iter()
        .zip(&rows)
        .filter(|(_, row)| !row["Silhouette"].is_empty())
        .map(|(source, row)| (source["email_hash"].as_str(), row["Silhouette"].parse().unwrap()))
        .collect();
    let mean = of_learner.values().sum::<f64>() / of_learner.len() as f64;
    assert!((mean - report["silhouette"]["value"].as_f64().unwrap()).abs() < 1e-9, "{mean} {}", report["silhouette"]);
    assert!(of_learner.values().all(|s| (-1.0..=1.0).contains(s)) && of_learner.values().any(|s| *s < 0.0));

    for (name, kinds) in [("out.parquet", ["i64", "i32", "f64", "str"]), ("out.jsonl", ["i64", "i64", "f64", "str"])] {
        let path = folder.arg(name);
        kscope(fit, &[&table, &labels, &path]).data();
        let back = read_back(&path);
        assert_eq!(["ctc", "Cluster", "Silhouette", "ClusterName"].map(|c| back[c].0.as_str()), kinds, "{name}");
        assert_eq!(back.len(), rows[0].len());
        let (kind, ids) = &back["email_hash"];
        assert_eq!(kind, "str");
        let ids: Vec<Option<String>> = ids.iter().map(|id| Some(id.clone()).filter(|id| !id.is_empty())).collect();
        assert_hashed(&ids, &column(Path::new(&table), "email_hash"));
        for column in ["ctc", "Cluster", "ClusterName", "job_position"] {
            for (cell, row) in back[column].1.iter().zip(&rows) {
                let same = cell == &row[column] || cell.parse::<f64>().ok() == row[column].parse::<f64>().ok();
                assert!(same, "{name} {column}: {cell} {}", row[column]);
            }
        }
    }
    let with = folder.arg("with.csv");
    kscope(&format!("{fit} --with-ids"), &[&table, &labels, &with]).data();
    assert_eq!(column(Path::new(&with), "email_hash"), column(Path::new(&table), "email_hash"));
}

/// Every id has one hash of its own, and none is an id; what has no id has no hash.
fn assert_hashed(hashes: &[Option<String>], ids: &[Option<String>]) {
    assert_eq!(hashes.len(), ids.len());
    let pairs: BTreeSet<_> = ids.iter().zip(hashes).collect();
    let distinct: BTreeSet<&Option<String>> = pairs.iter().map(|(id, _)| *id).collect();
    let of_hashes: BTreeSet<&Option<String>> = pairs.iter().map(|(_, hash)| *hash).collect();
    assert_eq!((pairs.len(), pairs.len()), (distinct.len(), of_hashes.len()), "one hash an id, one id a hash");
    assert!(distinct.len() < ids.len(), "some learner has two rows");
    assert!(pairs.iter().all(|(id, hash)| id.is_some() == hash.is_some()));
    let well = |hash: &String| hash.len() == 32 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    assert!(of_hashes.into_iter().flatten().all(|hash| well(hash) && !distinct.contains(&Some(hash.clone()))));
}

/// Ids leave as hashes wherever rows of a source are written: also those in other columns, numbers, and pieces of a table
/// that is read bit by bit; a receipt says so, and a Parquet file has it inside.
#[test]
fn ids_leave_as_hashes() {
    let folder = Folder::new();
    let mut text = "learner_id,user_id,ctc,experience,note\n".to_owned();
    for n in 0..60_000 {
        let id = if n % 7 == 3 { String::new() } else { (n % 25_000).to_string() };
        let (ctc, note) = (300_000 + 1000 * (n % 97), "long ".repeat(12));
        let _ = writeln!(text, "{id},u{},{ctc},{},{note}{}", n % 10, n % 20, n % 10);
    }
    assert!(text.len() > 4 << 20, "more than one piece");
    let table = folder.file("t.csv", text);
    let ids = |name: &str| column(Path::new(&table), name);
    let [model, labelled, scored, with, rows] =
        ["m.json", "rows.parquet", "s.csv", "with.csv", "d.csv"].map(|name| folder.arg(name));
    kscope("fit {} --features ctc,experience --k 2 --starts 1 --save-model {}", &[&table, &model]).data();
    kscope("score {} --model {} --out {}", &[&table, &model, &scored]).data();
    for name in ["learner_id", "user_id"] {
        assert_hashed(&column(Path::new(&scored), name), &ids(name));
    }
    assert_eq!(column(Path::new(&scored), "note"), ids("note"));
    kscope("score {} --model {} --out {} --with-ids", &[&table, &model, &with]).data();
    assert_eq!(column(Path::new(&with), "user_id"), ids("user_id"));
    kscope("fit {} --features ctc,experience --k 2 --starts 1 --labelled {}", &[&table, &labelled]).data();
    let (kind, hashes) = &read_back(&labelled)["learner_id"];
    assert_eq!(kind, "str");
    let hashes: Vec<Option<String>> = hashes.iter().map(|id| Some(id.clone()).filter(|id| !id.is_empty())).collect();
    assert_hashed(&hashes, &ids("learner_id"));
    let others: BTreeSet<_> = column(Path::new(&scored), "learner_id").into_iter().flatten().collect();
    assert!(hashes.iter().flatten().all(|hash| !others.contains(hash)), "another file, another salt");
    // A second column of ids is not forgotten where rows are listed.
    let listed = kscope("drill {} --rule ctc<310000 --format csv", &[&table]).data();
    assert_eq!(
        listed.lines().next().unwrap().split(',').take(4).collect::<Vec<_>>(),
        ["row", "ctc", "experience", "note"]
    );
    kscope("drill {} --rule ctc<310000 --out {}", &[&table, &rows]).data();
    assert!(records(Path::new(&rows)).iter().all(|row| row["user_id"].len() == 32));
    let receipt = |name: &str| fs::read_to_string(folder.path(&format!("{name}.receipt.json"))).unwrap();
    for (name, how) in
        [("rows.parquet", "hashed"), ("s.csv", "hashed"), ("with.csv", "as they are"), ("d.csv", "hashed")]
    {
        assert!(receipt(name).contains(&format!("\"ids\":\"{how}\"")), "{name}");
    }
    assert!(!receipt("m.json").contains("\"ids\""));
    let file = fs::read(&labelled).unwrap();
    let holds = |text: &str| file.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    assert!(holds("kscope.receipt") && holds(receipt("rows.parquet").trim_end()));
}

/// Formulas are neutralised, numbers below 0 are not; columns of the source keep their names.
#[test]
fn labelled_rows_are_safe_and_step_aside() {
    let folder = Folder::new();
    let text = (0..20).fold("Cluster,row,x,y\n".to_owned(), |text, n| {
        text + &format!("=1+{n},keep {n},-{n},{}\n", if n < 10 { 1 } else { 50 })
    });
    let table = folder.file("t.csv", text);
    let out = folder.path("o.csv");
    kscope("fit {} --features x,y --k 2 --labelled {}", &[&table, out.to_str().unwrap()]).data();
    let rows = records(&out);
    assert_eq!(rows[3]["Cluster"], "'=1+3");
    assert_eq!((rows[3]["row"].as_str(), rows[3]["row_2"].as_str()), ("keep 3", "3"));
    assert_eq!(rows[3]["x"], "-3");
    assert_eq!(rows.iter().map(|r| r["Cluster_2"].as_str()).collect::<BTreeSet<_>>(), BTreeSet::from(["0", "1"]));
    // At k = 1 there is no silhouette.
    kscope("fit {} --features x,y --k 1 --labelled {} --force", &[&table, out.to_str().unwrap()]).data();
    assert!(records(&out).iter().all(|r| r["Silhouette"].is_empty() && r["ClusterName"] == "everybody"));
}

/// A receipt's command makes the same bytes again, in an empty folder with the same table.
#[test]
fn a_receipt_replays_its_file() {
    let (first, second) = (Folder::new(), Folder::new());
    let in_folder = |folder: &Folder, line: &str| {
        let path = format!("{}:{}", Path::new(KSCOPE).parent().unwrap().display(), std::env::var("PATH").unwrap());
        let done = Command::new("sh")
            .args(["-c", line])
            .current_dir(folder.path(""))
            .env("PATH", path)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(done.status.success(), "{line}: {}", String::from_utf8_lossy(&done.stderr));
    };
    let table = learners(1500, 2);
    first.file("my 'own' table.csv", &table);
    second.file("my 'own' table.csv", &table);
    let own = "'my '\\''own'\\'' table.csv'";
    in_folder(
        &first,
        &format!(
            "kscope fit {own} --k 3 --seed 7 --labels labels.csv --labelled rows.parquet --save-model m.json --with-ids"
        ),
    );
    in_folder(&first, &format!("kscope score {own} --model m.json --out 'scored rows.jsonl' --with-ids"));
    let receipt = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(first.path(&format!("{name}.receipt.json"))).unwrap()).unwrap()
    };
    let of_fit = receipt("rows.parquet");
    let mut without_ids = of_fit.clone();
    without_ids.as_object_mut().unwrap().remove("ids");
    for name in ["m.json", "labels.csv"] {
        assert_eq!(receipt(name), without_ids);
    }
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let mut both = keys(&of_fit);
    both.extend(keys(&receipt("scored rows.jsonl")));
    assert_eq!(both, RECEIPT.split_whitespace().map(str::to_owned).collect());
    assert_eq!(of_fit["source"]["file"], "my 'own' table.csv");
    assert_eq!((&of_fit["rows"], &of_fit["seed"]), (&Value::from(1500), &Value::from(7)));
    let taken: u64 = of_fit["taken"].as_array().unwrap().iter().map(|t| t["rows"].as_u64().unwrap()).sum();
    assert_eq!(of_fit["rows_used"].as_u64().unwrap() + taken, 1500);
    for name in ["rows.parquet", "scored rows.jsonl"] {
        in_folder(&second, receipt(name)["command"].as_str().unwrap());
    }
    assert_eq!(first.names(), second.names());
    for name in first.names() {
        assert_eq!(fs::read(first.path(&name)).unwrap(), fs::read(second.path(&name)).unwrap(), "{name}");
    }
}

/// Four times the rows do not take more memory: what `VmHWM` says, asked again and again while it runs.
#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_rows() {
    let folder = Folder::new();
    let model = folder.arg("m.json");
    kscope("fit --k 4 --save-model {}", &[&model]).data();
    let peak = |table: &str, out: &str| {
        let arguments = ["score", table, "--model", &model, "--out", &folder.arg(out)];
        let mut child = start(arguments);
        let status = format!("/proc/{}/status", child.id());
        let mut peak = 0;
        while child.try_wait().unwrap().is_none() {
            let text = fs::read_to_string(&status).unwrap_or_default();
            let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:"));
            let now = line.and_then(|l| l.trim_end_matches("kB").trim().parse::<u64>().ok());
            peak = peak.max(now.unwrap_or(0));
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert!(child.wait().unwrap().success());
        peak / 1024
    };
    for form in ["csv", "parquet"] {
        let [small, large] = [("small", 200_000), ("large", 800_000)].map(|(name, rows)| {
            let table = folder.arg(&format!("{name}.{form}"));
            kscope("sample --rows {} --out {}", &[&rows.to_string(), &table]).data();
            peak(&table, &format!("{name}.out.{form}"))
        });
        // 600,000 rows more are 72 MB of text, and more than that as columns.
        assert!(large < small + 40, "{form}: {small} MB of 200,000 rows, {large} MB of 800,000");
    }
}
