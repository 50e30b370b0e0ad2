//! Our own widgets. They know no domain: numbers and words in, cells out.
//!
//! Each borrows its data and the theme for one frame. Text goes to cells through `put` and nothing else, so
//! that whatever a table holds is cleaned and cut by display width on its way.

/// The axes of a chart.
pub mod axis;
/// Bars, shares, sparklines and histograms.
pub mod bar;
/// A curve over whole numbers, such as a measure for every k.
pub mod curve;
/// A line of text that is edited, a place in it pointed at.
pub mod field;
/// One line: left and right text, tabs, keys.
pub mod line;
/// Lines, more of them than fit.
pub mod lines;
/// A bordered box with title and caption; a dialog over others.
pub mod panel;
/// A table of any number of rows.
pub mod table;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::term::sanitise::{clean, fit, width};
use super::theme::Theme;

/// Writes text into at most `columns` cells of a row, cleaned and cut with an ellipsis. Returns the cells
/// used. Outside the buffer nothing happens.
pub fn put(buffer: &mut Buffer, (x, y): (u16, u16), columns: u16, text: &str, style: Style, theme: &Theme) -> u16 {
    let area = buffer.area;
    if x < area.left() || x >= area.right() || y < area.top() || y >= area.bottom() {
        return 0;
    }
    let columns = columns.min(area.right() - x);
    let cleaned = clean_start(text, columns, theme);
    let shown = fit(&cleaned, usize::from(columns), theme.glyphs.ellipsis);
    let (end, _) = buffer.set_stringn(x, y, &shown, usize::from(columns), style);
    end.saturating_sub(x)
}

/// As `put`, with the text at the right end of the `columns` cells: numbers.
pub fn put_right(
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    columns: u16,
    text: &str,
    style: Style,
    theme: &Theme,
) -> u16 {
    let cleaned = clean_start(text, columns, theme);
    let shown = fit(&cleaned, usize::from(columns), theme.glyphs.ellipsis);
    let used = u16::try_from(width(&shown)).unwrap_or(columns).min(columns);
    put(buffer, (x + (columns - used), y), used, &shown, style, theme)
}

/// Cleans no more of the text than can be seen: a cell may hold megabytes.
fn clean_start<'a>(text: &'a str, columns: u16, theme: &Theme) -> std::borrow::Cow<'a, str> {
    // The longest grapheme that survives cleaning, for each cell and one more to see that it goes on.
    let most = (usize::from(columns) + 1) * 64;
    clean(text.get(..text.floor_char_boundary(most)).unwrap_or(text), theme.glyphs.ascii)
}

/// The cells of a row of the area from column `from` on, or nothing outside the area.
fn row(area: Rect, y: u16) -> Rect {
    Rect { y: area.y.saturating_add(y), height: 1, ..area }.intersection(area)
}

#[cfg(test)]
pub(crate) mod shown {
    //! Widgets as text.

    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::widgets::Widget;

    /// Sizes at which every widget is drawn.
    pub const SIZES: [(u16, u16); 8] = [(0, 0), (1, 1), (2, 2), (3, 40), (200, 1), (38, 10), (80, 24), (160, 50)];

    pub fn buffer(widget: impl Widget, width: u16, height: u16) -> Buffer {
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        widget.render(area, &mut buffer);
        buffer
    }

    /// The rows of a buffer without their trailing spaces.
    pub fn lines(buffer: &Buffer) -> Vec<String> {
        (0..buffer.area.height)
            .map(|y| {
                let mut line = String::new();
                let mut x = 0;
                while x < buffer.area.width {
                    let symbol = buffer[(x, y)].symbol();
                    line.push_str(symbol);
                    x += (super::width(symbol) as u16).max(1);
                }
                line.trim_end().to_owned()
            })
            .collect()
    }

    pub fn text(widget: impl Widget, width: u16, height: u16) -> Vec<String> {
        lines(&buffer(widget, width, height))
    }

    /// Draws in the middle of a larger buffer and checks that nothing was touched outside.
    pub fn stays_inside(make: impl Fn() -> Box<dyn Fn(Rect, &mut Buffer)>) {
        for (width, height) in SIZES {
            let area = Rect::new(3, 2, width, height);
            let whole = Rect::new(0, 0, width + 6, height + 4);
            let mut buffer = Buffer::empty(whole);
            make()(area, &mut buffer);
            for position in whole.positions().filter(|position| !area.contains(*position)) {
                assert_eq!(buffer[position].symbol(), " ", "{position:?} outside {area:?}");
            }
        }
        // An area that reaches beyond the buffer, as in a storm of resizes.
        let mut small = Buffer::empty(Rect::new(0, 0, 5, 3));
        make()(Rect::new(0, 0, 5, 3), &mut small);
        make()(Rect::new(2, 1, 40, 20), &mut small);
        make()(Rect::new(50, 50, 40, 20), &mut small);
    }
}
