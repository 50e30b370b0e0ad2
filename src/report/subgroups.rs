//! The report of a search for rules: whose people are paid low for their experience more often than others.

use serde::Serialize;

use super::text::{self, Align};
use crate::error::{Error, Result};
use crate::segments::subgroup::{CUT, PERMUTATIONS, Subgroup, Subgroups};
use crate::source::escape;
use crate::table::column::plain_number;
use crate::table::money::group_thousands;

/// JSON of `kscope drill --discover`.
#[derive(Debug, Serialize)]
pub struct Report {
    source: String,
    target: Target,
    asked: Vec<String>,
    made_of_pay: Vec<String>,
    least_rows: usize,
    permutations: usize,
    noise: f64,
    subgroups: Vec<One>,
}

/// What is looked for, and how often it is found among all.
#[derive(Debug, Serialize)]
struct Target {
    rule: String,
    known: usize,
    rows: usize,
    share: f64,
}

#[derive(Debug, Serialize)]
struct One {
    rule: String,
    rows: usize,
    learners: Option<usize>,
    known: usize,
    low: usize,
    share: f64,
    lift: f64,
    wracc: f64,
    quality: f64,
}

impl Report {
    /// Collects what was found.
    pub fn new(source: &str, found: &Subgroups) -> Self {
        let one = |s: &Subgroup| One {
            rule: s.rule.clone(),
            rows: s.rows,
            learners: s.learners,
            known: s.known,
            low: s.low,
            share: s.share,
            lift: s.lift,
            wracc: s.wracc,
            quality: s.quality,
        };
        Self {
            source: source.to_owned(),
            target: Target {
                rule: target(),
                known: found.known,
                rows: found.low,
                share: found.low as f64 / found.known.max(1) as f64,
            },
            asked: found.asked.clone(),
            made_of_pay: found.made_of_pay.clone(),
            least_rows: found.least,
            permutations: PERMUTATIONS,
            noise: found.noise,
            subgroups: found.found.iter().map(one).collect(),
        }
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut out = format!(
            "{} · {} of {} rows ({:.0} %) have {}\n\n",
            escape(&self.source),
            group_thousands(self.target.rows as u64),
            group_thousands(self.target.known as u64),
            100.0 * self.target.share,
            self.target.rule
        );
        if self.subgroups.is_empty() {
            out += NOTHING;
            out.push('\n');
            return out;
        }
        let rows: Vec<Vec<String>> = self
            .subgroups
            .iter()
            .map(|s| {
                vec![
                    group_thousands(s.rows as u64),
                    format!("{:.0} %", 100.0 * s.share),
                    format!("×{:.1}", s.lift),
                    format!("{:.1}", s.quality),
                    escape(&s.rule),
                ]
            })
            .collect();
        let header = [
            ("rows", Align::Right),
            ("low-paid", Align::Right),
            ("lift", Align::Right),
            ("quality", Align::Right),
            ("rule", Align::Left),
        ];
        out += &text::table(&header, &rows);
        out + &format!(
            "\nThe best of {PERMUTATIONS} searches with pay dealt out anew reaches a quality of {:.1}.\n",
            self.noise
        )
    }
}

/// What is said where no rule is worth telling.
pub const NOTHING: &str = "No rule singles out people who are paid low for their experience better than chance does.";

/// The outcome in the rule language.
pub fn target() -> String {
    format!("pay_for_experience < {CUT}")
}

/// For spreadsheets: one line a rule, the best first.
///
/// # Errors
/// None but those of a writer.
pub fn csv(found: &Subgroups) -> Result<String> {
    let failed = |e: csv::Error| Error::failed("cannot write CSV").because(e);
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["rule", "rows", "learners", "known", "low", "share", "lift", "wracc", "quality"])
        .map_err(failed)?;
    for one in &found.found {
        let numbers = [one.share, one.lift, one.wracc, one.quality].map(plain_number);
        let counts = [one.known, one.low].map(|n| n.to_string());
        let record = [super::spreadsheet_safe(&one.rule).into_owned(), one.rows.to_string()]
            .into_iter()
            .chain([one.learners.map(|n| n.to_string()).unwrap_or_default()])
            .chain(counts)
            .chain(numbers);
        out.write_record(record).map_err(failed)?;
    }
    super::csv_text(out)
}
