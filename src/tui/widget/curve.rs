//! A curve over whole numbers, such as a measure for every k.
//!
//! The range of x is fixed by the caller, so that values which arrive later move nothing sideways. A value
//! that is missing, NaN or infinite leaves a gap.

use std::ops::RangeInclusive;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::axis::{Columns, Format, YAxis, between, short};
use super::panel::Panel;
use super::{put, put_right};
use crate::tui::term::sanitise::width;
use crate::tui::theme::Theme;

/// A line chart in a box. Slices hold one item per x, the first belonging to the start of the range.
#[derive(Clone, Copy, Debug)]
pub struct Curve<'a> {
    theme: &'a Theme,
    title: &'a str,
    caption: &'a str,
    empty: &'a str,
    first: u32,
    count: usize,
    values: &'a [Option<f64>],
    errors: &'a [Option<f64>],
    band: &'a [Option<(f64, f64)>],
    rough: &'a [Option<f64>],
    current: Option<u32>,
    covers: Option<(f64, f64)>,
    stale: bool,
    format: Format,
}

impl<'a> Curve<'a> {
    /// A curve of `values` over the whole numbers of `range`.
    pub fn new(theme: &'a Theme, range: RangeInclusive<u32>, values: &'a [Option<f64>]) -> Self {
        let (first, last) = range.into_inner();
        let count = (u64::from(last) + 1).saturating_sub(u64::from(first));
        Self {
            theme,
            title: "",
            caption: "",
            empty: "nothing computed yet",
            first,
            count: usize::try_from(count).unwrap_or(usize::MAX),
            values,
            errors: &[],
            band: &[],
            rough: &[],
            current: None,
            covers: None,
            stale: false,
            format: short,
        }
    }

    /// Words in the upper and the lower border.
    #[must_use]
    pub fn titled(mut self, title: &'a str, caption: &'a str) -> Self {
        self.title = title;
        self.caption = caption;
        self
    }

    /// The sentence shown while there is no value at all.
    #[must_use]
    pub fn empty(mut self, sentence: &'a str) -> Self {
        self.empty = sentence;
        self
    }

    /// Error bars: ± so much about each value.
    #[must_use]
    pub fn errors(mut self, errors: &'a [Option<f64>]) -> Self {
        self.errors = errors;
        self
    }

    /// A shaded band under the curve: low and high for each x.
    #[must_use]
    pub fn band(mut self, band: &'a [Option<(f64, f64)>]) -> Self {
        self.band = band;
        self
    }

    /// Values that are not final yet: they stand where there is no other, and are marked.
    #[must_use]
    pub fn rough(mut self, rough: &'a [Option<f64>]) -> Self {
        self.rough = rough;
        self
    }

    /// The x that is marked.
    #[must_use]
    pub fn current(mut self, x: u32) -> Self {
        self.current = Some(x);
        self
    }

    /// Values that the y axis covers in any case, so that it stands still while values arrive.
    #[must_use]
    pub fn covers(mut self, low: f64, high: f64) -> Self {
        self.covers = Some((low, high));
        self
    }

    /// Draws everything dim, and says so in the title: the values belong to an earlier choice.
    #[must_use]
    pub fn stale(mut self, stale: bool) -> Self {
        self.stale = stale;
        self
    }

    /// How the y axis words its values.
    #[must_use]
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// The x whose point or label is nearest to a column of the screen, for clicks; `None` beside the plot.
    pub fn x_at(&self, area: Rect, column: u16) -> Option<u32> {
        let layout = self.layout(area)?;
        let at = column.checked_sub(layout.plot.x).filter(|at| *at < layout.plot.width)?;
        let nearest = (0..self.count).min_by_key(|i| layout.columns.of(*i).abs_diff(at))?;
        self.first.checked_add(u32::try_from(nearest).ok()?)
    }

    fn value(&self, i: usize) -> Option<f64> {
        let finite = |values: &[Option<f64>]| values.get(i).copied().flatten().filter(|value| value.is_finite());
        finite(self.values).or_else(|| finite(self.rough))
    }

    /// Whether there is only a value that is not final yet.
    fn is_rough(&self, i: usize) -> bool {
        self.values.get(i).copied().flatten().is_none() && self.value(i).is_some()
    }

    /// Values there may be.
    fn known(&self) -> usize {
        self.count.min(self.values.len().max(self.rough.len()))
    }

    fn error(&self, i: usize) -> Option<f64> {
        self.errors.get(i).copied().flatten().filter(|error| error.is_finite() && *error > 0.0)
    }

    fn limits(&self, i: usize) -> Option<(f64, f64)> {
        let (low, high) = self.band.get(i).copied().flatten()?;
        (low.is_finite() && high.is_finite()).then(|| (low.min(high), low.max(high)))
    }

    fn index_of(&self, x: u32) -> Option<usize> {
        usize::try_from(x.checked_sub(self.first)?).ok().filter(|i| *i < self.count)
    }

    /// Everything that the y axis has to show.
    fn extent(&self) -> Option<(f64, f64)> {
        let shown = self.count.min(self.known().max(self.band.len()));
        let points = (0..shown).filter_map(|i| self.value(i).map(|value| (value, self.error(i).unwrap_or(0.0))));
        let mut spans: Vec<(f64, f64)> = points.map(|(value, error)| (value - error, value + error)).collect();
        if spans.is_empty() {
            return None;
        }
        spans.extend((0..shown).filter_map(|i| self.limits(i)));
        spans.extend(self.covers.filter(|(low, high)| low.is_finite() && high.is_finite()));
        spans.retain(|(low, high)| low.is_finite() && high.is_finite());
        let low = spans.iter().map(|span| span.0.min(span.1)).reduce(f64::min)?;
        let high = spans.iter().map(|span| span.0.max(span.1)).reduce(f64::max)?;
        Some((low, high))
    }

    fn layout(&self, area: Rect) -> Option<Layout> {
        let inner = Panel::inner(area);
        let (low, high) = self.extent()?;
        let rows = inner.height.checked_sub(2).filter(|rows| *rows >= 2)?;
        let axis = YAxis::new(low, high, rows, self.format);
        let labels = axis.labels.iter().map(|(_, label)| width(label)).max().unwrap_or(0);
        let labels = u16::try_from(labels).unwrap_or(u16::MAX);
        // Label, axis, and at least a few columns of plot.
        let left = labels.saturating_add(1);
        let plot_width = inner.width.checked_sub(left).filter(|columns| *columns >= 4)?;
        let plot = Rect { x: inner.x + left, y: inner.y, width: plot_width, height: rows };
        Some(Layout { plot, labels, axis, columns: Columns::new(self.count, plot_width) })
    }
}

/// Where everything goes.
struct Layout {
    /// The cells of the plot, right of the y axis and above the x axis.
    plot: Rect,
    /// Columns left of the y axis.
    labels: u16,
    axis: YAxis,
    columns: Columns,
}

impl Widget for &Curve<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        let title = if self.stale { format!("{} ·stale", self.title) } else { self.title.to_owned() };
        Panel::new(self.theme, &title).caption(self.caption).render(area, buffer);
        let inner = Panel::inner(area);
        if inner.is_empty() {
            return;
        }
        let Some(layout) = self.layout(area) else {
            self.words(inner, buffer);
            return;
        };
        self.axes(&layout, buffer);
        self.shade(&layout, buffer);
        self.line(&layout, buffer);
        self.points(&layout, buffer);
    }
}

impl Curve<'_> {
    fn style(&self, style: Style) -> Style {
        if self.stale { self.theme.palette.dim } else { style }
    }

    /// What can be said where a chart cannot be drawn: the current value, or why there is none.
    fn words(&self, inner: Rect, buffer: &mut Buffer) {
        let at = self.current.and_then(|x| Some((x, self.value(self.index_of(x)?)?)));
        let words = match at {
            Some((x, value)) => format!("{x}: {}", (self.format)(value)),
            None => self.empty.to_owned(),
        };
        let y = inner.y + inner.height / 2;
        put(
            buffer,
            (inner.x + u16::from(inner.width > 20), y),
            inner.width,
            &words,
            self.theme.palette.dim,
            self.theme,
        );
    }

    fn axes(&self, layout: &Layout, buffer: &mut Buffer) {
        let (plot, glyphs, dim) = (layout.plot, self.theme.glyphs, self.theme.palette.dim);
        let axis_x = plot.x - 1;
        for y in plot.top()..plot.bottom() {
            put(buffer, (axis_x, y), 1, glyphs.vertical, dim, self.theme);
        }
        for (row, label) in &layout.axis.labels {
            let y = plot.y + row;
            put_right(buffer, (axis_x - layout.labels, y), layout.labels, label, dim, self.theme);
            put(buffer, (axis_x, y), 1, glyphs.axis_tick, dim, self.theme);
        }
        let axis_y = plot.bottom();
        put(buffer, (axis_x, axis_y), 1, glyphs.axis_corner, dim, self.theme);
        for x in plot.left()..plot.right() {
            put(buffer, (x, axis_y), 1, glyphs.axis_line, dim, self.theme);
        }
        if !layout.columns.is_crowded() {
            for i in 0..self.count {
                let x = plot.x + layout.columns.of(i);
                put(buffer, (x, axis_y), 1, glyphs.axis_point, dim, self.theme);
            }
        }
        for label in self.labels(layout) {
            put(buffer, (label.at, axis_y), 1, glyphs.axis_point, dim, self.theme);
            let style = if label.current { self.style(self.theme.palette.accent) } else { dim };
            put(buffer, (label.start, axis_y + 1), label.length, &label.text, style, self.theme);
        }
    }

    /// The labels under the x axis that fit without touching: the current one first, then the ends, then
    /// every one, every second, every fifth … whichever is the densest that fits.
    fn labels(&self, layout: &Layout) -> Vec<Label> {
        let (left, right) = (layout.plot.x - 1, layout.plot.right());
        let make = |i: usize, current: Option<u32>| {
            let x = self.first.saturating_add(u32::try_from(i).unwrap_or(u32::MAX));
            let current = current == Some(x);
            let text = if current { format!("[{x}]") } else { x.to_string() };
            let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
            let bracket = u16::from(current);
            // Centred under its point, the units digit to the right; brackets stand outside.
            let before = (length - 2 * bracket - 1) / 2 + bracket;
            let at = layout.plot.x + layout.columns.of(i);
            let start = at.saturating_sub(before).min(right.saturating_sub(length)).max(left);
            Label { at, start, length, text, current }
        };
        let mut placed: Vec<Label> =
            self.current.and_then(|x| self.index_of(x)).map(|i| make(i, self.current)).into_iter().collect();
        let strides = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000, 100_000, 1_000_000];
        let fits = |stride: usize| {
            let kept: Vec<Label> = self.multiples(stride).map(|i| make(i, None)).collect();
            kept.windows(2).all(|pair| pair[0].is_clear_of(&pair[1]))
        };
        // More labels than columns never fit: no need to try.
        let room = usize::from(layout.plot.width);
        let stride = strides.into_iter().find(|stride| self.count / stride <= room && fits(*stride));
        let ends = [0, self.count.saturating_sub(1)];
        let regular = stride.into_iter().flat_map(|stride| self.multiples(stride));
        for label in ends.into_iter().chain(regular).map(|i| make(i, None)) {
            if placed.iter().all(|other| label.is_clear_of(other)) && label.start + label.length <= right {
                placed.push(label);
            }
        }
        placed
    }

    /// Places of the x that are multiples of `stride`.
    fn multiples(&self, stride: usize) -> impl Iterator<Item = usize> + use<> {
        let first = usize::try_from(self.first).unwrap_or(usize::MAX);
        let offset = (stride - first % stride) % stride;
        (offset..self.count).step_by(stride)
    }

    /// The band, in every column between two x that have one.
    fn shade(&self, layout: &Layout, buffer: &mut Buffer) {
        let style = self.theme.palette.dim;
        let known = self.count.min(self.band.len());
        for i in 0..known {
            let Some(here) = self.limits(i) else { continue };
            let start = layout.columns.of(i);
            let next = (i + 1 < known).then(|| self.limits(i + 1)).flatten();
            let end = if next.is_some() { layout.columns.of(i + 1) } else { start };
            let there = next.unwrap_or(here);
            for column in start..=end {
                let share = f64::from(column - start) / f64::from((end - start).max(1));
                let top = layout.axis.row(between(here.1, there.1, share));
                let bottom = layout.axis.row(between(here.0, there.0, share));
                for row in top..=bottom {
                    let at = (layout.plot.x + column, layout.plot.y + row);
                    put(buffer, at, 1, self.theme.glyphs.band, style, self.theme);
                }
            }
        }
    }

    /// The line between neighbours that both have a value.
    fn line(&self, layout: &Layout, buffer: &mut Buffer) {
        let style = self.style(self.theme.palette.accent);
        let (plot, glyphs) = (layout.plot, self.theme.glyphs);
        // Dots a cell across and down.
        let (across, down) = if glyphs.braille { (2.0, 4.0) } else { (1.0, 1.0) };
        let mut dots = vec![0_u8; usize::from(plot.width) * usize::from(plot.height)];
        for i in 0..self.known().saturating_sub(1) {
            let (Some(from), Some(to)) = (self.value(i), self.value(i + 1)) else { continue };
            let place = |i: usize, value: f64| {
                let x = (f64::from(layout.columns.of(i)) + 0.5) * across;
                (x, (layout.axis.height(value) + 0.5) * down)
            };
            let (from, to) = (place(i, from), place(i + 1, to));
            let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).ceil().max(1.0);
            let mut step = 0.0;
            while step <= steps {
                let (x, y) = (between(from.0, to.0, step / steps), between(from.1, to.1, step / steps));
                let cell = ((x / across) as usize).min(usize::from(plot.width) - 1)
                    + ((y / down) as usize).min(usize::from(plot.height) - 1) * usize::from(plot.width);
                if let Some(cell) = dots.get_mut(cell) {
                    *cell |= braille_dot(x as usize % 2, y as usize % 4);
                }
                step += 1.0;
            }
        }
        for (cell, dots) in dots.into_iter().enumerate().filter(|(_, dots)| *dots != 0) {
            let column = u16::try_from(cell % usize::from(plot.width)).unwrap_or(0);
            let row = u16::try_from(cell / usize::from(plot.width)).unwrap_or(0);
            let braille = char::from_u32(0x2800 + u32::from(dots)).filter(|_| glyphs.braille);
            let symbol = braille.map_or(glyphs.line.to_owned(), String::from);
            put(buffer, (plot.x + column, plot.y + row), 1, &symbol, style, self.theme);
        }
    }

    fn points(&self, layout: &Layout, buffer: &mut Buffer) {
        let (plot, glyphs) = (layout.plot, self.theme.glyphs);
        let current = self.current.and_then(|x| self.index_of(x));
        // The current one last: where many share a column it stays on top.
        let order = (0..self.known()).filter(|i| Some(*i) != current).chain(current);
        for i in order {
            let Some(value) = self.value(i) else { continue };
            let joined =
                i.checked_sub(1).is_some_and(|before| self.value(before).is_some()) || self.value(i + 1).is_some();
            if layout.columns.is_crowded() && joined && Some(i) != current {
                continue;
            }
            let (x, row) = (plot.x + layout.columns.of(i), layout.axis.row(value));
            if let Some(error) = self.error(i) {
                for other in layout.axis.row(value + error)..=layout.axis.row(value - error) {
                    let style = self.style(self.theme.palette.text);
                    put(buffer, (x, plot.y + other), 1, glyphs.error, style, self.theme);
                }
            }
            let (symbol, style) = if Some(i) == current {
                (glyphs.current, self.theme.palette.title)
            } else if self.is_rough(i) {
                (glyphs.rough, self.theme.palette.dim)
            } else {
                (glyphs.point, self.theme.palette.text)
            };
            put(buffer, (x, plot.y + row), 1, symbol, self.style(style), self.theme);
        }
    }
}

/// A label under the x axis.
struct Label {
    /// Column of its point.
    at: u16,
    start: u16,
    length: u16,
    text: String,
    current: bool,
}

impl Label {
    /// Whether there is a space between two labels; a bracket is space enough.
    fn is_clear_of(&self, other: &Self) -> bool {
        let gap = u16::from(!self.current && !other.current);
        self.start >= other.start + other.length + gap || other.start >= self.start + self.length + gap
    }
}

/// The bit of a dot of a braille cell, two across and four down (Unicode 0x2800 block).
fn braille_dot(x: usize, y: usize) -> u8 {
    const BITS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
    BITS[x % 2][y % 4]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::shown::{SIZES, buffer, stays_inside, text};
    use super::*;

    const ELBOW: [f64; 12] = [100.0, 61.0, 47.2, 38.1, 33.0, 29.4, 26.5, 24.1, 22.4, 21.0, 19.9, 19.0];

    fn elbow() -> Vec<Option<f64>> {
        ELBOW.into_iter().map(Some).collect()
    }

    fn ungrouped() -> Vec<Option<(f64, f64)>> {
        ELBOW.iter().map(|value| Some((value * 0.97 + 3.0, value * 0.97 + 9.0))).collect()
    }

    fn silhouette() -> Vec<Option<f64>> {
        [0.0, 0.34, 0.29, 0.31, 0.27, 0.25, 0.25, 0.0, 0.24, 0.23, 0.23, 0.23]
            .map(|value| (value > 0.0).then_some(value))
            .into()
    }

    fn lines(widget: &Curve<'_>, width: u16, height: u16) -> String {
        text(widget, width, height).join("\n")
    }

    #[test]
    fn half_of_eighty_columns() {
        let (theme, values, band) = (Theme::plain(), elbow(), ungrouped());
        let curve = Curve::new(&theme, 1..=12, &values)
            .titled("Elbow · WCSS % of total", "▒ the same data, ungrouped")
            .band(&band)
            .covers(0.0, 100.0)
            .current(4);
        let expected = "\
╭ Elbow · WCSS % of total ───────────╮
│100┤●                               │
│   │⠈⢣                              │
│   │  ●⣀▒                           │
│ 50┤    ●⠒◆⢄⣀●⡀▒▒▒▒▒▒▒▒▒            │
│   │          ⠈⠉●⠉⠉●⠒⠒●⠒⠒●⠒⠒●⠤⠤●⠤⠤● │
│  0┤                                │
│   ┼┬─┬─┬─┬──┬──┬──┬──┬──┬──┬──┬──┬─│
│    1 2 3[4] 5  6  7  8  9  10 11 12│
╰──────── ▒ the same data, ungrouped ╯";
        assert_eq!(lines(&curve, 38, 10), expected);
    }

    #[test]
    fn what_is_not_final_is_marked_and_gives_way() {
        let (theme, rough) = (Theme::plain(), elbow());
        let marks = |finals: usize| {
            let values: Vec<Option<f64>> = elbow()[..finals].to_vec();
            let curve = Curve::new(&theme, 1..=12, &values).rough(&rough).covers(0.0, 100.0).current(4);
            let drawn = lines(&curve, 70, 12);
            (drawn.matches('●').count(), drawn.matches('○').count())
        };
        assert_eq!([marks(4), marks(9), marks(12)], [(3, 8), (8, 3), (11, 0)]);
        // Nothing moves: the same cells are drawn, with other marks.
        let place = |finals: usize| {
            let values: Vec<Option<f64>> = elbow()[..finals].to_vec();
            lines(&Curve::new(&theme, 1..=12, &values).rough(&rough), 70, 12).replace('●', "○")
        };
        assert_eq!(place(0), place(12));
    }

    #[test]
    fn missing_values_leave_a_gap_and_errors_stand_on_their_points() {
        let (theme, values) = (Theme::plain(), silhouette());
        let errors = [Some(0.02); 12];
        let curve = Curve::new(&theme, 1..=12, &values).titled("Silhouette", "").errors(&errors).current(4);
        let expected = "\
╭ Silhouette ────────────────────────╮
│.35┤  │                             │
│   │  ●⡄  │                         │
│.30┤   ⠘●⠤◆⠢⡀│                      │
│   │    │   ⠈●⠤⣀│  │     │          │
│.25┤         │  ●⠉⠉●     ●⠤⠤●⣀⣀●⣀⣀● │
│   │                     │  │  │  │ │
│   ┼┬─┬─┬─┬──┬──┬──┬──┬──┬──┬──┬──┬─│
│    1 2 3[4] 5  6  7  8  9  10 11 12│
╰────────────────────────────────────╯";
        assert_eq!(lines(&curve, 38, 10), expected);
    }

    #[test]
    fn a_stale_curve_in_ascii_says_so() {
        let (theme, values, band) = (Theme::ascii(), elbow(), ungrouped());
        let curve = Curve::new(&theme, 1..=12, &values).titled("WCSS · %", "▒ by chance").band(&band).stale(true);
        let shown = lines(&curve.current(10), 38, 10);
        assert!(shown.is_ascii());
        assert!(shown.contains("WCSS . % .stale") && shown.contains("[10]") && shown.contains('@'));
        let drawn = buffer(&curve, 38, 10);
        let palette = &theme.palette;
        let dim = drawn
            .content
            .iter()
            .filter(|cell| cell.symbol() == "o")
            .all(|cell| cell.modifier == palette.dim.add_modifier);
        assert!(dim);
    }

    #[test]
    fn values_that_arrive_move_no_column() {
        let (theme, values) = (Theme::plain(), elbow());
        let mut arriving = vec![None; 12];
        let mut columns = Vec::new();
        for i in [3, 2, 4, 11] {
            arriving[i] = values[i];
            let curve = Curve::new(&theme, 1..=12, &arriving).covers(0.0, 100.0).current(4);
            let shown = text(&curve, 38, 10);
            columns.push((shown[8].clone(), shown.iter().find_map(|line| line.chars().position(|at| at == '◆'))));
        }
        assert!(columns.windows(2).all(|pair| pair[0] == pair[1]), "{columns:?}");
    }

    #[test]
    fn many_x_thin_their_labels_out_and_keep_the_current_one() {
        let theme = Theme::plain();
        let many: Vec<Option<f64>> = (1..=60).map(|k| Some(100.0 / f64::from(k))).collect();
        let shown = text(&Curve::new(&theme, 1..=60, &many).current(17), 38, 10);
        assert_eq!(shown[8], "│    1    10[17]    30   40   50   60│");
        assert!(shown.join("").contains('◆') && !shown.join("").contains('●'));
    }

    #[test]
    fn a_click_finds_the_nearest_x() {
        let (theme, values) = (Theme::plain(), elbow());
        let curve = Curve::new(&theme, 1..=12, &values);
        let area = Rect::new(0, 0, 38, 10);
        let found: Vec<_> = [0, 5, 6, 7, 11, 36, 37].map(|column| curve.x_at(area, column)).into();
        assert_eq!(found, [None, Some(1), Some(1), Some(2), Some(4), Some(12), None]);
        assert_eq!(Curve::new(&theme, 1..=12, &[]).x_at(area, 9), None);
    }

    #[test]
    fn without_values_or_room_there_are_words() {
        let (theme, values) = (Theme::plain(), elbow());
        let none = [Some(f64::NAN), None, Some(f64::INFINITY)];
        let shown = lines(&Curve::new(&theme, 1..=12, &none).empty("press n for the band"), 38, 10);
        assert!(shown.contains("press n for the band"), "{shown}");
        assert!(lines(&Curve::new(&theme, 1..=12, &values).current(4), 9, 3).contains("4: 38"));
    }

    #[test]
    fn one_value_and_equal_values_stand_in_the_middle() {
        let theme = Theme::plain();
        for values in [&[Some(5.0)][..], &[Some(0.0), Some(0.0)], &[Some(-1e300); 3]] {
            let shown = text(&Curve::new(&theme, 1..=3, values), 38, 11);
            assert!(shown[4].contains('●'), "{}", shown.join("\n"));
        }
    }

    #[test]
    fn every_size() {
        let (values, band) = (elbow(), ungrouped());
        for theme in [Theme::plain(), Theme::ascii()] {
            for (width, height) in SIZES {
                for range in [1..=12, 7..=7, RangeInclusive::new(5, 4), 0..=u32::MAX, u32::MAX - 3..=u32::MAX] {
                    let curve = Curve::new(&theme, range, &values).titled("東京", "東京").band(&band).current(4);
                    text(&curve, width, height);
                }
            }
        }
        stays_inside(|| {
            Box::new(|area, buffer: &mut Buffer| {
                let theme = Theme::plain();
                Curve::new(&theme, 1..=12, &elbow()).band(&ungrouped()).current(12).render(area, buffer);
            })
        });
    }

    proptest! {
        #[test]
        fn no_numbers_break_it(
            values in prop::collection::vec(prop::option::of(any::<f64>()), 0..40),
            errors in prop::collection::vec(prop::option::of(any::<f64>()), 0..40),
            band in prop::collection::vec(prop::option::of((any::<f64>(), any::<f64>())), 0..40),
            covers in (any::<f64>(), any::<f64>()),
            current in 0_u32..60,
            first in 0_u32..9,
            size in (0_u16..90, 0_u16..40),
        ) {
            let theme = Theme::plain();
            let curve = Curve::new(&theme, first..=first + 30, &values)
                .errors(&errors).band(&band).covers(covers.0, covers.1).current(current);
            text(&curve, size.0, size.1);
        }
    }
}
