//! As it looks: a line for each cluster of before, with where its people are now; or the verdict and a line for each
//! criterion.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::{Of, State};
use crate::study::diff::{self, Moved};
use crate::study::follow::Descent;
use crate::table::money::group_thousands;
use crate::tui::follow::{Before, Shown};
use crate::tui::model::Model;
use crate::tui::term::sanitise::wrap;
use crate::tui::widget::line::Piece;
use crate::tui::widget::lines::{Lines, column, last_offset};
use crate::tui::widget::panel::{Panel, clear};
use crate::tui::widget::table::Align;

/// A smaller share of a cluster is not worth its cells.
const WORTH: f64 = 0.01;
/// Choices that are told.
const CHANGES: usize = 6;

/// Lines there are, and how many of them are shown at once, at the current size.
pub fn size(model: &Model) -> (usize, usize) {
    let Some(state) = &model.flow else { return (0, 0) };
    let (width, height) = model.size;
    let lines = lines(model, state, width.saturating_sub(3)).len();
    (lines, lines.min(usize::from(height.saturating_sub(5))))
}

/// Draws it at the foot of the content.
pub fn view(model: &Model, state: &State, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let lines = lines(model, state, area.width.saturating_sub(3));
    let height = (lines.len() as u16).saturating_add(2).min(area.height);
    let place = Rect { y: area.bottom() - height, height, ..area };
    clear(place, buffer);
    let title = match state.of {
        Of::NextK => format!("Who goes where from k = {} to k = {}", model.k(), model.k() + 1),
        Of::Before => "Since the choice before".to_owned(),
        Of::Why => "Which k, and how sure?".to_owned(),
    };
    let inner = Panel::inner(place);
    let caption = match last_offset(lines.len(), usize::from(inner.height)).saturating_sub(state.scroll) {
        0 => "Esc closes".to_owned(),
        more => format!("{} {more} more: PgDn", theme.glyphs.more_down),
    };
    Panel::new(theme, &title).caption(&caption).focused(true).render(place, buffer);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(1), ..inner };
    Lines::new(theme, &lines).from(state.scroll).render(inner, buffer);
}

fn lines(model: &Model, state: &State, width: u16) -> Vec<Vec<Piece>> {
    let words = |words: &str| vec![vec![Piece::new(words, model.theme.palette.text)]];
    match state.of {
        Of::Why => verdict(model, width),
        Of::NextK => match state.ahead.as_deref().and_then(|ahead| Some((ahead, ahead.before.as_deref()?))) {
            Some((ahead, before)) => flows(model, ahead, before, width),
            None if model.is_running() => words("The next k is being computed."),
            None => words("The next k is not computed: + goes there."),
        },
        Of::Before => match model.as_shown().and_then(|shown| Some((shown, shown.before.as_deref()?))) {
            Some((shown, before)) => {
                let mut lines = changes(model, before);
                lines.extend(flows(model, shown, before, width));
                lines
            }
            None => words("These are the first clusters that were shown: there is nothing to compare them with."),
        },
    }
}

/// The verdict, what could mislead, and a line for each criterion with the k that it would choose.
fn verdict(model: &Model, width: u16) -> Vec<Vec<Piece>> {
    let theme = &model.theme;
    let told = model.sweep.as_ref().and_then(|sweep| Some((sweep, sweep.verdict.as_ref()?)));
    let Some((sweep, verdict)) = told else {
        return vec![vec![Piece::new("Not yet: the silhouettes are being computed.", theme.palette.text)]];
    };
    let wrapped = |text: &str, width: u16| wrap(text, usize::from(width).max(10));
    let paragraph = |text: &str, style| wrapped(text, width).into_iter().map(move |line| vec![Piece::new(line, style)]);
    let mut lines: Vec<Vec<Piece>> = paragraph(&verdict.text, theme.palette.title).collect();
    for warning in &sweep.warnings {
        lines.extend(paragraph(&format!("! {warning}"), theme.palette.warn));
    }
    lines.push(Vec::new());
    let name = 28.min(width / 2);
    for criterion in &verdict.criteria {
        let k = criterion.k.map_or("–".to_owned(), |k| k.to_string());
        let decides = criterion.name == "valleys" && criterion.k == verdict.k;
        let agrees = criterion.k.is_some() && (decides || criterion.k == verdict.suggested_k);
        let style = if agrees { theme.palette.accent } else { theme.palette.text };
        for (at, why) in wrapped(&criterion.why, width.saturating_sub(name + 7)).into_iter().enumerate() {
            let first = |text: &str| if at == 0 { text.to_owned() } else { String::new() };
            lines.push(vec![
                column(&first(&criterion.name), name, Align::Left, theme.palette.text, theme),
                column(&first(&k), 4, Align::Right, style, theme),
                Piece::new(format!("  {why}"), theme.palette.dim),
            ]);
        }
    }
    lines
}

/// What was chosen otherwise.
fn changes(model: &Model, before: &Before) -> Vec<Vec<Piece>> {
    let theme = &model.theme;
    let was = (&before.shown.recipe, before.shown.features.as_slice());
    let changes = diff::choices(was, (&model.recipe, &model.features)).unwrap_or_default();
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "not said".to_owned());
    let mut lines: Vec<Vec<Piece>> = changes
        .iter()
        .take(CHANGES)
        .map(|change| {
            let words = format!("  {} {} {}", value(&change.before), theme.glyphs.more_right, value(&change.after));
            vec![
                column(&change.key, 30, Align::Left, theme.palette.title, theme),
                Piece::new(words, theme.palette.text),
            ]
        })
        .collect();
    if changes.len() > CHANGES {
        lines.push(vec![Piece::new(format!("and {} more", changes.len() - CHANGES), theme.palette.dim)]);
    }
    lines
}

/// A line a cluster: how many, and where they are now, most first.
fn flows(model: &Model, shown: &Shown, before: &Before, width: u16) -> Vec<Vec<Piece>> {
    let theme = &model.theme;
    let Moved { table, only_before, only_after, .. } = &before.moved;
    let label = (width / 4).clamp(12, 36);
    let mut lines: Vec<Vec<Piece>> = table
        .iter()
        .enumerate()
        .map(|(from, row)| {
            let all: usize = row.iter().sum();
            let style = theme.palette.cluster(before.shown.colour(from));
            let name = format!("{from} {}", before.shown.name(from).unwrap_or_default());
            let mut line = vec![
                column(&name, label, Align::Left, style, theme),
                column(&group_thousands(all as u64), 9, Align::Right, theme.palette.text, theme),
                Piece::new(format!(" {}", theme.glyphs.more_right), theme.palette.dim),
            ];
            let mut to: Vec<(usize, usize)> = row.iter().copied().enumerate().collect();
            to.sort_by_key(|(to, rows)| (std::cmp::Reverse(*rows), *to));
            for (to, rows) in to.into_iter().filter(|(_, rows)| *rows as f64 >= WORTH * all as f64 && *rows > 0) {
                let part = 100.0 * rows as f64 / all as f64;
                line.push(Piece::new(format!("  {to}"), theme.palette.cluster(shown.colour(to))));
                line.push(Piece::new(format!(" {} {part:.0} %", group_thousands(rows as u64)), theme.palette.text));
            }
            line
        })
        .collect();
    for (to, descent) in before.descents.iter().enumerate() {
        let words = match descent {
            Descent::Same(_) => continue,
            Descent::Split { from, share } => format!("new, {:.0} % of it from {from}", 100.0 * share),
            Descent::New => "new, of rows that were not clustered".to_owned(),
        };
        let name = format!("{to} {}", shown.name(to).unwrap_or_default());
        lines.push(vec![
            column(&name, label, Align::Left, theme.palette.cluster(shown.colour(to)), theme),
            Piece::new(format!("  {words}"), theme.palette.text),
        ]);
    }
    let (stayed, rows) = (before.moved.stayed(), before.moved.rows());
    let mut sum = format!("{} of {} rows stay", group_thousands(stayed as u64), group_thousands(rows as u64));
    if only_before + only_after > 0 {
        let [gone, come] = [only_before, only_after].map(|n| group_thousands(*n as u64));
        sum += &format!(" · {gone} are not clustered any more, {come} are new");
    }
    lines.push(vec![Piece::new(sum, theme.palette.title)]);
    lines
}
