//! Screen 1 as it looks.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::Widget;

use super::Part;
use crate::study::Cleaned;
use crate::table::ledger::Effect;
use crate::table::money::group_thousands;
use crate::tui::model::Model;
use crate::tui::widget::bar::sparkline;
use crate::tui::widget::panel::Panel;
use crate::tui::widget::put;
use crate::tui::widget::table::{Cell, Column, Table};

/// Lines of the ledger's box: a border, titles, a line a rule, the sum.
fn ledger_lines(model: &Model, height: u16) -> u16 {
    let rules = model.cleaned.as_ref().map_or(0, |c| c.learners.ledger.entries.len()) as u16;
    (rules + 4).min(height * 2 / 3)
}

/// Rows shown of the ledger and of the columns at the current size.
pub fn heights(model: &Model) -> (usize, usize) {
    let height = model.size.1.saturating_sub(3);
    let ledger = ledger_lines(model, height);
    (usize::from(ledger.saturating_sub(4)), usize::from(height.saturating_sub(ledger + 3)))
}

/// Draws the ledger and the columns.
pub fn view(model: &Model, area: Rect, buffer: &mut Buffer) {
    let Some(cleaned) = &model.cleaned else {
        put(
            buffer,
            (area.x + 1, area.y + 1),
            area.width.saturating_sub(2),
            "The table is being read.",
            model.theme.palette.text,
            &model.theme,
        );
        return;
    };
    let [top, bottom] =
        Layout::vertical([Constraint::Length(ledger_lines(model, area.height)), Constraint::Min(0)]).areas(area);
    ledger(model, cleaned, top, buffer);
    columns(model, cleaned, bottom, buffer);
}

fn ledger(model: &Model, cleaned: &Cleaned, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let ledger = &cleaned.learners.ledger;
    let focused = model.data.part == Part::Ledger;
    (&Panel::new(theme, "Ledger · what cleaning did").focused(focused)).render(area, buffer);
    let inner = Panel::inner(area);
    let columns = [
        Column::words("on", 3),
        Column::words("rule", 40).up_to(80),
        Column::numbers("taken", 9),
        Column::numbers("changed", 9),
    ];
    let cells = |row: usize| -> Vec<Cell<'_>> {
        let entry = &ledger.entries[row];
        let style = if entry.on { theme.palette.text } else { theme.palette.dim };
        let count = group_thousands(entry.rows.len() as u64);
        let count = if entry.on { count } else { format!("({count})") };
        let (taken, changed) =
            if entry.effect == Effect::Taken { (count, String::new()) } else { (String::new(), count) };
        vec![
            Cell::styled(if entry.on { "[x]" } else { "[ ]" }, style),
            Cell::styled(entry.label.as_str(), style),
            Cell::styled(taken, style),
            Cell::styled(changed, style),
        ]
    };
    let list = Rect { height: inner.height.saturating_sub(1), ..inner };
    let cursor = model.data.ledger;
    Table::new(theme, &columns, ledger.entries.len(), cells)
        .at(focused.then_some(cursor.at), cursor.offset)
        .render(list, buffer);
    let sum = format!(
        "{} rows in = {} used + {} taken",
        group_thousands(ledger.rows_in as u64),
        group_thousands(ledger.rows_out as u64),
        group_thousands(ledger.taken() as u64)
    );
    if inner.height > 0 {
        put(buffer, (inner.x + 1, inner.bottom() - 1), inner.width.saturating_sub(1), &sum, theme.palette.title, theme);
    }
}

fn columns(model: &Model, cleaned: &Cleaned, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let focused = model.data.part == Part::Columns;
    let caption = cleaned.learners.experience.as_ref().map(|how| format!("experience: {how}")).unwrap_or_default();
    (&Panel::new(theme, "Columns of the rows used").caption(&caption).focused(focused)).render(area, buffer);
    let inner = Panel::inner(area);
    let shown = [
        Column::words("column", 17).up_to(30),
        Column::words("role", 10).up_to(16),
        Column::words("type", 6),
        Column::numbers("missing", 8),
        Column::numbers("distinct", 8),
        Column::words("values", 13).up_to(26),
        Column::words("remark", 10).up_to(60),
    ];
    let all = &cleaned.learners.columns;
    let cells = |row: usize| -> Vec<Cell<'_>> {
        let (column, summary) = (&all[row], &cleaned.summaries[row]);
        let problem = cleaned.problems.iter().find(|p| p.column == column.name);
        let remark = match problem {
            Some(problem) => format!("! {}", problem.text),
            None if column.derived => "made by kscope".to_owned(),
            None if column.unreadable.count > 0 => format!("! {} cells unreadable", column.unreadable.count),
            None => String::new(),
        };
        let bins = if area.width >= 120 { 24 } else { 12 };
        vec![
            Cell::from(column.name.as_str()),
            Cell::from(column.role.word()),
            Cell::from(if column.numbers().is_some() { "number" } else { "text" }),
            Cell::from(group_thousands(summary.missing as u64)),
            Cell::from(group_thousands(summary.distinct as u64)),
            Cell::styled(sparkline(&summary.histogram, bins, theme.glyphs), theme.palette.accent),
            Cell::styled(remark, if problem.is_some() { theme.palette.warn } else { theme.palette.dim }),
        ]
    };
    let cursor = model.data.columns;
    Table::new(theme, &shown, all.len(), cells).at(focused.then_some(cursor.at), cursor.offset).render(inner, buffer);
}
