//! A table of any number of rows: only those on screen are asked for.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::{put, put_right, row};
use crate::tui::theme::Theme;

/// Which end of a column its cells stand at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A column: its title and how wide it may be.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    title: &'a str,
    align: Align,
    least: u16,
    most: u16,
}

impl<'a> Column<'a> {
    /// A column of words, `width` cells wide.
    pub fn words(title: &'a str, width: u16) -> Self {
        Self { title, align: Align::Left, least: width, most: width }
    }

    /// A column of numbers, `width` cells wide.
    pub fn numbers(title: &'a str, width: u16) -> Self {
        Self { align: Align::Right, ..Self::words(title, width) }
    }

    /// Lets the column grow to `most` cells where there is room.
    #[must_use]
    pub fn up_to(mut self, most: u16) -> Self {
        self.most = most.max(self.least);
        self
    }
}

/// One cell: its text, and a style over that of its row.
#[derive(Clone, Debug, Default)]
pub struct Cell<'a> {
    text: Cow<'a, str>,
    style: Style,
}

impl<'a> Cell<'a> {
    /// A cell with a style of its own.
    pub fn styled(text: impl Into<Cow<'a, str>>, style: Style) -> Self {
        Self { text: text.into(), style }
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self { text: text.into(), style: Style::new() }
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self { text: text.into(), style: Style::new() }
    }
}

/// A table. `cells` gives the cells of a row by its number, and is called for visible rows only.
pub struct Table<'a, F> {
    theme: &'a Theme,
    columns: &'a [Column<'a>],
    rows: usize,
    cells: F,
    selected: Option<usize>,
    offset: usize,
    skipped: usize,
    frozen: usize,
    stale: bool,
}

impl<'a, 'c, F: Fn(usize) -> Vec<Cell<'c>>> Table<'a, F> {
    /// A table of `rows` rows.
    pub fn new(theme: &'a Theme, columns: &'a [Column<'a>], rows: usize, cells: F) -> Self {
        Self { theme, columns, rows, cells, selected: None, offset: 0, skipped: 0, frozen: 1, stale: false }
    }

    /// The row that keys act on, and the first row shown (see [`scrolled`]).
    #[must_use]
    pub fn at(mut self, selected: Option<usize>, offset: usize) -> Self {
        self.selected = selected;
        self.offset = offset;
        self
    }

    /// Leaves out so many columns after the first `frozen` ones: scrolled sideways.
    #[must_use]
    pub fn sideways(mut self, skipped: usize, frozen: usize) -> Self {
        self.skipped = skipped;
        self.frozen = frozen;
        self
    }

    /// Draws everything dim: the figures belong to an earlier choice.
    #[must_use]
    pub fn stale(mut self, stale: bool) -> Self {
        self.stale = stale;
        self
    }

    /// Rows that an area of this height shows: one line is the header.
    pub fn visible_rows(height: u16) -> usize {
        usize::from(height.saturating_sub(1))
    }

    /// The row at a line of the screen, for clicks.
    pub fn row_at(&self, area: Rect, y: u16) -> Option<usize> {
        let line = y.checked_sub(area.y.checked_add(1)?).filter(|_| y < area.bottom())?;
        self.offset.checked_add(usize::from(line)).filter(|row| *row < self.rows)
    }

    /// The columns that fit, each with its first cell and width, and whether more lie to the right.
    fn placed(&self, width: u16) -> (Vec<(usize, u16, u16)>, bool) {
        let frozen = self.frozen.min(self.columns.len());
        let skipped_to = frozen.saturating_add(self.skipped).min(self.columns.len());
        let wanted = (0..frozen).chain(skipped_to..self.columns.len());
        let mut chosen: Vec<(usize, u16)> = Vec::new();
        let mut used = MARK;
        let mut more = false;
        for i in wanted {
            let least = self.columns[i].least;
            let with = used.saturating_add(least).saturating_add(if chosen.is_empty() { 0 } else { GAP });
            // One column is always shown, cut.
            if with > width && !chosen.is_empty() {
                more = true;
                break;
            }
            used = with;
            chosen.push((i, least));
        }
        // The mark that says so stands in the last cell, beside the columns where there is room.
        let mut left = width.saturating_sub(used).saturating_sub(u16::from(more));
        // The room that is left goes to the columns in turn, a cell at a time, until none can grow.
        while left > 0 {
            let mut grew = false;
            for (i, width) in &mut chosen {
                if left > 0 && *width < self.columns[*i].most {
                    *width += 1;
                    left -= 1;
                    grew = true;
                }
            }
            if !grew {
                break;
            }
        }
        let mut start = MARK;
        let mut places = Vec::with_capacity(chosen.len());
        for (i, column) in chosen {
            let column = column.min(width.saturating_sub(start));
            places.push((i, start, column));
            start = start.saturating_add(column).saturating_add(GAP);
        }
        (places, more)
    }
}

/// Cells before the first column: the marker of the selected row between two spaces.
const MARK: u16 = 3;
/// Cells between columns.
const GAP: u16 = 2;

impl<'c, F: Fn(usize) -> Vec<Cell<'c>>> Widget for &Table<'_, F> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return;
        }
        let (theme, palette) = (self.theme, &self.theme.palette);
        let (places, more) = self.placed(area.width);
        for &(i, start, width) in &places {
            let Column { title, align, .. } = self.columns[i];
            write(buffer, (area.x + start, area.y), width, title, align, palette.title, theme);
        }
        if self.skipped > 0 {
            put(buffer, (area.x + 1, area.y), 1, theme.glyphs.more_left, palette.accent, theme);
        }
        if more {
            put(buffer, (area.right() - 1, area.y), 1, theme.glyphs.more_right, palette.accent, theme);
        }
        for line in 1..area.height {
            let number = self.offset.saturating_add(usize::from(line) - 1);
            if number >= self.rows {
                break;
            }
            let place = row(area, line);
            let base = if self.stale { palette.dim } else { palette.text };
            let cells = (self.cells)(number);
            for &(i, start, width) in &places {
                let Some(cell) = cells.get(i) else { continue };
                let style = if self.stale { base } else { base.patch(cell.style) };
                write(buffer, (place.x + start, place.y), width, &cell.text, self.columns[i].align, style, theme);
            }
            if self.selected == Some(number) {
                put(buffer, (place.x + 1, place.y), 1, theme.glyphs.marker, palette.accent, theme);
                buffer.set_style(place, palette.selected);
            }
        }
    }
}

fn write(buffer: &mut Buffer, at: (u16, u16), width: u16, text: &str, align: Align, style: Style, theme: &Theme) {
    match align {
        Align::Left => put(buffer, at, width, text, style, theme),
        Align::Right => put_right(buffer, at, width, text, style, theme),
    };
}

/// The first row to show so that the selected one is visible, moving as little as possible from `offset`.
///
/// `height` is rows on screen, `rows` all there are. Keeps a row of context above and below where there is
/// room, and leaves no empty lines at the end of a table that fills the screen.
pub fn scrolled(selected: usize, offset: usize, height: usize, rows: usize) -> usize {
    if height == 0 || rows == 0 {
        return 0;
    }
    let selected = selected.min(rows - 1);
    let context = usize::from(height >= 5);
    let highest = selected.saturating_sub(context);
    let lowest = (selected + context + 1).saturating_sub(height);
    // With one row on screen there is no context and both are the same.
    offset.clamp(lowest.min(highest), highest).min(rows.saturating_sub(height))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::cell::Cell as Count;

    use super::super::shown::{SIZES, stays_inside, text};
    use super::*;

    const COLUMNS: [Column<'static>; 4] = [
        Column { title: "k", align: Align::Right, least: 2, most: 2 },
        Column { title: "name", align: Align::Left, least: 6, most: 12 },
        Column { title: "WCSS %", align: Align::Right, least: 6, most: 6 },
        Column { title: "smallest", align: Align::Right, least: 9, most: 9 },
    ];

    fn cells(i: usize) -> Vec<Cell<'static>> {
        vec![i.to_string().into(), format!("cluster {i}").into(), "61.0".into(), "41,203".into()]
    }

    #[test]
    fn numbers_stand_right_and_the_selected_row_is_marked() {
        let theme = Theme::plain();
        let table = Table::new(&theme, &COLUMNS, 3, cells).at(Some(1), 0);
        assert_eq!(
            text(&table, 40, 4),
            [
                "    k  name          WCSS %   smallest",
                "    0  cluster 0       61.0     41,203",
                " ▶  1  cluster 1       61.0     41,203",
                "    2  cluster 2       61.0     41,203",
            ]
        );
    }

    #[test]
    fn columns_that_do_not_fit_are_announced() {
        let theme = Theme::plain();
        let table = Table::new(&theme, &COLUMNS, 2, cells);
        assert_eq!(text(&table, 24, 2), ["    k  name      WCSS %→", "    0  cluster…    61.0"]);
        assert_eq!(text(&table.sideways(2, 1), 24, 2), [" ←  k   smallest", "    0     41,203"]);
    }

    #[test]
    fn only_visible_rows_are_asked_for() {
        let theme = Theme::plain();
        let asked = Count::new(0);
        let table = Table::new(&theme, &COLUMNS, usize::MAX, |i| {
            asked.set(asked.get() + 1);
            cells(i)
        })
        .at(Some(200_000), 199_990);
        let shown = text(&table, 60, 24);
        assert_eq!(asked.get(), 23);
        assert!(shown[11].contains('▶') && shown[11].contains("200000") || shown[11].contains('…'), "{:?}", shown[11]);
    }

    #[test]
    fn every_size_and_hostile_text() {
        let theme = Theme::plain();
        for (width, height) in SIZES {
            let hostile = |_| vec!["\x1b[2J\u{202e}".into(), "東京都東京都東京都".into(), "x".repeat(100_000).into()];
            let shown = text(&Table::new(&theme, &COLUMNS, 9, hostile).at(Some(99), 0).sideways(9, 9), width, height);
            assert!(!shown.join("").contains('\x1b'));
            text(&Table::new(&theme, &[], 9, hostile).at(Some(1), 7), width, height);
            text(&Table::new(&theme, &COLUMNS, 0, hostile).at(None, usize::MAX), width, height);
        }
        stays_inside(|| {
            Box::new(|area, buffer: &mut Buffer| {
                Table::new(&Theme::plain(), &COLUMNS, 99, cells).at(Some(0), 0).render(area, buffer);
            })
        });
    }

    #[test]
    fn a_click_finds_its_row() {
        let theme = Theme::plain();
        let table = Table::new(&theme, &COLUMNS, 12, cells).at(None, 10);
        let area = Rect::new(0, 5, 40, 4);
        let rows: Vec<_> = (4..10).map(|y| table.row_at(area, y)).collect();
        assert_eq!(rows, [None, None, Some(10), Some(11), None, None]);
    }

    #[test]
    fn scrolling_moves_no_more_than_it_must() {
        assert_eq!(scrolled(5, 0, 10, 100), 0);
        assert_eq!(scrolled(9, 0, 10, 100), 1, "a row of context below");
        assert_eq!(scrolled(99, 0, 10, 100), 90, "no empty lines at the end");
        assert_eq!(scrolled(50, 90, 10, 100), 49, "a row of context above");
        assert_eq!(scrolled(3, 7, 1, 100), 3);
        assert_eq!(scrolled(5, 9, 0, 0), 0);
    }

    proptest! {
        #[test]
        fn the_selected_row_is_always_visible(selected in 0_usize..500, offset in 0_usize..500, height in 1_usize..60, rows in 1_usize..400) {
            let first = scrolled(selected, offset, height, rows);
            let selected = selected.min(rows - 1);
            prop_assert!(first <= selected && selected < first + height);
            prop_assert!(first + height <= rows.max(height));
            prop_assert_eq!(scrolled(selected, first, height, rows), first);
        }
    }
}
