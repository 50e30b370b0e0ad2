//! One folder a screen: its state, what keys do to it, how it looks.

pub mod choose_k;
pub mod clusters;
pub mod data;
pub mod drill;
pub mod features;
pub mod flow;
pub mod list;
pub mod plan;
pub mod rows;
pub mod step;

use super::keys::Action;

/// A selection in a list of rows, and the first row shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The selected row.
    pub at: usize,
    /// The first row shown.
    pub offset: usize,
}

impl Cursor {
    /// Moves the selection in a list of `rows`, of which `height` are shown. Says whether the action was a
    /// movement.
    pub fn act(&mut self, action: Action, rows: usize, height: usize) -> bool {
        let page = height.max(1);
        self.at = match action {
            Action::Up => self.at.saturating_sub(1),
            Action::Down => self.at + 1,
            Action::PageUp => self.at.saturating_sub(page),
            Action::PageDown => self.at.saturating_add(page),
            Action::First => 0,
            Action::Last => usize::MAX,
            _ => return false,
        };
        self.keep(rows, height);
        true
    }

    /// Keeps the selection inside the list and in sight.
    pub fn keep(&mut self, rows: usize, height: usize) {
        self.at = self.at.min(rows.saturating_sub(1));
        self.offset = super::widget::table::scrolled(self.at, self.offset, height, rows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selection_stays_inside() {
        let mut cursor = Cursor::default();
        assert!(cursor.act(Action::Last, 100, 10));
        assert_eq!(cursor, Cursor { at: 99, offset: 90 });
        cursor.act(Action::Down, 100, 10);
        assert_eq!(cursor.at, 99);
        cursor.act(Action::PageUp, 100, 10);
        assert_eq!(cursor.at, 89);
        cursor.keep(5, 10);
        assert_eq!(cursor, Cursor { at: 4, offset: 0 });
        assert!(!cursor.act(Action::Toggle, 5, 10));
        cursor.keep(0, 0);
        assert_eq!(cursor.at, 0);
    }
}
