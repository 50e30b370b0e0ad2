//! The silhouettes of all rows, in the background: by itself where that takes a few seconds, else when it is asked for.
//!
//! How long it takes is measured on the first rows of the pass itself. Only the explorer looks at a clock: without a
//! terminal `--silhouette` decides.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::jobs::{Ended, Told, refused};
use super::msg::{Outcome, Progress};
use crate::jobs::Stop;
use crate::quality::Mode;
use crate::study;
use crate::study::findings::Sweep;
use crate::study::recipe::Recipe;

/// What takes longer, in seconds, is not done unasked.
pub const UNASKED: f64 = 15.0;
/// So long the pace is measured before anything is said about the rest.
const TRIAL: Duration = Duration::from_millis(150);
/// Up to this share what is said is how long the whole takes, and from it on how long the rest does.
const BEGINNING: f32 = 0.05;

/// Whether the silhouettes of the sweep are to be had from all rows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Exact {
    /// Nothing was tried for this sweep.
    #[default]
    Untried,
    /// It is under way, or waits for its turn.
    Wanted {
        /// However long it takes.
        asked: bool,
    },
    /// It takes so many seconds and is left until somebody asks.
    Takes(f64),
}

/// Computes the silhouettes of a sweep from all rows; unasked only where that does not take long.
pub(super) fn exact_job(
    sweep: Arc<Sweep>,
    recipe: Recipe,
    asked: bool,
    pool: Arc<rayon::ThreadPool>,
) -> impl FnOnce(&Told<'_>) -> Ended + Send {
    move |told| pool.install(|| exact(&sweep, recipe, asked, told))
}

fn exact(sweep: &Sweep, recipe: Recipe, asked: bool, told: &Told<'_>) -> Ended {
    told.progress(progress("exact silhouette".to_owned()));
    let recipe = Recipe { silhouette: Mode::Exact, ..recipe };
    let mut judged = sweep.clone();
    let mut pace = Pace::default();
    let mut last = None;
    let mut too_long = None;
    let stop = told.cancel.child();
    let judging = study::judge(&mut judged, &recipe, &stop, &mut |share| {
        let Some(whole) = pace.whole(Instant::now(), share) else { return };
        // Decided once: what has begun is not given up because others work, too.
        if last.is_none() && !asked && whole > UNASKED {
            too_long = Some(whole);
            stop.cancel();
            return;
        }
        let words = words(share, whole);
        if last.as_ref() != Some(&words) {
            told.progress(progress(words.clone()));
            last = Some(words);
        }
    });
    match (judging, too_long) {
        (Ok(()), _) => {
            for found in &judged.ks {
                told.cancel.check()?;
                found.spread(&judged.prepared);
            }
            Ok(Outcome::Sweep(Arc::new(judged)))
        }
        (Err(_), Some(_)) if told.cancel.is_cancelled() => Err(Stop::Cancelled),
        (Err(_), Some(seconds)) => Ok(Outcome::ExactTakes(seconds)),
        (Err(error), None) => refused(error),
    }
}

fn progress(what: String) -> Progress {
    Progress { what, share: None }
}

/// How fast it goes, from the second report on: the first one comes after what is done once.
#[derive(Default)]
struct Pace {
    first: Option<(Instant, f32)>,
}

impl Pace {
    /// Seconds that all rows take, once that can be said.
    fn whole(&mut self, now: Instant, share: f32) -> Option<f64> {
        let &mut (began, before) = self.first.get_or_insert((now, share));
        let passed = now.saturating_duration_since(began);
        (passed >= TRIAL && share > before).then(|| passed.as_secs_f64() / f64::from(share - before))
    }
}

/// How far it is, of what takes so many seconds in all: `exact in ~9 s`, then `exact 43 %, 5 s left`.
fn words(share: f32, whole: f64) -> String {
    let left = whole * f64::from(1.0 - share);
    if share < BEGINNING {
        return forecast(left);
    }
    format!("exact {:.0} %, {} left", (100.0 * share).floor(), time(left))
}

/// How long it would take: `exact in ~9 s`.
pub fn forecast(seconds: f64) -> String {
    format!("exact in ~{}", time(seconds))
}

/// Seconds as a person waits for them.
fn time(seconds: f64) -> String {
    match seconds {
        s if s < 99.5 => format!("{:.0} s", s.ceil().max(1.0)),
        s if s < 5970.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.0} h", s / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_is_that_of_the_pass_and_not_of_what_came_before() {
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let mut pace = Pace::default();
        assert_eq!(pace.whole(at(1000), 0.01), None, "the first report");
        assert_eq!(pace.whole(at(1100), 0.02), None, "too early");
        let whole = pace.whole(at(1200), 0.03).unwrap();
        assert!((whole - 10.0).abs() < 1e-3, "{whole}");
        // Slower by now.
        assert!((pace.whole(at(5000), 0.21).unwrap() - 20.0).abs() < 1e-3);
        assert_eq!(pace.whole(at(900), 0.5), None, "a clock that goes back");
    }

    #[test]
    fn it_is_said_how_long_it_takes_and_then_how_long_the_rest_takes() {
        assert_eq!(words(0.01, 9.0), "exact in ~9 s");
        assert_eq!(words(0.439, 9.0), "exact 43 %, 6 s left");
        assert_eq!(words(1.0, 9.0), "exact 100 %, 1 s left");
        assert_eq!(forecast(99.0), "exact in ~99 s");
        assert_eq!(forecast(110.0), "exact in ~2 min");
        assert_eq!(forecast(7000.0), "exact in ~2 h");
    }
}
