//! A line of text that is edited or shown, with a place in it pointed at.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;

use super::put;
use crate::tui::term::sanitise::{clean, width};
use crate::tui::theme::Theme;

/// Text on the first row of its area, scrolled so that the cursor is seen; carets under the marked place on the
/// second row, where there is one.
#[derive(Clone, Debug)]
pub struct Field<'a> {
    theme: &'a Theme,
    text: &'a str,
    style: Style,
    cursor: Option<usize>,
    mark: Option<Range<usize>>,
}

impl<'a> Field<'a> {
    /// A line of text.
    pub fn new(theme: &'a Theme, text: &'a str) -> Self {
        Self { theme, text, style: theme.palette.title, cursor: None, mark: None }
    }

    /// Shows the cursor before the character at this byte.
    #[must_use]
    pub fn cursor(mut self, byte: Option<usize>) -> Self {
        self.cursor = byte;
        self
    }

    /// Points at these bytes; at the place between two characters where they are none.
    #[must_use]
    pub fn mark(mut self, bytes: Option<Range<usize>>) -> Self {
        self.mark = bytes;
        self
    }

    /// Cells from the start of the text to a byte of it, as it is drawn.
    fn column(&self, byte: usize) -> usize {
        let byte = self.text.floor_char_boundary(byte.min(self.text.len()));
        width(&clean(&self.text[..byte], self.theme.glyphs.ascii))
    }

    /// The first byte that is drawn, so that the column `seen` fits into `room` cells.
    fn first(&self, seen: usize, room: usize) -> usize {
        let over = (seen + 1).saturating_sub(room);
        if over == 0 {
            return 0;
        }
        let starts = self.text.char_indices().map(|(at, _)| at);
        starts.into_iter().find(|at| self.column(*at) >= over).unwrap_or(self.text.len())
    }
}

impl Widget for &Field<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return;
        }
        let (theme, room) = (self.theme, usize::from(area.width));
        let cursor = self.cursor.map(|byte| self.column(byte));
        let first = cursor.map_or(0, |cursor| self.first(cursor, room));
        let skipped = self.column(first);
        put(buffer, (area.x, area.y), area.width, &self.text[first..], self.style, theme);
        let cell = |column: usize| column.checked_sub(skipped).filter(|x| *x < room).map(|x| area.x + x as u16);
        if let Some(mark) = &self.mark {
            let (from, to) = (self.column(mark.start), self.column(mark.end.max(mark.start)));
            for x in (from..to.max(from + 1)).filter_map(cell) {
                buffer[(x, area.y)].set_style(theme.palette.warn);
                if area.height > 1 {
                    put(buffer, (x, area.y + 1), 1, "^", theme.palette.warn, theme);
                }
            }
        }
        if let Some(x) = cursor.and_then(cell) {
            buffer[(x, area.y)].modifier.insert(Modifier::REVERSED);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::shown::{SIZES, buffer, stays_inside, text};
    use super::*;

    #[test]
    fn carets_stand_under_the_place() {
        let theme = Theme::plain();
        let field = Field::new(&theme, "pay < 5 and pya > 3").mark(Some(12..15));
        assert_eq!(text(&field, 30, 2), ["pay < 5 and pya > 3", "            ^^^"]);
        // At the end, where something is missing; behind wide characters.
        let field = Field::new(&theme, "東京 = ").mark(Some(9..9));
        assert_eq!(text(&field, 30, 2), ["東京 =", "       ^"]);
    }

    #[test]
    fn the_cursor_is_always_seen() {
        let theme = Theme::plain();
        let long = "experience > 10 y and pay < 45 lakh";
        for (byte, shown, at) in [(0, "experienc…", 0), (9, "experienc…", 9), (35, "< 45 lakh", 9)] {
            let drawn = buffer(&Field::new(&theme, long).cursor(Some(byte)), 10, 1);
            assert_eq!(super::super::shown::lines(&drawn)[0].trim_end(), shown.trim_end(), "cursor at {byte}");
            let reversed = (0..10).find(|x| drawn[(*x, 0)].modifier.contains(Modifier::REVERSED));
            assert_eq!(reversed, Some(at), "cursor at {byte}");
        }
    }

    #[test]
    fn every_size_and_hostile_text() {
        let theme = Theme::ascii();
        for (width, height) in SIZES {
            for hostile in ["\x1b[2J\u{202e}東京東京", "", "नहीं ☃"] {
                for at in [0, 1, 7, 99] {
                    let field = Field::new(&theme, hostile).cursor(Some(at)).mark(Some(at..at + 3));
                    assert!(!text(&field, width, height).join("").contains('\x1b'));
                }
            }
        }
        stays_inside(|| {
            Box::new(|area, buffer: &mut Buffer| {
                Field::new(&Theme::plain(), "pay < 5").cursor(Some(7)).mark(Some(0..7)).render(area, buffer);
            })
        });
    }
}
