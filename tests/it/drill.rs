//! The drill: from keys to the people behind a rule, and the same without a terminal.

use std::collections::BTreeSet;

use kscope::jobs::Event;
use kscope::segments::listing::Key;
use kscope::segments::rule::Kind;
use kscope::tui::model::Tab;
use kscope::tui::msg::{DRILL, Msg, Outcome};
use kscope::tui::screen::drill::Part;
use kscope::tui::screen::rows::Of;
use serde_json::Value;

use crate::explorer::Explorer;
use crate::program::{Folder, golden_table, learners, run};

fn opened(keys: &str) -> Explorer {
    let mut explorer = Explorer::sample();
    explorer.press(keys);
    explorer
}

fn list(explorer: &Explorer) -> Vec<u32> {
    explorer.model.drilled.as_ref().unwrap().list.clone()
}

fn line(explorer: &Explorer) -> String {
    explorer.model.drill.editor.as_ref().unwrap().value().to_owned()
}

/// The columns of the screen where a text stands, by line.
fn place(screen: &[String], text: &str) -> Option<(usize, usize)> {
    screen.iter().enumerate().find_map(|(y, line)| Some((y, line[..line.find(text)?].chars().count())))
}

#[test]
fn tab_completes_and_goes_through_what_fits() {
    let mut explorer = opened("6 e ctrl-u");
    explorer.type_in("exper").press("tab");
    assert_eq!(line(&explorer), "experience");
    let screen = explorer.screen();
    assert!(screen[4].contains("pay_for_experience") && screen[4].contains("1 of"), "{}", screen[4]);
    explorer.press("tab");
    assert_eq!(line(&explorer), "pay_for_experience");
    explorer.press("shift-tab");
    assert_eq!(line(&explorer), "experience");
    // Any other key takes what stands there.
    explorer.type_in(" > 10 and job_position = \"qa engineer").press("tab");
    let rule = "experience > 10 and job_position = \"QA Engineer\"";
    assert_eq!(line(&explorer).trim_end(), rule);
    assert!(explorer.model.drill.error.is_none() && !list(&explorer).is_empty());
    // In the middle too: what stands behind the cursor stays. Nothing where nothing fits.
    explorer.press("home").type_in("ct").press("tab").type_in(" > 3 lakh and ");
    assert_eq!(line(&explorer).trim_end(), format!("ctc > 3 lakh and {rule}"));
    explorer.press("end ctrl-u").type_in("experience > zzz").press("tab");
    assert_eq!(line(&explorer), "experience > zzz");
}

#[test]
fn earlier_rules_come_back() {
    let mut explorer = opened("6");
    let first = explorer.model.rule().to_owned();
    explorer.press("e ctrl-u").type_in("experience > 3").press("enter");
    explorer.press("4 enter 6 e ctrl-u").type_in("draft");
    let mut seen = vec![line(&explorer)];
    for name in ["up", "up", "up", "up", "down", "down", "down", "down"] {
        explorer.press(name);
        seen.push(line(&explorer));
    }
    let [third, second] = ["cluster = 0", "experience > 3"];
    assert_eq!(seen, ["draft", third, second, &first, &first, second, third, "draft", "draft"]);
    // What comes back is counted, and each rule is kept once.
    explorer.press("up up enter");
    assert_eq!(explorer.model.rule(), second);
    assert_eq!(explorer.model.drill.past, [first.as_str(), third, second]);
    let odd = "job_position = \"\u{1b}[31m\"";
    explorer.press("e ctrl-u").hear(Msg::Paste(odd.to_owned()));
    explorer.press("enter e up");
    assert!(!explorer.screen().concat().contains(char::is_control));
}

#[test]
fn an_error_points_at_its_place() {
    let mut explorer = opened("6 e");
    explorer.type_in(" and expperience < 3");
    let error = explorer.model.drill.error.clone().unwrap();
    assert_eq!(&line(&explorer)[error.at], "expperience");
    let screen = explorer.screen();
    let (y, x) = place(&screen, "expperience").unwrap();
    assert_eq!(place(&screen[y + 1..], "^^^^^^^^^^^"), Some((0, x)), "{screen:#?}");
    assert!(screen[y + 2].contains("did you mean experience?"), "{screen:#?}");
}

#[test]
fn a_percent_is_understood() {
    let mut explorer = opened("6 e ctrl-u");
    explorer.type_in("gap < -50 %").press("enter");
    let gap = |explorer: &Explorer, row: u32| {
        explorer.model.cleaned.as_ref().unwrap().peers.as_ref().unwrap().gap[row as usize]
    };
    let rows = list(&explorer);
    assert!(rows.len() > 100 && rows.iter().all(|row| gap(&explorer, *row) < -0.5));
    explorer.press("o left");
    assert_eq!(explorer.model.rule(), "gap < -51 %");
    assert_eq!(explorer.model.drilled.as_ref().unwrap().cut.as_ref().unwrap().kind, Kind::Share);
}

#[test]
fn a_threshold_is_nudged_and_the_histogram_shows_it() {
    let mut explorer = opened("6 o");
    assert_eq!(explorer.model.drill.part, Part::Funnel);
    let before = list(&explorer).len();
    let screen = explorer.screen().join("\n");
    assert!(screen.contains("experience 10 y · P8") && screen.contains("without it"), "{screen}");
    explorer.press("right right");
    assert_eq!(explorer.model.rule(), "experience > 12 y and pay < 45 lakh");
    assert!(list(&explorer).len() < before);
    assert!(explorer.screen().join("\n").contains("experience 12 y · P"));
    explorer.press("down left left left");
    assert_eq!(explorer.model.rule(), "experience > 12 y and pay < 42 lakh");
    let drilled = explorer.model.drilled.clone().unwrap();
    assert_eq!((drilled.cut.as_ref().unwrap().clause, drilled.cut.as_ref().unwrap().threshold), (1, 42e5));
    explorer.press("down down up");
    assert_eq!(explorer.model.drill.clause, 0);
    // Each nudge is taken back by itself; back in the rows the arrows go sideways again.
    explorer.press("u u u u u");
    assert_eq!((explorer.model.rule(), list(&explorer).len()), ("experience > 10 y and pay < 45 lakh", before));
    explorer.press("o right");
    assert_eq!((explorer.model.drill.part, explorer.model.drill.skipped), (Part::Rows, 1));
    // What has no threshold says so.
    explorer.press("e ctrl-u").type_in("job_position = \"QA Engineer\"").press("enter o right");
    assert!(explorer.model.message.as_ref().unwrap().contains("no threshold"));
    assert!(explorer.screen().join("\n").contains("no one threshold"));
    // Nor is there anything to go to without a clause.
    explorer.press("o e ctrl-u enter o");
    assert_eq!(explorer.model.drill.part, Part::Rows);
}

#[test]
fn those_who_do_not_match_are_one_key_away() {
    let mut explorer = opened("6");
    let matching: BTreeSet<u32> = list(&explorer).into_iter().collect();
    explorer.press("n");
    let drilled = explorer.model.drilled.clone().unwrap();
    let others: BTreeSet<u32> = drilled.list.iter().copied().collect();
    assert!(matching.is_disjoint(&others));
    assert_eq!(matching.len() + others.len(), explorer.model.cleaned.as_ref().unwrap().learners.rows());
    let screen = explorer.screen().join("\n");
    for words in ["do not match", "fails", "experience > 10 y", "gap"] {
        assert!(screen.contains(words), "{words} in\n{screen}");
    }
    // Whom one clause alone keeps out would match without it.
    for clause in 0..2 {
        let alone = others.iter().filter(|row| drilled.funnel.failed(**row as usize).eq([clause])).count();
        assert_eq!(drilled.funnel.only_this_fails(clause), alone);
        assert_eq!(drilled.funnel.clauses[clause].without, matching.len() + alone);
    }
    explorer.press("n");
    assert_eq!(list(&explorer).into_iter().collect::<BTreeSet<_>>(), matching);
}

#[test]
fn rows_are_sorted_by_every_column() {
    let mut explorer = opened("6");
    let plain = list(&explorer);
    let gap = |explorer: &Explorer| -> Vec<f64> {
        let peers = explorer.model.cleaned.as_ref().unwrap().peers.as_ref().unwrap();
        list(explorer).iter().map(|row| peers.gap[*row as usize]).filter(|gap| gap.is_finite()).collect()
    };
    explorer.press("s");
    assert!(gap(&explorer).is_sorted() && explorer.screen().join("\n").contains("by gap ↑"));
    explorer.press("down S");
    assert!(gap(&explorer).is_sorted_by(|a, b| a >= b));
    assert_eq!(explorer.model.drill.cursor.at, 0, "the list is read from its start");
    let mut seen = vec![explorer.model.drill.order.by.clone()];
    for _ in 0..40 {
        explorer.press("s");
        let by = explorer.model.drill.order.by.clone();
        assert_eq!(list(&explorer).len(), plain.len());
        if by == Key::Row {
            break;
        }
        seen.push(by);
    }
    assert_eq!(list(&explorer), plain, "round to the order of the source");
    for name in ["ctc", "experience", "job_position", "company_hash", "email_hash"] {
        assert!(seen.contains(&Key::Column(name.to_owned())), "{name} in {seen:?}");
    }
    assert!([Key::Cluster, Key::PeerCount, Key::PeerMedian].iter().all(|key| seen.contains(key)));
}

#[test]
fn a_list_is_searched_as_it_is_typed() {
    let mut explorer = opened("6");
    let all = list(&explorer);
    explorer.press("/").type_in("qa e");
    let found = list(&explorer);
    assert!(!found.is_empty() && found.len() < all.len() && found.iter().all(|row| all.contains(row)));
    // While it is typed every key is text.
    assert_eq!((explorer.quit, explorer.model.rows.is_some()), (None, false));
    explorer.press("enter enter");
    assert!(explorer.screen().join("\n").contains("QA Engineer"));
    explorer.press("esc esc");
    assert_eq!((list(&explorer), explorer.model.tab), (all.clone(), Tab::Drill), "Esc shows all again");
    explorer.press("/").type_in("zzzz");
    assert!(explorer.screen().join("\n").contains("Nobody holds"));
    explorer.press("esc");
    assert_eq!(list(&explorer), all);
    // Pasted too; and a new table is not searched.
    explorer.press("/").hear(Msg::Paste("qa\te".to_owned()));
    assert_eq!(explorer.model.drill.order.search, "qa e");
}

#[test]
fn a_learner_has_a_card() {
    let mut explorer = opened("6 enter");
    let screen = explorer.screen().join("\n");
    for words in ["cluster", "distances", "peers", "gap", "pay for experience", "of this learner", "email_hash"] {
        assert!(screen.contains(words), "{words} in\n{screen}");
    }
    let Of::Learner(card) = &explorer.model.rows.as_ref().unwrap().of else { panic!("a card") };
    assert_eq!(card.distances.len(), explorer.model.k());
    let lines = explorer.model.rows.as_ref().unwrap().lines(&explorer.model);
    explorer.press("end");
    assert_eq!(explorer.model.rows.as_ref().unwrap().cursor.at, lines - 1);
    // From a list of the source too, which is there again behind it; superseded rows are in it.
    explorer.press("esc 1");
    let entries = &explorer.model.cleaned.as_ref().unwrap().learners.ledger.entries;
    let at = entries.iter().position(|e| e.label.contains("one row per learner")).unwrap();
    let superseded = entries[at].rows.clone();
    for _ in 0..at {
        explorer.press("down");
    }
    explorer.press("enter s s s S");
    let list = explorer.model.rows.clone().unwrap();
    assert_eq!(list.shown().len(), superseded.len());
    assert_ne!(list.shown(), &**superseded);
    explorer.press("enter");
    let screen = explorer.screen().join("\n");
    assert!(screen.contains("rows of this learner") && screen.contains("(one row per"), "{screen}");
    explorer.press("esc");
    assert_eq!(explorer.model.rows.as_ref().unwrap().shown(), list.shown());
    explorer.press("/").type_in("nobody is called so").press("enter enter");
    assert_eq!(explorer.model.rows.as_ref().unwrap().shown().len(), 0);
    explorer.press("esc");
    assert!(explorer.model.rows.is_none());
}

#[test]
fn rules_are_found_and_taken() {
    let folder = Folder::new();
    let file = folder.file("x.csv", planted(3000));
    let mut explorer = Explorer::unread(kscope::source::Location::Path(file.into())).loaded();
    explorer.press("6 r");
    let found = kscope::tui::screen::rows::found(&explorer.model).unwrap().clone();
    assert!(!found.found.is_empty());
    assert!(explorer.screen().join("\n").contains("low-paid"));
    explorer.press("enter");
    assert!(explorer.model.rows.is_none() && explorer.model.tab == Tab::Drill);
    assert_eq!(explorer.model.rule(), found.found[0].rule);
    assert_eq!(explorer.model.drilled.as_ref().unwrap().rows.len(), found.found[0].rows);
    // They are searched for once; the old rule is in the history of the line.
    explorer.jobs.clear();
    explorer.press("r esc e up up");
    assert_eq!(explorer.jobs.iter().filter(|job| **job == "discover").count(), 0);
    assert_eq!(line(&explorer), "experience > 10 y and pay < 45 lakh");
}

#[test]
fn a_search_that_a_count_overtook_is_asked_for_again() {
    let mut explorer = opened("6");
    let drilled = explorer.model.drilled.clone().unwrap();
    explorer.works = false;
    explorer.jobs.clear();
    explorer.press("r");
    assert!(explorer.screen().join("\n").contains("being searched for"));
    explorer.hear(Msg::Job(DRILL, 2, Event::Done(Outcome::Drill(drilled.clone()))));
    assert_eq!(explorer.jobs, ["discover", "discover"]);
    // Nobody waits any more.
    explorer.press("esc");
    explorer.hear(Msg::Job(DRILL, 3, Event::Done(Outcome::Drill(drilled))));
    assert_eq!(explorer.jobs, ["discover", "discover"]);
    // Without pay there is nothing to search by.
    let mut iris = Explorer::iris();
    iris.press("6 enter");
    let screen = iris.screen().join("\n");
    assert!(screen.contains("Source row 0") && !screen.contains("earner"), "{screen}");
    iris.press("esc");
    assert!(!kscope::tui::keys::footer(&iris.model).iter().any(|(_, words)| *words == "find rules"));
}

/// The generated learners, and among them people of one role who are paid a third in some years.
fn planted(rows: usize) -> String {
    let text = learners(rows, 11);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|h| h == name).unwrap();
    let (role, pay, year) = (column("job_position"), column("ctc"), column("orgyear"));
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(&header).unwrap();
    for record in reader.records() {
        let mut fields: Vec<String> = record.unwrap().iter().map(str::to_owned).collect();
        let is_poor = fields[role] == "Backend Engineer" && fields[year].parse::<f64>().is_ok_and(|y| y < 2016.0);
        if let (true, Ok(amount)) = (is_poor, fields[pay].parse::<f64>()) {
            fields[pay] = format!("{:.0}", amount / 3.0);
        }
        out.write_record(&fields).unwrap();
    }
    String::from_utf8(out.into_inner().unwrap()).unwrap()
}

const SHAPE: &str = "source target asked made_of_pay least_rows permutations noise subgroups";
const TARGET: &str = "rule known rows share";
const SUBGROUP: &str = "rule rows learners known low share lift wracc quality";

fn keys(value: &Value) -> Vec<String> {
    value.as_object().unwrap().keys().cloned().collect()
}

fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    words.sort();
    words
}

fn sorted(mut keys: Vec<String>) -> Vec<String> {
    keys.sort();
    keys
}

#[test]
fn discovery_without_a_terminal() {
    let folder = Folder::new();
    let file = folder.file("x.csv", planted(3000));
    let found = run(["drill", &file, "--discover", "--format", "json"]).json();
    assert_eq!(sorted(keys(&found)), words(SHAPE));
    assert_eq!(sorted(keys(&found["target"])), words(TARGET));
    let subgroups = found["subgroups"].as_array().unwrap();
    assert!(subgroups.iter().any(|s| s["rule"].as_str().unwrap().contains("\"Backend Engineer\"")), "{found}");
    for one in subgroups {
        assert_eq!(sorted(keys(one)), words(SUBGROUP));
        // The rule gives these rows, and as many of them are low-paid.
        let rule = one["rule"].as_str().unwrap();
        let low = format!("{rule} and {}", found["target"]["rule"].as_str().unwrap());
        for (rule, rows) in [(rule, &one["rows"]), (low.as_str(), &one["low"])] {
            let drilled = run(["drill", &file, "--rule", rule, "--format", "json"]).json();
            assert_eq!(drilled["rows"], *rows, "{rule}");
        }
        assert!(one["quality"].as_f64().unwrap() > found["noise"].as_f64().unwrap());
    }
    let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/HEADLESS.md")).unwrap();
    for key in [SHAPE, TARGET, SUBGROUP].iter().flat_map(|shape| shape.split(' ')) {
        assert!(docs.contains(&format!("`{key}`")), "docs/HEADLESS.md does not name {key}");
    }
    // One a line, and no more than asked for; the same bytes at any number of threads.
    let csv = run(["drill", &file, "--discover", "--top", "1", "--format", "csv"]).data();
    assert_eq!(csv.lines().count(), 2, "{csv}");
    assert!(run(["drill", &file, "--discover"]).data().contains("dealt out anew"));
    let one = run(["drill", &file, "--discover", "--format", "json", "--threads", "1"]).data();
    assert_eq!(one, run(["drill", &file, "--discover", "--format", "json", "--threads", "2"]).data());
    // A table without pay says what it lacks.
    let complaint = run(["drill", &golden_table("iris"), "--discover"]).complaint(3);
    assert!(complaint.contains("pay"), "{complaint}");
}

#[test]
fn rows_leave_with_their_peers() {
    let folder = Folder::new();
    let file = folder.file("x.csv", learners(800, 5));
    let text = run(["drill", &file, "--rule", "gap < -20 %", "--format", "csv"]).data();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|h| h == name).unwrap();
    let mut rows = 0;
    for record in reader.records().map(Result::unwrap) {
        let number = |name: &str| record[at(name)].parse::<f64>().unwrap();
        assert!((number("ctc") / number("peer_median") - 1.0 - number("gap")).abs() < 1e-9);
        assert!(number("gap") < -0.2 && number("peer_n") >= 5.0 && record[at("peer_level")].contains("band"));
        rows += 1;
    }
    assert!(rows > 50);
    assert!(!run(["drill", &golden_table("iris"), "--rule", "", "--format", "csv"]).data().contains("peer_"));
}
