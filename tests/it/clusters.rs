//! Screen 4: names that people give, colours that stay, comparisons, who goes where.

use std::collections::BTreeMap;
use std::sync::Arc;

use kscope::study::follow::Descent;
use kscope::study::recipe::{Inputs, Recipe};
use kscope::tui::model::{Model, Tab};
use kscope::tui::msg::Msg;

use crate::explorer::Explorer;

/// Gives the selected cluster a name.
fn name(explorer: &mut Explorer, name: &str) {
    explorer.press("r ctrl-u").type_in(name).press("enter");
}

fn names(explorer: &Explorer) -> BTreeMap<usize, String> {
    explorer.model.recipe.names.clone()
}

fn given(pairs: &[(usize, &str)]) -> BTreeMap<usize, String> {
    pairs.iter().map(|(cluster, name)| (*cluster, (*name).to_owned())).collect()
}

/// The clusters that are shown, by their place in the palette.
fn colours(model: &Model) -> Vec<usize> {
    (0..model.k()).map(|cluster| model.as_shown().unwrap().colour(cluster)).collect()
}

fn text(explorer: &Explorer) -> String {
    explorer.screen().join("\n")
}

#[test]
fn a_name_is_given_used_and_taken_back() {
    let mut explorer = Explorer::sample();
    explorer.press("4 down r");
    assert!(text(&explorer).contains("Name of 1") && text(&explorer).contains("Enter take the name"));
    explorer.press("ctrl-u").type_in("q c ? stuck").press("esc");
    assert_eq!((names(&explorer), explorer.quit, explorer.model.tab), (given(&[]), None, Tab::Clusters));
    name(&mut explorer, "  young \"risers\" ");
    assert_eq!(names(&explorer), given(&[(1, "young \"risers\"")]));
    assert!(text(&explorer).contains("young \"risers\""), "{}", text(&explorer));
    // The people behind it are asked for by that name, and its drill says so.
    explorer.press("enter");
    assert_eq!(explorer.model.rule(), "cluster = \"young \"\"risers\"\"\"");
    let size = explorer.model.found().unwrap().clustering.sizes[1];
    assert_eq!(explorer.model.drilled.as_ref().unwrap().rows.len() as u64, size);
    assert!(text(&explorer).contains("· young \"risers\""), "{}", text(&explorer));
    explorer.press("4 y");
    assert!(explorer.asked.last().unwrap().contains("young \"risers\""), "copies too");
    // Undo takes the rule back, then the name; redo gives it again.
    explorer.press("u u");
    assert_eq!((names(&explorer), explorer.model.message.as_deref()), (given(&[]), Some("undone: name")));
    assert!(!text(&explorer).contains("risers"));
    explorer.press("U");
    assert_eq!(explorer.model.name(1), "young \"risers\"");
    // No text is no name, and neither is the one that it has anyway.
    name(&mut explorer, "   ");
    assert_eq!(names(&explorer), given(&[]));
    let made = explorer.model.name(1).to_owned();
    name(&mut explorer, &made);
    assert_eq!(names(&explorer), given(&[]));
}

#[test]
fn what_is_pasted_or_long_is_one_short_line() {
    let mut explorer = Explorer::sample();
    explorer.press("4 r ctrl-u");
    explorer.hear(Msg::Paste("a\u{1b}[31m\nb".to_owned()));
    explorer.type_in(&"x".repeat(200)).press("enter");
    let name = &names(&explorer)[&0];
    assert!(name.starts_with("a [31m b") && name.chars().count() == 60 && !name.contains(char::is_control));
}

#[test]
fn names_and_colours_follow_their_clusters_through_k() {
    let mut explorer = Explorer::sample();
    explorer.press("4");
    let labels: Vec<String> = (0..4).map(|cluster| format!("group {cluster}")).collect();
    for label in &labels {
        name(&mut explorer, label);
        explorer.press("down");
    }
    assert_eq!(colours(&explorer.model), [0, 1, 2, 3]);
    let before = names(&explorer);
    for _ in 0..8 {
        let was: BTreeMap<String, usize> = names(&explorer)
            .into_iter()
            .map(|(at, name)| (name, explorer.model.as_shown().unwrap().colour(at)))
            .collect();
        let steps = explorer.model.history.steps().0;
        explorer.press("+");
        assert_eq!(explorer.model.history.steps().0, steps + 1, "k and the names are one step");
        let shown = explorer.model.as_shown().unwrap();
        let moved = &shown.before.as_ref().unwrap().moved;
        let rows: usize = moved.table.iter().map(|row| row.iter().sum::<usize>()).sum();
        assert_eq!(rows, explorer.model.found().unwrap().clustering.labels.len().max(rows));
        for (at, name) in names(&explorer) {
            assert_eq!(shown.colour(at), was[&name], "a name and its colour stay together");
            let (Descent::Same(from), _) = shown.descent(at).unwrap() else { panic!("{name} is new") };
            // Half of all rows that are in either are in both, counted from the table of who went where.
            let both = moved.table[*from][at];
            let either = moved.table[*from].iter().sum::<usize>() + moved.table.iter().map(|r| r[at]).sum::<usize>();
            assert!(2 * both >= either - both, "{name}: {both} of {either}");
        }
        let mut distinct = colours(&explorer.model);
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), explorer.model.k(), "no two clusters share a colour");
    }
    assert!(names(&explorer).len() < 4, "twelve clusters are not the four of before");
    explorer.press("u u u u u u u u");
    assert_eq!((names(&explorer), explorer.model.k()), (before, 4));
    assert_eq!(explorer.model.message.as_deref(), Some("undone: k 4"));
    assert_eq!(explorer.model.name(2), "group 2");
}

#[test]
fn a_cluster_that_is_new_says_where_it_comes_from() {
    let mut explorer = Explorer::sample();
    explorer.press("4 +");
    let model = &explorer.model;
    let shown = model.as_shown().unwrap();
    let split = (0..5).find_map(|at| match shown.descent(at).unwrap() {
        (Descent::Split { from, share }, _) => Some((at, *from, *share)),
        _ => None,
    });
    let (at, from, share) = split.expect("five clusters of four");
    assert!(text(&explorer).contains(&format!("◀{from} ")), "{}", text(&explorer));
    for _ in 0..at {
        explorer.press("down");
    }
    let said = format!("from {from} ");
    let percent = format!("{:.0} % of its rows were there", 100.0 * share);
    assert!(text(&explorer).contains(&said) && text(&explorer).contains(&percent), "{}", text(&explorer));
}

#[test]
fn names_follow_through_features_and_wait_for_their_clusters() {
    let mut explorer = Explorer::sample();
    explorer.press("4");
    name(&mut explorer, "stuck");
    explorer.press("f");
    explorer.works = false;
    let at = explorer.model.features.iter().position(|f| f.on && f.column.contains("job")).unwrap();
    for _ in 0..at {
        explorer.press("down");
    }
    explorer.press("space");
    assert_eq!(names(&explorer), given(&[]), "nobody knows yet whose name it is");
    assert_eq!(explorer.model.name(0), "stuck", "what is still on screen keeps it");
    explorer.press("4 r");
    assert!(explorer.model.clusters.editor.is_none(), "stale clusters are not named");
    explorer.works = true;
    explorer.press("f space space");
    // Pay and experience say who is stuck, the job hardly.
    assert!(!explorer.model.stale);
    assert_eq!(names(&explorer), given(&[(0, "stuck")]));
    explorer.press("space");
    assert_eq!(explorer.model.name(0), "stuck");
    explorer.press("u u u u");
    assert_eq!((names(&explorer), explorer.model.name(0)), (given(&[(0, "stuck")]), "stuck"));
}

#[test]
fn names_outlive_choices_that_were_left_at_once() {
    let mut explorer = Explorer::sample();
    explorer.press("4");
    name(&mut explorer, "stuck");
    explorer.press("f down down");
    let at = explorer.model.choice.cursor.at;
    assert!(explorer.model.features[at].column.contains("job"));
    // Off and on again before the first job is done: of the choice between nobody knows the clusters.
    explorer.works = false;
    explorer.press("space");
    explorer.works = true;
    explorer.press("space");
    assert_eq!(names(&explorer), given(&[(0, "stuck")]));
    explorer.press("u");
    assert!(!explorer.model.features[at].on);
    assert_eq!(names(&explorer), given(&[(0, "stuck")]));
    explorer.press("u");
    assert_eq!(names(&explorer), given(&[(0, "stuck")]));
    explorer.press("u");
    assert_eq!((names(&explorer), explorer.model.message.as_deref()), (given(&[]), Some("undone: name")));
    explorer.press("U U");
    assert_eq!(names(&explorer), given(&[(0, "stuck")]));
}

#[test]
fn names_are_saved_though_their_clusters_are_not_known_yet() {
    let waiting = || {
        let mut explorer = Explorer::sample();
        explorer.press("4");
        name(&mut explorer, "stuck");
        explorer.press("f down down");
        explorer.works = false;
        explorer.press("space ctrl-s");
        assert!(explorer.saved.is_none(), "nobody knows yet whose name it is");
        explorer
    };
    let saved = |explorer: &Explorer| explorer.saved.as_ref().map(|recipe| recipe.names.clone());
    let mut explorer = waiting();
    let fitted = |explorer: &mut Explorer| {
        explorer.works = true;
        explorer.press(".");
    };
    fitted(&mut explorer);
    assert_eq!(saved(&explorer), Some(given(&[(0, "stuck")])));
    assert!(explorer.saved.as_ref().unwrap().same_clusters(&explorer.model.recipe));
    // Once known there is nothing to wait for.
    explorer.saved = None;
    explorer.press("ctrl-s");
    assert_eq!((saved(&explorer), explorer.quit), (Some(given(&[(0, "stuck")])), None));

    // Leaving waits for it; asked twice it does not, and neither does a stop.
    let mut explorer = waiting();
    explorer.press("q");
    assert_eq!((saved(&explorer), explorer.quit), (None, None));
    fitted(&mut explorer);
    assert_eq!((saved(&explorer), explorer.quit), (Some(given(&[(0, "stuck")])), Some(0)));
    let mut explorer = waiting();
    explorer.press("q q");
    assert_eq!((saved(&explorer), explorer.quit), (Some(given(&[])), Some(0)));
}

#[test]
fn a_session_that_was_left_before_its_clusters_were_known_keeps_the_names() {
    let named = Recipe { names: given(&[(0, "stuck")]), starts: 3, k: Some(4), ..Recipe::default() };
    let inputs = Inputs::Named(vec!["pay".to_owned(), "experience".to_owned()]);
    let left = Recipe { names: given(&[]), features: inputs, ..named.clone() };
    let mut explorer = Explorer::resumed(left.clone(), Some(named)).loaded();
    assert!(!explorer.model.stale && explorer.model.recipe.features == left.features);
    assert_eq!((names(&explorer), explorer.model.name(0)), (given(&[(0, "stuck")]), "stuck"));
    // It was a choice, and can be taken back.
    explorer.press("u");
    assert_eq!(explorer.model.recipe.features, Inputs::Default);
    assert_eq!(names(&explorer), given(&[(0, "stuck")]));
}

#[test]
fn names_of_a_recipe_are_there_from_the_beginning() {
    let mut explorer = Explorer::unread(kscope::source::Location::Sample);
    explorer.model.recipe.names = given(&[(2, "middle"), (9, "nobody")]);
    let mut explorer = explorer.loaded();
    assert_eq!(explorer.model.name(2), "middle");
    explorer.press("4 +");
    assert!(names(&explorer).values().all(|name| name == "middle"), "{:?}", names(&explorer));
}

#[test]
fn numbers_stay_canonical() {
    let mut walked = Explorer::sample();
    walked.press("4");
    name(&mut walked, "stuck");
    walked.press("+ + + - -");
    let mut direct = Explorer::sample();
    direct.press("+");
    let clustering = |explorer: &Explorer| Arc::clone(&explorer.model.found().unwrap().clustering);
    assert_eq!(clustering(&walked).labels, clustering(&direct).labels);
    let first = walked.model.profiles()[0].pay_for_experience.unwrap();
    let least = walked.model.profiles().iter().filter_map(|p| p.pay_for_experience).fold(f64::MAX, f64::min);
    assert_eq!(first, least);
}

#[test]
fn everything_about_a_cluster_is_reached_at_80_by_24() {
    let mut explorer = Explorer::sample();
    explorer.press("4");
    let mut seen = text(&explorer);
    assert!(seen.contains("age≈") && seen.contains("more: PgDn"), "{seen}");
    for _ in 0..6 {
        explorer.press("pgdn");
        seen += &text(&explorer);
    }
    for words in [
        "as rule",
        "precision",
        "recall",
        "p10",
        "p90",
        "below 0",
        "nearest",
        "away",
        "≈<25",
        "assumed",
        "career",
        "orgyear ·",
        "η²",
        "IQR",
        "mean",
        "job_position",
        "×",
        "[ ] change that",
    ] {
        assert!(seen.contains(words), "{words} in\n{seen}");
    }
    let end = explorer.screen();
    assert!(!text(&explorer).contains("more: PgDn"));
    explorer.press("pgdn");
    assert_eq!(explorer.screen(), end);
    explorer.press("pgup pgup pgup pgup pgup pgup");
    assert_eq!(explorer.model.clusters.scroll, 0);
    // Wide, all of it is there at once.
    explorer.hear(Msg::Resize(160, 50));
    let wide = text(&explorer);
    for words in ["as rule", "p10", "nearest", "career", "η²", "job_position", "company_hash"] {
        assert!(wide.contains(words), "{words} in\n{wide}");
    }
    // Columns by η², as the profile has them.
    let place = |words: &str| wide.find(words).unwrap_or_else(|| panic!("{words} in\n{wide}"));
    assert!(place("orgyear ·  ") < place("ctc_updated_year ·  "));
}

#[test]
fn two_clusters_stand_side_by_side() {
    let mut explorer = Explorer::sample();
    explorer.press("4 c");
    let nearest = explorer.model.found().unwrap().clustering.nearest()[0].unwrap().0;
    assert!(text(&explorer).contains(&format!("against  {nearest} ")), "{}", text(&explorer));
    let mut seen = String::new();
    for _ in 0..5 {
        seen += &text(&explorer);
        explorer.press("pgdn");
    }
    for words in ["ctc", "mean", "σ", "×", "age≈", "pt", "senior 12+ y"] {
        assert!(seen.contains(words), "{words} in\n{seen}");
    }
    // Ordered by difference: of these two it is known from the profiles.
    let profiles = explorer.model.profiles();
    let apart = |column: &str| {
        let of = |cluster: usize| profiles[cluster].numbers.iter().find(|n| n.column == column).unwrap().from_mean;
        (of(0) - of(nearest)).abs()
    };
    assert!(apart("experience") > apart("ctc_updated_year"));
    assert!(seen.find("experience  ").unwrap() < seen.find("ctc_updated_year").unwrap());
    // Every other cluster, then everybody, then round again.
    let mut sides = Vec::new();
    for _ in 0..4 {
        explorer.press("right");
        sides.push(explorer.model.clusters.against.unwrap());
    }
    assert_eq!(sides.last().copied(), {
        explorer.press("left right");
        explorer.model.clusters.against
    });
    sides.dedup();
    assert_eq!(sides.len(), 4);
    while explorer.model.clusters.against != Some(kscope::tui::screen::clusters::Against::Everybody) {
        explorer.press("right");
    }
    assert!(text(&explorer).contains("everybody") && text(&explorer).contains("2,967"), "{}", text(&explorer));
    // Down the list, and to fewer clusters: never with itself, never with one that is not there.
    explorer.press("right");
    for key in ["down", "down", "down", "-", "-", "-"] {
        explorer.press(key);
        let at = explorer.model.clusters.cursor.at;
        let against = explorer.model.clusters.against.unwrap();
        assert_ne!(against, kscope::tui::screen::clusters::Against::Cluster(at), "after {key}");
        explorer.screen();
    }
    explorer.press("esc");
    assert_eq!((explorer.model.clusters.against, explorer.model.tab, explorer.quit), (None, Tab::Clusters, None));
}

#[test]
fn who_goes_where_is_counted() {
    let mut explorer = Explorer::sample();
    explorer.press("t");
    let ahead = Arc::clone(explorer.model.flow.as_ref().unwrap().ahead.as_ref().unwrap());
    let moved = &ahead.before.as_ref().unwrap().moved;
    let sizes: Vec<u64> = moved.table.iter().map(|row| row.iter().sum::<usize>() as u64).collect();
    assert_eq!(sizes, explorer.model.found().unwrap().clustering.sizes);
    assert_eq!(moved.table[0].len(), 5);
    assert!(text(&explorer).contains("from k = 4 to k = 5") && text(&explorer).contains("rows stay"));
    // It goes along with k.
    explorer.press("+");
    assert!(text(&explorer).contains("from k = 5 to k = 6"), "{}", text(&explorer));
    let five = explorer.model.flow.as_ref().unwrap().ahead.as_ref().unwrap().before.as_ref().unwrap();
    assert_eq!(five.moved.table.len(), 5);
    explorer.press("+ + + + + + +");
    assert!(text(&explorer).contains("is not computed"), "{}", text(&explorer));
    explorer.press("esc");
    assert!(explorer.model.flow.is_none());
    assert_eq!(explorer.model.tab, Tab::ChooseK);
}

#[test]
fn what_changed_since_the_choice_before() {
    let mut explorer = Explorer::sample();
    explorer.press("D");
    assert!(text(&explorer).contains("nothing to compare"), "{}", text(&explorer));
    explorer.press("D 4 + D");
    let screen = text(&explorer);
    for words in ["Since the choice before", "k   ", "4 → 5", "rows stay"] {
        assert!(screen.contains(words), "{words} in\n{screen}");
    }
    explorer.press("f space");
    let screen = text(&explorer);
    assert!(screen.contains("features.") && screen.contains("on → off"), "{screen}");
    explorer.press("q");
    assert!(explorer.model.flow.is_none() && explorer.quit.is_none());
}

#[test]
fn the_age_at_graduation_is_changed_by_keys() {
    let mut explorer = Explorer::sample();
    explorer.press("4");
    name(&mut explorer, "stuck");
    let median = |explorer: &Explorer| explorer.model.described().unwrap().ages[0].median.unwrap();
    let before = median(&explorer);
    explorer.press("] ]");
    assert_eq!((median(&explorer) - before, explorer.model.recipe.cleaning.graduation_age), (2.0, 24.0));
    assert_eq!(explorer.model.name(0), "stuck", "the clusters are the same");
    assert!(text(&explorer).contains("age at graduation: 24"));
    explorer.press("[ [ [");
    assert_eq!(median(&explorer) - before, -1.0);
    explorer.press("u u u u u");
    assert_eq!(median(&explorer), before);
    assert_eq!(explorer.model.name(0), "stuck");
}

#[test]
fn beside_choose_k_the_clusters_promise_no_keys_of_their_own() {
    let mut explorer = Explorer::sample();
    explorer.hear(Msg::Resize(160, 24));
    explorer.press("4 c pgdn 3");
    let screen = text(&explorer);
    assert!(screen.contains("What sets 0 apart") && screen.contains("experience  "), "{screen}");
    for words in ["PgDn", "PgUp", "another", "change that"] {
        assert!(!screen.contains(words), "{words} in\n{screen}");
    }
}
