//! Effects with their intervals.

use super::axis::Axis;
use super::{Chart, Drawing, WIDTH};

/// One effect.
#[derive(Clone, Debug, PartialEq)]
pub struct Whisker {
    /// What it is.
    pub label: String,
    /// In words.
    pub figure: String,
    /// The effect, in percent.
    pub value: f64,
    /// Its interval, in percent.
    pub interval: (f64, f64),
}

const ROW: f64 = 34.0;

/// Dots with their intervals over one axis of percent, 0 marked.
pub fn whiskers(name: &'static str, title: &str, words: &str, whiskers: &[Whisker]) -> Chart {
    let ends = whiskers.iter().flat_map(|w| [w.interval.0, w.interval.1, w.value]);
    let (low, high) = ends.fold((0.0f64, 0.0f64), |(low, high), v| (low.min(v), high.max(v)));
    let room = 0.04 * (high - low).max(1.0);
    let x = Axis::linear((low - room, high + room), (4.0, WIDTH - 4.0));
    let bottom = whiskers.len() as f64 * ROW + 2.0;
    let mut out = Drawing::default();
    let mut written = f64::NEG_INFINITY;
    for tick in x.ticks(6) {
        let at = x.at(tick);
        out.line(if tick == 0.0 { "axis" } else { "grid" }, (at, 0.0), (at, bottom));
        let text = format!("{tick:.0} %").replace('-', "−");
        written = out.tick(at, bottom + 14.0, &text, written);
    }
    for (i, whisker) in whiskers.iter().enumerate() {
        let top = i as f64 * ROW;
        let y = top + 23.0;
        out.labelled(top + 12.0, &whisker.label, &whisker.figure);
        out.line("se", (x.at(whisker.interval.0), y), (x.at(whisker.interval.1), y));
        for end in [whisker.interval.0, whisker.interval.1] {
            out.line("se", (x.at(end), y - 4.0), (x.at(end), y + 4.0));
        }
        out.dot("point", (x.at(whisker.value), y), 4.0);
    }
    Chart::new(name, title, words, bottom + 20.0, out.0)
}
