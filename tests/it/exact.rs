//! The silhouettes of all rows as the explorer gets at them: by themselves, when asked for, or not at all.

use std::sync::Arc;

use kscope::jobs::Event;
use kscope::quality::Mode;
use kscope::quality::structure::Ungrouped;
use kscope::segments::listing::Key;
use kscope::study;
use kscope::study::findings::Sweep;
use kscope::study::recipe::Recipe;
use kscope::tui::exact::Exact;
use kscope::tui::msg::{EXACT, FIT, Msg, Outcome, Progress, QUALITY};

use crate::explorer::Explorer;

/// A sweep as if its silhouettes had been estimated, each a little off.
fn estimated(sweep: &Sweep) -> Arc<Sweep> {
    let mut sweep = sweep.clone();
    for silhouette in sweep.ks.iter_mut().filter_map(|found| found.quality.as_mut()?.silhouette.as_mut()) {
        silhouette.exact = false;
        silhouette.value += 0.1;
        silhouette.se = 0.01;
        silhouette.of = 1_234;
        silhouette.per_row = None;
    }
    sweep.verdict =
        Some(kscope::quality::verdict(&sweep.ks.iter().filter_map(|found| found.quality.clone()).collect::<Vec<_>>()));
    Arc::new(sweep)
}

/// The sample with estimated silhouettes; jobs are not done, and nothing is held against reference tables.
fn explorer() -> Explorer {
    let mut explorer = Explorer::sample();
    explorer.works = false;
    explorer.model.recipe.reference = Ungrouped::None;
    let sweep = estimated(explorer.model.sweep.as_ref().unwrap());
    explorer.hear(Msg::Job(FIT, 2, Event::Done(Outcome::Sweep(sweep))));
    explorer
}

/// A job of the silhouettes says something.
fn says(explorer: &mut Explorer, event: Event<Progress, Outcome>) {
    explorer.hear(Msg::Job(EXACT, 1, event));
}

fn progress(what: &str) -> Event<Progress, Outcome> {
    Event::Progress(Progress { what: what.to_owned(), share: None })
}

fn caption(explorer: &Explorer) -> String {
    let screen = explorer.screen();
    let line = screen.iter().find(|line| line.contains("╯╰")).unwrap();
    line.rsplit("╯╰").next().unwrap().trim_matches(['─', '╯', ' ']).to_owned()
}

#[test]
fn they_replace_the_estimates_by_themselves_and_renew_the_verdict() {
    let mut explorer = explorer();
    assert_eq!(explorer.jobs, ["exact"]);
    assert_eq!(explorer.model.exact, Exact::Wanted { asked: false });
    assert!(caption(&explorer).starts_with("~ 1,234 of "), "{}", caption(&explorer));
    says(&mut explorer, Event::Started);
    says(&mut explorer, progress("exact in ~9 s"));
    assert_eq!(caption(&explorer), "~ 1,234 rows · exact in ~9 s");
    says(&mut explorer, progress("exact 43 %, 5 s left"));
    assert_eq!(caption(&explorer), "~ 1,234 rows · exact 43 %, 5 s left");
    assert!(explorer.screen()[0].contains("±"), "{}", explorer.screen()[0]);
    // k goes on meanwhile: the pass is over all of them.
    explorer.press("+ -");
    assert_eq!(explorer.jobs, ["exact"]);
    let before = explorer.model.sweep.clone().unwrap();
    let mut judged = Sweep::clone(&before);
    let recipe = Recipe { silhouette: Mode::Exact, ..explorer.model.recipe.clone() };
    study::judge(&mut judged, &recipe, &kscope::jobs::Cancel::never(), &mut |_| {}).unwrap();
    says(&mut explorer, Event::Done(Outcome::Sweep(Arc::new(judged))));
    assert_eq!(caption(&explorer), "exact");
    assert!(!explorer.screen()[0].contains("±"));
    let (old, new) =
        (before.verdict.as_ref().unwrap(), explorer.model.sweep.as_ref().unwrap().verdict.clone().unwrap());
    assert!(old.criteria[0].why.contains("1,234") && !new.criteria[0].why.contains("1,234"), "{new:?}");
    // That is all: nothing is asked for again.
    assert_eq!((explorer.jobs.as_slice(), explorer.model.exact), (&["exact"][..], Exact::Untried));
    assert!(!explorer.model.can_be_exact());
}

#[test]
fn what_takes_long_waits_to_be_asked_for() {
    let mut explorer = explorer();
    says(&mut explorer, Event::Started);
    says(&mut explorer, Event::Done(Outcome::ExactTakes(44.6)));
    assert_eq!(caption(&explorer), "~ 1,234 rows · s: exact in ~45 s");
    assert_eq!(explorer.jobs, ["exact"], "it is not tried again");
    explorer.press("s");
    assert_eq!((explorer.jobs.len(), explorer.model.exact), (2, Exact::Wanted { asked: true }));
    // Asked for once is enough.
    explorer.press("s");
    assert_eq!(explorer.jobs.len(), 2);
    // `.` stops it, and it stays so; `s` begins again.
    says(&mut explorer, Event::Started);
    explorer.press(".");
    assert_eq!((explorer.asked.as_slice(), explorer.model.exact), (&["stop".to_owned()][..], Exact::Untried));
    says(&mut explorer, Event::Cancelled);
    assert_eq!(explorer.jobs.len(), 2);
    explorer.press("s");
    assert_eq!(explorer.jobs.len(), 3);
}

#[test]
fn whoever_asks_before_the_forecast_gets_it_however_long_it_takes() {
    let mut explorer = explorer();
    says(&mut explorer, Event::Started);
    explorer.press("s");
    assert_eq!(explorer.jobs, ["exact"], "what runs may still be quick");
    says(&mut explorer, Event::Done(Outcome::ExactTakes(44.6)));
    assert_eq!((explorer.jobs.len(), explorer.model.exact), (2, Exact::Wanted { asked: true }));
}

#[test]
fn another_choice_gives_it_up_and_the_comparison_goes_before_it() {
    let mut explorer = explorer();
    explorer.model.recipe.reference = Ungrouped::Copula;
    explorer.press("f space");
    assert_eq!((explorer.jobs.as_slice(), explorer.model.exact), (&["exact", "fit"][..], Exact::Untried));
    // The new sweep is whole: it is compared first (which this explorer leaves undone) …
    let sweep = estimated(explorer.model.sweep.as_ref().unwrap());
    explorer.hear(Msg::Job(FIT, 3, Event::Done(Outcome::Sweep(Arc::clone(&sweep)))));
    assert_eq!((explorer.jobs.len(), explorer.model.exact), (2, Exact::Untried));
    // … unless somebody asks; then the comparison comes after it, and is of the exact values.
    explorer.press("3 s");
    assert_eq!(explorer.jobs.len(), 3);
    explorer.hear(Msg::Job(FIT, 3, Event::Done(Outcome::Sweep(Arc::clone(&sweep)))));
    explorer.hear(Msg::Job(QUALITY, 1, Event::Cancelled));
    assert_eq!((explorer.jobs.len(), explorer.model.exact), (3, Exact::Wanted { asked: true }));
    // A word about what was just done is not hidden by what nobody asked for.
    says(&mut explorer, Event::Started);
    explorer.press("- - - -");
    assert!(explorer.screen()[1].contains("k is 1 at least"), "{}", explorer.screen()[1]);
}

#[test]
fn the_rows_that_fit_a_cluster_least_are_listed() {
    let mut explorer = Explorer::sample();
    explorer.press("4 down w");
    let list = explorer.model.rows.as_ref().unwrap();
    assert_eq!((&list.order.by, list.order.descending), (&Key::Silhouette, false));
    let clusters = explorer.model.clusters_of.as_ref().unwrap();
    let silhouettes = clusters.silhouettes.as_ref().unwrap();
    let shown = list.shown();
    assert!(shown.iter().all(|&row| clusters.labels[row as usize] == 1) && shown.len() > 100);
    assert!(shown.is_sorted_by(|a, b| silhouettes[*a as usize] <= silhouettes[*b as usize]));
    // Their mean is what the list of clusters says.
    let mean = shown.iter().map(|&row| f64::from(silhouettes[row as usize])).sum::<f64>() / shown.len() as f64;
    let found = explorer.model.found().unwrap();
    let said = found.quality.as_ref().unwrap().silhouette.as_ref().unwrap().per_cluster[1].unwrap();
    assert!((mean - said).abs() < 1e-6, "{mean} {said}");
    assert!(explorer.screen()[3].contains("↑sil"), "{}", explorer.screen()[3]);
    // With another k the same rows have other silhouettes.
    let before = silhouettes.clone();
    explorer.press("esc +");
    assert_ne!(explorer.model.clusters_of.as_ref().unwrap().silhouettes.as_ref(), Some(&before));
    // Where they are estimated there is nothing to go by.
    let mut explorer = self::explorer();
    explorer.press("4 w");
    assert!(explorer.model.rows.is_none());
}
