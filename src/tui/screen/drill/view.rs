//! Screen 6 as it looks.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Modifier;
use ratatui::widgets::Widget;

use crate::segments::drill::{Drill, NO_CLUSTER};
use crate::segments::peers::Peer;
use crate::table::column::Column as TableColumn;
use crate::table::money::group_thousands;
use crate::table::role::Role;
use crate::tui::model::Model;
use crate::tui::screen::rows::view::{cell, spec};
use crate::tui::widget::bar::share;
use crate::tui::widget::table::{self, Cell, Table};
use crate::tui::widget::{put, put_right};

/// Clusters that are named under the funnel.
const HELD: usize = 3;

/// Lines of the rule, its error or notice, the funnel and the clusters.
fn head_lines(model: &Model) -> u16 {
    let clauses = model.drilled.as_ref().map_or(0, |d| d.funnel.clauses.len()) as u16;
    let held = model.drilled.as_ref().map_or(0, |d| d.by_cluster.len().min(HELD)) as u16;
    // The rule, one line for an error or a notice, everybody, a line a clause, the clusters.
    (3 + clauses.min(8) + held).min(model.size.1.saturating_sub(3) * 2 / 3)
}

/// Rows of the list at the current size.
pub fn list_height(model: &Model) -> usize {
    usize::from(model.size.1.saturating_sub(3 + head_lines(model) + 1))
}

/// Draws the rule, the funnel, and the rows behind it.
pub fn view(model: &Model, area: Rect, buffer: &mut Buffer) {
    let [head, list] = Layout::vertical([Constraint::Length(head_lines(model)), Constraint::Min(0)]).areas(area);
    rule_line(model, head, buffer);
    if model.drill.error.is_some() && model.drill.editor.is_none() {
        // What the last rule that worked had found would be read as what this one finds.
        let text = "This rule cannot be put to the table. e edits it.";
        let width = area.width.saturating_sub(2);
        put(buffer, (area.x + 1, head.bottom()), width, text, model.theme.palette.text, &model.theme);
    } else if let Some(drilled) = &model.drilled {
        funnel(model, drilled, Rect { y: head.y + 2, height: head.height.saturating_sub(2), ..head }, buffer);
        rows(model, drilled, list, buffer);
    } else {
        let text = if model.has_table() { "The rule is being counted." } else { "The table is being read." };
        let width = area.width.saturating_sub(2);
        put(buffer, (area.x + 1, head.bottom()), width, text, model.theme.palette.text, &model.theme);
    }
}

fn rule_line(model: &Model, area: Rect, buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let theme = &model.theme;
    put(buffer, (area.x + 1, area.y), 5, "Rule", theme.palette.accent, theme);
    let room = area.width.saturating_sub(8);
    match &model.drill.editor {
        Some(editor) => {
            let scroll = editor.visual_scroll(usize::from(room.saturating_sub(1)));
            let shown: String = editor.value().chars().skip(scroll).collect();
            put(buffer, (area.x + 7, area.y), room, &shown, theme.palette.title, theme);
            let at = area.x + 7 + (editor.visual_cursor().saturating_sub(scroll)) as u16;
            if at < area.right() {
                buffer[(at, area.y)].modifier.insert(Modifier::REVERSED);
            }
        }
        None => {
            let rule = if model.rule().trim().is_empty() { "everybody" } else { model.rule() };
            put(buffer, (area.x + 7, area.y), room, rule, theme.palette.title, theme);
        }
    }
    if area.height < 2 {
        return;
    }
    let notice = model.drilled.as_ref().and_then(|d| d.notices.first());
    let (text, style) = match (&model.drill.error, notice) {
        (Some(error), _) => (error.as_str(), theme.palette.warn),
        (None, Some(notice)) => (notice.as_str(), theme.palette.warn),
        (None, None) if model.drill.editor.is_some() => {
            ("Enter takes the rule, Esc leaves the old one", theme.palette.dim)
        }
        (None, None) => ("", theme.palette.text),
    };
    put(buffer, (area.x + 7, area.y + 1), room, text, style, theme);
}

fn funnel(model: &Model, drilled: &Drill, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let all = drilled.funnel.rows.max(1) as f64;
    let text_width = (area.width / 3).clamp(20, 48).min(area.width.saturating_sub(56).max(12));
    let bar_width = area.width.saturating_sub(text_width + 56).clamp(4, 60);
    let dim = model.drill.error.is_some();
    let style = if dim { theme.palette.dim } else { theme.palette.text };
    let mut y = area.y;
    let mut line = |text: &str, percentile: &str, rows: usize, remark: &str| {
        if y >= area.bottom() {
            return;
        }
        let part = rows as f64 / all;
        put(buffer, (area.x + 1, y), text_width, text, style, theme);
        put(buffer, (area.x + text_width + 2, y), 4, percentile, theme.palette.dim, theme);
        put_right(buffer, (area.x + text_width + 6, y), 9, &group_thousands(rows as u64), style, theme);
        let bar = share(part, usize::from(bar_width), theme.glyphs);
        put(buffer, (area.x + text_width + 16, y), bar_width, &bar, theme.palette.accent, theme);
        let at = area.x + text_width + 16 + bar_width;
        let percent =
            if part < 0.1 && part > 0.0 { format!("{:.1} %", 100.0 * part) } else { format!("{:.0} %", 100.0 * part) };
        put_right(buffer, (at, y), 6, &percent, style, theme);
        put(buffer, (at + 7, y), area.right().saturating_sub(at + 7), remark, theme.palette.warn, theme);
        y += 1;
    };
    let who = if model.rows_are_learners() { "all learners" } else { "all rows" };
    line(who, "", drilled.funnel.rows, "");
    for (i, clause) in drilled.funnel.clauses.iter().take(8).enumerate() {
        let text = if i == 0 { clause.text.clone() } else { format!("and {}", clause.text) };
        let percentile = clause.percentile.map(|p| format!("P{p:.0}")).unwrap_or_default();
        let remark = if clause.hardly {
            format!("! keeps {:.0} %: hardly a filter", 100.0 * clause.keeps)
        } else {
            String::new()
        };
        line(&text, &percentile, clause.pass, &remark);
    }
    // A cluster that holds next to none of them is not worth a line.
    let mut held: Vec<_> = drilled.by_cluster.iter().filter(|h| h.share_of_matches >= 0.01).collect();
    held.sort_by(|a, b| b.rows.cmp(&a.rows).then(a.cluster.cmp(&b.cluster)));
    for held in held.into_iter().take(HELD) {
        if y >= area.bottom() {
            break;
        }
        let name = model.profiles().get(held.cluster).map_or("", |p| p.name.as_str());
        let text = format!(
            "cluster {} holds {:.0} % of them ({}), ×{:.1} its share · {name}",
            held.cluster,
            100.0 * held.share_of_matches,
            group_thousands(held.rows as u64),
            held.lift
        );
        put(buffer, (area.x + 1, y), area.width.saturating_sub(1), &text, theme.palette.cluster(held.cluster), theme);
        y += 1;
    }
}

/// What people look at first in a learner.
const FIRST: [Role; 5] = [Role::Job, Role::Company, Role::Experience, Role::Pay, Role::PayYear];

/// One of the columns that come first, up to pay.
pub fn is_first(column: &TableColumn) -> bool {
    FIRST[..4].contains(&column.role)
}

/// Columns in the order in which people look at a learner; those of another table as they stand.
pub fn ordered(columns: &[TableColumn]) -> Vec<&TableColumn> {
    let place = |c: &TableColumn| FIRST.iter().position(|r| *r == c.role).unwrap_or(FIRST.len());
    let mut shown: Vec<&TableColumn> = columns.iter().filter(|c| c.role != Role::Ignore).collect();
    shown.sort_by_key(|c| place(c));
    shown
}

/// Columns of learners so narrow that pay and peers are seen in 80 cells.
pub fn narrow(column: &TableColumn) -> table::Column<'_> {
    match column.role {
        Role::Job => table::Column::words(&column.name, 10).up_to(32),
        Role::Company => table::Column::words(&column.name, 6).up_to(24),
        Role::Experience => table::Column::numbers("exp", 4),
        Role::Pay => table::Column::numbers(&column.name, 8),
        _ => spec(column),
    }
}

/// Peers' median, how many they are and who, and the gap.
pub fn against(model: &Model, peer: Option<Peer>) -> [Cell<'static>; 3] {
    let Some(peer) = peer else { return ["–"; 3].map(Cell::from) };
    let percent = 100.0 * peer.gap;
    let gap = match percent {
        // Ten times the peers' pay is no gap that a percentage tells.
        p if p >= 1000.0 => format!("×{:.0}", 1.0 + peer.gap),
        p => format!("{}{:.0} %", if p < 0.0 { "−" } else { "+" }, p.abs()),
    };
    let style = if peer.gap < 0.0 { model.theme.palette.warn } else { model.theme.palette.text };
    let who = format!("{} {}", group_thousands(u64::from(peer.n)), peer.level.word());
    [Cell::from(model.pay(peer.median)), Cell::from(who), Cell::styled(gap, style)]
}

fn rows(model: &Model, drilled: &Drill, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let Some(cleaned) = &model.cleaned else { return };
    if drilled.rows.is_empty() {
        let text = "Nobody matches. e edits the rule.";
        put(buffer, (area.x + 1, area.y), area.width.saturating_sub(1), text, theme.palette.text, theme);
        return;
    }
    let columns = ordered(&cleaned.learners.columns);
    let peers = cleaned.peers.as_ref();
    let clusters = model.clusters_of.as_ref();
    let mut shown = vec![table::Column::numbers("row", if peers.is_some() { 6 } else { 8 })];
    shown.extend(clusters.map(|_| table::Column::numbers("#", 2)));
    for column in &columns {
        shown.push(if peers.is_some() { narrow(column) } else { spec(column) });
        if peers.is_some() && column.role == Role::Pay {
            shown.push(table::Column::numbers("peers'", 8));
            let room = if area.width >= 110 { 23 } else { 11 };
            shown.push(table::Column::words("n", room).up_to(23));
            shown.push(table::Column::numbers("gap", 6));
        }
    }
    let cells = |i: usize| -> Vec<Cell<'_>> {
        let row = drilled.rows[i] as usize;
        let mut cells = vec![Cell::from(cleaned.learners.source_row[row].to_string())];
        if let Some(clusters) = clusters {
            cells.push(match clusters.labels.get(row) {
                Some(&label) if label != NO_CLUSTER => {
                    Cell::styled(label.to_string(), theme.palette.cluster(usize::from(label)))
                }
                _ => Cell::from("–"),
            });
        }
        for column in &columns {
            cells.push(Cell::from(cell(model, column, row)));
            if let Some(peers) = peers.filter(|_| column.role == Role::Pay) {
                cells.extend(against(model, peers.of(row)));
            }
        }
        cells
    };
    let frozen = 1 + usize::from(clusters.is_some());
    Table::new(theme, &shown, drilled.rows.len(), cells)
        .at(Some(model.drill.cursor.at), model.drill.cursor.offset)
        .sideways(model.drill.skipped, frozen)
        .stale(model.drill.error.is_some())
        .render(area, buffer);
}
