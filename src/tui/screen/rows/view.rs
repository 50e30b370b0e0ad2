//! What is opened over a screen, as it looks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::learners::Learners;
use super::{Of, State, card, learners, subgroups};
use crate::report::text::figure;
use crate::study::Cleaned;
use crate::table::column::Column;
use crate::table::money::group_thousands;
use crate::table::role::Role;
use crate::tui::model::Model;
use crate::tui::screen::list;
use crate::tui::widget::panel::{Panel, clear};
use crate::tui::widget::table::{self, Cell, Table};

/// Rows that are shown at the current size.
pub fn height(model: &Model) -> usize {
    // Header, footer, border, titles.
    let height = usize::from(model.size.1.saturating_sub(6));
    match model.rows.as_ref().map(|rows| &rows.of) {
        Some(Of::Subgroups) => subgroups::list_height(height),
        _ => height,
    }
}

/// Draws it over the content.
pub fn view(model: &Model, state: &State, area: Rect, buffer: &mut Buffer) {
    let Some(cleaned) = &model.cleaned else { return };
    let theme = &model.theme;
    clear(area, buffer);
    let (title, caption) = (title(model, state), caption(state));
    (&Panel::new(theme, &title).caption(&caption).focused(true)).render(area, buffer);
    let inner = Panel::inner(area);
    match &state.of {
        Of::Source => source(model, cleaned, state, inner, buffer),
        Of::Used | Of::People(_) => {
            let list = Learners {
                rows: state.shown(),
                cursor: state.cursor,
                focused: true,
                skipped: state.skipped,
                order: &state.order,
                fails: None,
                places: match &state.of {
                    Of::People(places) => Some(places),
                    _ => None,
                },
                stale: false,
            };
            learners::view(model, &list, inner, buffer);
        }
        Of::Learner(card) => {
            let lines = card::lines(model, card);
            let shown = [table::Column::words("", 20).up_to(24), table::Column::words("", 24).up_to(130)];
            let cells = |i: usize| -> Vec<Cell<'_>> {
                let line = &lines[i];
                vec![Cell::styled(line.what.as_str(), theme.palette.dim), Cell::styled(line.said.as_str(), line.style)]
            };
            Table::new(theme, &shown, lines.len(), cells)
                .at(Some(state.cursor.at), state.cursor.offset)
                .render(inner, buffer);
        }
        Of::Subgroups => subgroups::view(model, state, inner, buffer),
    }
}

/// What it is, and how it is arranged; while a search is typed, that.
fn title(model: &Model, state: &State) -> String {
    if let (Some(search), true) = (&model.search, state.is_list()) {
        return format!("Search  {}▏", search.value());
    }
    match list::words(model, &state.order) {
        words if words.is_empty() => state.title.clone(),
        words => format!("{} · {words}", state.title),
    }
}

fn caption(state: &State) -> String {
    if matches!(state.of, Of::Learner(_) | Of::Subgroups) {
        return String::new();
    }
    let shown = state.shown().len();
    let at = (state.cursor.at + 1).min(shown);
    let of_all = if shown < state.rows.len() {
        format!(", of {} in all", group_thousands(state.rows.len() as u64))
    } else {
        String::new()
    };
    format!("{} of {}{of_all}", group_thousands(at as u64), group_thousands(shown as u64))
}

/// Rows of the source as they were read.
fn source(model: &Model, cleaned: &Cleaned, state: &State, area: Rect, buffer: &mut Buffer) {
    let columns: Vec<&Column> = cleaned.table.columns.iter().collect();
    let mut shown = vec![table::Column::numbers("row", 9)];
    shown.extend(columns.iter().map(|c| spec(c, &c.name)));
    let rows = state.shown();
    let cells = |i: usize| -> Vec<Cell<'_>> {
        let row = rows[i] as usize;
        let mut cells = vec![Cell::from(row.to_string())];
        cells.extend(columns.iter().map(|c| Cell::from(cell(model, c, row))));
        cells
    };
    Table::new(&model.theme, &shown, rows.len(), cells)
        .at(Some(state.cursor.at), state.cursor.offset)
        .sideways(state.skipped, 1)
        .render(area, buffer);
}

/// How wide a column of the table is shown.
pub fn spec<'a>(column: &Column, title: &'a str) -> table::Column<'a> {
    match column.role {
        Role::Pay => table::Column::numbers(title, 10),
        Role::Experience | Role::Age => table::Column::numbers(title, 10),
        Role::Learner => table::Column::words(title, 10).up_to(20),
        Role::Job | Role::Company => table::Column::words(title, 18).up_to(32),
        _ if column.numbers().is_some() => table::Column::numbers(title, (title.len() as u16).clamp(8, 18)),
        _ => table::Column::words(title, 14).up_to(32),
    }
}

/// A value as the screen writes it.
pub fn cell(model: &Model, column: &Column, row: usize) -> String {
    match column.numbers() {
        None => column.categories().and_then(|t| t.get(row)).unwrap_or("–").to_owned(),
        Some(values) if values[row].is_nan() => "–".to_owned(),
        Some(values) => match column.role {
            Role::Pay => model.pay(values[row]),
            Role::Experience | Role::Age => format!("{:.0} y", values[row]),
            role if role.is_year() || role == Role::Ignore => format!("{:.0}", values[row]),
            // A count is shown as one.
            _ if values[row].fract() == 0.0 && values[row].abs() < 1e6 => format!("{:.0}", values[row]),
            _ => figure(values[row]),
        },
    }
}
