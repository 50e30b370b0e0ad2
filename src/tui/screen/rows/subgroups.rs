//! The rules that were found, as they look.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::Widget;

use super::{State, found};
use crate::report::subgroups::{NOTHING, target};
use crate::segments::subgroup::{PERMUTATIONS, Subgroups};
use crate::table::money::group_thousands;
use crate::tui::model::Model;
use crate::tui::screen::drill::Finding;
use crate::tui::term::sanitise::wrap;
use crate::tui::widget::panel::paragraph;
use crate::tui::widget::put;
use crate::tui::widget::table::{Cell, Column, Table};

/// Lines under the list: the selected rule in full, and how it was judged.
const FOOT: u16 = 5;

/// Lines that the list has of so many.
pub fn list_height(height: usize) -> usize {
    height.saturating_sub(usize::from(FOOT))
}

/// Draws the list, or why there is none.
pub fn view(model: &Model, state: &State, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let text = match (&model.drill.finding, found(model)) {
        (_, Some(found)) if !found.found.is_empty() => return list(model, state, found, area, buffer),
        (Finding::Waiting | Finding::Not, _) => "Rules are being searched for.".to_owned(),
        (Finding::Found(None), _) => "The search needs a column of pay and one of experience.".to_owned(),
        (Finding::Found(Some(found)), _) => format!(
            "{NOTHING} At least {} rows were asked for; r on screen 6 comes back here.",
            group_thousands(found.least as u64)
        ),
    };
    let inside = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    paragraph(&text, theme.palette.text, inside, buffer, theme);
}

fn list(model: &Model, state: &State, found: &Subgroups, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let [list, foot] = Layout::vertical([Constraint::Min(0), Constraint::Length(FOOT)]).areas(area);
    let columns = [
        Column::numbers("rows", 7),
        Column::numbers("low-paid", 8),
        Column::numbers("lift", 5),
        Column::words("rule", 30).up_to(140),
    ];
    let cells = |i: usize| -> Vec<Cell<'_>> {
        let one = &found.found[i];
        vec![
            Cell::from(group_thousands(one.rows as u64)),
            Cell::from(format!("{:.0} %", 100.0 * one.share)),
            Cell::from(format!("×{:.1}", one.lift)),
            Cell::from(one.rule.as_str()),
        ]
    };
    Table::new(theme, &columns, found.found.len(), cells)
        .at(Some(state.cursor.at), state.cursor.offset)
        .render(list, buffer);
    let width = usize::from(foot.width.saturating_sub(2));
    let rule = found.found.get(state.cursor.at).map_or("", |one| one.rule.as_str());
    let base = 100.0 * found.low as f64 / found.known.max(1) as f64;
    let judged = format!(
        "low-paid: {}, {base:.0} % of all. Better than the best of {PERMUTATIONS} searches in which pay was dealt out \
         anew; no two share more than half of their people.",
        target()
    );
    let mut lines: Vec<(String, _)> =
        wrap(rule, width).into_iter().take(2).map(|line| (line, theme.palette.title)).collect();
    lines.extend(wrap(&judged, width).into_iter().map(|line| (line, theme.palette.dim)));
    for (y, (line, style)) in (foot.y..foot.bottom()).zip(lines) {
        put(buffer, (foot.x + 1, y), foot.width.saturating_sub(2), &line, style, theme);
    }
}
