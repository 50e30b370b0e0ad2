//! The list of rows as it looks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::{Of, Place, State};
use crate::report::text::figure;
use crate::table::column::Column;
use crate::table::money::group_thousands;
use crate::table::role::Role;
use crate::tui::model::Model;
use crate::tui::screen::drill;
use crate::tui::widget::panel::{Panel, clear};
use crate::tui::widget::table::{self, Cell, Table};

/// Rows that are shown at the current size.
pub fn height(model: &Model) -> usize {
    // Header, footer, border, titles.
    usize::from(model.size.1.saturating_sub(6))
}

/// Draws the list over the content.
pub fn view(model: &Model, state: &State, area: Rect, buffer: &mut Buffer) {
    let Some(cleaned) = &model.cleaned else { return };
    let theme = &model.theme;
    clear(area, buffer);
    let place = match state.of {
        Of::Source | Of::People(_) => {
            format!("{} of {}", group_thousands(state.cursor.at as u64 + 1), group_thousands(state.rows.len() as u64))
        }
        Of::Learner => String::new(),
    };
    (&Panel::new(theme, &state.title).caption(&place).focused(true)).render(area, buffer);
    let inner = Panel::inner(area);
    match &state.of {
        Of::People(places) => {
            let cursor = (Some(state.cursor.at), state.cursor.offset);
            people(model, (&state.rows, places), (cursor, state.skipped), inner, buffer);
        }
        Of::Source => {
            let columns: Vec<&Column> = cleaned.table.columns.iter().collect();
            let mut shown = vec![table::Column::numbers("row", 9)];
            shown.extend(columns.iter().map(|c| spec(c)));
            let cells = |i: usize| -> Vec<Cell<'_>> {
                let row = state.rows[i] as usize;
                let mut cells = vec![Cell::from(row.to_string())];
                cells.extend(columns.iter().map(|c| Cell::from(cell(model, c, row))));
                cells
            };
            Table::new(theme, &shown, state.rows.len(), cells)
                .at(Some(state.cursor.at), state.cursor.offset)
                .sideways(state.skipped, 1)
                .render(inner, buffer);
        }
        Of::Learner => {
            let Some(&row) = state.rows.first() else { return };
            let columns = &cleaned.learners.columns;
            let shown = [table::Column::words("column", 20).up_to(36), table::Column::words("value", 24).up_to(120)];
            let cells = |i: usize| -> Vec<Cell<'_>> {
                vec![Cell::from(columns[i].name.as_str()), Cell::from(cell(model, &columns[i], row as usize))]
            };
            Table::new(theme, &shown, columns.len(), cells)
                .at(Some(state.cursor.at), state.cursor.offset)
                .render(inner, buffer);
        }
    }
}

/// People of a plan: who they are, how they are paid against their peers, and why they are here.
pub fn people(
    model: &Model,
    (rows, places): (&[u32], &[Place]),
    ((selected, offset), skipped): ((Option<usize>, usize), usize),
    area: Rect,
    buffer: &mut Buffer,
) {
    let Some(cleaned) = &model.cleaned else { return };
    let columns = drill::view::ordered(&cleaned.learners.columns);
    let (first, others) = columns.split_at(columns.iter().filter(|c| drill::view::is_first(c)).count());
    let mut shown = vec![table::Column::numbers("row", 6)];
    shown.extend(first.iter().map(|column| drill::view::narrow(column)));
    shown.push(table::Column::numbers("peers'", 8));
    shown.push(table::Column::numbers("gap", 6));
    shown.push(table::Column::numbers("score", 5));
    shown.push(table::Column::words("card", 21));
    shown.push(table::Column::words("n", 11).up_to(23));
    shown.extend(others.iter().map(|column| spec(column)));
    let cells = |i: usize| -> Vec<Cell<'_>> {
        let row = rows[i] as usize;
        let [median, who, gap] = drill::view::against(model, cleaned.peers.as_ref().and_then(|peers| peers.of(row)));
        let score = places[i].score.map_or("–".to_owned(), |score| format!("{score:.1}"));
        let mut cells = vec![Cell::from(cleaned.learners.source_row[row].to_string())];
        cells.extend(first.iter().map(|column| Cell::from(cell(model, column, row))));
        cells.extend([median, gap, Cell::from(score), Cell::from(places[i].kind.word()), who]);
        cells.extend(others.iter().map(|column| Cell::from(cell(model, column, row))));
        cells
    };
    Table::new(&model.theme, &shown, rows.len(), cells).at(selected, offset).sideways(skipped, 1).render(area, buffer);
}

/// How wide a column of the table is shown.
pub fn spec(column: &Column) -> table::Column<'_> {
    match column.role {
        Role::Pay => table::Column::numbers(&column.name, 10),
        Role::Experience | Role::Age => table::Column::numbers(&column.name, 10),
        Role::Learner => table::Column::words(&column.name, 10).up_to(20),
        Role::Job | Role::Company => table::Column::words(&column.name, 18).up_to(32),
        _ if column.numbers().is_some() => {
            table::Column::numbers(&column.name, (column.name.len() as u16).clamp(8, 18))
        }
        _ => table::Column::words(&column.name, 14).up_to(32),
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
