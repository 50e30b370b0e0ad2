//! The funnel as it looks: a line a clause, and where the selected clause cuts its column.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::Part;
use crate::report::text::figure;
use crate::segments::drill::{Cut, Drill};
use crate::segments::rule::Kind;
use crate::table::money::group_thousands;
use crate::tui::model::Model;
use crate::tui::widget::bar::{self, Histogram, share};
use crate::tui::widget::{put, put_right};

/// Clauses that are shown at once.
pub const CLAUSES: usize = 8;
/// Clusters that are named under the funnel.
pub const HELD: usize = 3;
/// Lines of the histogram: what it is of, columns, axis, words, what the clause does.
pub const HISTOGRAM: u16 = 8;

/// The first clause that is shown, so that the selected one is.
fn first(model: &Model) -> usize {
    if model.drill.part == Part::Funnel { (model.drill.clause + 1).saturating_sub(CLAUSES) } else { 0 }
}

/// One line of the funnel.
struct Line<'a> {
    text: &'a str,
    percentile: &'a str,
    rows: usize,
    remark: &'a str,
    warns: bool,
    selected: bool,
}

/// Draws everybody, the clauses and, where they are not in the way, the clusters.
pub fn view(model: &Model, drilled: &Drill, area: Rect, buffer: &mut Buffer) {
    let in_funnel = model.drill.part == Part::Funnel;
    let who = if model.rows_are_learners() { "all learners" } else { "all rows" };
    let all = Line { text: who, percentile: "", rows: drilled.funnel.rows, remark: "", warns: false, selected: false };
    line(model, drilled, &all, Rect { height: 1.min(area.height), ..area }, buffer);
    let mut y = area.y + 1;
    for (i, clause) in drilled.funnel.clauses.iter().enumerate().skip(first(model)).take(CLAUSES) {
        if y >= area.bottom() {
            return;
        }
        let text = if i == 0 { clause.text.clone() } else { format!("and {}", clause.text) };
        let alone = format!("+{} without it", group_thousands(drilled.funnel.only_this_fails(i) as u64));
        let remark = match clause.hardly {
            true if area.width >= 110 => format!("! keeps {:.0} %: hardly a filter, {alone}", 100.0 * clause.keeps),
            true => format!("! keeps {:.0} %: hardly a filter", 100.0 * clause.keeps),
            false => alone,
        };
        let shown = Line {
            text: &text,
            percentile: &clause.percentile.map(|p| format!("P{p:.0}")).unwrap_or_default(),
            rows: clause.pass,
            remark: &remark,
            warns: clause.hardly,
            selected: in_funnel && i == model.drill.clause,
        };
        line(model, drilled, &shown, Rect { y, height: 1, ..area }, buffer);
        y += 1;
    }
    if !in_funnel {
        clusters(model, drilled, Rect { y, height: area.bottom().saturating_sub(y), ..area }, buffer);
    }
}

fn line(model: &Model, drilled: &Drill, shown: &Line<'_>, area: Rect, buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let theme = &model.theme;
    let y = area.y;
    let text_width = (area.width / 3).clamp(20, 48).min(area.width.saturating_sub(56).max(12));
    let bar_width = area.width.saturating_sub(text_width + 56).clamp(4, 60);
    let style = if model.drill.error.is_some() { theme.palette.dim } else { theme.palette.text };
    let part = shown.rows as f64 / drilled.funnel.rows.max(1) as f64;
    put(buffer, (area.x + 1, y), text_width, shown.text, style, theme);
    put(buffer, (area.x + text_width + 2, y), 4, shown.percentile, theme.palette.dim, theme);
    put_right(buffer, (area.x + text_width + 6, y), 9, &group_thousands(shown.rows as u64), style, theme);
    let bar = share(part, usize::from(bar_width), theme.glyphs);
    put(buffer, (area.x + text_width + 16, y), bar_width, &bar, theme.palette.accent, theme);
    let at = area.x + text_width + 16 + bar_width;
    let percent =
        if part < 0.1 && part > 0.0 { format!("{:.1} %", 100.0 * part) } else { format!("{:.0} %", 100.0 * part) };
    put_right(buffer, (at, y), 6, &percent, style, theme);
    let remark_style = if shown.warns { theme.palette.warn } else { theme.palette.dim };
    put(buffer, (at + 7, y), area.right().saturating_sub(at + 7), shown.remark, remark_style, theme);
    if shown.selected {
        put(buffer, (area.x, y), 1, theme.glyphs.marker, theme.palette.accent, theme);
        buffer.set_style(area.intersection(buffer.area), theme.palette.selected);
    }
}

/// Which clusters hold most of those who match.
fn clusters(model: &Model, drilled: &Drill, area: Rect, buffer: &mut Buffer) {
    // A cluster that holds next to none of them is not worth a line.
    let mut held: Vec<_> = drilled.by_cluster.iter().filter(|h| h.share_of_matches >= 0.01).collect();
    held.sort_by(|a, b| b.rows.cmp(&a.rows).then(a.cluster.cmp(&b.cluster)));
    for (held, y) in held.into_iter().take(HELD).zip(area.y..area.bottom()) {
        let name = model.name(held.cluster);
        let text = format!(
            "cluster {} holds {:.0} % of them ({}), ×{:.1} its share · {name}",
            held.cluster,
            100.0 * held.share_of_matches,
            group_thousands(held.rows as u64),
            held.lift
        );
        let style: Style = model.cluster_style(held.cluster);
        put(buffer, (area.x + 1, y), area.width.saturating_sub(1), &text, style, &model.theme);
    }
}

/// What the selected clause does, and the histogram of its column where it has a threshold.
pub fn selected(model: &Model, drilled: &Drill, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let clause = model.drill.clause;
    let Some(shown) = drilled.funnel.clauses.get(clause).filter(|_| area.height > 0) else { return };
    let matches = drilled.rows.len();
    let alone = drilled.funnel.only_this_fails(clause);
    let said = format!(
        "{} match; without it {} would (+{}): they fail it alone",
        group_thousands(matches as u64),
        group_thousands(shown.without as u64),
        group_thousands(alone as u64),
    );
    put(buffer, (area.x + 1, area.y), area.width.saturating_sub(2), &said, theme.palette.text, theme);
    let below = Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(1),
    };
    let Some(cut) = drilled.cut.as_ref().filter(|cut| cut.clause == clause) else {
        let text = "This clause has no one threshold: e edits it.";
        put(buffer, (below.x, below.y), below.width, text, theme.palette.dim, theme);
        return;
    };
    let value = |value: f64| value_text(model, cut, value);
    let label = match shown.percentile {
        Some(percentile) => format!("{} {} · P{percentile:.0}", cut.column, value(cut.threshold)),
        None => format!("{} {}", cut.column, value(cut.threshold)),
    };
    let cuts = [bar::Cut { at: cut.at, label: &label }];
    let ends = (value(cut.axis.low), value(cut.axis.high));
    (&Histogram::new(theme, &cut.counts, (&ends.0, &ends.1)).cuts(&cuts)).render(below, buffer);
}

fn value_text(model: &Model, cut: &Cut, value: f64) -> String {
    match cut.kind {
        Kind::Pay => model.pay(value),
        Kind::Years if value.fract() == 0.0 => format!("{value:.0} y"),
        Kind::Years => format!("{} y", figure(value)),
        Kind::Year => format!("{value:.0}"),
        Kind::Share => format!("{}{:.0} %", if value < 0.0 { "−" } else { "" }, 100.0 * value.abs()),
        Kind::Plain => figure(value),
    }
}
