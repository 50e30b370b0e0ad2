//! Every screen in every state at every size, drawn into a buffer.

use kscope::error::Error;
use kscope::jobs::Event;
use kscope::source::Location;
use kscope::tui::model::Tab;
use kscope::tui::msg::{FIT, LOAD, Msg, Progress};
use kscope::tui::term::capabilities::Charset;
use kscope::tui::theme::Theme;

use crate::explorer::{Explorer, capabilities, draw, lines};

const SIZES: [(u16, u16); 8] = [(0, 0), (1, 1), (3, 2), (20, 5), (80, 24), (120, 40), (160, 50), (7, 100)];

/// Every state that a screen can be in, with what it is called.
fn states() -> Vec<(&'static str, Explorer)> {
    let mut all = Vec::new();
    let loading = || {
        let mut explorer = Explorer::unread(Location::Path("/data/learners.csv".into()));
        explorer.hear(Msg::Job(LOAD, 1, Event::Started));
        let progress = Progress { what: "reading".to_owned(), share: Some(0.4) };
        explorer.hear(Msg::Job(LOAD, 1, Event::Progress(progress)));
        explorer
    };
    all.push(("nothing yet", Explorer::unread(Location::Stdin)));
    all.push(("loading", loading()));
    let mut read = Explorer::sample();
    read.model.sweep = None;
    read.model.clusters_of = None;
    all.push(("read, no sweep yet", read));
    let mut partial = Explorer::sample();
    let mut sweep = (**partial.model.sweep.as_ref().unwrap()).clone();
    sweep.verdict = None;
    sweep.ks.truncate(3);
    for found in &mut sweep.ks {
        found.quality = None;
    }
    partial.model.sweep = Some(sweep.into());
    all.push(("a part of the sweep, k not among it", partial));
    all.push(("sweep", Explorer::sample()));
    all.push(("numbers only", Explorer::iris()));
    let mut one = Explorer::sample();
    one.press("- - -");
    all.push(("k = 1", one));
    let mut many = Explorer::sample();
    many.press("+ + + + + + + +");
    all.push(("k = 12", many));
    let mut stale = Explorer::sample();
    stale.works = false;
    stale.press("f space 3");
    stale.hear(Msg::Job(FIT, 1, Event::Started));
    all.push(("stale", stale));
    let mut failed = Explorer::sample();
    failed.hear(Msg::Job(FIT, 1, Event::Failed("a fault of the program: boom".to_owned())));
    all.push(("a failed job", failed));
    let mut refused = Explorer::sample();
    refused.model.problem = Some(Error::bad_input("x".repeat(300)).because("why ".repeat(80)).try_this("mend it"));
    all.push(("a long problem", refused));
    let mut help = Explorer::sample();
    help.press("? down down");
    all.push(("help", help));
    let mut rows = Explorer::sample();
    rows.press("1 down down down down enter down right");
    all.push(("rows of a rule", rows));
    let mut person = Explorer::sample();
    person.press("6 enter down");
    all.push(("one person", person));
    let mut comparing = Explorer::sample();
    comparing.press("4 c pgdn right right right D");
    all.push(("comparing, what changed", comparing));
    let mut flow = Explorer::sample();
    flow.press("+ + 4 c left t");
    all.push(("who goes where", flow));
    let mut step = Explorer::sample();
    step.press("w space space");
    all.push(("a step of K-Means", step));
    let mut stepped = Explorer::sample();
    stepped.press("+ + + + + + + + w e s e down down");
    all.push(("two starts stepped to their end", stepped));
    let mut drawing = Explorer::sample();
    drawing.works = false;
    drawing.press("w");
    all.push(("first centres being drawn", drawing));
    let mut naming = Explorer::sample();
    naming.press("4 r").type_in("नहीं ☃");
    all.push(("editing, with an error", naming));
    let mut editing = Explorer::sample();
    editing.press("6 e").type_in(" and नहीं > ☃");
    all.push(("editing, with an error", editing));
    let mut drilled = Explorer::sample();
    drilled.press("6 end right right");
    all.push(("drilled to the end", drilled));
    let mut plan = Explorer::sample();
    plan.press("7 o");
    all.push(("a plan, in the audience", plan));
    let mut whole = Explorer::sample();
    whole.press("7 space pgdn pgdn");
    all.push(("a plan, the whole card", whole));
    let mut asking = Explorer::sample();
    asking.press("7 b x enter");
    all.push(("a plan, a budget that is none", asking));
    let mut odd = Explorer::sample();
    odd.press("7 r").type_in(" and wages > 3").press("enter");
    all.push(("a plan, a rule that does not fit", odd));
    let mut nobody = Explorer::sample();
    nobody.press("6 e").type_in(" and ctc < 0").press("enter");
    all.push(("nobody matches", nobody));
    let mut clauses = Explorer::sample();
    clauses.press("6 o down right");
    all.push(("a clause and its histogram", clauses));
    let mut others = Explorer::sample();
    others.press("6 n s s S /").type_in("qa");
    all.push(("who does not match, searched", others));
    let mut found = Explorer::sample();
    found.press("6 r down");
    all.push(("rules that were found", found));
    let mut waiting = Explorer::sample();
    waiting.works = false;
    waiting.press("6 r");
    all.push(("rules being searched for", waiting));
    let mut offered = Explorer::sample();
    offered.press("6 e").type_in(" and ").press("tab tab");
    all.push(("completions", offered));
    all
}

/// Nothing panics, and at 80×24 header and footer are there.
#[test]
fn every_screen_in_every_state_at_every_size() {
    for (name, mut explorer) in states() {
        for tab in Tab::ALL {
            explorer.model.tab = tab;
            for charset in [Charset::Braille, Charset::Ascii] {
                explorer.model.theme = Theme::new(&capabilities(charset));
                for (width, height) in SIZES {
                    explorer.model.size = (width, height);
                    explorer.model.tick += 1;
                    let drawn = lines(&draw(&explorer.model, width, height));
                    let at = format!("{name}, {tab:?}, {charset:?}, {width}×{height}:\n{}", drawn.join("\n"));
                    if charset == Charset::Ascii && name != "editing, with an error" {
                        assert!(drawn.concat().is_ascii(), "{at}");
                    }
                    if (width, height) == (80, 24) {
                        let source = ["sample", "learners.csv", "iris.csv", "- "];
                        assert!(source.iter().any(|s| drawn[0].contains(s)), "no source in the header: {at}");
                        assert!(drawn[1].contains(tab.name()) && drawn[1].contains("6 Drill"), "no tabs: {at}");
                        assert!(!drawn[23].trim().is_empty(), "no footer: {at}");
                        let content = drawn[2..23].concat();
                        assert!(content.split_whitespace().count() > 2, "nothing but emptiness: {at}");
                    }
                }
            }
        }
    }
}

/// The header is true of what is on screen.
#[test]
fn the_header_says_what_is_shown() {
    let explorer = Explorer::sample();
    let header = &explorer.screen()[0];
    let cleaned = explorer.model.cleaned.as_ref().unwrap();
    let used = cleaned.learners.rows();
    let grouped = format!("{},{:03} learners (4,000)", used / 1000, used % 1000);
    for words in ["sample", &grouped, "3 features", "k 4", "WCSS", "sil ."] {
        assert!(header.contains(words), "{words} in {header}");
    }
    let total = explorer.model.sweep.as_ref().unwrap().prepared.matrix.total_ss();
    let share = 100.0 * explorer.model.found().unwrap().clustering.wcss / total;
    assert!(header.contains(&format!("WCSS {share:.0} %")), "{share} in {header}");
}

#[test]
fn choose_k_shows_charts_table_and_verdict() {
    let explorer = Explorer::sample();
    let screen = explorer.screen().join("\n");
    for words in ["Elbow", "Silhouette", "Verdict", "[4]", "smallest", "+/- k", "q quit"] {
        assert!(screen.contains(words), "{words} in\n{screen}");
    }
    let mut explorer = explorer;
    explorer.press("+");
    assert!(explorer.screen().join("\n").contains("[5]"));
}

#[test]
fn clusters_show_original_units() {
    let mut explorer = Explorer::sample();
    explorer.press("4");
    let screen = explorer.screen().join("\n");
    for words in ["paid least", "₹", "%", "sets"] {
        assert!(screen.contains(words), "{words} in\n{screen}");
    }
}

#[test]
fn drill_shows_the_funnel() {
    let mut explorer = Explorer::sample();
    explorer.press("6");
    let screen = explorer.screen().join("\n");
    for words in ["Rule", "experience > 10", "pay < 45 lakh", "100 %", "P8", "cluster"] {
        assert!(screen.contains(words), "{words} in\n{screen}");
    }
}

#[test]
fn data_shows_ledger_and_columns() {
    let mut explorer = Explorer::sample();
    explorer.press("1");
    let screen = explorer.screen().join("\n");
    for words in ["exact duplicates", "one row per learner", "email_hash", "4,000"] {
        assert!(screen.contains(words), "{words} in\n{screen}");
    }
}

/// Wide screens show more, not the same stretched.
#[test]
fn width_shows_more() {
    let explorer = Explorer::sample();
    let small = lines(&draw(&explorer.model, 80, 24)).join("\n");
    let large = lines(&draw(&explorer.model, 160, 50)).join("\n");
    assert!(!small.contains("paid least") && large.contains("paid least"), "{large}");
}

/// Text from the table never steers the terminal.
#[test]
fn hostile_text_is_shown_not_obeyed() {
    let folder = crate::program::Folder::new();
    let mut text = "evil\u{1b}]0;x\u{7}name,x,word\n".to_owned();
    for i in 0..90 {
        let escape = if i % 9 == 0 { "\u{1b}[2J\u{202e}" } else { "a quiet and ordinary level" };
        text += &format!("{},{i},{escape} {}\n", i * 7 % 11, i % 3);
    }
    let file = folder.file("x.csv", text);
    let mut explorer = Explorer::unread(Location::Path(file.into())).loaded();
    explorer.hear(Msg::Resize(160, 50));
    for way in ["1", "2", "3", "w", "space", "esc", "4", "7", "6", "enter", "?"] {
        explorer.press(way);
        let screen = explorer.screen().concat();
        let bad = screen.chars().find(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(c));
        assert_eq!(bad, None, "after {way}");
    }
}
