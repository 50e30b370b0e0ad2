//! Bars: how many, quartiles on a log scale, two groups side by side. Every bar has its label above it, so that
//! long names need no second column.

use super::axis::Axis;
use super::{Anchor, Chart, Drawing, WIDTH, colour};

/// One bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What it is.
    pub label: String,
    /// How long.
    pub value: f64,
    /// The value in words.
    pub figure: String,
    /// Whose colour it has; `None` for the accent.
    pub cluster: Option<usize>,
}

/// Height of a label with its bar.
const ROW: f64 = 36.0;
/// Height of a bar.
const THICK: f64 = 12.0;

/// Bars from 0 to the longest one.
pub fn bars(name: &'static str, title: &str, words: &str, bars: &[Bar]) -> Chart {
    let most = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    let x = Axis::linear((0.0, most.max(f64::MIN_POSITIVE)), (0.0, WIDTH));
    let mut out = Drawing::default();
    for (i, bar) in bars.iter().enumerate() {
        let top = i as f64 * ROW;
        out.labelled(top + 12.0, &bar.label, &bar.figure);
        out.rect("track", (0.0, top + 17.0), (WIDTH, THICK));
        let class = bar.cluster.map_or_else(|| "bar".to_owned(), colour);
        out.rect(&class, (0.0, top + 17.0), (x.at(bar.value), THICK));
    }
    Chart::new(name, title, words, bars.len() as f64 * ROW, out.0)
}

/// The middle half of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Box {
    /// What it is.
    pub label: String,
    /// Quartiles, all above 0.
    pub quartiles: [f64; 3],
    /// In words.
    pub figure: String,
    /// Whose colour it has.
    pub cluster: usize,
}

/// Quartiles over a log axis.
pub fn boxes(name: &'static str, title: &str, words: &str, boxes: &[Box], tick: impl Fn(f64) -> String) -> Chart {
    let low = boxes.iter().map(|b| b.quartiles[0]).fold(f64::INFINITY, f64::min);
    let high = boxes.iter().map(|b| b.quartiles[2]).fold(0.0, f64::max);
    let x = Axis::log((low / 1.25, high * 1.25), (0.0, WIDTH));
    let bottom = boxes.len() as f64 * ROW + 2.0;
    let mut out = Drawing::default();
    let mut written = f64::NEG_INFINITY;
    for value in x.ticks(7) {
        let at = x.at(value);
        out.line("grid", (at, 0.0), (at, bottom));
        written = out.tick(at, bottom + 14.0, &tick(value), written);
    }
    for (i, b) in boxes.iter().enumerate() {
        let top = i as f64 * ROW;
        let [q1, median, q3] = b.quartiles.map(|q| x.at(q));
        out.labelled(top + 12.0, &b.label, &b.figure);
        out.rect(&colour(b.cluster), (q1, top + 17.0), ((q3 - q1).max(2.0), THICK));
        out.line("cut", (median, top + 16.0), (median, top + 18.0 + THICK));
    }
    out.line("axis", (0.0, bottom), (WIDTH, bottom));
    Chart::new(name, title, words, bottom + 20.0, out.0)
}

/// The same thing in two groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// What it is.
    pub label: String,
    /// How much of it in either group.
    pub values: [f64; 2],
    /// Both in words.
    pub figures: [String; 2],
}

/// Two bars for each thing; `groups` are the two names.
pub fn pairs(name: &'static str, title: &str, words: &str, groups: [&str; 2], pairs: &[Pair]) -> Chart {
    const PAIR: f64 = 48.0;
    let most = pairs.iter().flat_map(|pair| pair.values).fold(0.0, f64::max);
    let room = WIDTH - 44.0;
    let x = Axis::linear((0.0, most.max(f64::MIN_POSITIVE)), (0.0, room));
    let mut out = Drawing::default();
    let mut at = 0.0;
    for (class, group) in ["bar", "other"].into_iter().zip(groups) {
        out.rect(class, (at, 2.0), (10.0, 10.0));
        out.text("s", (at + 15.0, 11.0), Anchor::Start, group);
        at += WIDTH / 2.0;
    }
    for (i, pair) in pairs.iter().enumerate() {
        let top = 20.0 + i as f64 * PAIR;
        out.text("t", (0.0, top + 13.0), Anchor::Start, &super::cut(&pair.label, super::LINE_CELLS));
        for (j, class) in ["bar", "other"].into_iter().enumerate() {
            let y = top + 18.0 + j as f64 * 12.0;
            let end = x.at(pair.values[j]);
            out.rect(class, (0.0, y), (end.max(1.0), 10.0));
            out.text("s n", (end + 5.0, y + 9.0), Anchor::Start, &pair.figures[j]);
        }
    }
    Chart::new(name, title, words, 20.0 + pairs.len() as f64 * PAIR, out.0)
}
