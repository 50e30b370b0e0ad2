//! Screen 4 as it looks.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;
use tui_input::Input;

use super::detail::{range, silhouette, split_from, value};
use super::{compare, detail};
use crate::segments::profile::{NumberProfile, Profile};
use crate::table::money::group_thousands;
use crate::table::role::Role;
use crate::tui::model::{Model, Tab};
use crate::tui::widget::bar::Shares;
use crate::tui::widget::line::Piece;
use crate::tui::widget::lines::{Lines, last_offset};
use crate::tui::widget::panel::Panel;
use crate::tui::widget::put;
use crate::tui::widget::table::{Cell, Column, Table};

/// Cells that the list needs before it says more than medians of experience.
const ROOM_FOR_RANGES: u16 = 96;
/// Cells from which what is said of a cluster stands in two panels side by side.
const SIDE_BY_SIDE: u16 = 110;
/// Lines from which the panels have room for what matters less.
const ROOMY: u16 = 30;

/// Rows of the list of clusters at the current size.
pub fn list_height(model: &Model) -> usize {
    usize::from(list_lines(model, model.size.1.saturating_sub(3)).saturating_sub(1))
}

/// Lines of the list with its header: all clusters where they fit into half of the screen.
fn list_lines(model: &Model, height: u16) -> u16 {
    (model.k() as u16 + 1).min((height / 2).max(3)).min(height)
}

/// Lines that the panel under the list shows on this screen, and the last one that it can be scrolled to.
pub fn panel_lines(model: &Model) -> (usize, usize) {
    let (width, height) = model.size;
    let content = height.saturating_sub(3);
    let area = Rect { x: 0, y: 0, width, height: content.saturating_sub(1 + list_lines(model, content)) };
    let inner = usize::from(Panel::inner(area).height);
    let Some(profile) = model.profiles().get(model.clusters.cursor.at) else { return (inner, 0) };
    let longest = panels(model, profile, area).iter().map(|(_, _, lines)| lines.len()).max().unwrap_or(0);
    (inner, last_offset(longest, inner))
}

/// Draws the list of clusters and what is said of the selected one.
pub fn view(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let profiles = model.profiles();
    if profiles.is_empty() {
        let text = if model.is_running() { "The clusters of this k are being described." } else { "No clusters yet." };
        put(buffer, (area.x + 1, area.y + 1), area.width.saturating_sub(2), text, theme.palette.text, theme);
        return;
    }
    let lines = list_lines(model, area.height);
    let [top, list, panel] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(lines), Constraint::Min(0)]).areas(area);
    let inside = Rect { x: top.x + 1, width: top.width.saturating_sub(2), ..top };
    match &model.clusters.editor {
        Some(editor) => name_line(model, editor, inside, buffer),
        None => {
            let parts: Vec<f64> = profiles.iter().map(|p| p.share).collect();
            let styles: Vec<Style> = (0..parts.len()).map(|cluster| model.cluster_style(cluster)).collect();
            Shares::new(theme, &parts).styles(&styles).render(inside, buffer);
        }
    }
    self::list(model, profiles, list, buffer);
    let Some(profile) = profiles.get(model.clusters.cursor.at) else { return };
    // Beside another screen the panels are not scrolled: the keys are that screen's.
    let here = model.tab == Tab::Clusters;
    let scroll = if here { model.clusters.scroll } else { 0 };
    for (title, place, mut lines) in panels(model, profile, panel) {
        let inner = Panel::inner(place);
        let below = last_offset(lines.len(), usize::from(inner.height)).saturating_sub(scroll);
        let caption = match below {
            0 if scroll > 0 => format!("· not an input   {} PgUp", theme.glyphs.more_up),
            0 => "· not an input".to_owned(),
            _ if !here => "· not an input".to_owned(),
            more => format!("· not an input   {} {more} more: PgDn", theme.glyphs.more_down),
        };
        Panel::new(theme, &title).caption(&caption).render(place, buffer);
        if model.stale && model.preview.is_none() {
            lines.iter_mut().flatten().for_each(|piece| piece.style = theme.palette.dim);
        }
        let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(1), ..inner };
        Lines::new(theme, &lines).from(scroll).render(inner, buffer);
    }
}

/// The panels under the list: title, place, lines.
fn panels(model: &Model, profile: &Profile, area: Rect) -> Vec<(String, Rect, Vec<Vec<Piece>>)> {
    let width = |place: Rect| Panel::inner(place).width.saturating_sub(1);
    let of = format!("{} {}", profile.cluster, model.name(profile.cluster));
    if let Some(against) = model.clusters.against.filter(|_| model.tab == Tab::Clusters) {
        let glyphs = model.theme.glyphs;
        let keys = format!("{}{} another", glyphs.more_left, glyphs.more_right);
        let title = format!("{of}  against  {} · {keys}", compare::called(model, against));
        return vec![(title, area, compare::lines(model, profile, against, width(area)))];
    }
    let title = format!("What sets {} apart from the rest", profile.cluster);
    if area.width < SIDE_BY_SIDE {
        let mut lines = detail::about(model, profile, width(area), false);
        lines.extend(detail::columns(model, profile, width(area), false));
        return vec![(title, area, lines)];
    }
    let [left, right] = Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(area);
    vec![
        (title, left, detail::about(model, profile, width(left), area.height > ROOMY)),
        (format!("{of} · columns by η²"), right, detail::columns(model, profile, width(right), area.height > ROOMY)),
    ]
}

/// The line on which a name is given.
fn name_line(model: &Model, editor: &Input, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let label = format!("Name of {}", model.clusters.cursor.at);
    let used = put(buffer, (area.x, area.y), area.width, &label, theme.palette.accent, theme) + 2;
    let room = area.width.saturating_sub(used);
    let scroll = editor.visual_scroll(usize::from(room.saturating_sub(1)));
    let shown: String = editor.value().chars().skip(scroll).collect();
    put(buffer, (area.x + used, area.y), room, &shown, theme.palette.title, theme);
    let at = area.x + used + editor.visual_cursor().saturating_sub(scroll) as u16;
    if at < area.right() && buffer.area.contains((at, area.y).into()) {
        buffer[(at, area.y)].modifier.insert(Modifier::REVERSED);
    }
}

/// Columns of numbers that the list shows: pay and experience of learners, else the inputs.
fn shown(profile: &Profile) -> Vec<&NumberProfile> {
    let people: Vec<&NumberProfile> = [Role::Pay, Role::Experience].iter().filter_map(|r| profile.number(*r)).collect();
    if people.len() == 2 {
        return people;
    }
    let mut inputs: Vec<&NumberProfile> = profile.numbers.iter().filter(|n| n.input).collect();
    inputs.sort_by(|a, b| b.eta_squared.total_cmp(&a.eta_squared));
    inputs
}

fn list(model: &Model, profiles: &[Profile], area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    // Names come first where there is little room.
    let narrow = area.width < ROOM_FOR_RANGES;
    let first = profiles.first().map(shown).unwrap_or_default();
    let numbers: Vec<(String, Role)> = first.iter().map(|n| (n.column.clone(), n.role)).collect();
    let titles: Vec<String> = first
        .iter()
        .map(|n| match n.role {
            Role::Pay => "pay median (IQR)".to_owned(),
            Role::Experience if narrow => "exp".to_owned(),
            Role::Experience => "experience".to_owned(),
            _ => format!("{} (IQR)", n.label()),
        })
        .collect();
    let who = if model.rows_are_learners() { "learners" } else { "rows" };
    let mut columns = vec![
        Column::numbers("#", 2),
        Column::words("name", 16).up_to(44),
        Column::numbers(who, 8),
        Column::numbers("share", 5),
    ];
    columns.extend(titles.iter().zip(&numbers).map(|(t, (_, role))| match role {
        Role::Experience if narrow => Column::words(t, 4),
        Role::Experience => Column::words(t, 12).up_to(24),
        _ if narrow => Column::words(t, 17),
        _ => Column::words(t, 17).up_to(24),
    }));
    let ages = model.described().map_or(&[][..], |d| &d.ages);
    if let Some(age) = ages.first() {
        columns.push(Column::numbers(if age.basis.is_assumed() { "age≈" } else { "age" }, 4));
    }
    columns.push(Column::numbers("sil", 4));
    let silhouettes = model.found().and_then(|f| f.quality.as_ref()).and_then(|q| q.silhouette.as_ref());
    let cells = |row: usize| -> Vec<Cell<'_>> {
        let profile = &profiles[row];
        let own = silhouettes.and_then(|s| s.per_cluster.get(row).copied().flatten());
        let style = model.cluster_style(row);
        // A cluster that is none of those before says which of them it was split from.
        let name = match split_from(model, row) {
            None => model.name(row).to_owned(),
            Some((from, _)) if narrow => format!("{}{from} {}", theme.glyphs.tip_left, model.name(row)),
            Some((from, share)) => format!("{}{from} {share:.0} %  {}", theme.glyphs.tip_left, model.name(row)),
        };
        let mut cells = vec![
            Cell::styled(row.to_string(), style),
            Cell::styled(name, style),
            Cell::from(group_thousands(profile.used_rows as u64)),
            Cell::from(format!("{:.0} %", 100.0 * profile.share)),
        ];
        let all = shown(profile);
        for (name, _) in &numbers {
            let cell = all.iter().find(|n| n.column == *name).map_or_else(String::new, |n| match n.role {
                Role::Experience if narrow => value(model, n, n.median),
                _ => format!("{} ({})", value(model, n, n.median), range(model, n)),
            });
            cells.push(Cell::from(cell));
        }
        if let Some(age) = ages.get(row) {
            let sign = if age.basis.is_assumed() { "≈" } else { "" };
            cells.push(Cell::from(age.median.map_or("–".to_owned(), |years| format!("{sign}{years:.0}"))));
        }
        cells.push(Cell::from(own.map_or("–".to_owned(), silhouette)));
        cells
    };
    let cursor = model.clusters.cursor;
    Table::new(theme, &columns, profiles.len(), cells)
        .at(Some(cursor.at), cursor.offset)
        .stale(model.stale && model.preview.is_none())
        .render(area, buffer);
}
