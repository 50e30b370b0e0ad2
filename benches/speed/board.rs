//! The one table: what was measured, its goal, and whether it was reached.

use std::fmt;

/// Lines and what is to be said below them.
#[derive(Default)]
pub struct Board {
    lines: Vec<Line>,
    notes: Vec<String>,
}

struct Line {
    what: String,
    measured: String,
    spread: String,
    goal: String,
    ratio: String,
    reached: &'static str,
}

/// Repeated measurements, ascending.
pub struct Sample(Vec<f64>);

impl Sample {
    /// From measurements in any order.
    pub fn new(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Nearest-rank quantile; NaN of nothing.
    pub fn quantile(&self, q: f64) -> f64 {
        let rank = (q * self.0.len() as f64).ceil() as usize;
        self.0.get(rank.clamp(1, self.0.len().max(1)) - 1).copied().unwrap_or(f64::NAN)
    }

    /// The middle one.
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The largest.
    pub fn max(&self) -> f64 {
        self.quantile(1.0)
    }

    /// Smallest and largest.
    pub fn range(&self, unit: &str) -> String {
        format!("{}–{} {unit}, {} times", digits(self.quantile(0.0)), digits(self.max()), self.len())
    }
}

impl Board {
    /// The median is judged against an upper limit.
    pub fn median_at_most(&mut self, what: &str, sample: &Sample, limit: f64, unit: &str) {
        self.at_most(what, sample.median(), &sample.range(unit), limit, unit);
    }

    /// A number is judged against an upper limit.
    pub fn at_most(&mut self, what: &str, value: f64, spread: &str, limit: f64, unit: &str) {
        self.lines.push(Line {
            what: what.to_owned(),
            measured: format!("{} {unit}", digits(value)),
            spread: spread.to_owned(),
            goal: format!("≤ {} {unit}", digits(limit)),
            ratio: format!("{:.2}", value / limit),
            reached: if value <= limit { "yes" } else { "MISSED" },
        });
    }

    /// How many times faster we are is judged against a lower limit.
    pub fn times_faster(&mut self, what: &str, ratio: f64, spread: &str, least: f64) {
        self.lines.push(Line {
            what: what.to_owned(),
            measured: format!("{} ×", digits(ratio)),
            spread: spread.to_owned(),
            goal: format!("≥ {} ×", digits(least)),
            ratio: format!("{:.2}", ratio / least),
            reached: if ratio >= least { "yes" } else { "MISSED" },
        });
    }

    /// A ratio near 1 is judged against an upper limit.
    pub fn no_more(&mut self, what: &str, ratio: f64, limit: f64, spread: &str) {
        self.lines.push(Line {
            what: what.to_owned(),
            measured: format!("{ratio:.6}"),
            spread: spread.to_owned(),
            goal: format!("≤ {limit}"),
            ratio: format!("{:.2}", ratio / limit),
            reached: if ratio <= limit { "yes" } else { "MISSED" },
        });
    }

    /// Something that has no goal of its own.
    pub fn shown(&mut self, what: &str, measured: &str, spread: &str) {
        let (measured, spread) = (measured.to_owned(), spread.to_owned());
        let none = || "–".to_owned();
        self.lines.push(Line { what: what.to_owned(), measured, spread, goal: none(), ratio: none(), reached: "–" });
    }

    /// Something that could not be measured here.
    pub fn skipped(&mut self, what: &str, why: &str) {
        self.shown(what, "not measured", why);
    }

    /// A line below the table.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }
}

impl fmt::Display for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HEAD: [&str; 6] = ["what", "measured", "spread", "goal", "of goal", "reached"];
        let cells = |line: &Line| -> [String; 6] {
            let Line { what, measured, spread, goal, ratio, reached } = line;
            [what.clone(), measured.clone(), spread.clone(), goal.clone(), ratio.clone(), (*reached).to_owned()]
        };
        let rows: Vec<[String; 6]> =
            std::iter::once(HEAD.map(str::to_owned)).chain(self.lines.iter().map(cells)).collect();
        let mut widths = [0; 6];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let rule = |f: &mut fmt::Formatter<'_>| -> fmt::Result {
            let dashes: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            writeln!(f, "| {} |", dashes.join(" | "))
        };
        for (at, row) in rows.iter().enumerate() {
            let padded: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            writeln!(f, "| {} |", padded.join(" | "))?;
            if at == 0 {
                rule(f)?;
            }
        }
        writeln!(f)?;
        self.notes.iter().try_for_each(|note| writeln!(f, "{note}"))
    }
}

/// Three significant digits, no exponent.
pub fn digits(value: f64) -> String {
    let whole = value.abs().max(1e-9).log10().floor() as i32;
    let after = usize::try_from(2 - whole).unwrap_or(0).min(4);
    let text = format!("{value:.after$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
