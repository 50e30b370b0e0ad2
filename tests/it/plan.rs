//! Cards and audience: what was planted is found, in tables of two makers; noise yields nothing; a reversal inside
//! strata is withheld; every figure can be recomputed from the exported rows.
#![expect(clippy::print_stdout, reason = "precision and recall are for reading")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::Value;

use crate::program::{Folder, by_row, golden_table, run};

/// The lines of a CSV as maps from heading to cell.
fn lines(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let heading = reader.headers().unwrap().clone();
    let line = |record: csv::StringRecord| {
        heading.iter().zip(record.iter()).map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect()
    };
    reader.records().map(|record| line(record.unwrap())).collect()
}

fn card<'a>(plan: &'a Value, kind: &str) -> Option<&'a Value> {
    plan["cards"].as_array().unwrap().iter().find(|card| card["kind"] == kind)
}

/// How well the rows behind a card meet a planted segment, by learner: those who are used are the rows that speak
/// for a learner, so that the recall is over all learners of the segment.
fn found(folder: &Folder, table: &str, truth: &[Option<String>], ids: &[String], kind: &str) -> (f64, f64) {
    let out = folder.arg("people.csv");
    run(["plan", table, "--card", kind, "--with-ids", "--out", &out, "--force"]).data();
    let listed: BTreeSet<String> = lines(Path::new(&out)).into_iter().map(|line| line["id"].clone()).collect();
    let planted: BTreeSet<String> =
        truth.iter().zip(ids).filter(|(t, _)| t.as_deref() == Some(kind)).map(|(_, id)| id.clone()).collect();
    let hits = listed.intersection(&planted).count() as f64;
    (hits / listed.len() as f64, hits / planted.len() as f64)
}

#[test]
fn what_was_planted_comes_out() {
    for seed in ["21", "22", "23", "24", "25"] {
        let folder = Folder::new();
        let (table, truth) = (folder.arg("x.csv"), folder.arg("truth.csv"));
        run(["sample", "--rows", "50000", "--seed", seed, "--out", &table, "--truth", &truth]).data();
        let ids: Vec<String> = lines(Path::new(&table)).into_iter().map(|line| line["email_hash"].clone()).collect();
        let truth = by_row(Path::new(&truth));
        for kind in ["experienced-underpaid", "young-rising"] {
            let (precision, recall) = found(&folder, &table, &truth, &ids, kind);
            println!("seed {seed} {kind}: precision {precision:.3} recall {recall:.3}");
            assert!(precision >= 0.8 && recall >= 0.8, "seed {seed} {kind}: {precision:.3} {recall:.3}");
        }
    }
}

struct Dice(Xoshiro256PlusPlus);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    fn uniform(&mut self, low: f64, high: f64) -> f64 {
        self.0.random_range(low..high)
    }

    fn normal(&mut self, mean: f64, deviation: f64) -> f64 {
        // Irwin–Hall: twelve uniforms have variance 1.
        mean + deviation * ((0..12).map(|_| self.uniform(0.0, 1.0)).sum::<f64>() - 6.0)
    }

    fn chance(&mut self, share: f64) -> bool {
        self.uniform(0.0, 1.0) < share
    }
}

const HEADING: &str = "person_id,annual_pay,experience_years,job,pay_year\n";

/// Learners of another maker: pay grows with experience all along and by role, without heaps or dirt; planted are
/// people who stayed at the pay of beginners, and beginners whose pay grows by a quarter or more a year.
fn of_another_maker(seed: u64, learners: usize) -> (String, Vec<String>, Vec<Option<String>>) {
    let mut dice = Dice::new(seed);
    let roles = [("Nurse", 0.0), ("Teacher", -0.1), ("Analyst", 0.15), ("Welder", -0.05), ("Pilot", 0.3)];
    let (mut text, mut ids, mut truth) = (HEADING.to_owned(), Vec::new(), Vec::new());
    for learner in 0..learners {
        let (job, of_role) = roles[dice.0.random_range(0..roles.len())];
        let lot = dice.uniform(0.0, 1.0);
        let (segment, years, log_pay, growth, again) = if lot < 0.07 {
            (
                Some("experienced-underpaid"),
                dice.uniform(11.0, 30.0),
                dice.normal(10.0, 0.3),
                dice.normal(0.02, 0.03),
                0.3,
            )
        } else if lot < 0.28 {
            (Some("young-rising"), dice.uniform(0.0, 3.5), dice.normal(9.9, 0.25), dice.uniform(0.25, 0.7), 0.6)
        } else {
            let years = 3.0 + 18.0 * dice.uniform(0.0, 1.0) * dice.uniform(0.0, 1.0);
            (None, years, dice.normal(10.6 + 0.055 * years + of_role, 0.25), dice.normal(0.05, 0.04), 0.3)
        };
        let id = format!("p{learner:06}");
        let mut row = |year: i32, log_pay: f64, years: f64| {
            let _ = writeln!(text, "{id},{:.0},{years:.1},{job},{year}", log_pay.exp());
            ids.push(id.clone());
            truth.push(segment.map(str::to_owned));
        };
        row(2023, log_pay, years);
        if dice.chance(again) {
            row(2021, log_pay - 2.0 * (1.0 + growth).ln(), (years - 2.0).max(0.0));
        }
    }
    (text, ids, truth)
}

#[test]
fn what_another_maker_planted_comes_out() {
    for seed in 1..=3 {
        let folder = Folder::new();
        let (text, ids, truth) = of_another_maker(seed, 20_000);
        let table = folder.file("other.csv", text);
        for kind in ["experienced-underpaid", "young-rising"] {
            let (precision, recall) = found(&folder, &table, &truth, &ids, kind);
            println!("seed {seed} {kind}: precision {precision:.3} recall {recall:.3}");
            assert!(precision >= 0.8 && recall >= 0.8, "seed {seed} {kind}: {precision:.3} {recall:.3}");
        }
    }
}

#[test]
fn pure_noise_yields_no_cards() {
    for seed in 0..24 {
        let mut dice = Dice::new(1000 + seed);
        let mut text = HEADING.to_owned();
        for learner in 0..[600, 3000, 15_000][seed as usize % 3] {
            let job = ["Nurse", "Teacher", "Analyst", "Welder"][dice.0.random_range(0..4)];
            let figures = if dice.chance(0.4) { 2 } else { 1 };
            for figure in 0..figures {
                let (pay, years) = (dice.normal(13.0, 0.8).exp(), dice.uniform(0.0, 25.0));
                let _ = writeln!(text, "p{learner},{pay:.0},{years:.0},{job},{}", 2021 + figure);
            }
        }
        let folder = Folder::new();
        let plan = run(["plan", &folder.file("noise.csv", text), "--format", "json"]).json();
        assert_eq!(plan["cards"].as_array().unwrap().len(), 0, "seed {seed}: {}", plan["cards"]);
        assert_eq!(plan["not_shown"].as_array().unwrap().len(), 7);
        assert_eq!(plan["audience"]["learners"], 0);
    }
    // Nothing to say of people where there is neither pay nor experience.
    let plan = run(["plan", &golden_table("iris"), "--format", "json"]).json();
    assert_eq!((plan["cards"].as_array().unwrap().len(), &plan["audience"]), (0, &Value::Null));
}

/// Inside the one role that has experienced people, those are paid more than the others; over all, less.
#[test]
fn a_reversal_inside_strata_is_withheld() {
    let mut dice = Dice::new(7);
    let mut text = HEADING.to_owned();
    for learner in 0..6000 {
        let (job, years, log_pay) = if dice.chance(0.3) {
            let years = dice.uniform(0.0, 25.0);
            ("Packer", years, 11.5 + 0.05 * years)
        } else {
            ("Surgeon", dice.uniform(0.0, 9.0), 14.0)
        };
        let _ = writeln!(text, "p{learner},{:.0},{years:.0},{job},2023", dice.normal(log_pay, 0.15).exp());
    }
    let folder = Folder::new();
    let table = folder.file("simpson.csv", text);
    let plan = run(["plan", &table, "--format", "json"]).json();
    let card = card(&plan, "experienced-underpaid").unwrap();
    let withheld = card["withheld"].as_str().unwrap();
    assert!(withheld.contains("reverses within role"), "{withheld}");
    assert!(!card["holds_within"].as_array().unwrap().iter().any(|w| w == "role"), "{card}");
    // Nobody is sent to them: neither by the card nor by the audience.
    let refused = run(["plan", &table, "--card", "experienced-underpaid", "--out", &folder.arg("people.csv")]);
    assert!(refused.complaint(3).contains("withheld"));
    let in_audience =
        plan["audience"]["segments"].as_array().unwrap().iter().any(|s| s["name"] == "experienced-underpaid");
    assert!(!in_audience && !folder.names().contains(&"people.csv".to_owned()));
}

/// A Python with pandas; on a machine that has none the figures are not recomputed, unless that is asked for.
fn python() -> Option<String> {
    let python = std::env::var("KSCOPE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has = Command::new(&python).args(["-c", "import pandas"]).output().is_ok_and(|out| out.status.success());
    assert!(has || std::env::var("KSCOPE_PYTHON").is_err(), "{python} has no pandas");
    if !has {
        println!("skipped: no Python with pandas (KSCOPE_PYTHON names one)");
    }
    has.then_some(python)
}

#[test]
fn every_figure_of_a_card_can_be_recomputed_from_its_rows() {
    let Some(python) = python() else { return };
    let folder = Folder::new();
    let (table, json) = (folder.arg("x.csv"), folder.arg("plan.json"));
    run(["sample", "--rows", "20000", "--seed", "5", "--out", &table]).data();
    let plan = run(["plan", &table, "--format", "json"]).data();
    std::fs::write(&json, &plan).unwrap();
    let plan: Value = serde_json::from_str(&plan).unwrap();
    let cards = plan["cards"].as_array().unwrap();
    assert!(cards.len() >= 6, "{}", cards.len());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recompute/card.py");
    for card in cards {
        let kind = card["kind"].as_str().unwrap();
        let people = folder.arg(&format!("{kind}.csv"));
        run(["plan", &table, "--card", kind, "--out", &people]).data();
        let out = Command::new(&python).arg(&script).args([&json, kind, &people]).output().unwrap();
        assert!(out.status.success(), "{kind}: {}", String::from_utf8_lossy(&out.stderr));
        let again: Value = serde_json::from_slice(&out.stdout).unwrap();
        for key in ["rows", "learners", "holds_within"] {
            assert_eq!(again[key], card[key], "{kind} {key}");
        }
        let effect = |key: &str| card["effect"][key].as_f64().unwrap();
        let close = |key: &str, within: f64| (again[key].as_f64().unwrap() - effect(key)).abs() <= within;
        assert!(close("value", 1e-9), "{kind}: {again} {card}");
        // Another bootstrap, another luck: a quarter of the interval at most.
        let width = 0.25 * (effect("high") - effect("low")) + 1e-9;
        assert!(close("low", width) && close("high", width), "{kind}: {again} {card}");
    }
}

#[test]
fn an_audience_keeps_to_its_budget_its_exclusions_and_its_caps() {
    let folder = Folder::new();
    let (table, first) = (folder.arg("x.csv"), folder.arg("first.csv"));
    run(["sample", "--rows", "20000", "--seed", "9", "--out", &table]).data();
    let choices = ["--mix", "experienced-underpaid=1,young-rising=3", "--role-cap", "0.2", "--company-cap", "0.02"];
    let audience = |more: &[&str]| {
        run(["plan", &table, "--audience", "200", "--format", "json"].iter().chain(&choices).chain(more)).json()
    };
    let plan = audience(&["--out", &first]);
    let people = lines(Path::new(&first));
    assert_eq!((people.len(), &plan["audience"]["learners"]), (200, &Value::from(200)));
    let count = |column: &str| {
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        people.iter().for_each(|line| *count.entry(line[column].as_str()).or_default() += 1);
        count
    };
    assert_eq!(count("card"), BTreeMap::from([("experienced-underpaid", 50), ("young-rising", 150)]));
    let most =
        |column: &str| count(column).into_iter().filter(|(l, _)| !["", "unknown"].contains(l)).map(|(_, n)| n).max();
    assert!(most("role") <= Some(40) && most("company") <= Some(4), "{:?} {:?}", most("role"), most("company"));
    assert_eq!(count("id").len(), 200, "nobody twice");
    // Ids of one export say nothing about those of another, nor of the table.
    assert!(lines(Path::new(&table)).iter().all(|line| !count("id").contains_key(line["email_hash"].as_str())));

    // Who was contacted is not contacted again: by the rows of the list, and by ids.
    let second = folder.arg("second.csv");
    let again = audience(&["--exclude", &first, "--out", &second, "--with-ids"]);
    let rows =
        |path: &str| -> BTreeSet<String> { lines(Path::new(path)).into_iter().map(|l| l["row"].clone()).collect() };
    assert!(rows(&first).is_disjoint(&rows(&second)));
    assert!(again["audience"]["excluded"].as_u64().unwrap() > 0);
    let ids: String = lines(Path::new(&second)).iter().map(|line| line["id"].clone() + "\n").collect();
    let third = folder.arg("third.csv");
    let list = folder.file("ids.txt", ids + "nobody@example.org\n");
    let run_third = run(["plan", &table, "--audience", "200", "--exclude", &list, "--out", &third]);
    assert!(run_third.err.contains("1 of 201 excluded ids are not in the table"), "{}", run_third.err);
    assert!(rows(&second).is_disjoint(&rows(&third)));
    let wrong = folder.file("wrong.csv", "row\n12\n99999999\n");
    let complaint = run(["plan", &table, "--exclude", &wrong]).complaint(3);
    assert!(complaint.contains("line 3") && complaint.contains("99999999"), "{complaint}");
}

/// Whatever is asked for: never more than the budget, nobody twice, no company or role above its cap, and no more of a kind
/// than its share unless another kind has too few.
#[test]
fn whatever_is_asked_for_an_audience_keeps_to_it() {
    let folder = Folder::new();
    let (table, out) = (folder.arg("x.csv"), folder.arg("out.csv"));
    run(["sample", "--rows", "8000", "--seed", "31", "--out", &table]).data();
    let mut dice = Dice::new(99);
    for _ in 0..12 {
        let budget = dice.0.random_range(1..900usize);
        let (caps, weights) =
            ([dice.uniform(0.01, 0.6), dice.uniform(0.02, 1.0)], [dice.uniform(0.0, 9.0), dice.uniform(0.1, 9.0)]);
        let mix = format!("experienced-underpaid={:.2},young-rising={:.2}", weights[0], weights[1]);
        let said = [
            ("--audience", budget.to_string()),
            ("--company-cap", caps[0].to_string()),
            ("--role-cap", caps[1].to_string()),
        ];
        let mut args = vec![
            "plan".to_owned(),
            table.clone(),
            "--mix".to_owned(),
            mix,
            "--out".to_owned(),
            out.clone(),
            "--force".to_owned(),
        ];
        args.extend(said.into_iter().flat_map(|(flag, value)| [flag.to_owned(), value]));
        args.extend(["--format", "json"].map(str::to_owned));
        let plan = run(&args).json();
        let people = lines(Path::new(&out));
        assert!(people.len() <= budget && plan["audience"]["learners"] == people.len(), "{args:?}");
        let ids: BTreeSet<&str> = people.iter().map(|line| line["id"].as_str()).collect();
        assert_eq!(ids.len(), people.len(), "{args:?}");
        for (column, cap) in [("company", caps[0]), ("role", caps[1])] {
            let most = ((cap * budget as f64) as usize).max(1);
            let mut count: BTreeMap<&str, usize> = BTreeMap::new();
            people.iter().for_each(|line| *count.entry(line[column].as_str()).or_default() += 1);
            let over = count.iter().find(|(level, n)| !["", "unknown"].contains(*level) && **n > most);
            assert_eq!(over, None, "{args:?}");
        }
        let segments = plan["audience"]["segments"].as_array().unwrap();
        let wanted: u64 = segments.iter().map(|s| s["wanted"].as_u64().unwrap()).sum();
        assert_eq!(wanted, budget as u64, "{args:?}");
        // Figures of a part are there only where they tell of nobody.
        for segment in segments {
            assert!(
                segment["learners"].is_null() || segment["learners"] == 0 || segment["learners"].as_u64() >= Some(10),
                "{segment}"
            );
        }
    }
}

#[test]
fn a_plan_is_in_the_recipe() {
    let folder = Folder::new();
    let (table, recipe) = (folder.arg("x.csv"), folder.arg("r.toml"));
    run(["sample", "--rows", "5000", "--seed", "9", "--out", &table]).data();
    let said = ["--audience", "77", "--mix", "young-rising=2,stuck=1", "--rule-in-use", "experience > 12"];
    let first = run(["plan", &table, "--format", "json", "--save-recipe", &recipe].iter().chain(&said)).data();
    assert_eq!(run(["plan", "--recipe", &recipe, "--format", "json"]).data(), first);
    let text = std::fs::read_to_string(&recipe).unwrap();
    assert!(text.contains("[plan.mix]\nyoung-rising = 2.0\nstuck = 1.0\n"), "{text}");
    for (wrong, place) in [("[plan]\nbudget = 0\n", "line 2, column 10"), ("[plan.mix]\ndiversify = 1\n", "line 2")] {
        let wrong = folder.file("wrong.toml", wrong);
        let complaint = run(["plan", &table, "--recipe", &wrong]).complaint(3);
        assert!(complaint.contains(place), "{complaint}");
    }
    assert!(run(["plan", &table, "--mix", "current-rule=1"]).complaint(2).contains("names nobody"));
    assert!(run(["plan", &table, "--card", "yung-rising", "--out", "x"]).complaint(2).contains("young-rising"));
}
