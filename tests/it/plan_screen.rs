//! Screen 7: these keys, then these cards, this audience, these lists.

use kscope::segments::cards::Kind;
use kscope::source::Location;
use kscope::study;
use kscope::tui::keys;
use kscope::tui::model::{Model, Tab};
use kscope::tui::msg::{EXPORT, Effect, Msg, Outcome, PLAN};
use kscope::tui::screen::plan::{Part, Planned, Shown, is_stale};
use kscope::tui::screen::rows::Of;
use kscope::tui::update::update;

use crate::explorer::{Explorer, draw, key, lines};
use crate::program::{Folder, learners};
use kscope::jobs::Event;

fn opened() -> Explorer {
    let mut explorer = Explorer::sample();
    explorer.press("7");
    explorer
}

fn planned(explorer: &Explorer) -> &Planned {
    explorer.model.planned.as_ref().unwrap()
}

fn shares(model: &Model) -> Vec<(Kind, usize)> {
    let wanted = &model.recipe.plan.wanted;
    wanted.mix.iter().map(|(kind, _)| *kind).zip(wanted.shares()).collect()
}

/// Types a whole new line into the editor that a key opened.
fn enter(explorer: &mut Explorer, opens: &str, text: &str) {
    explorer.press(opens);
    for _ in 0..60 {
        explorer.press("backspace");
    }
    explorer.type_in(text).press("enter");
}

#[test]
fn the_plan_is_made_when_its_screen_is_opened_and_not_before() {
    let mut explorer = Explorer::sample();
    explorer.press("+ 4 6");
    assert!(!explorer.jobs.contains(&"plan") && explorer.model.planned.is_none());
    explorer.press("7");
    assert_eq!(explorer.jobs.iter().filter(|job| **job == "plan").count(), 1);
    assert_eq!(explorer.model.tab, Tab::Plan);
    // Nothing that it is not made of makes another one.
    explorer.jobs.clear();
    explorer.press("+ down up o o space space 3 7 s");
    assert!(!explorer.jobs.contains(&"plan"), "{:?}", explorer.jobs);
}

#[test]
fn cards_and_audience_are_on_one_small_screen() {
    let explorer = opened();
    let screen = explorer.screen();
    let whole = screen.join("\n");
    for kind in Kind::ALL {
        assert!(whole.contains(kind.word()), "{kind} in\n{whole}");
    }
    let card = planned(&explorer).plan.cards.of(Kind::ExperiencedUnderpaid).unwrap();
    let line = screen.iter().find(|line| line.contains("▶ experienced-underpaid")).unwrap();
    assert!(line.contains(&card.learners.to_string()) && line.contains("−68 %"), "{line}");
    assert!(line.contains("−70 to −68") && line.contains("✓") && line.contains("60 %"), "{line}");
    for words in ["not shown: no role", "claim", "Audience of 500", "experience > 10 y", "by rule", "median pay", "≈35"]
    {
        assert!(whole.contains(words), "{words} in\n{whole}");
    }
    assert!(screen[23].contains("x export"), "{}", screen[23]);
}

#[test]
fn wide_screens_show_the_people_and_the_cards_below() {
    let explorer = opened();
    for (width, height) in [(120, 30), (160, 50)] {
        let whole = lines(&draw(&explorer.model, width, height)).join("\n");
        for words in ["First to contact", "score     percentile", "above the peers' median", "─ young-rising"] {
            assert!(whole.contains(words), "{words} at {width}×{height} in\n{whole}");
        }
    }
}

#[test]
fn enter_opens_the_people_behind_a_card_in_the_order_of_its_list() {
    let mut explorer = opened();
    explorer.press("enter");
    let card = planned(&explorer).plan.cards.of(Kind::ExperiencedUnderpaid).unwrap();
    let state = explorer.model.rows.as_ref().unwrap();
    assert_eq!(state.rows.len(), card.people.len());
    let Of::People(places) = &state.of else { panic!("no people") };
    assert!(places.windows(2).all(|pair| pair[0].score >= pair[1].score));
    let screen = explorer.screen().join("\n");
    for words in ["ctc", "peers'", "gap", "scor", "1 of 269"] {
        assert!(screen.contains(words), "{words} in\n{screen}");
    }
    // Behind each of them is the card of the learner; back leads to the list again.
    let row = state.rows[1] as usize;
    let source = explorer.model.cleaned.as_ref().unwrap().learners.source_row[row];
    explorer.press("down enter");
    assert!(explorer.screen().join("\n").contains(&format!("Learner of source row {source} ")));
    explorer.press("esc");
    assert_eq!(explorer.model.rows.as_ref().unwrap().cursor.at, 1);
    explorer.press("end right right q");
    assert!(explorer.model.rows.is_none());
}

#[test]
fn what_is_not_shown_does_not_open_and_says_why() {
    let mut explorer = opened();
    explorer.press("down down down enter");
    assert!(explorer.model.rows.is_none());
    assert!(explorer.model.message.as_deref().unwrap().starts_with("not shown: no role"));
    explorer.asked.clear();
    explorer.press("x X");
    assert!(explorer.asked.is_empty());
}

/// A group below the floor: its figures are nowhere on screen, its people cannot be opened, nor written.
#[test]
fn a_withheld_card_says_why_and_keeps_its_people() {
    let mut explorer = opened();
    let before = planned(&explorer);
    let mut plan = before.plan.clone();
    let mut cards = (*plan.cards).clone();
    let place = cards.cards.iter().position(|card| card.kind == Kind::Stuck).unwrap();
    cards.cards[place].people.truncate(7);
    cards.cards[place].learners = 7;
    cards.cards[place].claim = "a claim about seven".to_owned();
    let first = &mut cards.cards[0];
    first.withheld = Some("the direction reverses within role (Simpson's paradox)".to_owned());
    plan.cards = cards.into();
    let again = Planned::new(before.basis.clone(), plan, Vec::new());
    assert!(matches!(again.card(Kind::Stuck), Shown::Hidden(_)));
    explorer.hear(Msg::Job(PLAN, 1, Event::Done(Outcome::Plan(again.into()))));
    explorer.press("down down enter");
    assert!(explorer.model.rows.is_none());
    assert!(explorer.model.message.as_deref().unwrap().contains("privacy floor"));
    assert!(!explorer.screen().join("\n").contains("seven"));
    explorer.press("up up enter");
    assert!(explorer.model.rows.is_none());
    assert!(explorer.model.message.as_deref().unwrap().contains("Simpson"));
    let screen = explorer.screen().join("\n");
    assert!(screen.contains("! withheld") && screen.contains("! the direction reverses"), "{screen}");
    explorer.asked.clear();
    explorer.press("x");
    assert!(explorer.asked.is_empty());
}

#[test]
fn the_mix_is_shifted_between_the_segments() {
    let mut explorer = opened();
    let all = |explorer: &Explorer| planned(explorer).plan.audience.as_ref().unwrap().segments[1].wanted;
    assert_eq!(all(&explorer), 200);
    explorer.press("left left");
    assert_eq!(shares(&explorer.model), [(Kind::ExperiencedUnderpaid, 50), (Kind::YoungRising, 50)]);
    assert_eq!(all(&explorer), 250);
    // The other part has the same keys, for its own selection.
    explorer.press("o down right");
    assert_eq!(explorer.model.plan.part, Part::Audience);
    assert_eq!(shares(&explorer.model), [(Kind::ExperiencedUnderpaid, 45), (Kind::YoungRising, 55)]);
    explorer.press("down m");
    assert_eq!(shares(&explorer.model)[2], (Kind::Stuck, 20));
    assert_eq!(planned(&explorer).plan.audience.as_ref().unwrap().segments.len(), 3);
    explorer.press("m up up m up m m");
    assert_eq!(shares(&explorer.model), [(Kind::YoungRising, 100)]);
    assert!(explorer.model.message.as_deref().unwrap().contains("at least one"));
    // A card about nobody in particular has no share.
    explorer.press("o end");
    let before = explorer.model.recipe.clone();
    explorer.press("left right m");
    assert_eq!(explorer.model.recipe, before);
}

#[test]
fn every_choice_is_a_step_that_can_be_taken_back() {
    let mut explorer = opened();
    let first = explorer.model.recipe.clone();
    explorer.press("right ] ]");
    enter(&mut explorer, "e", "10% 50%");
    enter(&mut explorer, "b", "1,234");
    enter(&mut explorer, "r", "experience > 12");
    let last = explorer.model.recipe.clone();
    let plan = &last.plan;
    assert_eq!((plan.wanted.budget, plan.wanted.company_cap, plan.wanted.role_cap), (1234, 0.1, 0.5));
    assert_eq!(plan.rule(), "experience > 12");
    assert_eq!(planned(&explorer).plan.audience.as_ref().unwrap().budget, 1234);
    explorer.press("u u u u u u");
    assert_eq!(explorer.model.recipe, first);
    assert_eq!(planned(&explorer).basis.choices, first.plan, "the plan follows");
    explorer.press("U U U U U U");
    assert_eq!(explorer.model.recipe, last);
    assert!(!is_stale(&explorer.model));
    let again = study::recipe::Recipe::parse(&last.to_toml().unwrap(), "r.toml").unwrap();
    assert_eq!(again.plan, last.plan);
}

#[test]
fn the_last_good_plan_stays_until_the_next_is_there() {
    let mut explorer = opened();
    explorer.works = false;
    explorer.press("]");
    assert!(is_stale(&explorer.model));
    let screen = explorer.screen().join("\n");
    assert!(screen.contains("·stale") && screen.contains("Audience of 1,000"), "{screen}");
    explorer.press("enter");
    assert!(explorer.model.rows.is_none() && explorer.model.message.is_some());
    explorer.works = true;
    explorer.press("[ ]");
    assert!(!is_stale(&explorer.model) && !explorer.screen().join("\n").contains("stale"));
}

/// What is taken over from the plan before is what a new one would find.
#[test]
fn another_audience_from_the_same_cards_is_the_audience_of_a_new_plan() {
    let mut explorer = opened();
    explorer.press("right right ] down down m");
    let taken_over = planned(&explorer);
    let basis = &taken_over.basis;
    let none = study::plan::Exclusions::default();
    let never = kscope::jobs::Cancel::never();
    let anew = study::plan::plan(&basis.cleaned, &explorer.model.recipe, None, &none, &never).unwrap();
    assert_eq!(taken_over.plan.audience, anew.audience);
    let claims = |plan: &study::plan::Plan| {
        plan.cards.cards.iter().map(|card| (card.claim.clone(), card.people.len())).collect::<Vec<_>>()
    };
    assert_eq!(claims(&taken_over.plan), claims(&anew));
    assert_eq!((&taken_over.plan.known, taken_over.plan.rule_learners), (&anew.known, anew.rule_learners));
}

#[test]
fn a_line_that_cannot_be_taken_stays_and_says_why() {
    let mut explorer = opened();
    let before = explorer.model.recipe.clone();
    for (opens, text, words) in [
        ("b", "many", "1 or more"),
        ("b", "0", "1 or more"),
        ("e", "5", "two numbers"),
        ("e", "5 101", "at most 100"),
        ("r", "experience >", "!"),
    ] {
        enter(&mut explorer, opens, text);
        let editor = explorer.model.plan.editor.as_ref().unwrap();
        assert!(editor.error.is_some(), "{text}");
        let screen = explorer.screen();
        assert!(screen.join("\n").contains(words), "{words} in\n{}", screen.join("\n"));
        assert!(screen[23].contains("Esc leave"), "{}", screen[23]);
        explorer.press("esc");
    }
    assert_eq!(explorer.model.recipe, before);
    // Every key writes.
    explorer.press("b q x").press("esc");
    assert_eq!(explorer.quit, None);
    explorer.press("i").hear(Msg::Paste("a list.csv\n".to_owned()));
    explorer.press("enter");
    assert_eq!(explorer.model.recipe.plan.exclude.as_deref(), Some(std::path::Path::new("a list.csv")));
}

#[test]
fn a_rule_that_does_not_fit_is_said_and_mended() {
    let mut explorer = opened();
    enter(&mut explorer, "r", "wages > 3");
    assert!(explorer.model.plan.error.is_some());
    let screen = explorer.screen().join("\n");
    assert!(screen.contains("wages") && screen.contains("·stale"), "{screen}");
    // An empty line is the default.
    enter(&mut explorer, "r", "");
    assert!(explorer.model.plan.error.is_none() && explorer.model.recipe.plan.rule.is_none());
}

#[test]
fn people_are_excluded_by_a_file() {
    let folder = Folder::new();
    let mut explorer = opened();
    let audience = planned(&explorer).plan.audience.as_ref().unwrap();
    let cleaned = &planned(&explorer).basis.cleaned;
    let first = cleaned.learners.source_row[audience.segments[0].rows[0] as usize];
    let file = folder.file("sent.csv", format!("row\n{first}\n"));
    enter(&mut explorer, "i", &file);
    let audience = planned(&explorer).plan.audience.as_ref().unwrap();
    assert_eq!(audience.excluded, 1);
    assert!(explorer.screen().join("\n").contains("excluded 1"));
    // What is wrong with a file is said with line and value.
    let bad = folder.file("bad.csv", "row\n1\nx9\n");
    enter(&mut explorer, "i", &bad);
    let screen = explorer.screen().join("\n");
    assert!(screen.contains("line 3") || explorer.model.plan.error.as_ref().unwrap().what().contains("line 3"));
    assert!(screen.contains("x9"), "{screen}");
    explorer.press("u");
    assert!(explorer.model.plan.error.is_none());
    // The same name is read again.
    std::fs::write(&file, format!("row\n{first}\n{first}\n999999\n")).unwrap();
    enter(&mut explorer, "i", &file);
    assert!(explorer.model.plan.error.as_ref().unwrap().to_string().contains("999999"));
}

#[test]
fn the_rule_of_the_drill_goes_to_the_plan() {
    let mut explorer = Explorer::sample();
    explorer.press("6 p");
    assert_eq!(explorer.model.tab, Tab::Plan);
    assert_eq!(explorer.model.recipe.plan.rule(), explorer.model.rule());
    let drilled = explorer.model.drilled.as_ref().unwrap().learners;
    assert_eq!(Some(planned(&explorer).plan.rule_learners), drilled);
    explorer.press("esc");
    assert_eq!(explorer.model.tab, Tab::Drill);
    // A rule that names clusters follows them.
    explorer.press("4 enter p");
    assert_eq!(explorer.model.recipe.plan.rule(), "cluster = 0");
    let before = planned(&explorer).plan.rule_learners;
    explorer.press("+");
    assert!(!is_stale(&explorer.model));
    assert_ne!(planned(&explorer).plan.rule_learners, before);
}

#[test]
fn lists_are_written_one_at_a_time() {
    let mut explorer = opened();
    explorer.press("x");
    assert_eq!(explorer.asked, ["export experienced-underpaid Hashed"]);
    explorer.press("x");
    assert_eq!(explorer.asked.len(), 1, "the first one is not overtaken");
    assert!(explorer.model.message.is_some());
    let words = vec!["269 people in sample-experienced-underpaid.csv".to_owned()];
    explorer.hear(Msg::Job(EXPORT, 1, Event::Started));
    explorer.hear(Msg::Job(EXPORT, 1, Event::Done(Outcome::Written(words))));
    assert!(explorer.screen().join("\n").contains("269 people in sample-exp"));
    explorer.press("o X");
    assert_eq!(explorer.asked[1], "export audience Plain");
    assert!(!explorer.screen().join("\n").contains("269 people"), "the message goes with the next key");
}

#[test]
fn without_pay_the_screen_says_which_key_mends_it() {
    let mut explorer = Explorer::iris();
    explorer.press("7");
    let screen = explorer.screen().join("\n");
    assert_eq!(screen.matches("not shown: the table has no pay").count(), 7, "{screen}");
    assert!(screen.contains("No audience") && screen.contains("1 shows the data"), "{screen}");
    assert!(!keys::footer(&explorer.model).iter().any(|(_, words)| *words == "export"));
    explorer.press("enter x o enter b").press("esc");
    assert!(explorer.model.rows.is_none() && explorer.asked.is_empty());
}

#[test]
fn a_role_or_a_cleaning_rule_makes_another_plan() {
    let folder = Folder::new();
    let file = folder.file("x.csv", learners(3000, 3));
    let mut explorer = Explorer::unread(Location::Path(file.into())).loaded();
    explorer.press("7 1 p");
    assert!(explorer.jobs.contains(&"plan"));
    assert!(!is_stale(&explorer.model));
    let cleaned = explorer.model.cleaned.as_ref().unwrap();
    assert!(std::sync::Arc::ptr_eq(cleaned, &planned(&explorer).basis.cleaned));
}

/// A session that ended on this screen opens on it, and the plan is made as soon as the table is there.
#[test]
fn a_session_is_taken_up_here() {
    let mut explorer = Explorer::unread(Location::Sample);
    explorer.model.tab = Tab::Plan;
    explorer.works = true;
    let effects = update(&mut explorer.model, Msg::Key(key("f1")));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Plan { .. })));
    explorer.press("q");
    explorer = explorer.loaded();
    assert!(explorer.model.planned.is_some());
    assert!(Tab::Plan.word() == "plan" && explorer.model.tab == Tab::Plan);
}
