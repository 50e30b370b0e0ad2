//! Lines of pieces, more of them than fit: scrolled.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::line::{Piece, draw};
use super::table::Align;
use crate::tui::term::sanitise::{clean, pad_left, pad_right};
use crate::tui::theme::Theme;

/// A piece exactly `columns` cells wide, cut or filled with spaces, so that lines stand in columns.
pub fn column(text: &str, columns: u16, align: Align, style: Style, theme: &Theme) -> Piece {
    let text = clean(text, theme.glyphs.ascii);
    let pad = if align == Align::Left { pad_right } else { pad_left };
    Piece::new(pad(&text, usize::from(columns), theme.glyphs.ellipsis), style)
}

/// The first line that may be on top of `height` lines: further down nothing more would come in sight.
pub fn last_offset(lines: usize, height: usize) -> usize {
    if height == 0 { 0 } else { lines.saturating_sub(height) }
}

/// Lines, of which those from `offset` on are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Lines<'a> {
    theme: &'a Theme,
    lines: &'a [Vec<Piece>],
    offset: usize,
}

impl<'a> Lines<'a> {
    /// Lines from the first one on.
    pub fn new(theme: &'a Theme, lines: &'a [Vec<Piece>]) -> Self {
        Self { theme, lines, offset: 0 }
    }

    /// Scrolled to a line, but not past the end.
    #[must_use]
    pub fn from(self, offset: usize) -> Self {
        Self { offset, ..self }
    }
}

impl Widget for &Lines<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let height = usize::from(area.height);
        let first = self.offset.min(last_offset(self.lines.len(), height));
        for (y, line) in (0..area.height).zip(self.lines.iter().skip(first)) {
            draw(line, Rect { y: area.y.saturating_add(y), height: 1, ..area }, buffer, self.theme);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::shown::{SIZES, stays_inside, text};
    use super::*;

    fn numbered(count: usize) -> Vec<Vec<Piece>> {
        (0..count).map(|n| vec![Piece::new("line ", Style::new()), Piece::new(n.to_string(), Style::new())]).collect()
    }

    #[test]
    fn they_scroll_to_the_last_and_no_further() {
        let (theme, lines) = (Theme::plain(), numbered(5));
        assert_eq!(text(&Lines::new(&theme, &lines), 9, 2), ["line 0", "line 1"]);
        assert_eq!(text(&Lines::new(&theme, &lines).from(2), 9, 2), ["line 2", "line 3"]);
        assert_eq!(text(&Lines::new(&theme, &lines).from(99), 9, 2), ["line 3", "line 4"]);
        assert_eq!(text(&Lines::new(&theme, &lines).from(3), 9, 7)[..2], ["line 0", "line 1"]);
        assert_eq!(text(&Lines::new(&theme, &lines), 3, 1), ["li…"]);
    }

    #[test]
    fn columns_are_as_wide_as_they_are_said_to_be() {
        let theme = Theme::plain();
        let shown = |text, columns, align| column(text, columns, align, Style::new(), &theme).text;
        assert_eq!(shown("12", 4, Align::Right), "  12");
        assert_eq!(shown("東京", 5, Align::Left), "東京 ");
        assert_eq!(shown("a long word", 6, Align::Left), "a lon…");
        assert_eq!(shown("\u{1b}[2J", 0, Align::Right), "");
        assert!(!shown("\u{1b}[2Jx", 9, Align::Right).contains('\u{1b}'));
    }

    #[test]
    fn every_size() {
        let lines = numbered(70);
        for (width, height) in SIZES {
            text(&Lines::new(&Theme::ascii(), &lines).from(usize::MAX), width, height);
        }
        stays_inside(|| {
            Box::new(|area, buffer: &mut Buffer| {
                Lines::new(&Theme::plain(), &numbered(9)).from(4).render(area, buffer);
            })
        });
    }
}
