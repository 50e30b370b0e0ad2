//! Screen 7 as it looks: the cards, the text of the selected one, the audience.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::{Part, Planned, Shown, audience, is_stale};
use crate::report::plan::{effect_figures, effect_words, holds_words};
use crate::segments::cards::{Card, Kind, Within};
use crate::table::money::group_thousands;
use crate::tui::model::Model;
use crate::tui::term::sanitise::{clean, wrap};
use crate::tui::widget::line::heading;
use crate::tui::widget::panel::Panel;
use crate::tui::widget::put;
use crate::tui::widget::table::{Cell, Column, Table};

/// From this width on the audience stands beside the cards.
const WIDE: u16 = 120;
/// Cells that the cards need there: a box round the columns.
const CARDS: u16 = 75;
/// Cells before the text of a card: its label.
const LABEL: u16 = 11;
/// Lines of the audience, where it is below the cards.
const AUDIENCE: u16 = 8;

/// Where the parts are.
struct Parts {
    list: Rect,
    text: Rect,
    audience: Rect,
    /// Boxes are drawn round them.
    boxed: bool,
}

fn parts(model: &Model, area: Rect) -> Parts {
    let kinds = Kind::ALL.len() as u16;
    if area.width >= WIDE {
        let left = CARDS + (area.width - WIDE) / 4;
        let list = Rect { width: left, height: (kinds + 3).min(area.height), ..area };
        let text = Rect { y: list.bottom(), width: left, height: area.height - list.height, ..area };
        return Parts {
            list,
            text,
            audience: Rect { x: area.x + left, width: area.width - left, ..area },
            boxed: true,
        };
    }
    let list = Rect { height: (kinds + 1).min(area.height), ..area };
    let rest = area.height - list.height;
    // A card in five lines, the audience in eight; what is left is shared.
    let audience = if model.plan.whole { 0 } else { (AUDIENCE + rest.saturating_sub(AUDIENCE + 5) / 2).min(rest) };
    let text = Rect { y: list.bottom(), height: rest - audience, ..area };
    Parts { list, text, audience: Rect { y: text.bottom(), height: audience, ..area }, boxed: false }
}

/// The content of the screen at the current size.
fn content(model: &Model) -> Rect {
    Rect::new(0, 2, model.size.0, model.size.1.saturating_sub(3))
}

/// Cards that are shown at the current size.
pub fn list_height(model: &Model) -> usize {
    let parts = parts(model, content(model));
    usize::from(parts.list.height.saturating_sub(if parts.boxed { 3 } else { 1 }))
}

/// Lines that the text of the selected card has room for, and how many it has.
pub fn text_lines(model: &Model) -> (usize, usize) {
    let Some(planned) = &model.planned else { return (0, 0) };
    let parts = parts(model, content(model));
    let inner = inside(parts.text, parts.boxed);
    (usize::from(inner.height), text(model, planned, inner.width, parts.boxed).len())
}

fn inside(area: Rect, boxed: bool) -> Rect {
    if boxed {
        return Panel::inner(area);
    }
    Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area }
}

/// A part with its title and caption: in a box, or under a line. Tells what is left of it.
pub(super) fn part(
    model: &Model,
    (title, caption): (&str, &str),
    focused: bool,
    (area, boxed): (Rect, bool),
    buffer: &mut Buffer,
) -> Rect {
    let theme = &model.theme;
    if boxed {
        (&Panel::new(theme, title).caption(caption).focused(focused)).render(area, buffer);
    } else {
        let style = if focused { theme.palette.accent } else { theme.palette.dim };
        heading((title, style), caption, area, buffer, theme);
    }
    inside(area, boxed)
}

/// Draws cards and audience.
pub fn view(model: &Model, area: Rect, buffer: &mut Buffer) {
    let parts = parts(model, area);
    let Some(planned) = &model.planned else {
        nothing(model, area, buffer);
        return;
    };
    list(model, planned, (parts.list, parts.boxed), buffer);
    card(model, planned, (parts.text, parts.boxed), buffer);
    audience::view(model, planned, (parts.audience, parts.boxed), buffer);
}

/// Why there is no plan yet.
fn nothing(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let room = area.width.saturating_sub(2);
    let mut y = area.y + 1;
    let mut say = |text: &str, style: Style| {
        for line in wrap(text, room.into()) {
            if y < area.bottom() {
                put(buffer, (area.x + 1, y), room, &line, style, theme);
                y += 1;
            }
        }
    };
    match &model.plan.error {
        Some(error) => {
            say(error.what(), theme.palette.warn);
            say(error.why().unwrap_or_default(), theme.palette.text);
            say(error.hint().unwrap_or_default(), theme.palette.text);
            say("r edits the rule in use, i the file of those who must not be contacted.", theme.palette.text);
        }
        None if !model.has_table() => say("The table is being read.", theme.palette.text),
        None if model.plan.asked.is_none() => {
            say("The rule in use names clusters, which are being computed.", theme.palette.text);
        }
        None => say("The plan is being made.", theme.palette.text),
    }
    if model.plan.editor.is_some() {
        audience::editor(
            model,
            Rect { y: area.bottom().saturating_sub(2), height: 2.min(area.height), ..area },
            buffer,
        );
    }
}

/// Whether a direction holds inside the strata of a name: it does, it does not, nobody can tell.
fn mark(model: &Model, strata: &[Within], name: &str) -> Cell<'static> {
    let palette = &model.theme.palette;
    match strata.iter().find(|within| within.name == name) {
        Some(within) if within.strata.is_empty() => Cell::styled("–", palette.dim),
        Some(within) if within.holds() => Cell::styled("✓", palette.good),
        Some(_) => Cell::styled("!", palette.warn),
        None => Cell::styled("–", palette.dim),
    }
}

fn list(model: &Model, planned: &Planned, (area, boxed): (Rect, bool), buffer: &mut Buffer) {
    let theme = &model.theme;
    let focused = model.plan.part == Part::Cards;
    let inner =
        if boxed { part(model, ("Cards", "holds within ✓ ! –"), focused, (area, boxed), buffer) } else { area };
    let mut columns = vec![
        Column::words("card", 21),
        Column::numbers("learners", 8),
        Column::numbers("effect", 8),
        Column::numbers("95 %", 10),
        Column::words("role", 4),
        Column::words("exp", 3),
        Column::words("year", 4),
    ];
    if !boxed {
        columns.push(Column::numbers("mix", 5));
    }
    let wanted = &model.recipe.plan.wanted;
    let shares = wanted.shares();
    let cells = |at: usize| -> Vec<Cell<'_>> {
        let kind = Kind::ALL[at];
        let Shown::Card(card) = planned.card(kind) else { return vec![Cell::styled(kind.word(), theme.palette.dim)] };
        let [value, interval] = figures(card);
        let last =
            if card.withheld.is_some() { Cell::styled("! withheld", theme.palette.warn) } else { Cell::from(interval) };
        let share = wanted.mix.iter().position(|(other, _)| *other == kind);
        vec![
            Cell::from(kind.word()),
            Cell::from(group_thousands(card.learners as u64)),
            Cell::styled(value, theme.palette.accent),
            last,
            mark(model, &card.strata, "role"),
            mark(model, &card.strata, "experience band"),
            mark(model, &card.strata, "pay year"),
            Cell::from(share.map(|at| format!("{} %", shares[at])).unwrap_or_default()),
        ]
    };
    let cursor = model.plan.cards;
    Table::new(theme, &columns, Kind::ALL.len(), cells)
        .at(focused.then_some(cursor.at), cursor.offset)
        .stale(is_stale(model))
        .render(inner, buffer);
    // Why a kind is not there takes the cells of its figures.
    for (line, kind) in Kind::ALL.into_iter().skip(cursor.offset).enumerate() {
        let why = match planned.card(kind) {
            Shown::Card(_) => continue,
            Shown::Hidden(why) => format!("withheld: {why}"),
            Shown::Not(why) => format!("not shown: {why}"),
        };
        let y = inner.y + 1 + line as u16;
        if y < inner.bottom() {
            put(buffer, (inner.x + 26, y), inner.width.saturating_sub(27), &why, theme.palette.dim, theme);
        }
    }
}

/// The figure of a card and its interval, short.
fn figures(card: &Card) -> [String; 2] {
    let [value, interval] = effect_figures(&card.effect);
    let value = value.replace(" points a year", " pt/y");
    let assumed = card.effect.words.starts_with('≈');
    [if assumed { format!("≈{value}") } else { value }, interval]
}

/// A line of the text of a card.
enum Line {
    /// What it is about, words, their style.
    Said(&'static str, String, Style),
    /// The next card.
    Heading(&'static str),
}

/// The text of the selected card, wrapped; where there is room for it, those of the cards below it too.
fn text(model: &Model, planned: &Planned, width: u16, more: bool) -> Vec<Line> {
    let kind = super::selected(model).unwrap_or(Kind::ALL[0]);
    let from = Kind::ALL.iter().position(|other| *other == kind).unwrap_or(0);
    let kinds = Kind::ALL.into_iter().skip(from).take(if more { Kind::ALL.len() } else { 1 });
    let mut lines = Vec::new();
    for kind in kinds {
        if !lines.is_empty() {
            lines.push(Line::Heading(kind.word()));
        }
        for (label, words, style) in said(model, planned.card(kind)) {
            let room = usize::from(width.saturating_sub(LABEL + 1));
            for (i, text) in wrap(&clean(&words, model.theme.glyphs.ascii), room).into_iter().enumerate() {
                lines.push(Line::Said(if i == 0 { label } else { "" }, text, style));
            }
        }
    }
    lines
}

/// All that is said of a card, the most useful first.
fn said(model: &Model, shown: Shown<'_>) -> Vec<(&'static str, String, Style)> {
    let palette = &model.theme.palette;
    let card = match shown {
        Shown::Not(why) => return vec![("not shown", why.to_owned(), palette.text)],
        Shown::Hidden(why) => return vec![("withheld", format!("! {why}"), palette.warn)],
        Shown::Card(card) => card,
    };
    let mut said = Vec::new();
    if let Some(why) = &card.withheld {
        said.push(("withheld", format!("! {why}"), palette.warn));
    }
    said.push(("claim", card.claim.clone(), palette.text));
    if !card.strata.is_empty() {
        said.push(("holds", holds_words(card), palette.text));
    }
    said.push(("next", card.next.clone(), palette.text));
    let who = format!(
        "{} learners, {} rows of the table",
        group_thousands(card.learners as u64),
        group_thousands(card.rows as u64)
    );
    said.push(("who", who, palette.text));
    said.push(("effect", format!("{}: {}", card.effect.words, effect_words(&card.effect)), palette.text));
    said.push(("caveat", card.caveat.clone(), palette.text));
    if !card.score.is_empty() {
        said.push(("score", card.score.to_owned(), palette.text));
    }
    said
}

fn card(model: &Model, planned: &Planned, (area, boxed): (Rect, bool), buffer: &mut Buffer) {
    let theme = &model.theme;
    let kind = super::selected(model).unwrap_or(Kind::ALL[0]);
    let inner = inside(area, boxed);
    let lines = text(model, planned, inner.width, boxed);
    let first = model.plan.scroll.min(lines.len().saturating_sub(inner.height.into()));
    let hidden = lines.len() > usize::from(inner.height);
    let caption = match (hidden, boxed || model.plan.whole) {
        (true, false) => "Space: all of it",
        (true, true) => "PgDn: more",
        (false, _) if model.plan.whole => "Space: the audience",
        (false, _) => "",
    };
    part(model, (kind.word(), caption), false, (area, boxed), buffer);
    for (y, line) in (inner.y..inner.bottom()).zip(lines.iter().skip(first)) {
        match line {
            Line::Heading(title) => {
                let place = Rect { y, height: 1, ..inner };
                heading((title, theme.palette.dim), "", place, buffer, theme);
            }
            Line::Said(label, text, style) => {
                let style = if is_stale(model) { theme.palette.dim } else { *style };
                put(buffer, (inner.x + 1, y), LABEL - 1, label, theme.palette.dim, theme);
                put(buffer, (inner.x + LABEL, y), inner.width.saturating_sub(LABEL + 1), text, style, theme);
            }
        }
    }
}
