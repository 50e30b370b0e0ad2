//! A cluster beside another one, or beside everybody: the same columns, what differs most first.

use ratatui::style::Style;

use super::Against;
use super::detail::{range, value};
use crate::segments::profile::{CategoryProfile, LevelShare, NumberProfile, Profile, TOP_LEVELS};
use crate::table::money::group_thousands;
use crate::tui::model::Model;
use crate::tui::widget::line::Piece;
use crate::tui::widget::lines::column;
use crate::tui::widget::table::Align;

/// Levels of a category that are compared.
const LEVELS: usize = 5;
/// Cells of how far apart the sides are.
const APART: u16 = 10;

/// The profile of everybody: that of k = 1, over the same rows.
pub(super) fn everybody(model: &Model) -> Option<&Profile> {
    // A first look has no k = 1; the sweep of another choice may be over other rows.
    let sweep = model.sweep.as_ref().filter(|_| model.preview.is_none())?;
    sweep.at(1)?.described()?.profiles.first()
}

/// The other side, where it is described.
pub(super) fn other(model: &Model, against: Against) -> Option<&Profile> {
    match against {
        Against::Cluster(cluster) => model.profiles().get(cluster),
        Against::Everybody => everybody(model),
    }
}

/// What the other side is called.
pub(super) fn called(model: &Model, against: Against) -> String {
    match against {
        Against::Cluster(cluster) => format!("{cluster} {}", model.name(cluster)),
        Against::Everybody => "everybody".to_owned(),
    }
}

/// How a level stands in one cluster.
enum Held {
    Share(f64),
    /// It is not among the most frequent ones: at most this share.
    AtMost(f64),
}

impl Held {
    fn of(category: &CategoryProfile, level: &str) -> Self {
        match category.top.iter().find(|l| l.level == level) {
            Some(found) => Self::Share(found.share),
            None if category.top.len() < TOP_LEVELS => Self::Share(0.0),
            None => Self::AtMost(category.top.last().map_or(0.0, |l| l.share)),
        }
    }

    fn share(&self) -> f64 {
        let (Self::Share(share) | Self::AtMost(share)) = self;
        *share
    }

    fn text(&self) -> String {
        let sign = if matches!(self, Self::AtMost(_)) { "<" } else { "" };
        let percent = 100.0 * self.share();
        if percent > 0.0 && percent < 10.0 { format!("{sign}{percent:.1} %") } else { format!("{sign}{percent:.0} %") }
    }
}

/// The columns in which both sides stand.
struct Sides<'a> {
    model: &'a Model,
    label: u16,
    side: u16,
}

impl<'a> Sides<'a> {
    fn new(model: &'a Model, width: u16) -> Self {
        let label = (width / 4).clamp(12, 34);
        Self { model, label, side: (width.saturating_sub(label + APART) / 2).clamp(8, 34) }
    }

    /// A label, one side, the other side, how far apart.
    fn line(&self, texts: [&str; 4], styles: [Style; 4]) -> Vec<Piece> {
        let theme = &self.model.theme;
        let widths = [self.label, self.side, self.side, APART];
        let aligns = [Align::Left, Align::Right, Align::Right, Align::Right];
        let cell = |i: usize| column(texts[i], widths[i], aligns[i], styles[i], theme);
        (0..4).map(cell).collect()
    }

    fn titled(&self, texts: [&str; 4]) -> Vec<Piece> {
        let palette = &self.model.theme.palette;
        self.line(texts, [palette.title, palette.text, palette.text, palette.title])
    }

    fn plain(&self, texts: [&str; 4]) -> Vec<Piece> {
        let palette = &self.model.theme.palette;
        self.line(texts, [palette.dim, palette.text, palette.text, palette.text])
    }

    /// Median, quartiles and mean of a column; how many standard deviations of all apart the means are.
    fn number(&self, a: &NumberProfile, b: &NumberProfile) -> (f64, Vec<Vec<Piece>>) {
        let z = a.from_mean - b.from_mean;
        let median = |n: &NumberProfile| format!("{} ({})", value(self.model, n, n.median), range(self.model, n));
        let mean = |n: &NumberProfile| value(self.model, n, n.mean);
        let name = format!("{}{}", a.label(), mark(a.input));
        let apart = signed(z, &format!("{:.1} σ", z.abs()));
        let first = self.titled([&name, &median(a), &median(b), &apart]);
        (z.abs(), vec![first, self.plain(["  mean", &mean(a), &mean(b), ""])])
    }

    /// Share of a level on both sides; how many times as frequent it is here.
    fn level(&self, compared: &Level<'_>, input: bool) -> (f64, Vec<Vec<Piece>>) {
        let Level { level, here, there } = compared;
        let times = here.share() / there.share();
        let sign = match (here, there) {
            (Held::AtMost(_), _) => "<",
            (_, Held::AtMost(_)) => ">",
            _ => "",
        };
        let times = if times.is_finite() { format!("{sign}×{times:.1}") } else { "only here".to_owned() };
        let name = format!("{level}{}", mark(input));
        (compared.apart(), vec![self.plain([&name, &here.text(), &there.text(), &times])])
    }
}

fn mark(input: bool) -> &'static str {
    if input { "" } else { " ·" }
}

fn signed(value: f64, text: &str) -> String {
    format!("{}{text}", if value < 0.0 { "−" } else { "+" })
}

/// Both sides column by column.
pub(super) fn lines(model: &Model, one: &Profile, against: Against, width: u16) -> Vec<Vec<Piece>> {
    let palette = &model.theme.palette;
    let Some(other) = other(model, against) else {
        return vec![vec![Piece::new("The other side is being described.", palette.text)]];
    };
    let sides = Sides::new(model, width);
    let (name, style) = match against {
        Against::Cluster(cluster) => (cluster.to_string(), model.cluster_style(cluster)),
        Against::Everybody => ("everybody".to_owned(), palette.text),
    };
    let styles = [palette.dim, model.cluster_style(one.cluster), style, palette.dim];
    let size = |p: &Profile| group_thousands(p.used_rows as u64);
    let mut lines = vec![
        sides.line(["", &one.cluster.to_string(), &name, "apart"], styles),
        sides.titled(["rows", &size(one), &size(other), ""]),
    ];
    // One list of columns and levels, by how far apart the sides are.
    let mut compared: Vec<(f64, Vec<Vec<Piece>>)> = Vec::new();
    for a in &one.numbers {
        let same = other.numbers.iter().find(|b| b.column == a.column);
        compared.extend(same.map(|b| sides.number(a, b)));
    }
    for a in &one.categories {
        let same = other.categories.iter().find(|b| b.column == a.column);
        let all = same.map(|b| levels(a, b)).unwrap_or_default();
        compared.extend(all.iter().map(|level| sides.level(level, a.input)));
    }
    compared.sort_by(|a, b| b.0.total_cmp(&a.0));
    lines.extend(compared.into_iter().flat_map(|(_, lines)| lines));
    lines.extend(ages(&sides, one, against));
    lines
}

/// A level on both sides.
struct Level<'a> {
    level: &'a str,
    here: Held,
    there: Held,
}

impl Level<'_> {
    /// As in [`Profile::apart`]: twice as frequent counts about as much as one standard deviation, less where few
    /// have it. A level that one side lacks counts as eight times as frequent.
    fn apart(&self) -> f64 {
        let (here, there) = (self.here.share(), self.there.share());
        (here / there).clamp(0.125, 8.0).log2().abs() * here.max(there).sqrt()
    }
}

/// Levels that are frequent on either side.
fn levels<'a>(a: &'a CategoryProfile, b: &'a CategoryProfile) -> Vec<Level<'a>> {
    let here = a.top.iter().take(LEVELS);
    let there = b.top.iter().take(LEVELS).filter(|l| !a.top.iter().take(LEVELS).any(|own| own.level == l.level));
    let level =
        |l: &'a LevelShare| Level { level: &l.level, here: Held::of(a, &l.level), there: Held::of(b, &l.level) };
    here.chain(there).map(level).collect()
}

/// Ages and stages of the career; assumed ones are marked.
fn ages(sides: &Sides<'_>, one: &Profile, against: Against) -> Vec<Vec<Piece>> {
    let model = sides.model;
    let here = model.described().and_then(|d| d.ages.get(one.cluster));
    let there = match against {
        Against::Cluster(cluster) => model.described().and_then(|d| d.ages.get(cluster)),
        Against::Everybody => model.sweep.as_ref().and_then(|s| s.at(1)?.described()?.ages.first()),
    };
    let (Some(here), Some(there)) = (here, there) else { return Vec::new() };
    let sign = if here.basis.is_assumed() { "≈" } else { "" };
    let median = |median: Option<f64>| median.map_or("–".to_owned(), |m| format!("{sign}{m:.0}"));
    let years = here.median.zip(there.median).map(|(a, b)| signed(a - b, &format!("{:.0} y", (a - b).abs())));
    let texts = [median(here.median), median(there.median), years.unwrap_or_default()];
    let mut lines = vec![sides.titled([&format!("age{sign}"), &texts[0], &texts[1], &texts[2]])];
    let bands = here.bands.iter().zip(&there.bands).map(|(a, b)| (format!("  {sign}{}", a.band), a, b));
    let stages = here.stages.iter().zip(&there.stages).map(|(a, b)| (format!("  {}", a.band), a, b));
    for (name, a, b) in bands.chain(stages) {
        let points = 100.0 * (a.share - b.share);
        let share = |share: f64| format!("{:.0} %", 100.0 * share);
        let apart = signed(points, &format!("{:.0} pt", points.abs()));
        lines.push(sides.plain([&name, &share(a.share), &share(b.share), &apart]));
    }
    lines
}
