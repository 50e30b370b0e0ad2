//! Screen 4 as it looks.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::Widget;

use crate::report::text::figure;
use crate::segments::profile::{How, NumberProfile, Profile};
use crate::table::money::{CRORE, Currency, LAKH, group_thousands};
use crate::table::role::Role;
use crate::tui::model::Model;
use crate::tui::term::sanitise::wrap;
use crate::tui::widget::bar::{Shares, diverging};
use crate::tui::widget::panel::Panel;
use crate::tui::widget::table::{Cell, Column, Table};
use crate::tui::widget::{put, put_right};

/// Cells that the list needs before it shows ages.
const ROOM_FOR_AGE: u16 = 90;

/// Rows of the list of clusters at the current size.
pub fn list_height(model: &Model) -> usize {
    usize::from(list_lines(model, model.size.1.saturating_sub(3)).saturating_sub(1))
}

/// Lines of the list with its header: all clusters where they fit into half of the screen.
fn list_lines(model: &Model, height: u16) -> u16 {
    (model.k() as u16 + 1).min((height / 2).max(3)).min(height)
}

/// Draws the list of clusters and what sets the selected one apart.
pub fn view(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let profiles = model.profiles();
    if profiles.is_empty() {
        let text = if model.is_running() { "The clusters of this k are being described." } else { "No clusters yet." };
        put(buffer, (area.x + 1, area.y + 1), area.width.saturating_sub(2), text, theme.palette.text, theme);
        return;
    }
    let lines = list_lines(model, area.height);
    let [shares, list, panel] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(lines), Constraint::Min(0)]).areas(area);
    let parts: Vec<f64> = profiles.iter().map(|p| p.share).collect();
    let inside = Rect { x: shares.x + 1, width: shares.width.saturating_sub(2), ..shares };
    (&Shares::new(theme, &parts)).render(inside, buffer);
    self::list(model, profiles, list, buffer);
    if let Some(profile) = profiles.get(model.clusters.cursor.at) {
        if panel.width >= 110 {
            let [left, right] = Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(panel);
            self::apart(model, profile, left, buffer);
            self::columns(model, profile, right, buffer);
        } else {
            self::apart(model, profile, panel, buffer);
        }
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

fn value(model: &Model, number: &NumberProfile, value: f64) -> String {
    match number.role {
        Role::Pay => model.pay(value),
        Role::Experience | Role::Age => format!("{value:.0} y"),
        role if role.is_year() => format!("{value:.0}"),
        _ => figure(value),
    }
}

/// The interquartile range in the unit of the median, which is said once.
fn range(model: &Model, number: &NumberProfile) -> String {
    let bare = |v: f64| match number.role {
        Role::Pay if model.currency() == Currency::Rupee && number.median >= LAKH => {
            let unit = if number.median >= CRORE { CRORE } else { LAKH };
            let part = v / unit;
            if part < 10.0 { format!("{part:.1}") } else { format!("{part:.0}") }
        }
        Role::Experience | Role::Age => format!("{v:.0}"),
        _ => value(model, number, v),
    };
    format!("{}–{}", bare(number.q1), bare(number.q3))
}

fn list(model: &Model, profiles: &[Profile], area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    // Names come first where there is little room.
    let narrow = area.width < ROOM_FOR_AGE;
    let numbers: Vec<String> =
        profiles.first().map(shown).unwrap_or_default().iter().map(|n| n.column.clone()).collect();
    let roles: Vec<Role> = profiles.first().map(shown).unwrap_or_default().iter().map(|n| n.role).collect();
    let titles: Vec<String> = numbers
        .iter()
        .zip(&roles)
        .map(|(column, role)| match role {
            Role::Pay => "pay median (IQR)".to_owned(),
            Role::Experience if narrow => "exp".to_owned(),
            Role::Experience => "experience".to_owned(),
            _ => format!("{column} (IQR)"),
        })
        .collect();
    let who = if model.rows_are_learners() { "learners" } else { "rows" };
    let mut columns = vec![
        Column::numbers("#", 2),
        Column::words("name", 16).up_to(44),
        Column::numbers(who, 8),
        Column::numbers("share", 5),
        Column::numbers("sil", 4),
    ];
    columns.extend(titles.iter().zip(&roles).map(|(t, role)| match role {
        Role::Experience if narrow => Column::words(t, 4),
        Role::Experience => Column::words(t, 12).up_to(24),
        _ if narrow => Column::words(t, 17),
        _ => Column::words(t, 17).up_to(24),
    }));
    // Age says nothing new where it is assumed: only where there is room.
    let ages = model.described().map_or(&[][..], |d| &d.ages);
    let ages = if area.width >= ROOM_FOR_AGE { ages } else { &[] };
    if let Some(age) = ages.first() {
        columns.push(Column::numbers(if age.basis.is_assumed() { "age≈" } else { "age" }, 5));
    }
    let silhouettes = model.found().and_then(|f| f.quality.as_ref()).and_then(|q| q.silhouette.as_ref());
    let cells = |row: usize| -> Vec<Cell<'_>> {
        let profile = &profiles[row];
        let own = silhouettes.and_then(|s| s.per_cluster.get(row).copied().flatten());
        let mut cells = vec![
            Cell::styled(row.to_string(), theme.palette.cluster(row)),
            Cell::styled(profile.name.as_str(), theme.palette.cluster(row)),
            Cell::from(group_thousands(profile.used_rows as u64)),
            Cell::from(format!("{:.0} %", 100.0 * profile.share)),
            Cell::from(own.map_or("–".to_owned(), |s| format!("{s:.2}"))),
        ];
        let all = shown(profile);
        for name in &numbers {
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
        cells
    };
    let cursor = model.clusters.cursor;
    Table::new(theme, &columns, profiles.len(), cells)
        .at(Some(cursor.at), cursor.offset)
        .stale(model.stale && model.preview.is_none())
        .render(area, buffer);
}

fn apart(model: &Model, profile: &Profile, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let title = format!("What sets {} apart from the rest", profile.cluster);
    (&Panel::new(theme, &title).caption("· not an input")).render(area, buffer);
    let inner = Panel::inner(area);
    let label = (inner.width * 9 / 20).clamp(14, 34);
    let bar = usize::from(inner.width.saturating_sub(label + 13).clamp(7, 60) | 1);
    let inner = Rect { height: inner.height - self::rule(model, profile, inner, buffer), ..inner };
    for (y, apart) in profile.apart().iter().take(usize::from(inner.height)).enumerate() {
        let at = inner.y + y as u16;
        let style = if model.stale && model.preview.is_none() { theme.palette.dim } else { theme.palette.text };
        let mark = if apart.input { "" } else { " ·" };
        put(buffer, (inner.x + 1, at), label, &format!("{}{mark}", apart.what), style, theme);
        let (figure, length) = match apart.how {
            How::Deviations(z) => (format!("{}{:.1} σ", if z < 0.0 { "−" } else { "+" }, z.abs()), z),
            How::Lift(lift) => (format!("×{lift:.1}"), lift.log2()),
        };
        put_right(buffer, (inner.x + label + 2, at), 7, &figure, style, theme);
        let drawn = diverging(length, 2.5, bar, theme.glyphs);
        let room = inner.width.saturating_sub(label + 11);
        put(buffer, (inner.x + label + 11, at), room, &drawn, theme.palette.cluster(profile.cluster), theme);
    }
}

/// The cluster as a short rule, on the last lines of an area; tells how many lines it took.
fn rule(model: &Model, profile: &Profile, area: Rect, buffer: &mut Buffer) -> u16 {
    let theme = &model.theme;
    let rules = model.found().and_then(|found| found.explained()).unwrap_or_default();
    let Some(found) = rules.get(profile.cluster).and_then(Option::as_ref) else { return 0 };
    // Below that what sets the cluster apart needs the lines.
    if area.height < 5 {
        return 0;
    }
    let measured = format!("precision {:.0} %, recall {:.0} %", 100.0 * found.precision, 100.0 * found.recall);
    let room = area.width.saturating_sub(10);
    let lines = wrap(&found.rule, usize::from(room));
    let most = usize::from(area.height / 3).clamp(1, 3);
    let shown = lines.len().min(most);
    let y = area.bottom() - shown as u16 - 1;
    put(buffer, (area.x + 1, y), 7, "as rule", theme.palette.dim, theme);
    for (i, line) in lines.iter().take(shown).enumerate() {
        let cut = if i + 1 == shown && lines.len() > shown { theme.glyphs.ellipsis } else { "" };
        put(buffer, (area.x + 9, y + i as u16), room, &format!("{line}{cut}"), theme.palette.text, theme);
    }
    put(buffer, (area.x + 9, area.bottom() - 1), room, &measured, theme.palette.dim, theme);
    shown as u16 + 1
}

/// Every column of the cluster in original units, by how much it tells the clusters apart.
fn columns(model: &Model, profile: &Profile, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let title = format!("{} · {}", profile.cluster, profile.name);
    (&Panel::new(theme, &title).caption("by η²")).render(area, buffer);
    let inner = Panel::inner(area);
    let mut numbers: Vec<&NumberProfile> = profile.numbers.iter().collect();
    numbers.sort_by(|a, b| b.eta_squared.total_cmp(&a.eta_squared));
    let mut lines: Vec<(String, String)> = numbers
        .iter()
        .map(|n| {
            let figures = format!(
                "median {}  mean {}  ({}–{})  η² {:.2}",
                value(model, n, n.median),
                value(model, n, n.mean),
                value(model, n, n.q1),
                value(model, n, n.q3),
                n.eta_squared
            );
            (n.column.clone(), figures)
        })
        .collect();
    for category in &profile.categories {
        for level in category.top.iter().take(4) {
            let figures = format!("{:.0} %  ×{:.1}  {}", 100.0 * level.share, level.lift, level.level);
            lines.push((category.column.clone(), figures));
        }
    }
    for (y, (column, figures)) in lines.iter().take(usize::from(inner.height)).enumerate() {
        let at = inner.y + y as u16;
        put(buffer, (inner.x + 1, at), 18.min(inner.width), column, theme.palette.title, theme);
        put(buffer, (inner.x + 20, at), inner.width.saturating_sub(20), figures, theme.palette.text, theme);
    }
}
