//! Bars, shares, sparklines and histograms.
//!
//! The one-line ones are functions to text, so that they fit into table cells; `width` is in cells and the
//! text is never wider. NaN, infinite and negative sizes draw nothing or everything, and never panic.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::{put, put_right, row};
use crate::tui::term::sanitise::{clean, width as width_of};
use crate::tui::theme::{Glyphs, Theme};

/// A bar of `share` (0 to 1) of `width` cells, in eighths of a cell. A share above nothing shows at least the
/// thinnest stroke there is.
pub fn share(share: f64, width: usize, glyphs: &Glyphs) -> String {
    // A NaN compares false and draws nothing.
    let share = if share > 0.0 { share.min(1.0) } else { 0.0 };
    let eighths = (share * width as f64 * 8.0).round() as usize;
    let eighths = if share > 0.0 { eighths.max(1) } else { 0 }.min(width * 8);
    let mut bar = full(glyphs).repeat(eighths / 8);
    if eighths % 8 > 0 {
        bar.push_str(glyphs.eighths[eighths % 8]);
    }
    bar.truncate(bar.trim_end().len());
    bar
}

fn full(glyphs: &Glyphs) -> &'static str {
    glyphs.eighths[8]
}

/// A bar to the left (negative) or right of a centre line, `limit` at its longest: `◀━━━┫` or `┣━━━▶`.
/// Always `width` cells, made odd by leaving the last one blank; a value beyond the limit fills its half.
pub fn diverging(value: f64, limit: f64, width: usize, glyphs: &Glyphs) -> String {
    let half = width.saturating_sub(1) / 2;
    let part = (value.abs() / limit.abs()).min(1.0);
    let length = if part > 0.0 { ((part * half as f64).round() as usize).clamp(1, half.max(1)).min(half) } else { 0 };
    let (blank, body) = (" ".repeat(half - length), glyphs.bar.repeat(length.saturating_sub(1)));
    let bar = match (length, value < 0.0) {
        (0, _) => format!("{0}{1}{0}", " ".repeat(half), glyphs.centre),
        (_, true) => format!("{blank}{}{body}{}{}", glyphs.tip_left, glyphs.centre_left, " ".repeat(half)),
        (_, false) => format!("{}{}{body}{}{blank}", " ".repeat(half), glyphs.centre_right, glyphs.tip_right),
    };
    match width {
        0 => String::new(),
        _ if width.is_multiple_of(2) => bar + " ",
        _ => bar,
    }
}

/// Counts as a row of small columns, `▁▂▇█▃`, at most `width` of them; more counts than cells are gathered.
/// A count above nothing is never blank.
pub fn sparkline(counts: &[u64], width: usize, glyphs: &Glyphs) -> String {
    let groups = gathered(counts, width);
    let most = groups.iter().copied().fold(0.0, f64::max);
    groups.iter().map(|&count| glyphs.levels[level(count, most, 8)]).collect()
}

/// Counts as means over at most `width` groups of neighbours.
fn gathered(counts: &[u64], width: usize) -> Vec<f64> {
    let groups = counts.len().min(width);
    let bounds = |group: usize| group * counts.len() / groups;
    (0..groups)
        .map(|group| {
            let part = counts.get(bounds(group)..bounds(group + 1)).unwrap_or_default();
            part.iter().map(|&count| count as f64).sum::<f64>() / part.len().max(1) as f64
        })
        .collect()
}

/// Height of a column in steps, of `steps` for the highest; at least one above nothing.
fn level(count: f64, most: f64, steps: usize) -> usize {
    if count > 0.0 && most > 0.0 { ((count / most * steps as f64).round() as usize).clamp(1, steps) } else { 0 }
}

/// Shares of a whole side by side on one line, each in its cluster's colour with its number.
#[derive(Clone, Copy, Debug)]
pub struct Shares<'a> {
    theme: &'a Theme,
    shares: &'a [f64],
    styles: &'a [Style],
}

impl<'a> Shares<'a> {
    /// One segment a share, in order; they are drawn in proportion whatever they add up to.
    pub fn new(theme: &'a Theme, shares: &'a [f64]) -> Self {
        Self { theme, shares, styles: &[] }
    }

    /// The style of each, instead of that of the cluster with its number.
    #[must_use]
    pub fn styles(self, styles: &'a [Style]) -> Self {
        Self { styles, ..self }
    }
}

impl Widget for &Shares<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = row(area, 0).intersection(buffer.area);
        let size = |share: &f64| if share.is_finite() { share.max(0.0) } else { 0.0 };
        let total: f64 = self.shares.iter().map(size).sum();
        if area.is_empty() || total <= 0.0 || !total.is_finite() {
            return;
        }
        let mut so_far = 0.0;
        for (i, share) in self.shares.iter().enumerate() {
            let column = |sum: f64| ((sum / total * f64::from(area.width)).round() as u16).min(area.width);
            let (start, end) = (column(so_far), column(so_far + size(share)));
            so_far += size(share);
            // Neighbours differ in shade too, for where there are no colours.
            let symbol = if i % 2 == 0 { full(self.theme.glyphs) } else { self.theme.glyphs.band };
            let style = self.styles.get(i).copied().unwrap_or_else(|| self.theme.palette.cluster(i));
            for x in start..end {
                put(buffer, (area.x + x, area.y), 1, symbol, style, self.theme);
            }
            let number = i.to_string();
            if number.len() < usize::from(end - start) {
                put(buffer, (area.x + start, area.y), end - start, &number, style, self.theme);
            }
        }
    }
}

/// A cut through a histogram: where, from 0 at the left end to 1 at the right one, and its words.
#[derive(Clone, Copy, Debug)]
pub struct Cut<'a> {
    /// Place on the axis, 0 to 1.
    pub at: f64,
    /// Words under the axis.
    pub label: &'a str,
}

/// Counts as columns over an axis with words at both ends, and cuts through them.
#[derive(Clone, Copy, Debug)]
pub struct Histogram<'a> {
    theme: &'a Theme,
    counts: &'a [u64],
    ends: (&'a str, &'a str),
    cuts: &'a [Cut<'a>],
    style: Style,
}

impl<'a> Histogram<'a> {
    /// Columns for counts of bins of equal width; `ends` are the words under the first and last.
    pub fn new(theme: &'a Theme, counts: &'a [u64], ends: (&'a str, &'a str)) -> Self {
        Self { theme, counts, ends, cuts: &[], style: theme.palette.text }
    }

    /// Cuts through the columns, such as the threshold of a rule.
    #[must_use]
    pub fn cuts(mut self, cuts: &'a [Cut<'a>]) -> Self {
        self.cuts = cuts;
        self
    }

    /// The style of the columns, such as a cluster's.
    #[must_use]
    pub fn style(mut self, style: Style) -> Self {
        self.style = style;
        self
    }

    fn columns(&self, area: Rect, rows: u16, buffer: &mut Buffer) {
        let groups = gathered(self.counts, usize::from(area.width));
        let most = groups.iter().copied().fold(0.0, f64::max);
        let steps = usize::from(rows) * 8;
        for x in 0..area.width {
            // Every column of the screen shows the bin under it, so that the last bin ends at the right end.
            let group = usize::from(x) * groups.len() / usize::from(area.width).max(1);
            let Some(&count) = groups.get(group) else { continue };
            let height = level(count, most, steps);
            for y in 0..rows {
                let below = usize::from(rows - 1 - y) * 8;
                let symbol = self.theme.glyphs.levels[height.saturating_sub(below).min(8)];
                put(buffer, (area.x + x, area.y + y), 1, symbol, self.style, self.theme);
            }
        }
    }
}

impl Widget for &Histogram<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return;
        }
        let (theme, glyphs, dim) = (self.theme, self.theme.glyphs, self.theme.palette.dim);
        // Axis and words take two lines where that leaves any for the columns.
        let rows = if area.height >= 3 { area.height - 2 } else { area.height };
        self.columns(area, rows, buffer);
        let has_axis = rows < area.height;
        let (axis, words) = (area.y + rows, area.bottom() - 1);
        let last = area.width - 1;
        let mut taken: Vec<(u16, u16)> = Vec::new();
        if has_axis {
            for x in area.left()..area.right() {
                put(buffer, (x, axis), 1, glyphs.axis_line, dim, theme);
            }
        }
        for cut in self.cuts.iter().filter(|cut| (0.0..=1.0).contains(&cut.at)) {
            let x = (cut.at * f64::from(last)).round() as u16;
            for y in 0..rows {
                put(buffer, (area.x + x, area.y + y), 1, glyphs.cut, theme.palette.accent, theme);
            }
            if has_axis {
                put(buffer, (area.x + x, axis), 1, glyphs.cut_foot, theme.palette.accent, theme);
                let length = length_of(cut.label, glyphs).min(area.width);
                let start = x.saturating_sub(length / 2).min(area.width - length);
                if taken.iter().all(|(from, to)| start > *to || start + length < *from) {
                    put(buffer, (area.x + start, words), length, cut.label, theme.palette.accent, theme);
                    taken.push((start, start + length));
                }
            }
        }
        if has_axis {
            let (left, right) = (length_of(self.ends.0, glyphs), length_of(self.ends.1, glyphs));
            if taken.iter().all(|(from, _)| left < *from) && left <= area.width {
                put(buffer, (area.x, words), left, self.ends.0, dim, theme);
                taken.push((0, left));
            }
            if right <= area.width && taken.iter().all(|(_, to)| area.width - right > *to) {
                put_right(buffer, (area.x, words), area.width, self.ends.1, dim, theme);
            }
        }
    }
}

fn length_of(text: &str, glyphs: &Glyphs) -> u16 {
    u16::try_from(width_of(&clean(text, glyphs.ascii))).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::shown::{SIZES, buffer, stays_inside, text};
    use super::*;
    use crate::tui::term::capabilities::Charset;

    const HOSTILE: [f64; 8] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 0.0, 1e-300, 1.0, 1e300];

    fn glyphs() -> &'static Glyphs {
        Glyphs::of(Charset::Braille)
    }

    #[test]
    fn a_share_in_eighths() {
        assert_eq!(share(0.5, 4, glyphs()), "██");
        assert_eq!(share(0.53125, 4, glyphs()), "██▏");
        assert_eq!(share(1.0, 4, glyphs()), "████");
        assert_eq!(share(7.0, 4, glyphs()), "████");
        assert_eq!(share(0.000_01, 4, glyphs()), "▏");
        assert_eq!(share(0.0, 4, glyphs()), "");
        assert_eq!(share(0.5, 4, Glyphs::of(Charset::Ascii)), "##");
        assert_eq!(share(0.65, 4, Glyphs::of(Charset::Ascii)), "###");
    }

    #[test]
    fn a_diverging_bar_keeps_its_centre() {
        assert_eq!(diverging(-1.0, 2.0, 9, glyphs()), "  ◀━┫    ");
        assert_eq!(diverging(2.0, 2.0, 9, glyphs()), "    ┣━━━▶");
        assert_eq!(diverging(0.001, 2.0, 9, glyphs()), "    ┣▶   ");
        assert_eq!(diverging(0.0, 2.0, 9, glyphs()), "    │    ");
        assert_eq!(diverging(-9.0, 2.0, 10, Glyphs::of(Charset::Ascii)), "<===|     ");
    }

    #[test]
    fn a_sparkline_gathers_and_never_hides_a_count() {
        assert_eq!(sparkline(&[0, 1, 1000, 500], 10, glyphs()), " ▁█▄");
        assert_eq!(sparkline(&[1, 1, 4, 4], 2, glyphs()), "▂█");
        assert_eq!(sparkline(&[], 5, glyphs()), "");
        assert_eq!(sparkline(&[3; 50], 0, glyphs()), "");
        assert_eq!(sparkline(&[u64::MAX, 0], 5, glyphs()), "█ ");
    }

    #[test]
    fn hostile_numbers_are_no_wider_than_asked() {
        for value in HOSTILE {
            for width in [0, 1, 2, 3, 80] {
                for charset in [Charset::Ascii, Charset::Braille] {
                    assert!(width_of(&share(value, width, Glyphs::of(charset))) <= width);
                    for limit in HOSTILE {
                        assert_eq!(width_of(&diverging(value, limit, width, Glyphs::of(charset))), width);
                    }
                }
            }
        }
    }

    #[test]
    fn shares_fill_the_line_in_proportion() {
        let theme = Theme::plain();
        assert_eq!(text(&Shares::new(&theme, &[0.5, 0.25, 0.25]), 16, 1), ["0███████1▒▒▒2███"]);
        for (width, height) in SIZES {
            let line = text(&Shares::new(&theme, &HOSTILE[..6]), width, height).concat();
            assert!(width_of(&line) <= usize::from(width));
            text(&Shares::new(&theme, &HOSTILE), width, height);
        }
        assert_eq!(text(&Shares::new(&theme, &[]), 5, 1), [""]);
    }

    #[test]
    fn a_histogram_shows_its_cut() {
        let theme = Theme::plain();
        let counts = [1, 2, 4, 8, 4, 2, 1, 0, 0, 1];
        let cuts = [Cut { at: 0.5, label: "45 L" }];
        let histogram = Histogram::new(&theme, &counts, ("0", "90 L")).cuts(&cuts);
        assert_eq!(
            text(&histogram, 20, 6),
            [
                "      ██  ┊",
                "      ██  ┊",
                "    ██████┊",
                "▄▄████████┊█▄▄    ▄▄",
                "──────────┴─────────",
                "0       45 L    90 L",
            ]
        );
    }

    #[test]
    fn every_size_of_histogram() {
        let theme = Theme::ascii();
        let cuts =
            [Cut { at: f64::NAN, label: "x" }, Cut { at: 1.0, label: "東京東京東京" }, Cut { at: 0.0, label: "" }];
        for (width, height) in SIZES {
            for counts in [&[][..], &[0, 0], &[u64::MAX; 300]] {
                text(&Histogram::new(&theme, counts, ("low", "high")).cuts(&cuts), width, height);
            }
        }
        assert_eq!(buffer(&Histogram::new(&theme, &[1], ("", "")), 1, 1)[(0, 0)].symbol(), "#");
        stays_inside(|| {
            Box::new(|area, buffer: &mut Buffer| {
                let cuts = [Cut { at: 0.7, label: "cut" }];
                Histogram::new(&Theme::plain(), &[1, 2, 3], ("low", "high")).cuts(&cuts).render(area, buffer);
            })
        });
    }
}
