//! A bordered box with title and caption; a dialog over others.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::put;
use crate::tui::term::sanitise::{clean, width, wrap};
use crate::tui::theme::Theme;

/// A box: title at the top left, caption at the bottom right, content within.
#[derive(Clone, Copy, Debug)]
pub struct Panel<'a> {
    theme: &'a Theme,
    title: &'a str,
    caption: &'a str,
    border: Option<Style>,
}

impl<'a> Panel<'a> {
    /// A box with a title.
    pub fn new(theme: &'a Theme, title: &'a str) -> Self {
        Self { theme, title, caption: "", border: None }
    }

    /// A word at the right end of the lower border.
    #[must_use]
    pub fn caption(mut self, caption: &'a str) -> Self {
        self.caption = caption;
        self
    }

    /// Draws the border in the accent: keys act here.
    #[must_use]
    pub fn focused(mut self, focused: bool) -> Self {
        self.border = focused.then_some(self.theme.palette.accent);
        self
    }

    /// The area within the border.
    pub fn inner(area: Rect) -> Rect {
        if area.width < 2 || area.height < 2 {
            return Rect { width: 0, height: 0, ..area };
        }
        Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 }
    }
}

impl Widget for &Panel<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        // Less than a border round nothing is not drawn.
        if area.width < 2 || area.height < 2 {
            return;
        }
        let glyphs = self.theme.glyphs;
        let style = self.border.unwrap_or(self.theme.palette.dim);
        let (left, right, top, bottom) = (area.left(), area.right() - 1, area.top(), area.bottom() - 1);
        for x in left..=right {
            buffer[(x, top)].set_symbol(glyphs.horizontal).set_style(style);
            buffer[(x, bottom)].set_symbol(glyphs.horizontal).set_style(style);
        }
        for y in top..=bottom {
            buffer[(left, y)].set_symbol(glyphs.vertical).set_style(style);
            buffer[(right, y)].set_symbol(glyphs.vertical).set_style(style);
        }
        let places = [(left, top), (right, top), (left, bottom), (right, bottom)];
        for (place, corner) in places.into_iter().zip(glyphs.corners) {
            buffer[place].set_symbol(corner).set_style(style);
        }
        // A word in the border has a space on each side and a bit of border left over.
        let room = area.width.saturating_sub(4);
        if !self.title.is_empty() && room > 1 {
            let used = put(buffer, (left + 2, top), room, self.title, self.theme.palette.title, self.theme);
            buffer[(left + 1, top)].set_symbol(" ");
            buffer[(left + 2 + used, top)].set_symbol(" ");
        }
        if !self.caption.is_empty() && room > 1 {
            let length = u16::try_from(width(&clean(self.caption, glyphs.ascii))).unwrap_or(u16::MAX).min(room);
            let start = right - 1 - length;
            buffer[(start - 1, bottom)].set_symbol(" ");
            put(buffer, (start, bottom), length, self.caption, self.theme.palette.dim, self.theme);
            buffer[(right - 1, bottom)].set_symbol(" ");
        }
    }
}

/// The area for a dialog of at most this size in the middle of `area`.
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

/// Wipes what lies beneath a dialog.
pub fn clear(area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    for position in area.positions() {
        buffer[position].reset();
    }
    // A wide character that begins just left of the dialog would reach into it.
    if let Some(x) = area.x.checked_sub(1).filter(|x| *x >= buffer.area.left() && !area.is_empty()) {
        for y in area.top()..area.bottom() {
            if width(buffer[(x, y)].symbol()) > 1 {
                buffer[(x, y)].set_symbol(" ");
            }
        }
    }
}

/// Words wrapped into an area by display width; what does not fit is left out. Returns the rows used.
pub fn paragraph(text: &str, style: Style, area: Rect, buffer: &mut Buffer, theme: &Theme) -> u16 {
    // Cleaned before it is measured: a control character is wider as an escape.
    let lines = text.lines().flat_map(|line| wrap(&clean(line, theme.glyphs.ascii), usize::from(area.width)));
    let mut rows = 0;
    for (line, y) in lines.zip(area.top()..area.bottom()) {
        put(buffer, (area.x, y), area.width, &line, style, theme);
        rows += 1;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::super::shown::{SIZES, buffer, lines, stays_inside, text};
    use super::*;

    #[test]
    fn title_left_caption_right() {
        let theme = Theme::plain();
        let panel = Panel::new(&theme, "Elbow").caption("▒ ungrouped");
        assert_eq!(text(&panel, 20, 3), ["╭ Elbow ───────────╮", "│                  │", "╰───── ▒ ungrouped ╯"]);
        let theme = Theme::ascii();
        let panel = Panel::new(&theme, "A title that is too long").caption("caption too, it seems");
        assert_eq!(text(&panel, 14, 3), ["+ A title t~ +", "|            |", "+ caption t~ +"]);
    }

    #[test]
    fn every_size_is_drawn_or_left() {
        let theme = Theme::plain();
        for (width, height) in SIZES {
            text(&Panel::new(&theme, "\x1b[31m\0東京").caption("東京東京"), width, height);
        }
        stays_inside(|| {
            Box::new(|area, buffer: &mut Buffer| {
                Panel::new(&Theme::plain(), "title").caption("caption").render(area, buffer);
            })
        });
    }

    #[test]
    fn inner_is_what_the_border_leaves() {
        assert_eq!(Panel::inner(Rect::new(1, 1, 10, 5)), Rect::new(2, 2, 8, 3));
        assert!(Panel::inner(Rect::new(0, 0, 1, 1)).is_empty());
        assert!(Panel::inner(Rect::default()).is_empty());
    }

    #[test]
    fn a_dialog_is_centred_and_cut_to_the_screen() {
        assert_eq!(centred(Rect::new(0, 0, 80, 24), 40, 10), Rect::new(20, 7, 40, 10));
        assert_eq!(centred(Rect::new(2, 1, 5, 3), 40, 10), Rect::new(2, 1, 5, 3));
        assert!(centred(Rect::default(), 4, 4).is_empty());
    }

    #[test]
    fn a_paragraph_wraps_what_is_shown() {
        let theme = Theme::ascii();
        let area = Rect::new(0, 0, 12, 3);
        let mut buffer = Buffer::empty(area);
        let used = paragraph("Four groups\x1b: the ≈ largest", Style::new(), area, &mut buffer, &theme);
        assert_eq!((used, lines(&buffer)), (3, ["Four", "groups\\x1b:", "the ~"].map(str::to_owned).to_vec()));
        assert_eq!(paragraph("words", Style::new(), Rect::default(), &mut buffer, &theme), 0);
    }

    #[test]
    fn clearing_cuts_no_wide_character_in_half() {
        let theme = Theme::plain();
        let mut under = buffer(&Panel::new(&theme, ""), 8, 3);
        put(&mut under, (0, 1), 8, "東京東京", Style::new(), &theme);
        clear(Rect::new(3, 1, 3, 1), &mut under);
        assert_eq!(lines(&under)[1], "東    京");
        clear(Rect::new(100, 100, 3, 1), &mut under);
    }
}
