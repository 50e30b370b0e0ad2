//! The step mode as it looks: what was done, the centroids in original units, where they stand, WCSS falling.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::Widget;

use super::State;
use crate::cluster::{Phase, Step};
use crate::features::decode::Decoded;
use crate::report::text::figure;
use crate::study::walk::{Axis, Walk};
use crate::table::money::group_thousands;
use crate::table::role::Role;
use crate::tui::model::Model;
use crate::tui::widget::bar::{share, sparkline};
use crate::tui::widget::curve::Curve;
use crate::tui::widget::line::Piece;
use crate::tui::widget::lines::{Lines, column};
use crate::tui::widget::panel::{Panel, clear};
use crate::tui::widget::put;
use crate::tui::widget::table::{Align, Cell, Column, Table};

/// Lines of words above the table.
const WORDS: u16 = 2;
/// Least height of the chart; what is left for the centroids is scrolled.
const CHART: u16 = 7;
/// From this height on each axis has the rows that lie along it above.
const ROOMY: u16 = 40;
/// From this width on the table has bars.
const WIDE: u16 = 120;
/// Cells of the words at each end of an axis.
const END: u16 = 9;
/// Digits of the numbers on an axis: cluster 10 is `a`.
const DIGITS: u32 = 36;

/// Where everything goes.
struct Places {
    table: Rect,
    axes: Rect,
    chart: Rect,
    ends: Rect,
    /// Lines that each axis takes.
    lines: u16,
}

fn places(state: &State, area: Rect) -> Places {
    let lines = if area.height >= ROOMY { 3 } else { 1 };
    let rows = u16::try_from(state.k).unwrap_or(u16::MAX);
    let table = rows.saturating_add(WORDS + 3).min(area.height.saturating_sub(CHART)).max(WORDS + 3);
    let count = state.walk.as_ref().map_or(0, |walk| walk.axes.len());
    let room = area.height.saturating_sub(table + CHART);
    let count = u16::try_from(count).unwrap_or(u16::MAX).min(room / lines);
    let [table, axes, below] =
        Layout::vertical([Constraint::Length(table), Constraint::Length(count * lines), Constraint::Min(0)])
            .areas(area);
    let [chart, ends] = Layout::horizontal([Constraint::Fill(3), Constraint::Fill(2)]).areas(below);
    Places { table, axes, chart, ends, lines }
}

/// Clusters that the table shows at once at the current size.
pub fn clusters_in_sight(model: &Model) -> usize {
    let Some(state) = &model.step else { return 0 };
    let (width, height) = model.size;
    let area = Rect::new(0, 0, width, height.saturating_sub(3));
    usize::from(places(state, area).table.height.saturating_sub(WORDS + 3))
}

/// Draws it over the content.
pub fn view(model: &Model, state: &State, area: Rect, buffer: &mut Buffer) {
    clear(area, buffer);
    let theme = &model.theme;
    let places = places(state, area);
    let starts = model.recipe.params().starts.max(1);
    let title = format!("K-Means step by step · k = {} · start {} of {starts}", state.k, state.start + 1);
    let mut caption = if state.is_whole() { format!("step {} of {}", state.at, state.last()) } else { String::new() };
    if usize::from(places.table.height.saturating_sub(WORDS + 3)) < state.k {
        caption = format!("{}{} more clusters · {caption}", theme.glyphs.more_up, theme.glyphs.more_down);
    }
    Panel::new(theme, &title).caption(&caption).focused(true).render(places.table, buffer);
    let inner = Panel::inner(places.table);
    let Some((walk, step)) = state.walk.as_deref().and_then(|walk| Some((walk, &**walk.steps.get(state.at)?))) else {
        put(
            buffer,
            (inner.x + 1, inner.y),
            inner.width,
            "The first centres are being drawn.",
            theme.palette.dim,
            theme,
        );
        return;
    };
    let before = state.at.checked_sub(1).and_then(|at| walk.steps.get(at)).map(|step| &**step);
    let [words, table] = Layout::vertical([Constraint::Length(WORDS), Constraint::Min(0)]).areas(inner);
    self::words(model, state, walk, (step, before), words, buffer);
    self::table(model, state, walk, (step, before), table, buffer);
    let strips = places.axes.height / places.lines.max(1);
    for (strip, axis) in (0..strips).zip(walk.axes.iter()) {
        let place = Rect { y: places.axes.y + strip * places.lines, height: places.lines, ..places.axes };
        self::axis(model, walk, axis, (step, before), place, buffer);
    }
    chart(model, state, walk, places.chart, buffer);
    ends(model, state, walk, places.ends, buffer);
}

/// A share of the total in percent, with the digits that tell starts apart.
fn percent(walk: &Walk, wcss: f64) -> String {
    format!("{:.2} %", 100.0 * walk.share(wcss))
}

/// What was done, and what came of it.
fn sentences(state: &State, walk: &Walk, step: &Step, before: Option<&Step>) -> [String; 2] {
    let used = group_thousands(walk.prepared.matrix.rows() as u64);
    let ended = state.is_whole() && state.at == state.last();
    let done = match step.phase {
        Phase::Start if walk.k == 1 => "A row is drawn by lot: the first centre.".to_owned(),
        Phase::Start => {
            format!("{} rows drawn by lot as first centres, far from each other (greedy k-means++).", walk.k)
        }
        Phase::Assignment if ended && walk.converged == Some(true) => {
            format!("Assignment {}: nobody is nearer to another centre. This is the end.", step.iteration)
        }
        Phase::Assignment => format!(
            "Assignment {}: each to its nearest centre; {} of {used} rows move.",
            step.iteration,
            group_thousands(step.changed)
        ),
        Phase::Update => {
            let and = match step.relocated {
                0 if ended => " Stopped: the cap on iterations.".to_owned(),
                0 => String::new(),
                empty => format!(" {empty} empty: farthest row instead."),
            };
            format!("Update {}: each centre to the mean of its rows.{and}", step.iteration)
        }
    };
    let Some(wcss) = step.wcss else {
        return [done, "WCSS is known once every row has a centre.".to_owned()];
    };
    let and = match (state.best().filter(|_| ended), before.and_then(|before| before.wcss)) {
        (Some((start, best)), _) => format!("; best so far {}, start {}", percent(walk, best), start + 1),
        (None, Some(before)) => {
            format!(", {:.2} points less than before", 100.0 * walk.share((before - wcss).max(0.0)))
        }
        (None, None) => String::new(),
    };
    [done, format!("WCSS {} = {} of the total{and}.", figure(wcss), percent(walk, wcss))]
}

fn words(
    model: &Model,
    state: &State,
    walk: &Walk,
    (step, before): (&Step, Option<&Step>),
    area: Rect,
    buffer: &mut Buffer,
) {
    let theme = &model.theme;
    let styles = [theme.palette.accent, theme.palette.text];
    for ((y, sentence), style) in (area.y..area.bottom()).zip(sentences(state, walk, step, before)).zip(styles) {
        put(buffer, (area.x + 1, y), area.width.saturating_sub(1), &sentence, style, theme);
    }
}

/// Whether a feature is an assumption that no person's value is shown of.
fn is_assumed(model: &Model, name: &str) -> bool {
    let column = model.cleaned.as_ref().and_then(|cleaned| cleaned.learners.input(name));
    column.is_some_and(crate::table::column::Column::is_assumed)
}

/// A centroid's value in the unit of its column.
fn value(model: &Model, name: &str, value: f64) -> String {
    let column = model.cleaned.as_ref().and_then(|cleaned| cleaned.learners.input(name));
    match column.map(|column| column.role) {
        _ if value.is_nan() => "–".to_owned(),
        _ if is_assumed(model, name) => format!("≈{value:.0} y"),
        Some(Role::Pay) => model.pay(value),
        Some(Role::Experience | Role::Age) => format!("{value:.1} y"),
        Some(role) if role.is_year() => format!("{value:.1}"),
        _ => figure(value),
    }
}

fn table(
    model: &Model,
    state: &State,
    walk: &Walk,
    (step, before): (&Step, Option<&Step>),
    area: Rect,
    buffer: &mut Buffer,
) {
    let theme = &model.theme;
    let encoded = &walk.prepared.encoded;
    let wide = area.width >= WIDE;
    let change = if step.phase == Phase::Update { "moved" } else { "± rows" };
    let mut columns = vec![Column::numbers("#", 2), Column::numbers("rows", 8), Column::numbers("share", 5)];
    if wide {
        columns.push(Column::words("", 16));
    }
    columns.push(Column::numbers(change, 8));
    columns.extend(encoded.features.iter().zip(&encoded.encoders).map(
        |(name, encoder)| match encoder.levels().len() {
            1 => Column::numbers(name, 10).up_to(16),
            _ => Column::words(name, 17).up_to(36),
        },
    ));
    let decoded = walk.decoded(step);
    let rows: u64 = step.sizes.iter().sum();
    let cells = |cluster: usize| -> Vec<Cell<'_>> {
        let style = theme.palette.cluster(cluster);
        let size = step.sizes.get(cluster).copied().unwrap_or(0);
        let part = if rows > 0 { size as f64 / rows as f64 } else { 0.0 };
        let assigned = step.phase != Phase::Start;
        let known = |text: String| Cell::from(if assigned { text } else { "–".to_owned() });
        let mut cells = vec![
            Cell::styled(cluster.to_string(), style),
            known(group_thousands(size)),
            known(format!("{:.0} %", 100.0 * part)),
        ];
        if wide {
            cells.push(Cell::styled(share(part, 16, theme.glyphs), style));
        }
        cells.push(Cell::from(changed(walk, step, before, cluster)));
        let of = decoded.get(cluster).map_or(&[][..], Vec::as_slice);
        cells.extend(encoded.features.iter().zip(&encoded.encoders).zip(of).map(|((name, encoder), decoded)| {
            Cell::from(match decoded {
                // One person's age is not assumed.
                Decoded::Number(_) if (!assigned || size == 1) && is_assumed(model, name) => "–".to_owned(),
                Decoded::Number(number) => value(model, name, *number),
                Decoded::Frequency(rows) => format!("{} alike", figure(*rows)),
                Decoded::Shares(shares) => commonest(shares, &encoder.levels()),
            })
        }));
        cells
    };
    Table::new(theme, &columns, state.k, cells).at(None, state.offset).render(area, buffer);
}

/// How many rows a cluster won or lost, or how far its centre moved (in the scaled matrix).
fn changed(walk: &Walk, step: &Step, before: Option<&Step>, cluster: usize) -> String {
    let Some(before) = before else { return "–".to_owned() };
    if step.phase == Phase::Update {
        let d = walk.prepared.matrix.columns();
        let of = |step: &'_ Step| step.centroids[cluster * d..(cluster + 1) * d].to_vec();
        let square: f64 = of(step).iter().zip(of(before)).map(|(a, b)| (a - b).powi(2)).sum();
        return figure(square.sqrt());
    }
    let (now, then) = (step.sizes[cluster], before.sizes[cluster]);
    match now.cmp(&then) {
        std::cmp::Ordering::Greater => format!("+{}", group_thousands(now - then)),
        std::cmp::Ordering::Less => format!("−{}", group_thousands(then - now)),
        std::cmp::Ordering::Equal => "0".to_owned(),
    }
}

/// The level that most rows of a cluster have, with its share.
fn commonest(shares: &[f64], levels: &[Option<String>]) -> String {
    let most = shares.iter().zip(levels).filter(|(share, _)| share.is_finite());
    let most = most.fold(None, |most: Option<(f64, &str)>, (share, level)| match most {
        Some((highest, _)) if highest >= *share => most,
        _ => Some((*share, level.as_deref().unwrap_or_default())),
    });
    most.map_or("–".to_owned(), |(share, level)| format!("{:.0} % {level}", 100.0 * share))
}

/// One feature: the numbers of the clusters where their centres stand, dots where they stood before.
fn axis(
    model: &Model,
    walk: &Walk,
    axis: &Axis,
    (step, before): (&Step, Option<&Step>),
    area: Rect,
    buffer: &mut Buffer,
) {
    let theme = &model.theme;
    let (glyphs, palette) = (theme.glyphs, &theme.palette);
    let label = (area.width / 5).clamp(8, 20);
    let Some(length) = area.width.checked_sub(label + 2 * END + 4).filter(|length| *length >= 8) else { return };
    let (name, line) = (&walk.prepared.encoded.features[axis.feature], area.y + area.height / 2);
    // A first centre is one person.
    if is_assumed(model, name) {
        return;
    }
    let start = area.x + 1 + label + END + 1;
    let word = |scaled: f64| {
        let mut cells = vec![0.0; walk.prepared.encoded.encoders[axis.feature].width()];
        cells[0] = scaled;
        match walk.prepared.encoded.encoders[axis.feature].decode(&cells) {
            Decoded::Number(number) => value(model, name, number),
            Decoded::Frequency(rows) => figure(rows),
            Decoded::Shares(_) => String::new(),
        }
    };
    put(buffer, (area.x + 1, line), label, name, palette.title, theme);
    crate::tui::widget::put_right(buffer, (start - END - 1, line), END, &word(axis.low), palette.dim, theme);
    put(buffer, (start + length + 1, line), END, &word(axis.high), palette.dim, theme);
    put(buffer, (start, line), length, &glyphs.horizontal.repeat(length.into()), palette.dim, theme);
    if area.height > 1 {
        let rows = sparkline(&axis.histogram, usize::from(length), glyphs);
        // As wide as the line below it: fewer bins than cells are spread.
        let bars: Vec<char> = rows.chars().collect();
        for x in 0..length {
            let bar = bars.get(usize::from(x) * bars.len() / usize::from(length)).copied().unwrap_or(' ');
            put(buffer, (start + x, line - 1), 1, &bar.to_string(), palette.dim, theme);
        }
    }
    let d = walk.prepared.matrix.columns();
    let cell = |step: &Step, cluster: usize| {
        let place = axis.place(step.centroids[cluster * d + axis.column]);
        start + (place * f64::from(length - 1)).round() as u16
    };
    for cluster in (0..walk.k).rev() {
        if let Some(before) = before {
            put(buffer, (cell(before, cluster), line), 1, glyphs.line, palette.cluster(cluster), theme);
        }
    }
    for cluster in (0..walk.k).rev() {
        let digit = char::from_digit(cluster as u32 % DIGITS, DIGITS).unwrap_or('+').to_string();
        put(buffer, (cell(step, cluster), line), 1, &digit, palette.cluster(cluster).patch(palette.title), theme);
    }
}

/// WCSS by step, as far as it was stepped; both axes are those of the whole start.
fn chart(model: &Model, state: &State, walk: &Walk, area: Rect, buffer: &mut Buffer) {
    let shares: Vec<Option<f64>> =
        walk.steps.iter().skip(1).map(|step| step.wcss.map(|wcss| 100.0 * walk.share(wcss))).collect();
    let known = || shares.iter().flatten().copied();
    let (low, high) = (known().fold(f64::INFINITY, f64::min), known().fold(0.0, f64::max));
    let last = u32::try_from(shares.len().max(1)).unwrap_or(u32::MAX);
    let mut curve = Curve::new(&model.theme, 1..=last, &shares[..state.at.min(shares.len())])
        .titled("WCSS % of total, step by step", "")
        .empty("no row has a centre yet");
    if let Some(at) = u32::try_from(state.at).ok().filter(|at| *at > 0) {
        curve = curve.current(at);
    }
    if state.is_whole() && low <= high {
        curve = curve.covers(low, high);
    }
    curve.render(area, buffer);
}

/// Where the starts end that were stepped to their end, and what the fit makes of them.
fn ends(model: &Model, state: &State, walk: &Walk, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let (text, accent) = (theme.palette.text, theme.palette.accent);
    let best = state.best();
    let line = |words: &str, wcss: f64, style| {
        vec![
            column(words, 8, Align::Left, style, theme),
            column(&percent(walk, wcss), 9, Align::Right, style, theme),
            Piece::new(
                if best.is_some_and(|(_, least)| wcss <= least) { " best so far" } else { "" },
                theme.palette.good,
            ),
        ]
    };
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    for (start, wcss) in &state.ends {
        let style = if *start == state.start { accent } else { text };
        lines.push(line(&format!("start {}", start + 1), *wcss, style));
    }
    let here = lines.len();
    if !state.ends.contains_key(&state.start) {
        lines.push(vec![Piece::new(format!("start {}  on its way", state.start + 1), accent)]);
    }
    let fitted = model.sweep.as_ref().filter(|sweep| std::sync::Arc::ptr_eq(&sweep.prepared, &state.prepared));
    let fitted = fitted.and_then(|sweep| sweep.at(state.k)).filter(|_| !state.ends.is_empty());
    if let Some(found) = fitted {
        let words = percent(walk, found.clustering.wcss);
        lines.push(vec![
            column("the fit", 8, Align::Left, theme.palette.title, theme),
            column(&words, 9, Align::Right, theme.palette.title, theme),
            Piece::new(" repaired", theme.palette.dim),
        ]);
    }
    let inner = Panel::inner(area);
    // The last lines are of this start and of the fit.
    let offset = lines.len().saturating_sub(usize::from(inner.height)).min(here);
    Panel::new(theme, "Where starts end").render(area, buffer);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(1), ..inner };
    Lines::new(theme, &lines).from(offset).render(inner, buffer);
}
