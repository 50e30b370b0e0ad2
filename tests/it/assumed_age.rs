//! The assumed age as an input: never by default, never without a warning, never by row.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::explorer::Explorer;
use crate::program::{Folder, by_row, learners, run};

const NAME: &str = "assumed_age";
const INPUTS: &str = "pay,experience,assumed_age";

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

/// A table of learners with one column more, of whole numbers.
fn with_column(folder: &Folder, name: &str, column: &str, value: impl Fn(usize) -> i64) -> String {
    let mut text = String::new();
    for (row, line) in learners(400, 4).lines().enumerate() {
        let more = if row == 0 { column.to_owned() } else { value(row).to_string() };
        text += &format!("{line},{more}\n");
    }
    folder.file(name, text)
}

#[test]
fn it_is_an_input_only_where_it_is_named_and_says_what_it_is() {
    let plain = run(["fit", "--k", "3", "--format", "json"]);
    assert!(!plain.err.contains(NAME) && !plain.out.contains(NAME), "{}", plain.err);
    let asked = run(["fit", "--k", "3", "--features", INPUTS, "--format", "json"]);
    let fit: Value = serde_json::from_str(&asked.out).unwrap();
    assert_eq!(strings(&fit["features"]), ["ctc", "experience", NAME]);
    for words in
        ["assumed_age: ≈ 22 + years of experience", "experience again", "assumed_age: r = 1.00 with experience"]
    {
        assert!(asked.err.contains(words), "{words}: {}", asked.err);
        assert!(strings(&fit["notices"]).iter().any(|notice| notice.contains(words)), "{words}");
    }
    for cluster in fit["clusters"].as_array().unwrap() {
        let median = |column: &str| cluster["medians"][column].as_f64().unwrap();
        assert_eq!(median(NAME), median("experience") + 22.0);
    }
    // Also where experience itself is no input.
    let alone = run(["fit", "--k", "2", "--features", NAME, "--graduation-age", "25"]);
    assert!(alone.err.contains("≈ 25 + years of experience") && !alone.err.contains("r = 1.00"), "{}", alone.err);
    assert!(alone.out.contains("≈assumed_age"), "{}", alone.out);
}

#[test]
fn it_counts_as_experience_counts() {
    let folder = Folder::new();
    let labels = |name: &str, features: &str| {
        let path = folder.arg(name);
        run(["fit", "--k", "4", "--features", features, "--labels", &path]).data();
        by_row(Path::new(&path))
    };
    let by_age = labels("a.csv", "pay,assumed_age");
    assert_eq!(by_age, labels("b.csv", "pay,experience"), "standardised, it is the same number");
    assert_ne!(by_age, labels("c.csv", INPUTS), "beside experience, that counts twice");
}

#[test]
fn profiles_mark_it_and_rules_ask_for_experience() {
    let profile = run(["profile", "--k", "3", "--features", INPUTS, "--format", "json"]).json();
    for cluster in profile["clusters"].as_array().unwrap() {
        let numbers = cluster["numbers"].as_array().unwrap();
        let of = |name: &str| numbers.iter().find(|n| n["column"] == name).unwrap();
        assert_eq!((&of(NAME)["assumed"], &of(NAME)["input"]), (&true.into(), &true.into()));
        assert_eq!(of("experience")["assumed"], false);
        let eta = |name: &str| of(name)["eta_squared"].as_f64().unwrap();
        assert!((eta(NAME) - eta("experience")).abs() < 1e-9);
    }
    // Without it the bands of age say all.
    let without = run(["profile", "--k", "3", "--format", "json"]).data();
    assert!(without.contains("\"assumed\":true") && !without.contains(NAME));
    let alone = run(["profile", "--k", "3", "--features", "pay,assumed_age", "--format", "json"]).json();
    let rules = alone["clusters"].as_array().unwrap().iter().filter_map(|cluster| cluster["rule"]["text"].as_str());
    let rules: Vec<&str> = rules.collect();
    assert!(rules.iter().any(|rule| rule.contains("experience")), "{rules:?}");
    for rule in rules {
        run(["drill", "--rule", rule]).data();
    }
    for rule in ["assumed_age > 35", "age > 35"] {
        let why = run(["drill", "--rule", rule]).complaint(3);
        assert!(why.contains("ask for experience"), "{why}");
    }
}

/// Every file that has rows, with the assumed age among the inputs.
#[test]
fn no_file_has_it_by_row() {
    let folder = Folder::new();
    let table = folder.file("t.csv", learners(3000, 4));
    let recipe = folder.arg("r.toml");
    let [labels, labelled, labelled_json, model, scored, drilled, card, audience] =
        ["l.csv", "all.csv", "all.jsonl", "m.json", "s.csv", "d.csv", "c.csv", "a.csv"].map(|name| folder.arg(name));
    let fit = ["fit", &table, "--k", "4", "--features", INPUTS, "--with-ids", "--save-recipe", &recipe];
    let more = ["--labels", &labels, "--labelled", &labelled, "--save-model", &model];
    run(fit.iter().chain(&more)).data();
    run(["fit", "--recipe", &recipe, "--labelled", &labelled_json]).data();
    run(["score", &table, "--model", &model, "--out", &scored, "--with-ids"]).data();
    let rule = ["--recipe", &recipe, "--k", "4", "--rule", "experience > 1", "--with-ids"];
    let csv = run(["drill"].iter().chain(&rule).chain(&["--format", "csv"])).data();
    run(["drill"].iter().chain(&rule).chain(&["--out", &drilled])).data();
    run(["plan", "--recipe", &recipe, "--card", "experienced-underpaid", "--out", &card]).data();
    run(["plan", "--recipe", &recipe, "--audience", "100", "--out", &audience]).data();
    let head = |text: &str| text.lines().next().unwrap().to_owned();
    assert!(head(&csv).contains("experience") && csv.lines().count() > 100);
    for (name, text) in [&labels, &labelled, &labelled_json, &scored, &drilled, &card, &audience]
        .map(|path| (path.as_str(), fs::read_to_string(path).unwrap()))
        .into_iter()
        .chain([("drill", csv)])
    {
        let head = head(&text).to_lowercase();
        // Among the columns there are also none that only goes by another name.
        assert!(!head.contains("assumed") && !head.split([',', '"', ':']).any(|cell| cell == "age"), "{name}: {head}");
    }
    // The report tells of groups, and says what it is in its method.
    let page = folder.arg("report.md");
    run(["report", "--recipe", &recipe, "--out", &page]).data();
    let page = fs::read_to_string(page).unwrap();
    let method = page.split("## Method").nth(1).unwrap();
    assert!(method.contains("≈ 22 + years of experience") && method.contains("experience again"), "{method}");
}

#[test]
fn a_kept_fit_reckons_it_from_the_experience_of_the_other_table() {
    let folder = Folder::new();
    let table = folder.file("t.csv", learners(1500, 4));
    let [labels, model, scored] = ["l.csv", "m.json", "s.csv"].map(|name| folder.arg(name));
    // Unscaled, so that the age at graduation decides where people are.
    let flags = ["--features", "pay,assumed_age", "--scale", "none", "--graduation-age", "30", "--entity", "all"];
    let fit = ["fit", &table, "--k", "4", "--labels", &labels, "--save-model", &model];
    run(fit.iter().chain(&flags)).data();
    let report = run(["score", &table, "--model", &model, "--out", &scored, "--format", "json"]).json();
    let clusters = |path: &str| -> Vec<Option<String>> {
        let mut reader = csv::Reader::from_path(path).unwrap();
        let at = reader.headers().unwrap().iter().position(|name| name == "Cluster").unwrap();
        reader.records().map(|record| Some(record.unwrap()[at].to_owned()).filter(|cell| !cell.is_empty())).collect()
    };
    assert_eq!(clusters(&scored), by_row(Path::new(&labels)));
    let feature = |report: &Value| {
        let features = report["features"].as_array().unwrap().clone();
        features.into_iter().find(|feature| feature["feature"] == NAME).unwrap()
    };
    assert_eq!(feature(&report)["psi"], 0.0);
    // A table that has ages of its own changes nothing: the fit assumed them.
    let mut lines = String::new();
    for (row, line) in fs::read_to_string(&table).unwrap().lines().enumerate() {
        lines += &format!("{line},{}\n", if row == 0 { "age,assumed_age" } else { "50,60" });
    }
    let aged = folder.file("aged.csv", lines);
    let again = folder.arg("again.csv");
    let aged = run(["score", &aged, "--model", &model, "--out", &again, "--format", "json"]).json();
    assert_eq!((clusters(&again), feature(&aged)), (clusters(&scored), feature(&report)));
    // Experience is made of two years here, and missing one of them is said.
    let without = folder.file("without.csv", fs::read_to_string(&table).unwrap().replacen("orgyear", "joined", 1));
    let why = run(["score", &without, "--model", &model]).complaint(3);
    assert!(why.contains("no column 'orgyear'"), "{why}");
}

#[test]
fn a_table_that_knows_better_has_none() {
    let folder = Folder::new();
    let aged = with_column(&folder, "aged.csv", "age", |row| 20 + row as i64 % 30);
    let why = run(["fit", &aged, "--k", "2", "--features", INPUTS]).complaint(3);
    assert!(why.contains("age is read as the table has it"), "{why}");
    // A column of that name is that column, and its values are the table's: they may be shown.
    let own = with_column(&folder, "own.csv", "Assumed_Age", |row| 1000 + row as i64);
    let fit = run(["fit", &own, "--k", "2", "--features", "pay,assumed_age", "--format", "json"]);
    let json: Value = serde_json::from_str(&fit.out).unwrap();
    assert_eq!(strings(&json["features"]), ["ctc", "Assumed_Age"]);
    assert!(json["clusters"][0]["medians"]["Assumed_Age"].as_f64().unwrap() > 1000.0);
    assert!(!fit.err.contains("experience again"), "{}", fit.err);
    let rows = run(["drill", &own, "--rule", "assumed_age > 1300", "--format", "csv"]).data();
    assert!(rows.lines().next().unwrap().contains("Assumed_Age"));
    // No experience, no assumption; and raw takes no more than there is.
    let bare = folder.file("bare.csv", "a,b\n1,2\n2,3\n4,1\n");
    assert!(run(["fit", &bare, "--k", "2", "--features", NAME]).complaint(3).contains("no experience"));
    assert!(run(["fit", "--raw", "--k", "2", "--features", NAME]).complaint(3).contains("--raw"));
    assert!(run(["fit", "--k", "2", "--features", "pay,age"]).complaint(3).contains("unknown feature 'age'"));
}

#[test]
fn names_of_a_recipe_stay_while_the_assumption_does() {
    let folder = Folder::new();
    let recipe = "k = 2\nfeatures = [\"pay\", \"assumed_age\"]\n[names]\n0 = \"stuck\"\n";
    let recipe = folder.file("r.toml", recipe);
    let fit = |more: &[&str]| run(["fit", "--recipe", &recipe].iter().chain(more));
    assert!(fit(&["--graduation-age", "22"]).out.contains("stuck"));
    let other = fit(&["--graduation-age", "30"]);
    assert!(!other.out.contains("stuck") && other.err.contains("names of clusters are left out"), "{}", other.err);
}

/// The row on screen 2, and what is said beside it.
#[test]
fn on_screen_it_is_off_and_says_what_switching_it_on_means() {
    let mut explorer = Explorer::sample();
    explorer.press("2 end");
    let text = |explorer: &Explorer| explorer.screen().join("\n");
    let row = |explorer: &Explorer| explorer.screen().into_iter().find(|line| line.contains("≈assumed_age")).unwrap();
    assert!(row(&explorer).contains("[ ]"), "{}", text(&explorer));
    assert!(text(&explorer).contains("The table has no age") && text(&explorer).contains("experience again"));
    let default = explorer.model.features.clone();
    explorer.press("space");
    assert!(row(&explorer).contains("[x]") && row(&explorer).contains('!'), "{}", text(&explorer));
    for words in ["! ≈ 22 + years of experience", "! r = 1.00 with experience", "! assumed_age is experience again"] {
        assert!(text(&explorer).contains(words), "{words}\n{}", text(&explorer));
    }
    assert!(!explorer.model.stale, "it is clustered");
    explorer.press("4");
    explorer.model.size = (160, 50);
    assert!(text(&explorer).contains("≈assumed_age"), "{}", text(&explorer));
    // Nowhere by row: the people, one of them, the search for subgroups.
    explorer.press("6");
    assert!(!text(&explorer).contains("assumed_age"));
    explorer.press("enter");
    assert!(text(&explorer).contains("source row") && !text(&explorer).contains("assumed"), "{}", text(&explorer));
    explorer.press("esc 1 o");
    assert!(!text(&explorer).contains("assumed_age"), "{}", text(&explorer));
    explorer.press("2 d");
    assert_eq!(explorer.model.features, default);
}
