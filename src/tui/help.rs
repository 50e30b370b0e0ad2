//! The help: every key, from the one table.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::keys::{self, Action};
use super::model::Model;
use super::widget::panel::{Panel, centred, clear};
use super::widget::put;
use crate::study::cache::MOST_BYTES;

/// Rows of the help: a place as a heading, or a key with its words.
fn lines() -> Vec<(Option<String>, String, &'static str)> {
    let mut lines = Vec::new();
    let mut last = String::new();
    for (place, keys, words) in keys::lines() {
        if place != last {
            lines.push((Some(place.clone()), String::new(), ""));
            last = place;
        }
        lines.push((None, keys, words));
    }
    lines
}

/// Moves through the help.
pub(super) fn scroll(model: &mut Model, action: Action) {
    let last = lines().len().saturating_sub(1);
    let page = usize::from(model.size.1.saturating_sub(6)).max(1);
    if let Some(first) = &mut model.help {
        *first = match action {
            Action::Up => first.saturating_sub(1),
            Action::Down => *first + 1,
            Action::PageUp => first.saturating_sub(page),
            Action::PageDown => *first + page,
            Action::First => 0,
            Action::Last => last,
            _ => *first,
        }
        .min(last.saturating_sub(page.min(last)));
    }
}

/// Draws the help over the screen.
pub(super) fn view(model: &Model, first: usize, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let lines = lines();
    let area = centred(area, 72.min(area.width), (lines.len() as u16 + 2).min(area.height));
    clear(area, buffer);
    let caption = match model.kept >> 20 {
        0 => "Esc closes".to_owned(),
        megabytes => format!("earlier choices are kept in {megabytes} of {} MB · Esc closes", MOST_BYTES >> 20),
    };
    (&Panel::new(theme, "Keys").caption(&caption).focused(true)).render(area, buffer);
    let inner = Panel::inner(area);
    for (y, (heading, keys, words)) in lines.iter().skip(first).take(usize::from(inner.height)).enumerate() {
        let at = inner.y + y as u16;
        match heading {
            Some(place) => {
                put(buffer, (inner.x, at), inner.width, place, theme.palette.title, theme);
            }
            None => {
                put(buffer, (inner.x + 2, at), 16.min(inner.width), keys, theme.palette.accent, theme);
                let rest = inner.width.saturating_sub(18);
                put(buffer, (inner.x + 18, at), rest, words, theme.palette.text, theme);
            }
        }
    }
}
