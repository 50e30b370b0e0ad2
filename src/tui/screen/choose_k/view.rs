//! Screen 3 as it looks.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::Widget;

use crate::quality::Silhouette;
use crate::quality::structure::{Band, KEvidence, STABLE};
use crate::study::findings::KFound;
use crate::table::money::group_thousands;
use crate::tui::exact::Exact;
use crate::tui::model::Model;
use crate::tui::msg::{FIT, QUALITY};
use crate::tui::term::sanitise::wrap;
use crate::tui::widget::curve::Curve;
use crate::tui::widget::put;
use crate::tui::widget::table::{Cell, Column, Table, scrolled};

/// Most lines of a verdict on a small screen.
const VERDICT_LINES: u16 = 5;

/// The silhouette's axis spans at least this much, so that noise does not look like hills.
const LEAST_SPAN: f64 = 0.15;
/// And it ends at multiples of this.
const STEP: f64 = 0.05;

/// From this size on the charts stand above each other, each as wide as the screen.
const STACKED: (u16, u16) = (60, 40);

/// Draws the charts, the table of k and the verdict.
pub fn view(model: &Model, area: Rect, buffer: &mut Buffer) {
    let verdict = verdict_lines(model, area.width);
    let below = (verdict.len() as u16).clamp(1, VERDICT_LINES.max(area.height / 6));
    let rows = model.k_max() as u16 + 1;
    let least = 6.min(rows);
    // The charts get what the table of k leaves, from a third of the height to two thirds.
    let charts = (area.height.saturating_sub(below + rows)).clamp(area.height * 2 / 5, area.height * 2 / 3);
    let charts = charts.min(area.height.saturating_sub(below + least));
    let [top, table, bottom] =
        Layout::vertical([Constraint::Length(charts), Constraint::Min(0), Constraint::Length(below)]).areas(area);
    self::charts(model, top, buffer);
    self::table(model, table, buffer);
    for (y, line) in verdict.iter().take(usize::from(bottom.height)).enumerate() {
        let (label, style) =
            if y == 0 { ("Verdict", model.theme.palette.accent) } else { ("", model.theme.palette.text) };
        put(buffer, (bottom.x + 1, bottom.y + y as u16), 8, label, style, &model.theme);
        let style = if model.stale { model.theme.palette.dim } else { model.theme.palette.text };
        put(buffer, (bottom.x + 10, bottom.y + y as u16), bottom.width.saturating_sub(10), line, style, &model.theme);
    }
}

fn verdict_lines(model: &Model, width: u16) -> Vec<String> {
    let verdict = model.sweep.as_ref().and_then(|s| s.verdict.as_ref());
    let text = match verdict {
        Some(verdict) => verdict.text.as_str(),
        None if model.has_sweep() => "Not yet: the silhouettes are being computed.",
        None => "",
    };
    wrap(text, usize::from(width.saturating_sub(11)).max(10))
}

fn charts(model: &Model, area: Rect, buffer: &mut Buffer) {
    let halves = [Constraint::Fill(1), Constraint::Fill(1)];
    let stacked = model.size.1 >= STACKED.1 && area.width >= STACKED.0;
    let [left, right] = if stacked { Layout::vertical(halves) } else { Layout::horizontal(halves) }.areas(area);
    let found = |k: usize| model.sweep.as_ref().and_then(|s| s.at(k));
    let total = model.sweep.as_ref().map_or(0.0, |s| s.prepared.matrix.total_ss());
    let last = model.k_max() as u32;
    let wcss: Vec<Option<f64>> = (1..=model.k_max())
        .map(|k| found(k).filter(|_| total > 0.0).map(|f| 100.0 * f.clustering.wcss / total))
        .collect();
    let rough: Vec<Option<f64>> =
        (1..=model.k_max()).map(|k| ahead(model, k).filter(|_| total > 0.0).map(|wcss| 100.0 * wcss / total)).collect();
    let waiting = if model.is_running() { "clustering" } else { "no clustering yet" };
    let evidence = model.sweep.as_ref().and_then(|sweep| sweep.evidence.as_ref());
    let band = |of: fn(&KEvidence) -> Option<Band>, times: f64, first: usize| -> Vec<Option<(f64, f64)>> {
        let at = |k: usize| evidence?.ks.iter().find(|e| e.k == k).and_then(of);
        (first..=model.k_max()).map(|k| at(k).map(|[low, high]| (times * low, times * high))).collect()
    };
    let of_wcss = band(|k| k.null_wcss, 100.0, 1);
    let ungrouped = if of_wcss.iter().any(Option::is_some) {
        format!("{} the same data, ungrouped", model.theme.glyphs.band)
    } else {
        String::new()
    };
    Curve::new(&model.theme, 1..=last, &wcss)
        .titled("Elbow · WCSS % of total", &ungrouped)
        .rough(&rough)
        .band(&of_wcss)
        .covers(0.0, 100.0)
        .current(model.k() as u32)
        .stale(model.stale)
        .empty(waiting)
        .render(left, buffer);
    let silhouette = |k: usize| found(k).and_then(|f| f.quality.as_ref()).and_then(|q| q.silhouette.as_ref());
    let values: Vec<Option<f64>> = (2..=model.k_max()).map(|k| silhouette(k).map(|s| s.value)).collect();
    let errors: Vec<Option<f64>> =
        (2..=model.k_max()).map(|k| silhouette(k).filter(|s| !s.exact).map(|s| s.se)).collect();
    let of_silhouette = band(|k| k.null_silhouette, 1.0, 2);
    let edges = of_silhouette.iter().flatten().flat_map(|(low, high)| [*low, *high]);
    let drawn: Vec<f64> = values.iter().flatten().copied().chain(edges).collect();
    let highest = drawn.iter().copied().fold(f64::MIN, f64::max);
    let lowest = drawn.iter().copied().fold(f64::MAX, f64::min);
    let first = (2..=model.k_max()).find_map(silhouette);
    let how = first.map(|s| how(model, s, right.width)).unwrap_or_default();
    let mut curve = Curve::new(&model.theme, 2..=last.max(2), &values)
        .titled("Silhouette · mean ± SE", &how)
        .errors(&errors)
        .band(&of_silhouette)
        .current(model.k() as u32)
        .stale(model.stale)
        .empty(if model.has_sweep() { "computing" } else { waiting });
    if highest > lowest - 1.0 {
        // In whole steps, so that the axis stands still while the band is made.
        let (low, high) = (lowest.min(highest - LEAST_SPAN), highest);
        curve = curve.covers((low / STEP).floor() * STEP, (high / STEP).ceil() * STEP);
    }
    curve.render(right, buffer);
}

/// How the silhouettes were measured, and what is said of measuring all rows; as much as fits.
fn how(model: &Model, silhouette: &Silhouette, width: u16) -> String {
    if silhouette.exact {
        return "exact".to_owned();
    }
    let all = model.sweep.as_ref().map_or(0, |sweep| sweep.prepared.matrix.rows());
    let of = group_thousands(silhouette.of as u64);
    let whole = format!("~ {of} of {} rows", group_thousands(all as u64));
    // Before anything was tried the footer says the key.
    let Some(then) = model.exact_words().filter(|_| model.exact != Exact::Untried) else { return whole };
    let fits = |words: &String| words.chars().count() <= usize::from(width.saturating_sub(4));
    let ways = [format!("{whole} · {then}"), format!("~ {of} rows · {then}"), format!("~ {of} · {then}")];
    ways.into_iter().find(fits).unwrap_or(then)
}

fn table(model: &Model, area: Rect, buffer: &mut Buffer) {
    let columns = [
        Column::numbers("k", 3),
        Column::numbers("WCSS %", 7),
        Column::numbers("Δ", 6),
        Column::numbers("sil", 6),
        Column::numbers("±SE", 6),
        Column::numbers("gap", 6),
        Column::numbers("stable", 7),
        Column::numbers("parted", 7),
        Column::numbers("smallest", 10),
        Column::numbers("CH", 9),
        Column::numbers("DB", 6),
        Column::numbers("strength", 9),
        Column::numbers("BIC", 9),
        Column::numbers("iterations", 11),
        Column::numbers("ms", 7),
    ];
    let ks = model.k_max();
    let height = usize::from(area.height.saturating_sub(1));
    let at = model.k().saturating_sub(1);
    let offset = scrolled(at, at.saturating_sub(height / 2), height, ks);
    let theme = &model.theme;
    let cells = |row: usize| -> Vec<Cell<'_>> {
        let k = row + 1;
        let Some(found) = model.sweep.as_ref().and_then(|s| s.at(k)) else {
            let total = model.sweep.as_ref().map_or(0.0, |s| s.prepared.matrix.total_ss());
            let first_look =
                ahead(model, k).filter(|_| total > 0.0).map(|wcss| format!("~{:.1}", 100.0 * wcss / total));
            let waiting = if model.is_running() { "…" } else { "–" }.to_owned();
            return vec![Cell::from(k.to_string()), Cell::styled(first_look.unwrap_or(waiting), theme.palette.dim)];
        };
        self::cells(model, k, found)
    };
    Table::new(theme, &columns, ks, cells).at(Some(at), offset).stale(model.stale).render(area, buffer);
}

/// WCSS of a first look at a k that is not final yet.
fn ahead(model: &Model, k: usize) -> Option<f64> {
    let is_final = model.sweep.as_ref().is_some_and(|sweep| sweep.at(k).is_some());
    model.ahead.iter().find(|(at, _)| *at == k && !is_final).map(|(_, wcss)| *wcss)
}

/// Two digits, with a minus where something is left of it.
fn signed(value: f64) -> String {
    let digits = format!("{:.2}", value.abs());
    if value < 0.0 && digits != "0.00" { format!("−{digits}") } else { digits }
}

/// The second opinion of a Gaussian mixture, the k it would choose marked.
fn bic<'a>(model: &Model, k: usize) -> Cell<'a> {
    let Some(mixture) = model.sweep.as_ref().and_then(|sweep| sweep.mixture.as_ref()) else {
        return Cell::from(if model.is_running() { "…" } else { "–" });
    };
    match mixture.bic(k) {
        Some(bic) if mixture.k() == Some(k) => Cell::styled(signed_count(bic), model.theme.palette.accent),
        Some(bic) => Cell::from(signed_count(bic)),
        None => Cell::from("–"),
    }
}

/// A whole number, with a minus where it has one.
fn signed_count(value: f64) -> String {
    let sign = if value.round() < 0.0 { "−" } else { "" };
    format!("{sign}{}", group_thousands(value.abs().round() as u64))
}

fn cells<'a>(model: &Model, k: usize, found: &KFound) -> Vec<Cell<'a>> {
    let total = model.sweep.as_ref().map_or(0.0, |s| s.prepared.matrix.total_ss());
    let share = |found: &KFound| if total > 0.0 { 100.0 * found.clustering.wcss / total } else { 0.0 };
    let before = model.sweep.as_ref().and_then(|s| s.at(k.wrapping_sub(1)));
    let quality = found.quality.as_ref();
    let silhouette = quality.and_then(|q| q.silhouette.as_ref());
    let pending = if quality.is_none() && k > 1 { "…" } else { "–" };
    let sweep = model.sweep.as_ref();
    let evidence = sweep.and_then(|s| s.evidence.as_ref()).and_then(|e| e.ks.iter().find(|e| e.k == k));
    // Nothing is claimed of one cluster.
    let untested = if k > 1 && model.runs_in(&[FIT, QUALITY]) { "…" } else { "–" }.to_owned();
    let number = |value: Option<f64>, digits: usize| value.map_or(pending.to_owned(), |v| format!("{v:.digits$}"));
    vec![
        Cell::from(k.to_string()),
        Cell::from(format!("{:.1}", share(found))),
        Cell::from(before.map_or("–".to_owned(), |b| format!("{:.1}", share(b) - share(found)))),
        Cell::from(number(silhouette.map(|s| s.value), 3)),
        Cell::from(match silhouette {
            Some(s) if s.exact => "exact".to_owned(),
            other => number(other.map(|s| s.se), 3),
        }),
        Cell::from(evidence.and_then(|e| e.gap).map_or(untested.clone(), |gap| signed(gap.value))),
        match evidence.and_then(KEvidence::least_stable) {
            Some(least) if least < STABLE => Cell::styled(format!("! {least:.2}"), model.theme.palette.warn),
            least => Cell::from(least.map_or(untested.clone(), |least| format!("{least:.2}"))),
        },
        match evidence.filter(|e| e.null_dip.is_some()) {
            Some(e) if e.parted() < e.k => Cell::styled(format!("! {}/{}", e.parted(), e.k), model.theme.palette.warn),
            Some(e) => Cell::from(format!("{}/{}", e.parted(), e.k)),
            None => Cell::from(untested.clone()),
        },
        Cell::from(group_thousands(found.clustering.sizes.iter().copied().min().unwrap_or(0))),
        Cell::from(
            quality.and_then(|q| q.calinski_harabasz).map_or(pending.to_owned(), |v| group_thousands(v.round() as u64)),
        ),
        Cell::from(number(quality.and_then(|q| q.davies_bouldin), 2)),
        Cell::from(evidence.and_then(|e| e.prediction_strength).map_or(untested, |value| format!("{value:.2}"))),
        bic(model, k),
        Cell::from(format!("{}{}", found.clustering.iterations, if found.clustering.converged { "" } else { " !" })),
        Cell::from(found.took.map_or("–".to_owned(), |took| took.as_millis().to_string())),
    ]
}
