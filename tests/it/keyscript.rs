//! These keys, then this model.

use std::collections::BTreeSet;

use kscope::jobs::Event;
use kscope::source::Location;
use kscope::table::cleaning::Entity;
use kscope::tui::keys::{self, Action, Context, TABLE};
use kscope::tui::model::{Model, Running, Standing, Tab};
use kscope::tui::msg::{FIT, LOAD, Msg, Outcome};
use kscope::tui::term::signals::Signal;

use crate::explorer::{Explorer, key};
use crate::program::{Folder, golden_table, learners};

#[test]
fn it_opens_at_choose_k_with_four_clusters() {
    let explorer = Explorer::sample();
    assert_eq!((explorer.model.tab, explorer.model.k()), (Tab::ChooseK, 4));
    assert!(!explorer.model.stale && explorer.model.running.is_empty());
}

#[test]
fn k_changes_at_once_and_without_a_fit() {
    let mut explorer = Explorer::sample();
    for (keys, k) in [("+", 5), ("+ +", 7), ("-", 6), ("right", 7), ("left", 6), ("l h j k", 6), ("= _", 6)] {
        explorer.press(keys);
        assert_eq!(explorer.model.k(), k, "after {keys}");
        assert_eq!(explorer.model.found().unwrap().clustering.k, k);
    }
    assert_eq!(explorer.jobs, Vec::<&str>::new(), "the sweep holds every k");
    // From everywhere.
    explorer.press("1 + 2 + 4 + 6 +");
    assert_eq!(explorer.model.k(), 10);
    assert!(!explorer.model.stale);
}

#[test]
fn k_may_be_chosen_before_the_first_clusters_are_there() {
    let cleaned = Explorer::sample().model.cleaned.unwrap();
    let mut explorer = Explorer::unread(Location::Sample);
    explorer.works = false;
    explorer.press("+");
    assert_eq!(explorer.model.k(), 4, "no table yet");
    explorer.hear(Msg::Job(LOAD, 1, Event::Done(Outcome::Table(cleaned))));
    explorer.press("+ + -");
    assert_eq!((explorer.model.k(), explorer.model.sweep.is_none()), (5, true));
    // The first look is of the k that is chosen.
    assert_eq!(explorer.jobs, ["fit", "fit", "fit", "fit"]);
}

#[test]
fn k_ends_where_it_must() {
    let mut explorer = Explorer::sample();
    explorer.press("- - - - - -");
    assert_eq!(explorer.model.k(), 1);
    assert!(explorer.model.message.as_deref().unwrap().contains('1'));
    // Beyond the sweep a longer one is asked for.
    explorer.works = false;
    for _ in 0..11 {
        explorer.press("+");
    }
    assert_eq!((explorer.model.k(), explorer.model.stale), (12, false));
    explorer.press("+");
    assert_eq!((explorer.model.k(), explorer.model.stale), (13, true));
    assert_eq!(explorer.jobs, ["fit"]);
}

#[test]
fn a_feature_is_toggled_and_the_rest_is_stale_until_the_fit_is_there() {
    let mut explorer = Explorer::sample();
    let before = explorer.model.found().unwrap().clustering.wcss;
    explorer.works = false;
    explorer.press("f");
    assert_eq!((explorer.model.tab, explorer.jobs.len()), (Tab::Features, 0));
    let selected = explorer.model.choice.cursor.at;
    let on = explorer.model.features[selected].on;
    explorer.press("space");
    assert_eq!(explorer.model.features[selected].on, !on);
    assert!(explorer.model.stale && explorer.jobs == ["fit"]);
    assert_eq!(explorer.model.standing(), Standing::Stale);
    assert_eq!(explorer.model.found().unwrap().clustering.wcss, before, "the last good result stays");
    assert!(explorer.screen()[0].contains("stale"), "{}", explorer.screen()[0]);
    // Back, and done.
    explorer.works = true;
    explorer.press("space");
    assert!(!explorer.model.stale);
    assert_eq!(explorer.model.found().unwrap().clustering.wcss, before);
    assert!(!explorer.screen()[0].contains("stale"));
    // What a key waits for ranks above what it left: such a change is painted at once.
    assert_eq!(explorer.model.standing(), Standing::Final);
    assert!(Standing::Stale < Standing::FirstLook && Standing::FirstLook < Standing::Final);
}

#[test]
fn every_choice_about_a_feature_leads_to_a_fit() {
    let mut explorer = Explorer::sample();
    explorer.press("f home");
    let pay = explorer.model.features.iter().position(|f| f.column == "ctc").unwrap();
    for _ in 0..pay {
        explorer.press("down");
    }
    assert_eq!(explorer.model.choice.cursor.at, pay);
    let mut seen = vec![explorer.model.found().unwrap().clustering.wcss];
    for name in ["t", "s", "w", "]", "[", "d"] {
        let before = explorer.model.features[pay].clone();
        explorer.jobs.clear();
        explorer.press(name);
        assert_ne!(explorer.model.features[pay], before, "{name}");
        assert_eq!(explorer.jobs, ["fit"], "{name}");
        seen.push(explorer.model.found().unwrap().clustering.wcss);
    }
    assert_eq!(seen.first(), seen.last(), "d goes back to the defaults");
    assert!(seen.windows(2).all(|pair| pair[0] != pair[1]), "{seen:?}");
}

#[test]
fn without_a_feature_the_screen_says_what_to_press() {
    let mut explorer = Explorer::iris();
    explorer.press("f home space down space down space down space");
    assert!(explorer.model.features.iter().all(|f| !f.on));
    let problem = explorer.model.problem.clone().unwrap();
    assert!(problem.hint().unwrap().contains('d'), "{problem}");
    assert_eq!(explorer.asked, ["stop"]);
    assert!(explorer.model.stale);
    assert!(explorer.screen().iter().any(|line| line.contains("no feature is chosen")));
    explorer.press("d");
    assert!(explorer.model.problem.is_none() && !explorer.model.stale);
}

#[test]
fn help_opens_scrolls_and_closes() {
    let mut explorer = Explorer::sample();
    for (open, close) in [("?", "esc"), ("f1", "q"), ("?", "backspace")] {
        explorer.press(open);
        assert_eq!(explorer.model.help, Some(0));
        let k = explorer.model.k();
        explorer.press("down down pgdn up +");
        assert!(explorer.model.help.unwrap() > 1);
        assert_eq!(explorer.model.k(), k, "keys of the screen below do nothing");
        explorer.press("end");
        let last = explorer.screen().join("\n");
        assert!(last.contains("Ctrl-") || last.contains("rows"), "{last}");
        explorer.press(close);
        assert_eq!((explorer.model.help, explorer.quit), (None, None), "{close}");
    }
}

#[test]
fn back_follows_the_way_and_quit_quits() {
    let mut explorer = Explorer::sample();
    explorer.press("f 4 6");
    assert_eq!(explorer.model.tab, Tab::Drill);
    let mut seen = Vec::new();
    for _ in 0..4 {
        explorer.press("esc");
        seen.push(explorer.model.tab);
    }
    assert_eq!(seen, [Tab::Clusters, Tab::Features, Tab::ChooseK, Tab::ChooseK]);
    assert_eq!(explorer.quit, None, "Esc does not quit");
    // q closes what is open first.
    explorer.press("6 enter");
    assert!(explorer.model.rows.is_some());
    explorer.press("? q");
    assert!(explorer.model.help.is_none() && explorer.model.rows.is_some());
    explorer.press("q");
    assert!(explorer.model.rows.is_none() && explorer.quit.is_none());
    explorer.press("q");
    assert_eq!(explorer.quit, Some(0));
}

#[test]
fn interrupt_ends_from_everywhere() {
    for way in ["", "?", "6 enter", "6 e", "6 e ?"] {
        let mut explorer = Explorer::sample();
        explorer.press(way).press("ctrl-c");
        assert_eq!(explorer.quit, Some(130), "after {way}");
    }
    for (signal, code) in [(Signal::Terminate, 143), (Signal::HangUp, 129), (Signal::Interrupt, 130)] {
        let mut explorer = Explorer::sample();
        explorer.hear(Msg::Signal(signal));
        assert_eq!(explorer.quit, Some(code));
    }
}

#[test]
fn tabs_go_round() {
    let mut explorer = Explorer::sample();
    let mut seen = Vec::new();
    for _ in 0..6 {
        explorer.press("tab");
        seen.push(explorer.model.tab.number());
    }
    assert_eq!(seen, [4, 6, 7, 1, 2, 3]);
    explorer.press("shift-tab");
    assert_eq!(explorer.model.tab, Tab::Features);
}

#[test]
fn a_cluster_opens_into_its_people() {
    let mut explorer = Explorer::sample();
    explorer.press("enter");
    assert_eq!(explorer.model.tab, Tab::Clusters);
    explorer.press("down down enter");
    assert_eq!((explorer.model.tab, explorer.model.rule()), (Tab::Drill, "cluster = 2"));
    let rows = explorer.model.drilled.as_ref().unwrap().rows.len();
    let size = explorer.model.found().unwrap().clustering.sizes[2];
    assert_eq!(rows as u64, size);
    // Another k has other clusters, and the people are counted anew.
    explorer.press("+");
    let size = explorer.model.found().unwrap().clustering.sizes[2];
    assert_eq!(explorer.model.drilled.as_ref().unwrap().rows.len() as u64, size);
}

#[test]
fn a_rule_is_edited_counted_at_each_key_and_taken() {
    let mut explorer = Explorer::sample();
    explorer.press("6");
    let matches = |explorer: &Explorer| explorer.model.drilled.as_ref().unwrap().rows.len();
    let first = matches(&explorer);
    assert!(first > 100);
    let old = explorer.model.rule().to_owned();
    // What is typed is text, also where it is a key elsewhere.
    explorer.press("e").type_in(" and ctc < 4 lakh");
    assert!(matches(&explorer) < first);
    assert_eq!((explorer.quit, explorer.model.tab), (None, Tab::Drill));
    explorer.press("enter");
    assert_eq!(explorer.model.rule(), format!("{old} and ctc < 4 lakh"));
    assert!(explorer.model.drill.editor.is_none());
    let taken = matches(&explorer);
    // Esc leaves the old one.
    explorer.press("e ctrl-u").type_in("experience > 20").press("esc");
    assert_eq!(explorer.model.rule(), format!("{old} and ctc < 4 lakh"));
    assert_eq!(matches(&explorer), taken);
}

#[test]
fn a_rule_that_is_none_says_why_and_is_not_taken() {
    let mut explorer = Explorer::sample();
    explorer.press("6");
    let old = explorer.model.rule().to_owned();
    explorer.press("e").type_in(" and expperience < 3");
    let error = explorer.model.drill.error.clone().unwrap();
    assert!(error.message.contains("expperience") && error.hint.unwrap().contains("experience?"));
    explorer.press("enter");
    assert!(explorer.model.drill.editor.is_some(), "it stays in the editor");
    assert_eq!(explorer.model.rule(), old);
    explorer.hear(Msg::Paste("\u{1b}[31m\n".to_owned()));
    let text = explorer.model.drill.editor.as_ref().unwrap().value().to_owned();
    assert!(!text.contains(char::is_control), "{text:?}");
    explorer.press("esc");
    assert!(explorer.model.drill.error.is_none() && explorer.model.drilled.is_some());
}

#[test]
fn cleaning_is_switched_and_the_ledger_still_adds_up() {
    let mut explorer = Explorer::sample();
    explorer.press("1");
    let ledger = |explorer: &Explorer| explorer.model.cleaned.as_ref().unwrap().learners.ledger.clone();
    let before = ledger(&explorer);
    let at = before.entries.iter().position(|e| e.on && !e.rows.is_empty()).unwrap();
    for _ in 0..at {
        explorer.press("down");
    }
    explorer.press("space");
    let after = ledger(&explorer);
    assert!(!after.entries[at].on);
    assert_eq!(after.rows_in, after.rows_out + after.taken());
    assert!(explorer.jobs.contains(&"clean") && explorer.jobs.contains(&"fit"));
    explorer.press("space");
    assert_eq!(ledger(&explorer).rows_out, before.rows_out);
    // The rows that a rule met.
    explorer.press("enter");
    assert_eq!(explorer.model.rows.as_ref().unwrap().rows.len(), before.entries[at].rows.len());
    explorer.press("esc p");
    assert_eq!(explorer.model.recipe.cleaning.entity, Entity::MaxPay);
    explorer.press("p");
    assert_eq!(explorer.model.recipe.cleaning.entity, Entity::All);
    assert!(explorer.model.cleaned.as_ref().unwrap().learners.rows() > before.rows_out);
}

#[test]
fn a_role_is_changed() {
    let mut explorer = Explorer::iris();
    explorer.press("1 o home");
    let role = |explorer: &Explorer| explorer.model.cleaned.as_ref().unwrap().learners.columns[0].role;
    let before = role(&explorer);
    explorer.press("r");
    assert_ne!(role(&explorer), before);
    assert!(explorer.jobs.contains(&"clean"));
}

#[test]
fn copies_are_text_without_escapes() {
    let mut explorer = Explorer::sample();
    explorer.press("y 4 y 6 y");
    assert_eq!(explorer.asked.len(), 3);
    for (copied, words) in explorer.asked.iter().zip(["silhouette", "median", "experience > 10"]) {
        assert!(copied.starts_with("copy ") && copied.contains(words), "{copied}");
        assert!(!copied.contains('\u{1b}'));
    }
}

#[test]
fn a_table_that_cannot_be_read_ends_the_program() {
    let mut explorer = Explorer::unread(Location::Path("/no/such/file.csv".into()));
    explorer.hear(Msg::Resize(80, 24));
    explorer.press("+ f space 6 e enter esc 1 o r p space ? q");
    assert_eq!(explorer.quit, None, "keys before the table is there do no harm");
    let mut explorer = Explorer::unread(Location::Path(golden_table("nothing").into()));
    let failed = {
        let outcome = kscope::tui::msg::Outcome::NoTable(kscope::error::Error::bad_input("cannot read x"));
        explorer.hear(Msg::Job(0, 1, kscope::jobs::Event::Done(outcome)));
        explorer.asked
    };
    assert_eq!(failed, ["fail cannot read x"]);
}

#[test]
fn a_failed_job_is_a_message_and_the_result_stays() {
    let mut explorer = Explorer::sample();
    explorer.hear(Msg::Job(FIT, 9, kscope::jobs::Event::Started));
    assert!(explorer.model.is_running());
    explorer.press(".");
    assert_eq!(explorer.asked, ["stop"]);
    explorer.hear(Msg::Job(FIT, 9, kscope::jobs::Event::Failed("boom".to_owned())));
    assert!(!explorer.model.is_running() && explorer.model.sweep.is_some());
    assert!(explorer.screen().iter().any(|line| line.contains("boom")));
    explorer.press("+");
    assert_eq!(explorer.model.k(), 5);
}

/// A start goes from its first centres to its end and back, WCSS falling; nothing of the choice changes.
#[test]
fn a_start_is_stepped_and_leaves_the_choice_as_it_was() {
    let mut explorer = Explorer::sample();
    let recipe = explorer.model.recipe.clone();
    let says = |explorer: &Explorer, words: &str| explorer.screen().join("\n").contains(words);
    explorer.press("w");
    assert_eq!(explorer.jobs, ["walk"]);
    assert!(says(&explorer, "start 1 of 3") && says(&explorer, "rows drawn by lot"), "{:#?}", explorer.screen());
    let state = |explorer: &Explorer| explorer.model.step.clone().unwrap();
    let last = state(&explorer).last();
    let mut wcss = f64::INFINITY;
    for (at, key) in ["space", "enter", "right", "l"].into_iter().cycle().take(last).enumerate() {
        explorer.press(key);
        assert_eq!(state(&explorer).at, at + 1);
        let walk = state(&explorer).walk.unwrap();
        let now = walk.steps[at + 1].wcss.unwrap();
        assert!(now <= wcss * (1.0 + 1e-12) && walk.steps[at + 1].sizes.len() == 4);
        wcss = now;
        let share = format!("{:.2} %", 100.0 * walk.share(now));
        assert!(says(&explorer, &share), "{share} in {:#?}", explorer.screen());
    }
    assert!(says(&explorer, "This is the end") && says(&explorer, "the fit"), "{:#?}", explorer.screen());
    // Never lower than the fit, which has more starts and repairs them.
    let fitted = explorer.model.found().unwrap().clustering.wcss;
    assert!(wcss >= fitted * (1.0 - 1e-9));
    explorer.press("space left left h");
    assert_eq!(state(&explorer).at, last - 3);
    explorer.press("home");
    assert!(says(&explorer, "rows drawn by lot"));
    // The other starts, round and round; where each ends is kept.
    explorer.press("s e s end");
    assert_eq!(state(&explorer).ends.keys().copied().collect::<Vec<_>>(), [0, 1, 2]);
    let best = state(&explorer).ends.values().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(state(&explorer).best().unwrap().1, best);
    assert!(says(&explorer, "start 3 of 3") && says(&explorer, "best so far"));
    explorer.press("s");
    assert_eq!((state(&explorer).start, state(&explorer).at), (0, 0));
    explorer.press("S");
    assert_eq!(state(&explorer).start, 2);
    // Keys of the screen below do nothing, help lies over it, and Esc leaves.
    explorer.press("+ f u ? q");
    assert!(explorer.model.step.is_some() && explorer.model.help.is_none());
    explorer.press("esc");
    assert!(explorer.model.step.is_none() && explorer.model.tab == Tab::ChooseK);
    assert_eq!((&explorer.model.recipe, explorer.model.history.steps()), (&recipe, (0, 0)));
    // What arrives after that opens nothing; of a stale choice nothing is stepped.
    explorer.works = false;
    explorer.press("w q f space 3 w");
    assert!(explorer.model.step.is_none() && explorer.model.stale);
}

/// Centroids are told in the units of the table: one of two clusters of iris is setosa, whose means are well known.
#[test]
fn centroids_are_stepped_in_original_units() {
    use kscope::features::decode::Decoded;
    let mut explorer = Explorer::iris();
    explorer.press("- - w e");
    let state = explorer.model.step.clone().unwrap();
    let walk = state.walk.unwrap();
    let step = &walk.steps[state.at];
    let setosa = step.sizes.iter().position(|size| *size == 50).unwrap();
    let means = [5.006, 3.428, 1.462, 0.246];
    let decoded = walk.decoded(step).swap_remove(setosa);
    assert_eq!(decoded.len(), 4);
    for (decoded, mean) in decoded.iter().zip(means) {
        assert!(matches!(decoded, Decoded::Number(number) if (number - mean).abs() < 1e-9), "{decoded:?} {mean}");
    }
    let screen = explorer.screen().join("\n");
    assert!(["5.01", "3.43", "1.46"].iter().all(|mean| screen.contains(mean)), "{screen}");
}

/// First looks at further k's stand in the chart and the table until the sweep comes to them, and are told from it.
#[test]
fn first_looks_give_way_to_what_is_final() {
    use kscope::tui::msg::Outcome;
    let mut explorer = Explorer::sample();
    let whole = std::sync::Arc::clone(explorer.model.sweep.as_ref().unwrap());
    let mut part = (*whole).clone();
    part.verdict = None;
    part.ks.truncate(4);
    explorer.works = false;
    explorer.hear(Msg::Resize(80, 40));
    let hear = |explorer: &mut Explorer, outcome| {
        explorer.hear(Msg::Job(FIT, 1, kscope::jobs::Event::Partial(outcome)));
        explorer.screen().join("\n")
    };
    let total = whole.prepared.matrix.total_ss();
    let screen = hear(&mut explorer, Outcome::Sweep(part.clone().into()));
    assert!(!screen.contains('○') && !screen.contains('~'), "{screen}");
    let screen = hear(&mut explorer, Outcome::Ahead(vec![(5, 0.5 * total), (6, 0.25 * total)]));
    assert_eq!(screen.matches('○').count(), 2, "{screen}");
    assert!(screen.contains("~50.0") && screen.contains("~25.0"), "{screen}");
    // The k that is looked at stays what it was.
    assert_eq!(explorer.model.found().unwrap().clustering.k, 4);
    part.ks.push(whole.ks[4].clone());
    let screen = hear(&mut explorer, Outcome::Sweep(part.into()));
    assert!(screen.matches('○').count() == 1 && !screen.contains("~50.0"), "{screen}");
    let screen = hear(&mut explorer, Outcome::Sweep(whole));
    assert!(!screen.contains('○') && explorer.model.ahead.is_empty(), "{screen}");
    // Of another choice they would say nothing.
    hear(&mut explorer, Outcome::Ahead(vec![(13, 0.1 * total)]));
    explorer.press("f space");
    assert!(explorer.model.ahead.is_empty());
}

/// The end can be asked for before it is known, and steps of another start are not taken for those of this one.
#[test]
fn steps_arrive_when_they_are_there() {
    use kscope::tui::msg::{Outcome, WALK};
    let mut explorer = Explorer::sample();
    explorer.works = false;
    explorer.press("w e");
    let prepared = std::sync::Arc::clone(&explorer.model.step.as_ref().unwrap().prepared);
    let recipe = explorer.model.recipe.clone();
    let mut firsts = Vec::new();
    let mut walk = |start| {
        let never = kscope::jobs::Cancel::never();
        let whole = kscope::study::walk::walk(&prepared, &recipe, (4, start), &never, &mut |first| firsts.push(first));
        std::sync::Arc::new(whole.unwrap())
    };
    let (other, own) = (walk(1), walk(0));
    let hear = |explorer: &mut Explorer, walk| {
        explorer.hear(Msg::Job(WALK, 1, kscope::jobs::Event::Partial(Outcome::Walk(walk))));
    };
    hear(&mut explorer, other);
    assert!(explorer.model.step.as_ref().unwrap().walk.is_none());
    hear(&mut explorer, std::sync::Arc::new(firsts.pop().unwrap()));
    assert_eq!(explorer.model.step.as_ref().unwrap().at, 0);
    assert!(explorer.model.step.as_ref().unwrap().ends.is_empty());
    let last = own.steps.len() - 1;
    hear(&mut explorer, own);
    let state = explorer.model.step.as_ref().unwrap();
    assert_eq!((state.at, state.ends.len(), state.to_end), (last, 1, false));
}

/// Whatever is pressed, in whatever order, at whatever size: nothing panics, k stays possible, and what is drawn
/// has no gap in its frame.
#[test]
fn no_order_of_keys_does_harm() {
    let folder = Folder::new();
    let table = folder.file("x.csv", learners(250, 3));
    let names: Vec<&str> = TABLE.iter().flat_map(|b| b.keys).copied().filter(|k| *k != "ctrl-c").collect();
    // A plain generator (Numerical Recipes): the same keys every time.
    let mut state = 7_u32;
    let mut next = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    for location in [Location::Path(table.into()), Location::Path(golden_table("iris").into())] {
        for _ in 0..6 {
            let mut explorer = Explorer::unread(location.clone());
            let mut pressed = Vec::new();
            // Sometimes keys come before the table.
            let read_at = next(5);
            for step in 0..150 {
                if step == read_at {
                    explorer = explorer.loaded();
                }
                explorer.works = next(5) > 0;
                let name = names[next(names.len())];
                pressed.push(name);
                match next(12) {
                    0 => explorer.hear(Msg::Resize(next(170) as u16, next(60) as u16)),
                    1 => drop(explorer.type_in("cluster = 1 or pay > 3 lakh")),
                    2 => explorer.hear(Msg::Paste("a\tb".to_owned())),
                    3 => explorer.hear(Msg::Tick),
                    _ => drop(explorer.press(name)),
                }
                explorer.screen();
                let model = &explorer.model;
                assert!(
                    model.k() >= 1 && (model.sweep.is_none() || model.k() <= model.k_possible().max(1)),
                    "{pressed:?}"
                );
                assert!(model.tab != Tab::Drill || model.cleaned.is_none() || model.rule().len() < 2000);
                // q from the bottom asks to quit; here life goes on.
                explorer.quit = None;
            }
        }
    }
}

/// Models in which, together, every key does something.
fn models() -> Vec<Explorer> {
    let mut all = Vec::new();
    for way in [
        "3",
        "1",
        "1 o",
        "2",
        "4",
        "4 c",
        "t",
        "w",
        "6",
        "6 o",
        "6 r",
        "6 enter",
        "7",
        "7 o",
        "7 down down down",
        "7 enter",
        "?",
        "1 down down down",
        "1 down down down enter",
    ] {
        let mut explorer = Explorer::sample();
        explorer.press(way);
        all.push(explorer);
    }
    let mut running = Explorer::sample();
    running.model.running.push(Running { lane: FIT, generation: 1, what: "k 3/12".to_owned(), share: None });
    all.push(running);
    let mut estimated = Explorer::sample();
    let mut sweep = (**estimated.model.sweep.as_ref().unwrap()).clone();
    for found in &mut sweep.ks {
        if let Some(silhouette) = found.quality.as_mut().and_then(|q| q.silhouette.as_mut()) {
            silhouette.exact = false;
            silhouette.se = 0.01;
        }
    }
    let sweep = std::sync::Arc::new(sweep);
    estimated.model.sweep = Some(std::sync::Arc::clone(&sweep));
    all.push(estimated);
    // One choice taken back, another one to take back.
    let mut history = Explorer::sample();
    history.press("+ + u");
    all.push(history);
    let mut stopped = Explorer::sample();
    stopped.model.stale = true;
    all.push(stopped);
    let mut clusters = Explorer::sample();
    clusters.model.sweep = Some(sweep);
    clusters.press("4");
    all.push(clusters);
    all
}

/// Every key of the table does what it says, in every context that it names; none is shadowed.
#[test]
fn every_key_of_the_table_resolves() {
    let models = models();
    let open = |model: &Model, context: Context| match context {
        Context::Help => model.help.is_some(),
        Context::Rows => model.help.is_none() && model.rows.is_some(),
        Context::Steps => model.help.is_none() && model.rows.is_none() && model.step.is_some(),
        Context::On(tab) => model.help.is_none() && model.rows.is_none() && model.step.is_none() && model.tab == tab,
        Context::Everywhere => model.help.is_none() && model.rows.is_none() && model.step.is_none(),
    };
    let mut dead = BTreeSet::new();
    for binding in TABLE {
        for &context in binding.contexts {
            for name in binding.keys {
                let works = models.iter().any(|explorer| {
                    open(&explorer.model, context) && keys::resolve(&explorer.model, key(name)) == Some(binding.action)
                });
                if !works {
                    dead.insert(format!("{name} ({:?}) in {context:?}", binding.action));
                }
            }
        }
    }
    assert!(dead.is_empty(), "keys that never do anything: {dead:#?}");
}

/// What the footer shows does something here and now, and does it by the words it shows.
#[test]
fn the_footer_never_lies() {
    let named = |shown: &str| match shown {
        "Enter" => "enter".to_owned(),
        "Space" => "space".to_owned(),
        "Esc" => "esc".to_owned(),
        "+/-" => "+".to_owned(),
        "←" => "left".to_owned(),
        one => one.to_owned(),
    };
    for explorer in models() {
        let footer = keys::footer(&explorer.model);
        assert!(footer.len() > 1, "{footer:?}");
        for (shown, words) in footer {
            let action = keys::resolve(&explorer.model, key(&named(shown)));
            let binding = TABLE.iter().find(|b| {
                Some(b.action) == action && b.keys.contains(&named(shown).as_str()) && (b.when)(&explorer.model)
            });
            let Some(binding) = binding else {
                panic!("{shown} {words} on {:?} does nothing", explorer.model.tab);
            };
            let promised = TABLE.iter().any(|b| b.action == binding.action && b.footer.is_some_and(|f| f.1 == words));
            assert!(promised, "{shown} says '{words}' and does {action:?} on {:?}", explorer.model.tab);
        }
    }
    let mut explorer = Explorer::sample();
    explorer.press("?");
    assert_ne!(keys::resolve(&explorer.model, key("?")), Some(Action::Back));
}
