//! A measure over k: points with their standard errors, the chosen one marked, the band of tables without groups.

use super::axis::Axis;
use super::{Anchor, Chart, Drawing, WIDTH};

/// What is known at one k.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Number of clusters.
    pub k: usize,
    /// The measure.
    pub value: f64,
    /// Its standard error; 0 where it is exact.
    pub se: f64,
    /// 5 % to 95 % of the reference tables.
    pub null: Option<[f64; 2]>,
}

/// A measure over k.
#[derive(Clone, Debug)]
pub struct Curve<'a> {
    /// Stem of the file.
    pub name: &'static str,
    /// What is shown.
    pub title: &'a str,
    /// What can be read off it.
    pub words: &'a str,
    /// By k, ascending.
    pub points: &'a [Point],
    /// The k that is looked at.
    pub chosen: usize,
    /// Whether the axis begins at 0.
    pub from_zero: bool,
    /// How a tick of the measure is written.
    pub tick: fn(f64) -> String,
}

const HEIGHT: f64 = 220.0;
const LEFT: f64 = 36.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = HEIGHT - 34.0;

/// Draws it.
pub fn curve(curve: &Curve<'_>) -> Chart {
    let points = curve.points;
    let all = points.iter().flat_map(|p| {
        let null = p.null.unwrap_or([p.value; 2]);
        [p.value - p.se, p.value + p.se, null[0], null[1]]
    });
    let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    let low = if curve.from_zero || low < 0.0 { low.min(0.0) } else { low - 0.1 * (high - low) };
    let y = Axis::linear((low, high), (BOTTOM, TOP));
    let ends = (points.first().map_or(1, |p| p.k) as f64, points.last().map_or(1, |p| p.k) as f64);
    let x = Axis::linear(ends, (LEFT + 10.0, WIDTH - 10.0));
    let mut out = Drawing::default();
    for tick in y.ticks(5) {
        out.line("grid", (LEFT, y.at(tick)), (WIDTH, y.at(tick)));
        out.text("s n", (LEFT - 5.0, y.at(tick) + 3.5), Anchor::End, &(curve.tick)(tick));
    }
    let banded: Vec<(f64, [f64; 2])> = points.iter().filter_map(|p| Some((x.at(p.k as f64), p.null?))).collect();
    if banded.len() > 1 {
        let upper = banded.iter().map(|(x, null)| (*x, y.at(null[1])));
        let lower = banded.iter().rev().map(|(x, null)| (*x, y.at(null[0])));
        out.path("band", upper.chain(lower), true);
    }
    if points.len() > 1 {
        out.path("curve", points.iter().map(|p| (x.at(p.k as f64), y.at(p.value))), false);
    }
    let each = (points.len() / 24).max(1);
    for (i, point) in points.iter().enumerate() {
        let at = (x.at(point.k as f64), y.at(point.value));
        if point.se > 0.0 {
            out.line("se", (at.0, y.at(point.value - point.se)), (at.0, y.at(point.value + point.se)));
        }
        let chosen = point.k == curve.chosen;
        if chosen {
            out.dot("chosen", at, 5.0);
        } else {
            out.dot("point", at, 3.0);
        }
        if i.is_multiple_of(each) || chosen {
            let class = if chosen { "t n b" } else { "s n" };
            out.text(class, (at.0, BOTTOM + 15.0), Anchor::Middle, &point.k.to_string());
        }
    }
    out.line("axis", (LEFT, BOTTOM), (WIDTH, BOTTOM));
    out.text("s", ((LEFT + WIDTH) / 2.0, HEIGHT - 4.0), Anchor::Middle, "k");
    Chart::new(curve.name, curve.title, curve.words, HEIGHT, out.0)
}
