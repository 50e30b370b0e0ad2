//! Charts as SVG: pure functions of data. Text stays text; colours are custom properties, so that light and dark
//! follow the page, and a file of its own brings them along.

mod axis;
mod bars;
mod curve;
mod whisker;

pub use bars::{Bar, Box, Pair, bars, boxes, pairs};
pub use curve::{Curve, Point, curve};
pub use whisker::{Whisker, whiskers};

use std::fmt::Write as _;

use super::html::escaped;

/// Width of every chart, in its own units. A phone shows them about one to one, so that text keeps its size.
const WIDTH: f64 = 360.0;

/// Colours and strokes of charts, for a page or a file of its own. The colours of clusters are those of the
/// explorer; every one stands out against white and black alike.
pub const STYLE: &str = include_str!("chart.css");

/// A chart: what it is called, what it shows in words, and its drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Stem of its file.
    pub name: &'static str,
    /// What it shows, short.
    pub title: String,
    /// What can be read off it, for those who do not see it and for where there are no drawings.
    pub words: String,
    height: f64,
    drawing: String,
}

impl Chart {
    fn new(name: &'static str, title: &str, words: &str, height: f64, drawing: String) -> Self {
        Self { name, title: title.to_owned(), words: words.to_owned(), height, drawing }
    }

    /// The element for a page that has [`STYLE`].
    pub fn inline(&self) -> String {
        self.element("", "")
    }

    /// A file of its own. `receipt`: what it was made of, in words.
    pub fn file(&self, receipt: &str) -> String {
        let style = format!("<style>{STYLE}svg{{background:var(--paper);font-family:sans-serif}}</style>\n");
        let desc = format!(" {}", escaped(receipt));
        self.element(&style, &desc)
    }

    fn element(&self, style: &str, receipt: &str) -> String {
        let Self { name, title, words, height, drawing } = self;
        let space = if style.is_empty() { "" } else { " xmlns=\"http://www.w3.org/2000/svg\"" };
        format!(
            "<svg{space} class=\"chart\" viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" \
             aria-labelledby=\"chart-{name}-title chart-{name}-words\">\n\
             <title id=\"chart-{name}-title\">{}</title>\n<desc id=\"chart-{name}-words\">{}{receipt}</desc>\n\
             {style}{drawing}</svg>\n",
            escaped(title),
            escaped(words),
        )
    }
}

/// Where text is tied to its place.
#[derive(Clone, Copy)]
enum Anchor {
    Start,
    Middle,
    End,
}

/// One drawing in the making.
#[derive(Default)]
struct Drawing(String);

impl Drawing {
    fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let ((x1, y1), (x2, y2)) = (from, to);
        let _ =
            writeln!(self.0, "<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>");
    }

    fn rect(&mut self, class: &str, at: (f64, f64), size: (f64, f64)) {
        let ((x, y), (w, h)) = (at, size);
        let w = w.max(0.0);
        let _ =
            writeln!(self.0, "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{h:.1}\"/>");
    }

    fn dot(&mut self, class: &str, at: (f64, f64), radius: f64) {
        let _ = writeln!(self.0, "<circle class=\"{class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius}\"/>", at.0, at.1);
    }

    fn path(&mut self, class: &str, points: impl Iterator<Item = (f64, f64)>, closed: bool) {
        let mut d = String::new();
        for (i, (x, y)) in points.enumerate() {
            let _ = write!(d, "{}{x:.1} {y:.1}", if i == 0 { "M" } else { "L" });
        }
        let _ = writeln!(self.0, "<path class=\"{class}\" d=\"{d}{}\"/>", if closed { "Z" } else { "" });
    }

    fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let _ = writeln!(
            self.0,
            "<text class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
            at.0,
            at.1,
            escaped(text)
        );
    }

    /// The text of a tick below a level axis, moved inside at the ends and left out where it would meet the one
    /// before, which ends at `written`. Returns where this one ends.
    fn tick(&mut self, at: f64, y: f64, text: &str, written: f64) -> f64 {
        let width = 6.0 * unicode_width::UnicodeWidthStr::width(text) as f64;
        let from = (at - width / 2.0).clamp(0.0, (WIDTH - width).max(0.0));
        if from < written + 4.0 {
            return written;
        }
        self.text("s n", (from + width / 2.0, y), Anchor::Middle, text);
        from + width
    }

    /// A label at the left and a figure at the right of the same line; the label is cut where both would not fit.
    fn labelled(&mut self, y: f64, label: &str, figure: &str) {
        let room = LINE_CELLS.saturating_sub(unicode_width::UnicodeWidthStr::width(figure) + 2);
        self.text("t", (0.0, y), Anchor::Start, &cut(label, room));
        self.text("t n", (WIDTH, y), Anchor::End, figure);
    }
}

/// Characters of a chart's text that fit into its width.
const LINE_CELLS: usize = 58;

/// The start of a text that takes at most so many cells.
fn cut(text: &str, cells: usize) -> String {
    use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};
    let text = crate::source::escape(text);
    if text.width() <= cells {
        return text;
    }
    let mut used = 1;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= cells
    };
    text.chars().take_while(fits).collect::<String>().trim_end().to_owned() + "…"
}

/// The class of a cluster's colour, the same in every chart.
fn colour(cluster: usize) -> String {
    format!("c{}", cluster % 12)
}
