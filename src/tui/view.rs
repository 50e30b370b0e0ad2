//! The whole screen: two lines of header, the content, one line of footer. Pure: a model in, cells out.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::Widget;

use super::keys;
use super::model::{Model, Running, Tab};
use super::msg::EXACT;
use super::screen::{choose_k, clusters, data, drill, features, flow, plan, rows, step};
use super::term::sanitise::wrap;
use super::widget::line::{Piece, keys as key_line, length, spread, tabs};
use super::widget::panel::{Panel, clear};
use super::widget::put;
use crate::error::Error;
use crate::table::money::group_thousands;

/// From this width on the clusters stand beside screen 3 …
const WIDE: u16 = 120;
/// … and from this one the features too.
const WIDEST: u16 = 150;

/// Draws everything.
pub fn view(model: &Model, area: Rect, buffer: &mut Buffer) {
    let [first, second, content, footer] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Min(0), Constraint::Length(1)])
            .areas(area);
    header(model, first, buffer);
    self::tabs_line(model, second, buffer);
    self::content(model, content, buffer);
    if let Some(state) = &model.flow {
        flow::view::view(model, state, content, buffer);
    }
    if let Some(state) = &model.step {
        step::view::view(model, state, content, buffer);
    }
    if let Some(problem) = &model.problem {
        self::problem(model, problem, content, buffer);
    } else if let Some(notice) = &model.notice {
        boxed(model, "The table has changed", &[notice], content, buffer);
    } else if let Some(written) = &model.written {
        boxed(model, "Written", written, content, buffer);
    }
    if let Some(state) = &model.rows {
        rows::view::view(model, state, content, buffer);
    }
    if let Some(first) = model.help {
        super::help::view(model, first, content, buffer);
    }
    footer_line(model, footer, buffer);
}

fn content(model: &Model, area: Rect, buffer: &mut Buffer) {
    match model.tab {
        Tab::Data => data::view::view(model, area, buffer),
        Tab::Features => features::view::view(model, area, buffer),
        Tab::ChooseK if area.width >= WIDE => {
            let left = if area.width >= WIDEST { 30 } else { 0 };
            let [left, middle, right] =
                Layout::horizontal([Constraint::Length(left), Constraint::Min(70), Constraint::Fill(1)]).areas(area);
            features::view::strip(model, left, buffer);
            choose_k::view::view(model, middle, buffer);
            clusters::view::view(model, right, buffer);
        }
        Tab::ChooseK => choose_k::view::view(model, area, buffer),
        Tab::Clusters => clusters::view::view(model, area, buffer),
        Tab::Drill => drill::view::view(model, area, buffer),
        Tab::Plan => plan::view::view(model, area, buffer),
    }
}

/// Header line 1: what is on screen, always true of it.
fn header(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let wide = area.width >= 112;
    let mut left = vec![Piece::new(if wide { " kscope  " } else { " " }, theme.palette.accent)];
    let Some(cleaned) = &model.cleaned else {
        left.push(Piece::new(format!("{} · being read", model.source()), theme.palette.text));
        spread(&left, &[], area, buffer, theme);
        return;
    };
    let rows = group_thousands(cleaned.table.rows() as u64);
    let used = group_thousands(cleaned.learners.rows() as u64);
    let on = model.features.iter().filter(|f| f.on).count();
    let features = if on == 1 { "1 feature".to_owned() } else { format!("{on} features") };
    let people = match cleaned.learner_count {
        Some(learners) if learners != cleaned.learners.rows() => {
            format!("{} learners, {used} of {rows} rows", group_thousands(learners as u64))
        }
        Some(_) if wide => format!("{used} learners ({rows} rows)"),
        Some(_) => format!("{used} learners ({rows})"),
        None => format!("{used} of {rows} rows"),
    };
    left.push(Piece::new(cleaned.table.name.clone(), theme.palette.title));
    left.push(Piece::new(format!(" · {people} · {features}"), theme.palette.text));
    let mut right = Vec::new();
    let style = if model.stale { theme.palette.dim } else { theme.palette.text };
    if let Some((sweep, found)) = model.shown() {
        let total = sweep.prepared.matrix.total_ss();
        let share = if total > 0.0 { 100.0 * found.clustering.wcss / total } else { 0.0 };
        let mut words = format!("k {} · WCSS {share:.0} %", model.k());
        if let Some(s) = found.quality.as_ref().and_then(|q| q.silhouette.as_ref()) {
            let how = if s.exact { String::new() } else { format!("±{}", error(s.se)) };
            words += &format!(" · sil {}{how}", short(s.value));
        }
        right.push(Piece::new(words, style));
        if model.preview.is_some() {
            right.push(Piece::new(" ·first look", theme.palette.warn));
        } else if model.stale {
            right.push(Piece::new(" ·stale", theme.palette.warn));
        }
        right.push(Piece::new(" ", style));
    }
    spread(&left, &right, area, buffer, theme);
}

/// A standard error: one digit that means something.
fn error(value: f64) -> String {
    if value >= 0.01 { short(value) } else { format!("{value:.3}").replacen("0.", ".", 1) }
}

/// Two digits without the nought: `.31`.
fn short(value: f64) -> String {
    let text = format!("{value:.2}");
    text.replacen("0.", ".", 1)
}

/// Header line 2: tabs, and what runs or was just done.
fn tabs_line(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let names: Vec<(u8, &str)> = Tab::ALL.iter().map(|t| (t.number(), t.name())).collect();
    let current = Tab::ALL.iter().position(|t| *t == model.tab).unwrap_or(0);
    let mut right = Vec::new();
    // What nobody asked for does not hide a word about what was just done.
    let asked = |running: &&Running| running.lane != EXACT || model.message.is_none();
    if let Some(running) = model.running.last().filter(asked) {
        let share = running.share.map(|s| format!(" {:.0} %", 100.0 * s)).unwrap_or_default();
        let words = format!("{} {}{share} ", theme.glyphs.spin(model.tick), running.what);
        right.push(Piece::new(words, theme.palette.accent));
    } else if let Some(message) = &model.message {
        right.push(Piece::new(format!("{message} "), theme.palette.accent));
    }
    // Where a message needs the room, the other tabs keep their numbers only.
    let room = area.width.saturating_sub(length(&right, theme));
    let (left, _) = tabs(&names, current, room, theme);
    spread(&left, &right, area, buffer, theme);
}

fn footer_line(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let keys = if model.clusters.editor.is_some() && model.help.is_none() {
        vec![("Enter", "take the name"), ("Esc", "leave the old one"), ("Ctrl-C", "quit")]
    } else if model.drill.editor.is_some() && model.help.is_none() {
        vec![("Enter", "take the rule"), ("Tab", "complete"), ("↑↓", "earlier rules"), ("Esc", "leave the old one")]
    } else if model.plan.editor.is_some() && model.help.is_none() {
        vec![("Enter", "take it"), ("Esc", "leave the old one"), ("Ctrl-C", "quit")]
    } else if model.search.is_some() && model.help.is_none() {
        vec![("Enter", "keep what is found"), ("Esc", "show all"), ("Ctrl-C", "quit")]
    } else {
        keys::footer(model)
    };
    // The way to all other keys, and the way out, are never crowded out.
    let (last, first): (Vec<_>, Vec<_>) = keys.into_iter().partition(|(_, words)| ["help", "quit"].contains(words));
    let end = key_line(&last, area.width, theme);
    let mut pieces = key_line(&first, area.width.saturating_sub(length(&end, theme) + 2), theme);
    if !first.is_empty() {
        pieces.push(Piece::new("  ", theme.palette.text));
    }
    pieces.extend(end);
    super::widget::line::draw(&pieces, area, buffer, theme);
}

/// Why something cannot be done, and which way out.
fn problem(model: &Model, error: &Error, area: Rect, buffer: &mut Buffer) {
    let hint = error.hint().map(|hint| format!("try: {hint}"));
    let words: Vec<&str> = [Some(error.what()), error.why(), hint.as_deref()].into_iter().flatten().collect();
    boxed(model, "That does not work", &words, area, buffer);
}

/// A box at the foot of the content.
fn boxed(model: &Model, title: &str, words: &[impl AsRef<str>], area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let width = usize::from(area.width.saturating_sub(4)).max(10);
    let lines: Vec<String> = words.iter().flat_map(|words| wrap(words.as_ref(), width)).collect();
    let height = (lines.len() as u16 + 2).min(area.height);
    let place = Rect { y: area.bottom() - height, height, ..area };
    clear(place, buffer);
    (&Panel::new(theme, title).focused(true)).render(place, buffer);
    let inner = Panel::inner(place);
    for (y, line) in lines.iter().take(usize::from(inner.height)).enumerate() {
        let style = if y == 0 { theme.palette.warn } else { theme.palette.text };
        put(buffer, (inner.x + 1, inner.y + y as u16), inner.width.saturating_sub(1), line, style, theme);
    }
}
