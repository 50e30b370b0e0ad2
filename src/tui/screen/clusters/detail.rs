//! What is said of one cluster, as lines.

use crate::report::text::figure;
use crate::segments::age::Share;
use crate::segments::profile::{Apart, How, NumberProfile, Profile};
use crate::study::follow::Descent;
use crate::table::age::Ages;
use crate::table::money::{CRORE, Currency, LAKH, group_thousands};
use crate::table::role::Role;
use crate::tui::model::{Model, Tab};
use crate::tui::term::sanitise::wrap;
use crate::tui::widget::bar::{diverging, sparkline};
use crate::tui::widget::line::Piece;
use crate::tui::widget::lines::column;
use crate::tui::widget::table::Align;

/// Lines of what sets a cluster apart, and levels of a category: with little room and with much.
const APART: [usize; 2] = [8, 14];
const LEVELS: [usize; 2] = [5, 8];
/// Cells before what a line says: its subject.
const SUBJECT: u16 = 10;

/// A value in the unit of its column; an assumed age is marked.
pub(super) fn value(model: &Model, number: &NumberProfile, value: f64) -> String {
    if value.is_nan() {
        return "–".to_owned();
    }
    match number.role {
        Role::Pay => model.pay(value),
        Role::Age if number.assumed => format!("≈{value:.0} y"),
        Role::Experience | Role::Age => format!("{value:.0} y"),
        role if role.is_year() => format!("{value:.0}"),
        _ => figure(value),
    }
}

/// The interquartile range in the unit of the median, which is said once.
pub(super) fn range(model: &Model, number: &NumberProfile) -> String {
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

/// A silhouette: two digits without the nought.
pub fn silhouette(value: f64) -> String {
    let text = format!("{:.2}", value.abs()).replacen("0.", ".", 1);
    if value < 0.0 && text != ".00" { format!("−{text}") } else { text }
}

/// Where a cluster that is none of before comes from: its number then, and the share of its rows in percent.
pub(super) fn split_from(model: &Model, cluster: usize) -> Option<(usize, f64)> {
    match model.as_shown()?.descent(cluster)? {
        (Descent::Split { from, share }, _) => Some((*from, 100.0 * share)),
        _ => None,
    }
}

/// A subject and what is said of it, wrapped under it.
fn said(model: &Model, subject: &str, words: &str, width: u16) -> Vec<Vec<Piece>> {
    let theme = &model.theme;
    let room = usize::from(width.saturating_sub(SUBJECT)).max(8);
    let line = |(i, words): (usize, String)| {
        let subject = if i == 0 { subject } else { "" };
        vec![column(subject, SUBJECT, Align::Left, theme.palette.dim, theme), Piece::new(words, theme.palette.text)]
    };
    wrap(words, room).into_iter().enumerate().map(line).collect()
}

/// What sets the cluster apart, its rule, how close together it is, how old its people are.
pub(super) fn about(model: &Model, profile: &Profile, width: u16, roomy: bool) -> Vec<Vec<Piece>> {
    let mut lines = Vec::new();
    if let Some((from, share)) = split_from(model, profile.cluster) {
        let before = model.as_shown().and_then(|shown| shown.before.as_ref()?.shown.name(from)).unwrap_or_default();
        let words = format!("from {from} {before}: {share:.0} % of its rows were there");
        lines.extend(said(model, "split", &words, width));
    }
    lines.extend(apart(model, profile, width, APART[usize::from(roomy)]));
    lines.extend(rule(model, profile, width));
    lines.extend(silhouettes(model, profile, width));
    lines.extend(nearest(model, profile, width));
    lines.extend(valley(model, profile, width));
    lines.extend(ages(model, profile, width));
    lines
}

fn apart(model: &Model, profile: &Profile, width: u16, most: usize) -> Vec<Vec<Piece>> {
    let theme = &model.theme;
    let style = theme.palette.text;
    let label = (width * 9 / 20).clamp(14, 34);
    let bar = usize::from(width.saturating_sub(label + 12).clamp(7, 60) | 1);
    let line = |apart: &Apart| {
        let mark = if apart.input { "" } else { " ·" };
        let (figure, length) = match apart.how {
            How::Deviations(z) => (format!("{}{:.1} σ", if z < 0.0 { "−" } else { "+" }, z.abs()), z),
            How::Lift(lift) => (format!("×{lift:.1}"), lift.log2()),
        };
        vec![
            column(&format!("{}{mark}", apart.what), label, Align::Left, style, theme),
            column(&figure, 9, Align::Right, style, theme),
            Piece::new(" ", style),
            Piece::new(diverging(length, 2.5, bar, theme.glyphs), model.cluster_style(profile.cluster)),
        ]
    };
    profile.apart().iter().take(most).map(line).collect()
}

fn rule(model: &Model, profile: &Profile, width: u16) -> Vec<Vec<Piece>> {
    let rules = model.found().and_then(|found| found.explained());
    let words = match rules.map(|rules| rules.get(profile.cluster).and_then(Option::as_ref)) {
        None if model.is_running() => "is being looked for".to_owned(),
        None => return Vec::new(),
        Some(None) => "no short rule says who is in it".to_owned(),
        Some(Some(found)) => {
            let measured = format!("precision {:.0} %, recall {:.0} %", 100.0 * found.precision, 100.0 * found.recall);
            let mut lines = said(model, "as rule", &found.rule, width);
            lines.extend(said(model, "", &measured, width));
            return lines;
        }
    };
    said(model, "as rule", &words, width)
}

/// How the silhouettes of the cluster are spread where all are known, else their mean and the key that makes them so.
fn silhouettes(model: &Model, profile: &Profile, width: u16) -> Vec<Vec<Piece>> {
    let Some(found) = model.found() else { return Vec::new() };
    let Some(all) = found.quality.as_ref().and_then(|q| q.silhouette.as_ref()) else { return Vec::new() };
    let Some(mean) = all.per_cluster.get(profile.cluster).copied().flatten() else { return Vec::new() };
    let spread = found.spread_found().and_then(|spread| spread.get(profile.cluster)?.as_ref());
    let Some(spread) = spread else {
        let how = match (all.exact, model.exact_words()) {
            (true, _) => String::new(),
            (false, words) => {
                let then = words.map(|words| format!("; {words}")).unwrap_or_default();
                format!(" from {} rows in all{then}", group_thousands(all.of as u64))
            }
        };
        return said(model, "sil", &format!("mean {}{how}", silhouette(mean)), width);
    };
    let key = if model.tab == Tab::Clusters && model.can_list_worst_fit() { " · w lists the lowest" } else { "" };
    let drawn = sparkline(&spread.histogram, spread.histogram.len(), model.theme.glyphs);
    let below = 100.0 * spread.below_zero;
    let words = format!(
        "mean {} · p10 {} p25 {} p50 {} p75 {} p90 {} · {below:.0} % below 0",
        silhouette(mean),
        silhouette(spread.p10),
        silhouette(spread.p25),
        silhouette(spread.p50),
        silhouette(spread.p75),
        silhouette(spread.p90),
    );
    let mut lines = said(model, "sil", &words, width);
    let theme = &model.theme;
    lines.push(vec![
        column("", SUBJECT, Align::Left, theme.palette.dim, theme),
        Piece::new("−1 ", theme.palette.dim),
        Piece::new(drawn, model.cluster_style(profile.cluster)),
        Piece::new(format!(" 1{key}"), theme.palette.dim),
    ]);
    lines
}

fn nearest(model: &Model, profile: &Profile, width: u16) -> Vec<Vec<Piece>> {
    let nearest = model.found().and_then(|found| found.clustering.nearest().get(profile.cluster).copied().flatten());
    let Some((other, distance)) = nearest else { return Vec::new() };
    let words = format!("{other} {}, {distance:.2} away (centroids, scaled)", model.name(other));
    said(model, "nearest", &words, width)
}

/// Whether there is a valley to the nearest cluster, and which clusters this one is a slice of one group with.
fn valley(model: &Model, profile: &Profile, width: u16) -> Vec<Vec<Piece>> {
    let evidence = model.sweep.as_ref().and_then(|sweep| sweep.evidence.as_ref()).filter(|_| !model.stale);
    let of_k = evidence.and_then(|evidence| evidence.ks.iter().find(|of| of.k == model.k()));
    let Some((of_k, group_of)) = of_k.and_then(|of| Some((of, of.group_of()?))) else { return Vec::new() };
    let own = profile.cluster;
    let measured = match of_k.valleys.get(own).copied().flatten() {
        Some(valley) if valley.p < 0.001 => format!("dip {:.3}, p < .001", valley.dip),
        Some(valley) => format!("dip {:.3}, p {:.2}", valley.dip, valley.p),
        None => "differs by levels".to_owned(),
    };
    let others = (0..group_of.len()).filter(|other| *other != own && group_of[*other] == group_of[own]);
    let others: Vec<String> = others.map(|other| other.to_string()).collect();
    let parted = match others.len() {
        0 => "parted from all others".to_owned(),
        n if n + 1 == group_of.len() => "a slice: no valley parts it".to_owned(),
        _ => format!("a slice of one group with {}", others.join(", ")),
    };
    said(model, "valley", &format!("{measured} · {parted}"), width)
}

/// Bands of age and stages of the career. An assumed age is marked, and said to be one.
fn ages(model: &Model, profile: &Profile, width: u16) -> Vec<Vec<Piece>> {
    let Some(age) = model.described().and_then(|d| d.ages.get(profile.cluster)) else { return Vec::new() };
    let sign = if age.basis.is_assumed() { "≈" } else { "" };
    let shares = |shares: &[Share], sign: &str| {
        let share = |s: &Share| format!("{sign}{} {:.0} %", s.band, 100.0 * s.share);
        shares.iter().map(share).collect::<Vec<_>>().join(" · ")
    };
    let how = model.cleaned.as_ref().and_then(|c| c.learners.ages.as_ref()).map(Ages::how).unwrap_or_default();
    let keys = if model.assumes_age() && model.tab == Tab::Clusters { " · [ ] change that" } else { "" };
    let median = age.median.map_or("–".to_owned(), |median| format!("{sign}{median:.0}"));
    let mut lines = said(model, &format!("age{sign}"), &format!("{median} median · {how}{keys}"), width);
    lines.extend(said(model, "", &shares(&age.bands, sign), width));
    if !age.stages.is_empty() {
        lines.extend(said(model, "career", &shares(&age.stages, ""), width));
    }
    lines
}

/// Every column of the cluster in original units, those that tell clusters apart best first.
pub(super) fn columns(model: &Model, profile: &Profile, width: u16, roomy: bool) -> Vec<Vec<Piece>> {
    let theme = &model.theme;
    let palette = &theme.palette;
    let mut numbers: Vec<&NumberProfile> = profile.numbers.iter().collect();
    numbers.sort_by(|a, b| b.eta_squared.total_cmp(&a.eta_squared));
    let label = width.saturating_sub(50).clamp(12, 26);
    let line = |texts: [&str; 5], style| {
        let [name, median, range, mean, eta] = texts;
        vec![
            column(name, label, Align::Left, if style == palette.dim { style } else { palette.title }, theme),
            column(median, 11, Align::Right, style, theme),
            column(range, 18, Align::Right, style, theme),
            column(mean, 11, Align::Right, style, theme),
            column(eta, 7, Align::Right, style, theme),
        ]
    };
    let mut lines = Vec::new();
    if !numbers.is_empty() {
        lines.push(line(["column", "median", "IQR", "mean", "η²"], palette.dim));
    }
    for n in numbers {
        let name = format!("{}{}", n.label(), if n.input { "" } else { " ·" });
        let texts =
            [&name, &value(model, n, n.median), &range(model, n), &value(model, n, n.mean), &silhouette(n.eta_squared)];
        lines.push(line(texts.map(String::as_str), palette.text));
    }
    for category in &profile.categories {
        for (i, level) in category.top.iter().take(LEVELS[usize::from(roomy)]).enumerate() {
            let mark = if category.input { "" } else { " ·" };
            let name = if i == 0 { format!("{}{mark}", category.column) } else { String::new() };
            lines.push(vec![
                column(&name, label, Align::Left, palette.title, theme),
                column(&format!("{:.0} %", 100.0 * level.share), 7, Align::Right, palette.text, theme),
                column(&format!("×{:.1}", level.lift), 8, Align::Right, palette.text, theme),
                Piece::new(format!("  {}", level.level), palette.text),
            ]);
        }
    }
    lines
}
