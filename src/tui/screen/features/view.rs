//! Screen 2 as it looks.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::Widget;

use crate::features::problems::{Kind, Problem};
use crate::features::{Encoding, Feature, Scale};
use crate::study::Summary;
use crate::table::age::Ages;
use crate::table::column::Column as TableColumn;
use crate::table::money::group_thousands;
use crate::tui::model::Model;
use crate::tui::term::sanitise::wrap;
use crate::tui::widget::bar::share;
use crate::tui::widget::panel::Panel;
use crate::tui::widget::table::{Cell, Column, Table};
use crate::tui::widget::{put, put_right};

/// Lines under the list.
const NOTES: u16 = 7;

/// Rows of the list at the current size.
pub fn list_height(model: &Model) -> usize {
    usize::from(model.size.1.saturating_sub(3 + NOTES + 1)).max(1)
}

/// Draws the list of features and what is to be said about the selected one.
pub fn view(model: &Model, area: Rect, buffer: &mut Buffer) {
    if model.features.is_empty() {
        let text = if model.is_running() { "The table is being read." } else { "No column could be a feature." };
        put(
            buffer,
            (area.x + 1, area.y + 1),
            area.width.saturating_sub(2),
            text,
            model.theme.palette.text,
            &model.theme,
        );
        return;
    }
    let [list, notes] = Layout::vertical([Constraint::Min(2), Constraint::Length(NOTES)]).areas(area);
    self::list(model, list, buffer);
    self::notes(model, notes, buffer);
}

fn column<'a>(model: &'a Model, feature: &Feature) -> Option<(&'a TableColumn, &'a Summary)> {
    let cleaned = model.cleaned.as_ref()?;
    cleaned.learners.inputs().zip(&cleaned.summaries).find(|(c, _)| c.name == feature.column)
}

/// The name of a feature; an assumed age is marked.
fn label(model: &Model, feature: &Feature) -> String {
    let mark = if is_assumed(model, feature) { "≈" } else { "" };
    format!("{mark}{}", feature.column)
}

/// Whether it is no column but an age that is assumed.
pub(super) fn is_assumed(model: &Model, feature: &Feature) -> bool {
    column(model, feature).is_some_and(|(column, _)| column.is_assumed())
}

/// Role and, for categories, the number of levels.
fn role(model: &Model, feature: &Feature) -> String {
    let Some((column, summary)) = column(model, feature) else { return String::new() };
    match column.categories() {
        Some(_) => format!("{} {}", column.role, group_thousands(summary.distinct as u64)),
        None if column.is_assumed() => format!("{} ≈", column.role),
        None if column.derived => format!("{} *", column.role),
        None => column.role.to_string(),
    }
}

fn encoding(feature: &Feature) -> String {
    match feature.encoding {
        Encoding::Numeric => {
            let tails = if feature.winsorise.is_some() { " wins" } else { "" };
            format!("{}{tails}", feature.transform.word())
        }
        Encoding::OneHot { levels } => format!("{levels} block"),
        Encoding::Frequency => "frequency".to_owned(),
    }
}

fn list(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let columns = [
        Column::words("use", 3),
        Column::words("column", 12).up_to(36),
        Column::words("role", 10).up_to(24),
        Column::words("transform", 9),
        Column::words("scale", 6),
        Column::numbers("×", 4),
        Column::words("variance", 9).up_to(24),
        Column::words("explains", 9).up_to(24),
    ];
    let wide = area.width >= 120;
    let bar = |value: f64| format!("{} {:.0} %", share(value, if wide { 16 } else { 4 }, theme.glyphs), 100.0 * value);
    let cells = |row: usize| -> Vec<Cell<'_>> {
        let feature = &model.features[row];
        let influence = model.influence().iter().find(|i| i.feature == feature.column).filter(|_| feature.on);
        let style = if feature.on { theme.palette.text } else { theme.palette.dim };
        let problem = problems(model, feature).next().is_some();
        let warning = match (problem, is_assumed(model, feature)) {
            (false, _) => "",
            // With its own mark it has just room enough.
            (true, true) => "!",
            (true, false) => "! ",
        };
        let name = format!("{warning}{}", label(model, feature));
        let waiting = if feature.on { "…" } else { "–" };
        vec![
            Cell::styled(if feature.on { "[x]" } else { "[ ]" }, if feature.on { theme.palette.accent } else { style }),
            Cell::styled(name, if problem { theme.palette.warn } else { style }),
            Cell::styled(role(model, feature), style),
            Cell::styled(encoding(feature), style),
            Cell::styled(if feature.scale == Scale::Standard { "std" } else { feature.scale.word() }, style),
            Cell::styled(format!("{}", feature.weight), style),
            Cell::styled(influence.map_or(waiting.to_owned(), |i| bar(i.of_variance)), style),
            Cell::styled(influence.and_then(|i| i.explains).map_or(waiting.to_owned(), bar), style),
        ]
    };
    let cursor = model.choice.cursor;
    Table::new(theme, &columns, model.features.len(), cells).at(Some(cursor.at), cursor.offset).render(area, buffer);
}

/// The features beside screen 3: which are on, and what each explains.
pub fn strip(model: &Model, area: Rect, buffer: &mut Buffer) {
    if area.width < 2 {
        return;
    }
    let theme = &model.theme;
    (&Panel::new(theme, "Features").caption("f changes them")).render(area, buffer);
    let inner = Panel::inner(area);
    for (y, feature) in model.features.iter().take(usize::from(inner.height)).enumerate() {
        let at = inner.y + y as u16;
        let (mark, style) = if feature.on { ("[x]", theme.palette.accent) } else { ("[ ]", theme.palette.dim) };
        put(buffer, (inner.x, at), 3, mark, style, theme);
        let style = if feature.on { theme.palette.text } else { theme.palette.dim };
        let name = inner.width.saturating_sub(4 + 6);
        put(buffer, (inner.x + 4, at), name, &label(model, feature), style, theme);
        let explains = model.influence().iter().find(|i| i.feature == feature.column).and_then(|i| i.explains);
        if let Some(explains) = explains.filter(|_| feature.on) {
            let place = (inner.right().saturating_sub(5), at);
            put_right(buffer, place, 5, &format!("{:.0} %", 100.0 * explains), style, theme);
        }
    }
    let below = model.features.len() as u16 + 1;
    if below < inner.height {
        let words = "% of what the clusters explain";
        put(buffer, (inner.x, inner.y + below), inner.width, words, theme.palette.dim, theme);
    }
}

/// What would mislead about a feature; a twin among the columns matters only where it is an input too. That an
/// assumed age is misleading is known: it is a problem once it is on.
fn problems<'a>(model: &'a Model, feature: &'a Feature) -> impl Iterator<Item = &'a Problem> {
    let problems = model.cleaned.iter().flat_map(|cleaned| &cleaned.problems);
    let on = |name: &str| model.features.iter().any(|f| f.on && f.column == name);
    let may_be = feature.on || !is_assumed(model, feature);
    problems.filter(move |p| {
        p.column == feature.column
            && may_be
            && (matches!(p.kind, Kind::Constant | Kind::Empty | Kind::Assumed) || p.with.as_deref().is_some_and(on))
    })
}

/// What an assumed age is, before it is an input.
fn assumption(model: &Model) -> String {
    let ages = model.cleaned.as_ref().and_then(|cleaned| cleaned.learners.ages.as_ref());
    let how = ages.map(Ages::how).unwrap_or_default();
    format!("The table has no age; this one is {how}. Switched on, it is experience again.")
}

fn notes(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let Some(feature) = model.features.get(model.choice.cursor.at) else { return };
    (&Panel::new(theme, &label(model, feature)).caption("impute → transform → winsorise → scale → weight"))
        .render(area, buffer);
    let inner = Panel::inner(area);
    let mut lines = Vec::new();
    lines.extend(problems(model, feature).map(|problem| format!("! {}", problem.text)));
    if is_assumed(model, feature) {
        lines.push(match feature.on {
            false => format!("Off. {}", assumption(model)),
            true => "Nobody's assumed age is listed or written; figures of groups are marked ≈.".to_owned(),
        });
    }
    if let Some((_, summary)) = column(model, feature) {
        lines.push(format!(
            "{} distinct values · {} rows without one: {}",
            group_thousands(summary.distinct as u64),
            group_thousands(summary.missing as u64),
            feature.missing.word()
        ));
    }
    if let Encoding::OneHot { .. } = feature.encoding {
        lines.push("One column a level; the whole block weighs as one standardised number.".to_owned());
    }
    if let Some((sweep, _)) = model.shown() {
        lines.extend(sweep.prepared.encoded.notices.iter().filter(|n| n.contains(&feature.column)).cloned());
    }
    let wrapped = lines.iter().flat_map(|line| wrap(line, usize::from(inner.width.saturating_sub(2)).max(10)));
    for (y, line) in wrapped.take(usize::from(inner.height)).enumerate() {
        let style = if line.starts_with('!') { theme.palette.warn } else { theme.palette.text };
        put(buffer, (inner.x + 1, inner.y + y as u16), inner.width.saturating_sub(1), &line, style, theme);
    }
}
