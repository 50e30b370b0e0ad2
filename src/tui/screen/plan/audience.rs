//! The audience of screen 7 as it looks: its parts, what it is made of beside the rule in use, its first people.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::view::part;
use super::{Asks, Part, Planned, is_stale, segments, update};
use crate::privacy;
use crate::report::plan::{bands, made_of};
use crate::segments::audience::Audience;
use crate::segments::cards::Kind;
use crate::segments::listing::Order;
use crate::source::escape;
use crate::table::money::group_thousands;
use crate::tui::model::Model;
use crate::tui::screen::Cursor;
use crate::tui::screen::rows::learners::{self, Learners};
use crate::tui::term::sanitise::{clean, wrap};
use crate::tui::widget::field::Field;
use crate::tui::widget::line::heading;
use crate::tui::widget::table::{Cell, Column, Table};
use crate::tui::widget::{put, put_right};

/// Lines of a screen on which bands of age and stages of the career have room.
const TALL: u16 = 40;
/// Cells of the table of segments where the composition stands beside it.
const SEGMENTS: u16 = 50;
/// Cells of the composition, at least and at most.
const COMPOSITION: (u16, u16) = (27, 46);
/// What an audience is made of, in few cells.
const SHORT: [&str; 3] = ["median pay", "experience", "above peers"];

/// Draws the audience.
pub fn view(model: &Model, planned: &Planned, (area, boxed): (Rect, bool), buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let theme = &model.theme;
    let stale = is_stale(model);
    let (title, caption) = if planned.plan.audience.is_none() {
        ("Audience".to_owned(), String::new())
    } else {
        let budget = group_thousands(model.recipe.plan.wanted.budget as u64);
        let stale = if stale { " ·stale" } else { "" };
        let rule = if planned.plan.rule.is_empty() { "everybody" } else { &planned.plan.rule };
        let caption = format!("against as many by: {rule}");
        (
            format!("Audience of {budget}{stale}"),
            if boxed { "by rule: as many, drawn by lot".to_owned() } else { caption },
        )
    };
    let focused = model.plan.part == Part::Audience;
    let inner = part(model, (&title, &caption), focused, (area, boxed), buffer);
    let Some(audience) = &planned.plan.audience else {
        let room = inner.width.saturating_sub(2);
        let why = "No audience: the table has no pay and experience. 1 shows the data; there o goes to the columns and r \
                   gives one its role: pay, experience or start year.";
        for (y, line) in (inner.y..inner.bottom()).zip(wrap(why, room.into())) {
            put(buffer, (inner.x + 1, y), room, &line, theme.palette.text, theme);
        }
        let last = Rect { y: inner.bottom().saturating_sub(2), height: 2.min(inner.height), ..inner };
        if model.plan.editor.is_some() {
            editor(model, last, buffer);
        }
        return;
    };
    let kinds = segments(model);
    let beside = inner.width > SEGMENTS + 2 + COMPOSITION.0;
    let lines = (kinds.len() as u16 + 1).min(inner.height);
    let width = if beside { SEGMENTS } else { inner.width.min(COMPOSITION.1 + 4) };
    let place = Rect { width, height: lines, ..inner };
    self::kinds(model, planned, (audience, &kinds, beside), place, buffer);
    let composition = composition(model, planned, audience, !beside);
    let height = composition.len() as u16 + 1;
    let taken = if beside {
        let width = (inner.width - SEGMENTS - 3).min(COMPOSITION.1);
        let place = Rect { x: inner.x + SEGMENTS + 2, width, height: inner.height.min(height), ..inner };
        columns(model, &composition, 7, place, buffer);
        lines.max(height)
    } else {
        let width = inner.width.saturating_sub(4).min(COMPOSITION.1);
        let place = Rect { x: inner.x + 3, y: inner.y + lines + 1, width, height };
        columns(model, &composition, 7, place.intersection(inner), buffer);
        lines + height + 2
    };
    let taken = taken.min(inner.height);
    let mut left = Rect { y: inner.y + taken, height: inner.height - taken, ..inner };
    let said = said(model, planned, audience, boxed);
    let used = status(model, &said, left, buffer);
    left = Rect { y: left.y + used, height: left.height - used, ..left };
    first(model, planned, left, buffer);
}

/// The parts: their shares, how many were found of how many wanted, and how many the rule in use would reach.
fn kinds(
    model: &Model,
    planned: &Planned,
    (audience, kinds, by_rule): (&Audience, &[Kind], bool),
    area: Rect,
    buffer: &mut Buffer,
) {
    let theme = &model.theme;
    let wanted = &model.recipe.plan.wanted;
    let shares = wanted.shares();
    let sizes: Vec<usize> = audience.segments.iter().map(|segment| segment.rows.len()).collect();
    let sizes = privacy::parts(&sizes);
    let mut shown =
        vec![Column::words("segment", 21), Column::numbers("share", 5), Column::numbers("people", 8).up_to(11)];
    shown.extend(by_rule.then(|| Column::numbers("by rule", 7)));
    let cells = |at: usize| -> Vec<Cell<'_>> {
        let kind = kinds[at];
        let share = wanted.mix.iter().position(|(other, _)| *other == kind).map(|at| format!("{} %", shares[at]));
        let segment = audience.segments.iter().position(|segment| segment.kind == kind);
        // Of those who are there for another reason some are of this kind too.
        let found = match segment {
            Some(at) => {
                let found = sizes.get()[at].map_or("<10".to_owned(), |n| group_thousands(n as u64));
                format!("{found}/{}", group_thousands(audience.segments[at].wanted as u64))
            }
            None => count(&audience.composition.of_kind, kind),
        };
        let style = if share.is_some() { theme.palette.text } else { theme.palette.dim };
        vec![
            Cell::styled(kind.word(), style),
            Cell::styled(share.unwrap_or_default(), style),
            Cell::styled(found, style),
            Cell::styled(count(&audience.by_rule.of_kind, kind), style),
        ]
    };
    let cursor = model.plan.segments;
    let focused = model.plan.part == Part::Audience;
    Table::new(theme, &shown, kinds.len(), cells)
        .at(focused.then_some(cursor.at), cursor.offset)
        .stale(is_stale(model) && !planned.plan.cards.cards.is_empty())
        .render(area, buffer);
}

/// Learners of a kind among some.
fn count(parts: &[(Kind, f64)], kind: Kind) -> String {
    let of = parts.iter().find(|(other, _)| *other == kind);
    of.map_or("–".to_owned(), |(_, n)| group_thousands(n.round() as u64))
}

/// What it is made of: label, audience, rule in use.
fn composition(model: &Model, planned: &Planned, audience: &Audience, long: bool) -> Vec<[String; 3]> {
    let learners = [Some(audience.composition.learners), Some(planned.plan.rule_learners)];
    let mut rows = Vec::from(made_of(&planned.basis.cleaned, audience, learners));
    for (row, short) in rows.iter_mut().zip(SHORT).filter(|_| !long) {
        short.clone_into(&mut row[0]);
    }
    if model.theme.glyphs.ascii {
        // The rupee is a word there: it goes to the label.
        let pay = &mut rows[0];
        let spelt: Vec<String> = pay[1..].iter().map(|pay| clean(pay, true).replace("Rs ", "")).collect();
        if pay[1].contains('₹') || pay[2].contains('₹') {
            pay[0] = if long { "median pay, Rs" } else { "pay, Rs" }.to_owned();
        }
        pay[1..].clone_from_slice(&spelt);
    }
    // Beside the segments these stand in their table.
    for (kind, _) in audience.composition.of_kind.iter().filter(|_| long) {
        let (own, rule) = (&audience.composition.of_kind, &audience.by_rule.of_kind);
        rows.push([kind.to_string(), count(own, *kind), count(rule, *kind)]);
    }
    // Where there is room for them and for the first people to contact.
    if long && model.size.1 >= TALL {
        rows.extend(bands(audience, learners));
    }
    rows
}

/// Labels with two columns of figures.
fn columns(model: &Model, rows: &[[String; 3]], width: u16, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let header = ["made of", "these", "by rule"].map(str::to_owned);
    let label = area.width.saturating_sub(2 * width + 1);
    for (y, row) in (area.y..area.bottom()).zip([&header].into_iter().chain(rows)) {
        let title = y == area.y;
        let style = match (title, is_stale(model)) {
            (true, _) => theme.palette.title,
            (_, true) => theme.palette.dim,
            _ => theme.palette.text,
        };
        put(buffer, (area.x, y), label, &row[0], style, theme);
        let own = if title || is_stale(model) { style } else { theme.palette.accent };
        put_right(buffer, (area.x + label, y), width, &row[1], own, theme);
        put_right(buffer, (area.x + label + width + 1, y), width, &row[2], style, theme);
    }
}

/// What should be known, the most pressing first.
fn said(model: &Model, planned: &Planned, audience: &Audience, long: bool) -> Vec<(String, Style)> {
    let palette = &model.theme.palette;
    let plan = &planned.plan;
    let mut said = Vec::new();
    if let Some(error) = &model.plan.error {
        said.push((format!("! {}", error.what()), palette.warn));
        let rest: Vec<&str> = [error.why(), error.hint()].into_iter().flatten().collect();
        said.push((rest.join(" · try: "), palette.text));
    }
    let notices = planned.notices.iter().chain(&audience.notices);
    said.extend(notices.map(|notice| (format!("! {}", escape(notice)), palette.warn)));
    let largest = |what: &str, largest: &Option<(String, usize)>, cap: f64| {
        largest.as_ref().map(|(name, n)| {
            let cap = group_thousands(((cap * audience.budget as f64) as usize).max(1) as u64);
            format!("{what} {} {n} (cap {cap})", escape(name))
        })
    };
    let wanted = &model.recipe.plan.wanted;
    let caps = [
        largest("role", &audience.largest[1], wanted.role_cap),
        largest("company", &audience.largest[0], wanted.company_cap),
    ];
    let caps: Vec<String> = caps.into_iter().flatten().collect();
    if !caps.is_empty() {
        said.push((format!("largest {}", caps.join(", ")), palette.text));
    }
    let excluded = match &planned.basis.choices.exclude {
        Some(_) => format!("excluded {}; ", group_thousands(audience.excluded as u64)),
        None => String::new(),
    };
    let also =
        privacy::parts(&[audience.also_by_rule, audience.composition.learners.saturating_sub(audience.also_by_rule)]);
    let also = also.get()[0].map_or("fewer than 10".to_owned(), |n| group_thousands(n as u64));
    let who = group_thousands(plan.rule_learners as u64);
    let rule = if plan.rule.is_empty() { "everybody" } else { &plan.rule };
    let by = if long { format!("the rule in use, {rule},") } else { "the rule in use".to_owned() };
    said.push((format!("{excluded}{also} of these are among the {who} of {by} too"), palette.text));
    said
}

/// The line being edited, or else what should be known; tells the lines used.
fn status(model: &Model, said: &[(String, Style)], area: Rect, buffer: &mut Buffer) -> u16 {
    let theme = &model.theme;
    let room = area.width.saturating_sub(2);
    let mut used = 0;
    if model.plan.editor.is_some() {
        used = 2.min(area.height);
        editor(model, Rect { height: used, ..area }, buffer);
    }
    for (text, style) in said {
        for line in wrap(&clean(text, theme.glyphs.ascii), room.into()) {
            if used < area.height {
                put(buffer, (area.x + 1, area.y + used), room, &line, *style, theme);
                used += 1;
            }
        }
    }
    used
}

/// The line being edited, and what it wants.
pub fn editor(model: &Model, area: Rect, buffer: &mut Buffer) {
    let Some(editor) = &model.plan.editor else { return };
    let theme = &model.theme;
    let (prompt, hint) = match editor.asks {
        Asks::Budget => ("Contacts", "how many people can be contacted"),
        Asks::Caps => ("Caps in %", "largest share of the budget for one company, for one role: 5 25"),
        Asks::Rule => ("Rule in use", "what is done today, to compare with; empty is the default"),
        Asks::Exclude => {
            ("Exclude", "a file of ids, or a CSV with a column of ids or of source rows ('row'); empty is none")
        }
    };
    if area.height == 0 {
        return;
    }
    let start = prompt.len() as u16 + 3;
    put(buffer, (area.x + 1, area.y), area.width.saturating_sub(1), prompt, theme.palette.accent, theme);
    let text = editor.input.value();
    let cursor = text.char_indices().nth(editor.input.cursor()).map_or(text.len(), |(at, _)| at);
    let place = Rect { x: area.x + start, width: area.width.saturating_sub(start + 1), height: 1, ..area };
    (&Field::new(theme, text).cursor(Some(cursor))).render(place, buffer);
    if area.height > 1 {
        let (text, style) = match &editor.error {
            Some(error) => (format!("! {error}"), theme.palette.warn),
            None => (hint.to_owned(), theme.palette.dim),
        };
        put(buffer, (area.x + 1, area.y + 1), area.width.saturating_sub(2), &text, style, theme);
    }
}

/// The first people of the audience, where there is room.
fn first(model: &Model, planned: &Planned, area: Rect, buffer: &mut Buffer) {
    if area.height < 5
        || !std::sync::Arc::ptr_eq(&planned.basis.cleaned, model.cleaned.as_ref().unwrap_or(&planned.basis.cleaned))
    {
        return;
    }
    let area = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let style = model.theme.palette.dim;
    heading(("First to contact", style), "o Enter: all of them", area, buffer, &model.theme);
    let list = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let (people, places) = update::contacts(planned, usize::from(list.height));
    let learners = Learners {
        rows: &people,
        cursor: Cursor::default(),
        focused: false,
        skipped: 0,
        order: &Order::default(),
        fails: None,
        places: Some(&places),
        stale: false,
    };
    learners::view(model, &learners, list, buffer);
}
