//! One line: left and right text, tabs, keys.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{put, row};
use crate::tui::term::sanitise::{clean, width};
use crate::tui::theme::Theme;

/// A piece of a line with its style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The words.
    pub text: String,
    /// Their style.
    pub style: Style,
}

impl Piece {
    /// A piece of a line.
    pub fn new(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style }
    }
}

/// The display width of pieces in a row, as they will be drawn.
pub fn length(pieces: &[Piece], theme: &Theme) -> u16 {
    let total: usize = pieces.iter().map(|piece| width(&clean(&piece.text, theme.glyphs.ascii))).sum();
    u16::try_from(total).unwrap_or(u16::MAX)
}

/// Draws pieces one after the other on the first row of the area, the last one cut with an ellipsis where
/// they do not fit. Returns the cells used.
pub fn draw(pieces: &[Piece], area: Rect, buffer: &mut Buffer, theme: &Theme) -> u16 {
    let area = row(area, 0);
    let mut used = 0;
    for piece in pieces {
        if used >= area.width || area.height == 0 {
            break;
        }
        let room = area.width - used;
        let drawn = put(buffer, (area.x + used, area.y), room, &piece.text, piece.style, theme);
        used += drawn;
        // Cut: what follows would read as if it belonged here.
        if width(&clean(&piece.text, theme.glyphs.ascii)) > usize::from(room) {
            break;
        }
    }
    used
}

/// Left pieces from the left, right pieces at the right end, at least one space between. Where both do not
/// fit the right one is kept whole as long as it takes less than half the line, and the left one is cut.
pub fn spread(left: &[Piece], right: &[Piece], area: Rect, buffer: &mut Buffer, theme: &Theme) {
    let area = row(area, 0);
    let (wanted_left, wanted_right) = (length(left, theme), length(right, theme));
    let both = wanted_left.saturating_add(wanted_right).saturating_add(1);
    let right_width = if both <= area.width || wanted_right <= area.width / 2 {
        wanted_right
    } else {
        // The right end is shortened to what the left one leaves, but to no less than half.
        area.width.saturating_sub(wanted_left.saturating_add(1)).max(area.width / 2).min(wanted_right)
    };
    let gap = u16::from(right_width > 0);
    let left_width = area.width.saturating_sub(right_width + gap);
    draw(left, Rect { width: left_width, ..area }, buffer, theme);
    draw(right, Rect { x: area.x + (area.width - right_width), width: right_width, ..area }, buffer, theme);
}

/// Tabs as ` 1 Data  2 Features [3 Choose k]`; where the names do not fit, only the current one keeps its.
/// Also says which columns each tab has, from the first cell of the line, for clicks.
pub fn tabs(names: &[(u8, &str)], current: usize, columns: u16, theme: &Theme) -> (Vec<Piece>, Vec<(u16, u16)>) {
    let long = tab_pieces(names, current, true, theme);
    let pieces = if length(&long, theme) <= columns { long } else { tab_pieces(names, current, false, theme) };
    let mut places = Vec::new();
    let mut start: u16 = 0;
    for piece in &pieces {
        let end = start.saturating_add(length(std::slice::from_ref(piece), theme));
        places.push((start, end));
        start = end;
    }
    (pieces, places)
}

fn tab_pieces(names: &[(u8, &str)], current: usize, all_named: bool, theme: &Theme) -> Vec<Piece> {
    let piece = |(i, (number, name)): (usize, &(u8, &str))| {
        let label = if all_named || i == current { format!("{number} {name}") } else { number.to_string() };
        if i == current {
            Piece::new(format!("[{label}]"), theme.palette.accent)
        } else {
            Piece::new(format!(" {label} "), theme.palette.text)
        }
    };
    names.iter().enumerate().map(piece).collect()
}

/// A line drawn across the first row of the area with a title in it at the left and a caption at the right: what
/// a box says where there is no room for one.
pub fn heading((title, style): (&str, Style), caption: &str, area: Rect, buffer: &mut Buffer, theme: &Theme) {
    let area = row(area, 0);
    put(buffer, (area.x, area.y), area.width, &theme.glyphs.horizontal.repeat(area.width.into()), style, theme);
    let between = |text: &str| Piece::new(format!(" {text} "), theme.palette.title);
    let room = area.width.saturating_sub(2);
    let mut used = 0;
    if !title.is_empty() {
        used = draw(&[between(title)], Rect { x: area.x + 1.min(area.width), width: room, ..area }, buffer, theme);
    }
    // Shown whole or as far as it goes beside the title.
    let left = room.saturating_sub(used + 1);
    let caption = [Piece::new(format!(" {caption} "), theme.palette.dim)];
    let length = length(&caption, theme).min(left);
    if length > 4 {
        let place = (area.right() - 1 - length, area.y);
        // Cut, it keeps the space after it.
        put(buffer, place, length - 1, caption[0].text.trim_end(), caption[0].style, theme);
        put(buffer, (area.right() - 2, area.y), 1, " ", caption[0].style, theme);
    }
}

/// Keys with their words, most useful first: those that fit whole, in order; never one that is cut.
pub fn keys(keys: &[(&str, &str)], columns: u16, theme: &Theme) -> Vec<Piece> {
    let mut pieces = vec![Piece::new(" ", theme.palette.text)];
    for (i, (key, words)) in keys.iter().enumerate() {
        let gap = if i == 0 { "" } else { "   " };
        let next = [
            Piece::new(format!("{gap}{key}"), theme.palette.accent),
            Piece::new(format!(" {words}"), theme.palette.text),
        ];
        if length(&pieces, theme).saturating_add(length(&next, theme)) > columns {
            break;
        }
        pieces.extend(next);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::super::shown::lines;
    use super::*;

    fn spread_text(left: &str, right: &str, columns: u16) -> String {
        let theme = Theme::plain();
        let area = Rect::new(0, 0, columns, 1);
        let mut buffer = Buffer::empty(area);
        let piece = |text: &str| [Piece::new(text, Style::new())];
        spread(&piece(left), &piece(right), area, &mut buffer, &theme);
        lines(&buffer).join("")
    }

    fn whole(pieces: &[Piece]) -> String {
        pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    #[test]
    fn left_and_right_never_touch() {
        assert_eq!(spread_text("left", "right", 12), "left   right");
        assert_eq!(spread_text("left", "right", 10), "left right");
        assert_eq!(spread_text("a long left text", "right", 12), "a lon… right");
        assert_eq!(spread_text("left", "a long right text", 12), "left a long…");
        assert_eq!(spread_text("left", "", 4), "left");
        for columns in 0..40 {
            spread_text("東京\x1b", "京東 right", columns);
        }
    }

    #[test]
    fn tabs_shrink_to_numbers() {
        let theme = Theme::plain();
        let names = [(1, "Data"), (2, "Features"), (3, "Choose k")];
        let (long, places) = tabs(&names, 2, 80, &theme);
        assert_eq!(whole(&long), " 1 Data  2 Features [3 Choose k]");
        assert_eq!(places, [(0, 8), (8, 20), (20, 32)]);
        assert_eq!(whole(&tabs(&names, 2, 20, &theme).0), " 1  2 [3 Choose k]");
        assert!(tabs(&[], 0, 0, &theme).0.is_empty());
    }

    #[test]
    fn keys_are_shown_whole_or_not_at_all() {
        let theme = Theme::plain();
        let all = [("+/-", "k"), ("Enter", "clusters"), ("q", "quit")];
        assert_eq!(whole(&keys(&all, 80, &theme)), " +/- k   Enter clusters   q quit");
        assert_eq!(whole(&keys(&all, 25, &theme)), " +/- k   Enter clusters");
        assert_eq!(whole(&keys(&all, 3, &theme)), " ");
        for columns in 1..80 {
            assert!(length(&keys(&all, columns, &theme), &theme) <= columns);
        }
    }

    fn heading_text(title: &str, caption: &str, columns: u16) -> String {
        let theme = Theme::plain();
        let area = Rect::new(0, 0, columns, 1);
        let mut buffer = Buffer::empty(area);
        heading((title, Style::new()), caption, area, &mut buffer, &theme);
        lines(&buffer).join("")
    }

    #[test]
    fn a_heading_keeps_its_title_and_cuts_its_caption() {
        assert_eq!(heading_text("Cards", "of 7", 24), "─ Cards ───────── of 7 ─");
        assert_eq!(heading_text("Cards", "a long caption", 22), "─ Cards ─ a long ca… ─");
        assert_eq!(heading_text("Cards", "a long caption", 12), "─ Cards ────");
        assert_eq!(heading_text("", "", 3), "───");
        for columns in 0..30 {
            heading_text("東京\x1b", "京東 right", columns);
        }
    }

    #[test]
    fn drawing_outside_the_buffer_does_nothing() {
        let theme = Theme::plain();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 2, 1));
        assert_eq!(draw(&[Piece::new("abc", Style::new())], Rect::new(5, 5, 9, 1), &mut buffer, &theme), 0);
        assert_eq!(draw(&[Piece::new("abc", Style::new())], Rect::new(0, 0, 9, 0), &mut buffer, &theme), 0);
    }
}
