//! Screen 6 as it looks.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Modifier;
use ratatui::widgets::Widget;

use super::Part;
use super::editor::{Editor, Offered};
use super::funnel::{self, CLAUSES, HELD, HISTOGRAM};
use crate::segments::drill::Drill;
use crate::segments::rule::RuleError;
use crate::table::money::group_thousands;
use crate::tui::model::Model;
use crate::tui::screen::list;
use crate::tui::screen::rows::learners::{self, Learners};
use crate::tui::widget::field::Field;
use crate::tui::widget::line::{Piece, draw, spread};
use crate::tui::widget::put;

/// Lines of the screen from top to bottom: the rule with what is said about it, the funnel, the histogram of the
/// selected clause, what the list is of. The rest is the list.
fn lines(model: &Model) -> [u16; 4] {
    let height = model.size.1.saturating_sub(3);
    // The place of an error has a line of its own, which is kept while somebody writes, so that nothing jumps.
    let rule = if model.drill.editor.is_some() || model.drill.error.is_some() { 3 } else { 2 };
    let in_funnel = model.drill.part == Part::Funnel;
    let clauses = model.drilled.as_ref().map_or(0, |d| d.funnel.clauses.len()).min(CLAUSES) as u16;
    let held = model.drilled.as_ref().map_or(0, |d| d.by_cluster.len().min(HELD)) as u16;
    let funnel = 1 + clauses + if in_funnel { 0 } else { held };
    let funnel = funnel.min((height * 2 / 3).saturating_sub(rule));
    let room = height.saturating_sub(rule + funnel + 4);
    let histogram = if in_funnel && room >= 4 { HISTOGRAM.min(room) } else { 0 };
    [rule, funnel, histogram, 1]
}

/// Rows of the list at the current size.
pub fn list_height(model: &Model) -> usize {
    let above: u16 = lines(model).iter().sum();
    // Header and footer, and the titles of the list.
    usize::from(model.size.1.saturating_sub(3 + above + 1))
}

/// Draws the rule, the funnel, and the rows behind it.
pub fn view(model: &Model, area: Rect, buffer: &mut Buffer) {
    let [rule, funnel, histogram, caption] = lines(model).map(Constraint::Length);
    let [rule, funnel, histogram, caption, list] =
        Layout::vertical([rule, funnel, histogram, caption, Constraint::Min(0)]).areas(area);
    rule_line(model, rule, buffer);
    let say = |text: &str, buffer: &mut Buffer| {
        let width = area.width.saturating_sub(2);
        put(buffer, (area.x + 1, rule.bottom()), width, text, model.theme.palette.text, &model.theme);
    };
    if model.drill.error.is_some() && model.drill.editor.is_none() {
        // What the last rule that worked had found would be read as what this one finds.
        say("This rule cannot be put to the table. e edits it.", buffer);
    } else if let Some(drilled) = &model.drilled {
        funnel::view(model, drilled, funnel, buffer);
        funnel::selected(model, drilled, histogram, buffer);
        self::caption(model, drilled, caption, buffer);
        rows(model, drilled, list, buffer);
    } else if model.has_table() {
        say("The rule is being counted.", buffer);
    } else {
        say("The table is being read.", buffer);
    }
}

/// The rule, carets under what is wrong with it, and what there is to say about it.
fn rule_line(model: &Model, area: Rect, buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let theme = &model.theme;
    put(buffer, (area.x + 1, area.y), 5, "Rule", theme.palette.accent, theme);
    let place = Rect { x: area.x + 7, width: area.width.saturating_sub(8), ..area };
    let (editor, error) = (&model.drill.editor, &model.drill.error);
    let text = editor.as_ref().map_or(model.rule(), |editor| editor.value());
    let shown = if text.trim().is_empty() && editor.is_none() { "everybody" } else { text };
    let field = Field::new(theme, shown)
        .cursor(editor.as_ref().map(Editor::cursor))
        .mark(error.as_ref().map(|error| error.at.clone()));
    (&field).render(Rect { height: 2.min(area.height), ..place }, buffer);
    if area.height < 2 {
        return;
    }
    let last = Rect { y: area.bottom() - 1, height: 1, ..place };
    let say = |text: &str, style, buffer: &mut Buffer| put(buffer, (last.x, last.y), last.width, text, style, theme);
    let notice = model.drilled.as_ref().and_then(|d| d.notices.first());
    match (editor.as_ref().and_then(|editor| editor.offered.as_ref()), error, notice) {
        (Some(offered), ..) => options(model, offered, last, buffer),
        (None, Some(error), _) => drop(say(&message(error), theme.palette.warn, buffer)),
        (None, None, Some(notice)) => drop(say(notice, theme.palette.warn, buffer)),
        (None, None, None) if editor.is_some() => {
            say("Tab completes, ↑ ↓ earlier rules", theme.palette.dim, buffer);
        }
        (None, None, None) => {}
    }
}

/// What is wrong, and what to write instead.
pub fn message(error: &RuleError) -> String {
    match &error.hint {
        Some(hint) => format!("{} · {hint}", error.message),
        None => error.message.clone(),
    }
}

/// What Tab goes through, from the one that stands in the rule on.
fn options(model: &Model, offered: &Offered, area: Rect, buffer: &mut Buffer) {
    let palette = &model.theme.palette;
    let mut pieces = Vec::new();
    for (i, option) in offered.options.iter().enumerate().skip(offered.at).take(20) {
        let style = if i == offered.at { palette.accent.add_modifier(Modifier::REVERSED) } else { palette.text };
        pieces.push(Piece::new(option.as_str(), style));
        pieces.push(Piece::new("  ", palette.text));
    }
    let count = format!("{} of {}", offered.at + 1, offered.options.len());
    let [left, right] = Layout::horizontal([Constraint::Min(0), Constraint::Length(12)]).areas(area);
    draw(&pieces, left, buffer, &model.theme);
    spread(&[], &[Piece::new(count, palette.dim)], right, buffer, &model.theme);
}

/// What the list is of, and how it is arranged; while a search is typed, that.
fn caption(model: &Model, drilled: &Drill, area: Rect, buffer: &mut Buffer) {
    let palette = &model.theme.palette;
    let shown = drilled.list.len();
    let all = if drilled.complement { drilled.funnel.rows - drilled.rows.len() } else { drilled.rows.len() };
    let who = if drilled.complement { "do not match" } else { "match" };
    let mut words = format!("{} {who}", group_thousands(all as u64));
    let order = list::words(model, &model.drill.order);
    if shown < all {
        words = format!("{} of {words}", group_thousands(shown as u64));
    }
    if !order.is_empty() {
        words += &format!(" · {order}");
    }
    let left = match &model.search {
        Some(search) => {
            vec![Piece::new(" Search  ", palette.accent), Piece::new(format!("{}▏", search.value()), palette.title)]
        }
        None => vec![Piece::new(" ", palette.text), Piece::new(words.clone(), palette.title)],
    };
    let at = (model.drill.cursor.at + 1).min(shown);
    let place = match &model.search {
        Some(_) => format!("{words} "),
        None => format!("{} of {} ", group_thousands(at as u64), group_thousands(shown as u64)),
    };
    let right = if shown == 0 && model.search.is_none() { Vec::new() } else { vec![Piece::new(place, palette.dim)] };
    spread(&left, &right, area, buffer, &model.theme);
}

fn rows(model: &Model, drilled: &Drill, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    if drilled.list.is_empty() {
        let text = match (model.drill.order.search.is_empty(), drilled.complement) {
            (false, _) => "Nobody holds what is searched. / searches again, Esc shows all.",
            (true, false) => "Nobody matches. e edits the rule, n lists who does not match.",
            (true, true) => "Everybody matches. n lists them.",
        };
        put(buffer, (area.x + 1, area.y), area.width.saturating_sub(1), text, theme.palette.text, theme);
        return;
    }
    // The first clause that a row fails tells most; how many more there are is told beside it.
    let fails = |row: usize| {
        let mut failed = drilled.funnel.failed(row);
        let first = failed.next().and_then(|clause| drilled.funnel.clauses.get(clause));
        let text = first.map_or("", |clause| clause.text.as_str());
        match failed.count() {
            0 => text.to_owned(),
            more => format!("+{more} {text}"),
        }
    };
    let list = Learners {
        rows: &drilled.list,
        cursor: model.drill.cursor,
        focused: model.drill.part == Part::Rows,
        skipped: model.drill.skipped,
        order: &model.drill.order,
        fails: drilled.complement.then_some(&fails),
        places: None,
        stale: model.drill.error.is_some(),
    };
    learners::view(model, &list, area, buffer);
}
