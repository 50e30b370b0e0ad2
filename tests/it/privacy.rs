//! What leaves about people: a table with a category of four, a rule that took three rows, and two groups that differ by
//! four, and a report and a plan that tell of none of them.

use std::fmt::Write as _;

use serde_json::Value;

use crate::program::{Folder, golden_table, learners, run};

/// Learners of one row each. Four of the best paid are of one campus, four whom the rule in use matches have no
/// experience, and three rows are taken: pay of 0, and two that cannot be read.
fn table(people: usize) -> String {
    let mut text = "email_hash,orgyear,ctc,ctc_updated_year,job_position,campus\n".to_owned();
    for i in 0..people {
        let years = i % 20;
        let noise = 1.0 + ((i * 37) % 41) as f64 / 100.0;
        let underpaid = i % 11 == 0 && years >= 12;
        let pay = if underpaid { 300_000.0 } else { 300_000.0 * (1.0 + 0.2 * years as f64) };
        let job = ["Analyst", "Nurse", "Pilot"][i % 3];
        let mut campus = ["Pune", "Delhi"][i / 20 % 2];
        let (mut pay, mut start) = (format!("{:.0}", pay * noise), (2021 - years).to_string());
        match i {
            // Each with 19 years and well paid: they are in one cluster.
            59 | 119 | 179 | 239 => campus = "Gobi",
            302 | 305 | 602 | 605 => start.clear(),
            3 => pay = "0".to_owned(),
            33 | 63 => pay = "ask Jane Doe".to_owned(),
            _ => {}
        }
        let _ = writeln!(text, "p{i},{start},{pay},2021,{job},{campus}");
    }
    text
}

const RULE: &str = "job = \"Pilot\"";

/// Report of the table in both formats, and the plan.
fn told(folder: &Folder) -> ([String; 2], Value) {
    let table = folder.file("t.csv", table(1500));
    let recipe = folder.file("r.toml", format!("version = 1\nk_max = 4\nstarts = 2\n\n[plan]\nrule = '{RULE}'\n"));
    let report = ["r.md", "r.html"].map(|name| {
        let out = folder.arg(name);
        let said = ["report", &table, "--recipe", &recipe, "--features", "ctc,experience", "--k", "3", "--out", &out];
        run(said).data();
        std::fs::read_to_string(out).unwrap()
    });
    (report, run(["plan", &table, "--rule-in-use", RULE, "--format", "json"]).json())
}

#[test]
fn a_report_tells_of_no_few() {
    let folder = Folder::new();
    let (reports, plan) = told(&folder);
    for report in &reports {
        // What there is to be told of them is not: the table has 1,500 rows, 1,497 are used.
        for told in ["Gobi", "Jane", "line 3", "1,500", "rows = 1500", " 3 rows", " 4 rows", "500 learners"] {
            assert!(!report.contains(told), "{told}: {report}");
        }
        for told in ["1,497 learners, parted into", "fewer than 10 rows without a value get the median"] {
            assert!(report.contains(told), "{told}: {report}");
        }
        assert!(report.contains("fewer than 10 cells are not numbers and count as missing"), "{report}");
        assert!(report.contains("How many the rule in use matches"), "{report}");
        assert_counts_no_few(report);
    }
    let md = &reports[0];
    assert!(md.contains("| pay missing or not above 0 | taken | fewer than 10 |"), "{md}");
    assert!(md.contains("| rows of the table |  | – |") && md.contains("| rows used |  | 1,497 |"), "{md}");
    // Where the four are, the others of their cluster are not all named; elsewhere they are, one without a lift: nobody
    // learns how many of the table are of that campus, nor, by subtraction, how many of the cluster are.
    let campuses: Vec<&str> =
        md.lines().filter_map(|line| line.strip_prefix("- **most frequent**: campus: ")).collect();
    assert_eq!(campuses.len(), 3, "{md}");
    let both = |line: &&&str| line.contains("Pune") && line.contains("Delhi");
    assert_eq!(campuses.iter().filter(both).count(), 2, "{campuses:?}");
    let lifted =
        |campus: &str| campuses.iter().filter_map(|line| line.split_once(campus)).any(|l| l.1.contains("% (×"));
    assert_eq!((campuses[2].contains("Delhi"), lifted("Delhi")), (false, false), "{campuses:?}");
    // The card tells of 496, so that the plan does not tell of 500.
    let card = plan["cards"].as_array().unwrap().iter().find(|card| card["kind"] == "current-rule").unwrap();
    assert_eq!((&card["learners"], &card["withheld"]), (&Value::from(496), &Value::Null));
    assert_eq!(plan["audience"]["against_rule"]["learners"], Value::Null);
    assert!(md.contains("matches 496 learners"), "{md}");
}

/// The same table without them tells everything, so that the test above can fail.
#[test]
fn a_report_tells_of_the_others() {
    let folder = Folder::new();
    let mut lines: Vec<String> = table(1500).lines().map(str::to_owned).collect();
    let whole = |line: &String| !["Gobi", "Jane", ",,", ",0,"].iter().any(|few| line.contains(few));
    lines.retain(whole);
    // 11 rows are gone; 20 more are taken.
    (0..20).for_each(|i| lines.push(format!("z{i},2010,0,2021,Nurse,Pune")));
    let table = folder.file("t.csv", lines.join("\n"));
    let recipe = folder.file("r.toml", format!("version = 1\nk_max = 4\nstarts = 2\n\n[plan]\nrule = '{RULE}'\n"));
    let out = folder.arg("r.md");
    run(["report", &table, "--recipe", &recipe, "--features", "ctc,experience", "--k", "3", "--out", &out]).data();
    let md = std::fs::read_to_string(out).unwrap();
    for told in ["1,489 learners in 1,509 rows", "taken | 20 |", "it matches 492 learners", "rows = 1509"] {
        assert!(md.contains(told), "{told}: {md}");
    }
    let campuses = md.lines().filter(|line| line.starts_with("- **most frequent**: campus: "));
    assert!(campuses.filter(|line| line.contains("(×")).count() == 3, "{md}");
}

/// No count of rows or learners in a text is one of a few.
fn assert_counts_no_few(text: &str) {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric() && c != ',' && c != '.').collect();
    let mut counts = 0;
    for pair in words.windows(2) {
        if ["rows", "row", "learners", "learner"].contains(&pair[1]) {
            let Ok(count) = pair[0].replace(',', "").parse::<usize>() else { continue };
            let of_bound = text.contains(&format!("fewer than {count} {}", pair[1]));
            assert!(count == 0 || count >= 10 || of_bound, "{} {}", pair[0], pair[1]);
            counts += 1;
        }
    }
    assert!(counts > 0, "nothing was counted");
}

/// Small tables and large ones, of learners and of anything else.
#[test]
fn no_report_counts_a_few() {
    let folder = Folder::new();
    let recipe = folder.file("r.toml", "version = 1\nk_max = 9\nstarts = 2\n");
    let tables = [40, 90, 300, 1200].map(|rows| folder.file(&format!("{rows}.csv"), learners(rows, rows as u64)));
    for table in tables.into_iter().chain(["iris", "wine"].map(golden_table)) {
        for more in [vec![], vec!["--entity", "all"]] {
            let out = folder.arg("r.md");
            let said = ["report", &table, "--recipe", &recipe, "--k", "4", "--out", &out, "--force"];
            run(said.into_iter().chain(more)).data();
            assert_counts_no_few(&std::fs::read_to_string(out).unwrap());
        }
    }
}
