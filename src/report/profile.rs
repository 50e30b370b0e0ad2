//! The report of who is in the clusters.

use serde::Serialize;

use super::json::{SilhouetteJson, SpreadJson};
use super::text::{self, Align};
use crate::error::{Error, Result};
use crate::segments::age::{AgeProfile, Share};
use crate::segments::description::Description;
use crate::segments::profile::{Apart, CategoryProfile, How, NumberProfile, Profile};
use crate::study::findings::KFound;
use crate::study::recipe::Recipe;
use crate::study::{Cleaned, Prepared};
use crate::table::column::plain_number;
use crate::table::money::{Currency, format_pay, group_thousands};
use crate::table::role::Role;

/// JSON of `kscope profile`.
#[derive(Debug, Serialize)]
pub struct Report {
    source: String,
    rows: usize,
    learners: Option<usize>,
    rows_used: usize,
    features: Vec<String>,
    k: usize,
    seed: u64,
    silhouette: Option<SilhouetteJson>,
    age: Option<AgeBasisJson>,
    clusters: Vec<ClusterJson>,
    notices: Vec<String>,
    #[serde(skip)]
    currency: Currency,
    #[serde(skip)]
    apart: Vec<Vec<String>>,
}

#[derive(Debug, Serialize)]
struct AgeBasisJson {
    basis: &'static str,
    assumed: bool,
    how: String,
    graduation_age: f64,
}

#[derive(Debug, Serialize)]
struct ClusterJson {
    cluster: usize,
    name: String,
    rows: usize,
    rows_used: usize,
    learners: Option<usize>,
    share: f64,
    silhouette: Option<f64>,
    silhouette_spread: Option<SpreadJson>,
    nearest: Option<NearestJson>,
    pay_for_experience: Option<f64>,
    rule: Option<RuleJson>,
    numbers: Vec<NumberJson>,
    categories: Vec<CategoryJson>,
    age: Option<AgeJson>,
}

#[derive(Debug, Serialize)]
struct NearestJson {
    cluster: usize,
    distance: f64,
}

#[derive(Debug, Serialize)]
struct RuleJson {
    text: String,
    precision: f64,
    recall: f64,
    rows: usize,
}

#[derive(Debug, Serialize)]
struct NumberJson {
    column: String,
    role: &'static str,
    input: bool,
    assumed: bool,
    mean: Option<f64>,
    median: Option<f64>,
    q1: Option<f64>,
    q3: Option<f64>,
    apart: f64,
    eta_squared: f64,
}

#[derive(Debug, Serialize)]
struct CategoryJson {
    column: String,
    role: &'static str,
    input: bool,
    top: Vec<LevelJson>,
}

#[derive(Debug, Serialize)]
struct LevelJson {
    level: String,
    rows: usize,
    share: f64,
    lift: f64,
}

#[derive(Debug, Serialize)]
struct AgeJson {
    assumed: bool,
    basis: &'static str,
    median: Option<f64>,
    bands: Vec<BandJson>,
    stages: Vec<BandJson>,
}

#[derive(Debug, Serialize)]
struct BandJson {
    band: &'static str,
    rows: usize,
    share: f64,
}

impl Report {
    /// Collects what was found for one k.
    pub fn new(source: &str, cleaned: &Cleaned, prepared: &Prepared, recipe: &Recipe, found: &KFound) -> Self {
        let described = found.describe(cleaned, prepared);
        let silhouette = found.quality.as_ref().and_then(|q| q.silhouette.as_ref());
        let spreads = found.spread(prepared).unwrap_or_default();
        let nearest = found.clustering.nearest();
        let rules = found.explained().unwrap_or_default();
        let cluster = |profile: &Profile| {
            let at = profile.cluster;
            let mut numbers: Vec<&NumberProfile> = profile.numbers.iter().collect();
            numbers.sort_by(|a, b| b.eta_squared.total_cmp(&a.eta_squared));
            ClusterJson {
                cluster: at,
                name: recipe.name(profile).to_owned(),
                rows: profile.source_rows,
                rows_used: profile.used_rows,
                learners: profile.learners,
                share: profile.share,
                silhouette: silhouette.and_then(|s| s.per_cluster.get(at).copied().flatten()),
                silhouette_spread: spreads.get(at).and_then(Option::as_ref).map(SpreadJson::from),
                nearest: nearest[at].map(|(cluster, distance)| NearestJson { cluster, distance }),
                pay_for_experience: profile.pay_for_experience,
                rule: rules.get(at).and_then(Option::as_ref).map(RuleJson::from),
                numbers: numbers.into_iter().map(NumberJson::from).collect(),
                categories: profile.categories.iter().map(CategoryJson::from).collect(),
                age: described.ages.get(at).map(AgeJson::from),
            }
        };
        let mut notices = super::notices(cleaned, prepared);
        notices.extend(found.clustering.notices.iter().cloned());
        Self {
            source: source.to_owned(),
            rows: cleaned.table.rows(),
            learners: cleaned.learners.learners(),
            rows_used: prepared.matrix.rows(),
            features: prepared.encoded.features.clone(),
            k: found.clustering.k,
            seed: recipe.seed,
            silhouette: silhouette.map(SilhouetteJson::from),
            age: cleaned.learners.ages.as_ref().map(|ages| AgeBasisJson {
                basis: ages.basis.word(),
                assumed: ages.basis.is_assumed(),
                how: ages.how(),
                graduation_age: ages.graduation_age,
            }),
            clusters: described.profiles.iter().map(cluster).collect(),
            notices,
            currency: cleaned.table.currency,
            apart: described.profiles.iter().map(apart).collect(),
        }
    }

    /// What people should know about it.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut out = format!(
            "{} · {} rows used · k = {} · features {}\n",
            self.source,
            group_thousands(self.rows_used as u64),
            self.k,
            crate::source::escape(&self.features.join(", "))
        );
        if let Some(age) = &self.age {
            out += &format!("age {}\n", age.how);
        }
        for (cluster, apart) in self.clusters.iter().zip(&self.apart) {
            out += &self.cluster_text(cluster, apart);
        }
        out
    }

    fn cluster_text(&self, cluster: &ClusterJson, apart: &[String]) -> String {
        let mut out = format!("\n{} {}\n", cluster.cluster, crate::source::escape(&cluster.name));
        let mut facts = vec![format!("{} rows", group_thousands(cluster.rows as u64))];
        facts.extend(cluster.learners.map(|n| format!("{} learners", group_thousands(n as u64))));
        facts.push(format!("{:.1} %", 100.0 * cluster.share));
        facts.extend(cluster.silhouette.map(|s| format!("silhouette {s:.2}")));
        facts.extend(cluster.nearest.as_ref().map(|n| format!("nearest {} at {:.2}", n.cluster, n.distance)));
        out += &format!("  {}\n", facts.join(" · "));
        if let Some(rule) = &cluster.rule {
            let measured = format!("precision {:.0} %, recall {:.0} %", 100.0 * rule.precision, 100.0 * rule.recall);
            out += &format!("  about: {}  ({measured})\n", crate::source::escape(&rule.text));
        }
        if let Some(age) = &cluster.age {
            let sign = if age.assumed { "≈" } else { "" };
            let shares = |bands: &[BandJson]| {
                bands.iter().map(|b| format!("{} {:.0} %", b.band, 100.0 * b.share)).collect::<Vec<_>>().join(" · ")
            };
            let median = age.median.map_or("–".to_owned(), |median| format!("{median:.0}"));
            out += &format!("  age {sign}{median}  {}\n  career {}\n", shares(&age.bands), shares(&age.stages));
        }
        if !apart.is_empty() {
            out += &format!("  apart: {}\n", apart.join(", "));
        }
        let figure =
            |number: &NumberJson, value: Option<f64>| measured(number.role, value.unwrap_or(f64::NAN), self.currency);
        let mark = |n: &NumberJson| if n.assumed { "≈" } else { "" };
        let rows: Vec<Vec<String>> = cluster
            .numbers
            .iter()
            .map(|n| {
                vec![
                    format!("  {}{}{}", mark(n), crate::source::escape(&n.column), if n.input { "" } else { " ·" }),
                    figure(n, n.median),
                    figure(n, n.q1),
                    figure(n, n.q3),
                    figure(n, n.mean),
                    format!("{:.2}", n.eta_squared),
                ]
            })
            .collect();
        let header = [
            ("  column (· not an input)", Align::Left),
            ("median", Align::Right),
            ("q1", Align::Right),
            ("q3", Align::Right),
            ("mean", Align::Right),
            ("η²", Align::Right),
        ];
        out += &text::table(&header, &rows);
        for category in &cluster.categories {
            let top = category.top.iter().take(5);
            let top =
                top.map(|l| format!("{} {:.0} % ×{:.1}", crate::source::escape(&l.level), 100.0 * l.share, l.lift));
            let mark = if category.input { "" } else { " ·" };
            let line = top.collect::<Vec<_>>().join(", ");
            out += &format!("  {}{mark}: {line}\n", crate::source::escape(&category.column));
        }
        out
    }

    /// For spreadsheets: one line per cluster and column, or cluster, column and level.
    pub fn csv(&self) -> Result<String> {
        let failed = |e: csv::Error| Error::failed("cannot write CSV").because(e);
        let mut out = csv::Writer::from_writer(Vec::new());
        let header = [
            "cluster",
            "name",
            "column",
            "level",
            "input",
            "rows",
            "share",
            "lift",
            "mean",
            "median",
            "q1",
            "q3",
            "apart",
            "eta_squared",
        ];
        out.write_record(header).map_err(failed)?;
        let cell = |value: f64| if value.is_finite() { plain_number(value) } else { String::new() };
        let maybe = |value: Option<f64>| value.map(cell).unwrap_or_default();
        let safe = |text: &str| super::spreadsheet_safe(text).into_owned();
        for cluster in &self.clusters {
            let (number, name) = (cluster.cluster.to_string(), safe(&cluster.name));
            let mut line = |column: &str, level: &str, input: &str, figures: [String; 9]| {
                let start = [number.clone(), name.clone(), safe(column), safe(level), input.to_owned()];
                out.write_record(start.iter().chain(&figures)).map_err(failed)
            };
            let none = String::new;
            let size = [cluster.rows_used.to_string(), cell(cluster.share)];
            let [rows, share] = size;
            line("", "", "", [rows, share, none(), none(), none(), none(), none(), none(), none()])?;
            for n in &cluster.numbers {
                let figures = [maybe(n.mean), maybe(n.median), maybe(n.q1), maybe(n.q3), cell(n.apart)];
                let [mean, median, q1, q3, apart] = figures;
                let eta = cell(n.eta_squared);
                line(&n.column, "", yes(n.input), [none(), none(), none(), mean, median, q1, q3, apart, eta])?;
            }
            for category in &cluster.categories {
                for l in &category.top {
                    let (rows, share, lift) = (l.rows.to_string(), cell(l.share), cell(l.lift));
                    let figures = [rows, share, lift, none(), none(), none(), none(), none(), none()];
                    line(&category.column, &l.level, yes(category.input), figures)?;
                }
            }
            if let Some(age) = &cluster.age {
                let column = if age.assumed { "age (assumed)" } else { "age" };
                for (column, bands) in [(column, &age.bands), ("career", &age.stages)] {
                    for band in bands {
                        let (rows, share) = (band.rows.to_string(), cell(band.share));
                        let figures = [rows, share, none(), none(), none(), none(), none(), none(), none()];
                        line(column, band.band, "no", figures)?;
                    }
                }
            }
        }
        super::csv_text(out)
    }
}

fn yes(input: bool) -> &'static str {
    if input { "yes" } else { "no" }
}

/// A figure of a column with a role, as people read it.
pub(super) fn measured(role: &str, value: f64, currency: Currency) -> String {
    if role == Role::Pay.word() {
        format_pay(value, currency)
    } else if role.ends_with("year") && value.is_finite() {
        // A year is not a quantity: no thousands in it.
        format!("{value:.0}")
    } else {
        text::figure(value)
    }
}

/// What sets a cluster apart, the five strongest, in words.
fn apart(profile: &Profile) -> Vec<String> {
    profile.apart().iter().take(5).map(apart_words).collect()
}

/// Something that sets a cluster apart, in words.
pub(super) fn apart_words(apart: &Apart) -> String {
    let what = crate::source::escape(&apart.what);
    match apart.how {
        How::Deviations(z) => format!("{what} {}{:.1} σ", if z < 0.0 { "−" } else { "+" }, z.abs()),
        How::Lift(lift) => format!("{what} ×{lift:.1}"),
    }
}

impl From<&Description> for RuleJson {
    fn from(d: &Description) -> Self {
        Self { text: d.rule.clone(), precision: d.precision, recall: d.recall, rows: d.rows }
    }
}

impl From<&NumberProfile> for NumberJson {
    fn from(n: &NumberProfile) -> Self {
        let known = |value: f64| value.is_finite().then_some(value);
        Self {
            column: n.column.clone(),
            role: n.role.word(),
            input: n.input,
            assumed: n.assumed,
            mean: known(n.mean),
            median: known(n.median),
            q1: known(n.q1),
            q3: known(n.q3),
            apart: n.apart,
            eta_squared: n.eta_squared,
        }
    }
}

impl From<&CategoryProfile> for CategoryJson {
    fn from(c: &CategoryProfile) -> Self {
        let level = |l: &crate::segments::profile::LevelShare| LevelJson {
            level: l.level.clone(),
            rows: l.rows,
            share: l.share,
            lift: l.lift,
        };
        Self { column: c.column.clone(), role: c.role.word(), input: c.input, top: c.top.iter().map(level).collect() }
    }
}

impl From<&AgeProfile> for AgeJson {
    fn from(age: &AgeProfile) -> Self {
        let bands =
            |shares: &[Share]| shares.iter().map(|s| BandJson { band: s.band, rows: s.rows, share: s.share }).collect();
        Self {
            assumed: age.basis.is_assumed(),
            basis: age.basis.word(),
            median: age.median,
            bands: bands(&age.bands),
            stages: bands(&age.stages),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::jobs::Cancel;
    use crate::source::{Location, Options};
    use crate::study;
    use crate::table::RoleChoices;

    fn sample(k: usize) -> Report {
        let location = Location::from_argument(None);
        let (never, recipe) = (Cancel::never(), Recipe { starts: 2, ..Recipe::default() });
        let table =
            study::load(&location, &Options::default(), &RoleChoices::default(), &never, &mut |_, _| {}).unwrap();
        let cleaned = study::clean(&Arc::new(table), &recipe.cleaning);
        let features = study::features(&cleaned, &recipe).unwrap();
        let prepared = Arc::new(study::prepare(&cleaned, &features, &never).unwrap());
        let sweep = study::sweep(&cleaned, &prepared, &recipe, k..=k, &never, &mut |_| {}).unwrap();
        let found = sweep.at(k).unwrap();
        found.explain(&cleaned, &prepared, &never).unwrap();
        Report::new("sample", &cleaned, &prepared, &recipe, found)
    }

    #[test]
    fn json_has_the_shape_that_is_documented() {
        let json: serde_json::Value = serde_json::from_str(&super::super::json::document(&sample(4)).unwrap()).unwrap();
        assert_eq!(json["age"]["assumed"], true);
        let clusters = json["clusters"].as_array().unwrap();
        assert_eq!(clusters.len(), 4);
        let used: u64 = clusters.iter().map(|c| c["rows_used"].as_u64().unwrap()).sum();
        assert_eq!(json["rows_used"], used);
        for cluster in clusters {
            let rule = &cluster["rule"];
            assert!(crate::segments::rule::parse(rule["text"].as_str().unwrap()).is_ok(), "{rule}");
            assert!(rule["precision"].as_f64().unwrap() > 0.8 && rule["recall"].as_f64().unwrap() > 0.8, "{rule}");
            let numbers = cluster["numbers"].as_array().unwrap();
            let eta: Vec<f64> = numbers.iter().map(|n| n["eta_squared"].as_f64().unwrap()).collect();
            assert!(eta.is_sorted_by(|a, b| a >= b), "{eta:?}");
            assert!(numbers.iter().any(|n| n["input"] == false) && numbers.iter().any(|n| n["input"] == true));
            assert_eq!(cluster["age"]["assumed"], true);
            let banded: u64 =
                cluster["age"]["bands"].as_array().unwrap().iter().map(|b| b["rows"].as_u64().unwrap()).sum();
            // A row without experience has no age, assumed or not, and stands in no band.
            let used = cluster["rows_used"].as_u64().unwrap();
            assert!(banded <= used && banded * 100 >= used * 99, "{banded} of {used}");
            assert!(cluster["nearest"]["distance"].as_f64().unwrap() > 0.0);
            assert!(cluster["silhouette_spread"]["p50"].as_f64().is_some());
        }
    }

    #[test]
    fn text_marks_assumed_ages_and_csv_is_one_table() {
        let report = sample(3);
        assert!(report.text().contains("age ≈"), "{}", report.text());
        let text = report.csv().unwrap();
        let mut csv = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(csv.headers().unwrap().len(), 14);
        let rows: Vec<csv::StringRecord> = csv.records().map(Result::unwrap).collect();
        assert_eq!(rows.iter().filter(|row| row[2].is_empty()).count(), 3);
        assert!(rows.iter().any(|row| &row[2] == "age (assumed)"));
    }
}
