//! The report of one clustering.

use serde::Serialize;

use super::json::{Numbers, SilhouetteJson, SpreadJson};
use super::text::{self, Align};
use crate::error::{Error, Result};
use crate::segments::profile::{NumberProfile, Profile};
use crate::study::findings::KFound;
use crate::study::recipe::Recipe;
use crate::study::{Cleaned, Prepared};
use crate::table::money::{Currency, format_pay, group_thousands};
use crate::table::role::Role;

/// JSON of `kscope fit`.
#[derive(Debug, Serialize)]
pub struct Fit {
    source: String,
    rows: usize,
    learners: Option<usize>,
    rows_used: usize,
    distinct_rows: usize,
    features: Vec<String>,
    k: usize,
    seed: u64,
    starts: u32,
    engine: &'static str,
    wcss: f64,
    total_ss: f64,
    silhouette: Option<SilhouetteJson>,
    calinski_harabasz: Option<f64>,
    davies_bouldin: Option<f64>,
    iterations: u32,
    converged: bool,
    clusters: Vec<Cluster>,
    notices: Vec<String>,
    #[serde(skip)]
    currency: Currency,
    #[serde(skip)]
    pay: Option<String>,
    /// Columns as people read them: an assumed age is marked.
    #[serde(skip)]
    labels: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Cluster {
    cluster: usize,
    rows: usize,
    learners: Option<usize>,
    share: f64,
    name: String,
    wcss: f64,
    silhouette: Option<f64>,
    silhouette_se: Option<f64>,
    silhouette_spread: Option<SpreadJson>,
    means: Numbers,
    medians: Numbers,
}

impl Fit {
    /// Collects what was found for one k.
    pub fn new(source: &str, cleaned: &Cleaned, prepared: &Prepared, recipe: &Recipe, found: &KFound) -> Self {
        let described = found.describe(cleaned, prepared);
        let clustering = &found.clustering;
        let quality = found.quality.as_ref();
        let silhouette = quality.and_then(|q| q.silhouette.as_ref());
        let spreads = found.spread(prepared).unwrap_or_default();
        let cluster = |profile: &Profile| {
            let numbers = |f: fn(&NumberProfile) -> f64| {
                Numbers(profile.numbers.iter().filter(|n| n.input).map(|n| (n.column.clone(), f(n))).collect())
            };
            Cluster {
                cluster: profile.cluster,
                rows: profile.source_rows,
                learners: profile.learners,
                share: profile.share,
                name: recipe.name(profile).to_owned(),
                wcss: clustering.cluster_wcss[profile.cluster],
                silhouette: silhouette.and_then(|s| s.per_cluster.get(profile.cluster).copied().flatten()),
                silhouette_se: silhouette.and_then(|s| s.per_cluster_se.get(profile.cluster).copied()),
                silhouette_spread: spreads.get(profile.cluster).and_then(Option::as_ref).map(SpreadJson::from),
                means: numbers(|n| n.mean),
                medians: numbers(|n| n.median),
            }
        };
        let labels = |p: &Profile| p.numbers.iter().filter(|n| n.input).map(NumberProfile::label).collect();
        let mut notices = super::notices(cleaned, prepared);
        notices.extend(clustering.notices.iter().cloned());
        Self {
            source: source.to_owned(),
            rows: cleaned.table.rows(),
            learners: cleaned.learners.learners(),
            rows_used: prepared.matrix.rows(),
            distinct_rows: prepared.matrix.distinct(),
            features: prepared.encoded.features.clone(),
            k: clustering.k,
            seed: recipe.seed,
            starts: recipe.starts,
            engine: recipe.engine.word(),
            wcss: clustering.wcss,
            total_ss: prepared.matrix.total_ss(),
            silhouette: silhouette.map(SilhouetteJson::from),
            calinski_harabasz: quality.and_then(|q| q.calinski_harabasz),
            davies_bouldin: quality.and_then(|q| q.davies_bouldin),
            iterations: clustering.iterations,
            converged: clustering.converged,
            labels: described.profiles.first().map(labels).unwrap_or_default(),
            clusters: described.profiles.iter().map(cluster).collect(),
            notices,
            currency: cleaned.table.currency,
            pay: cleaned.learners.with_role(Role::Pay).map(|c| c.name.clone()),
        }
    }

    /// What people should know about it.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut out = format!("{} · {} rows", self.source, group_thousands(self.rows as u64));
        if let Some(learners) = self.learners {
            out += &format!(" · {} learners", group_thousands(learners as u64));
        }
        out += &format!(" · features {}\n", crate::source::escape(&self.features.join(", ")));
        let share = if self.total_ss > 0.0 { 100.0 * self.wcss / self.total_ss } else { 0.0 };
        out += &format!("k = {} · WCSS {} ({share:.1} % of total)", self.k, text::figure(self.wcss));
        if let Some(s) = &self.silhouette {
            out += &match s.exact {
                true => format!(" · silhouette {:.3} (exact)", s.value),
                false => {
                    format!(" · silhouette {:.3} ± {:.3} ({} anchors)", s.value, s.se, group_thousands(s.of as u64))
                }
            };
        }
        out += "\n\n";
        // The share is of the rows used; where each of them is one learner, that is what it is a share of.
        let by_learner = self.learners == Some(self.rows_used);
        let titles: Vec<String> = self.labels.iter().map(|c| format!("median {}", crate::source::escape(c))).collect();
        let mut header = vec![
            ("#", Align::Right),
            ("name", Align::Left),
            (if by_learner { "learners" } else { "rows" }, Align::Right),
            ("share", Align::Right),
            ("silhouette", Align::Right),
        ];
        header.extend(titles.iter().map(|t| (t.as_str(), Align::Right)));
        let rows: Vec<Vec<String>> = self
            .clusters
            .iter()
            .map(|c| {
                let mut row = vec![
                    c.cluster.to_string(),
                    crate::source::escape(&c.name),
                    group_thousands(c.learners.filter(|_| by_learner).unwrap_or(c.rows) as u64),
                    format!("{:.1} %", 100.0 * c.share),
                    c.silhouette.map_or("–".to_owned(), |s| format!("{s:.2}")),
                ];
                row.extend(c.medians.0.iter().map(|(column, value)| {
                    if self.pay.as_deref() == Some(column) {
                        format_pay(*value, self.currency)
                    } else {
                        text::figure(*value)
                    }
                }));
                row
            })
            .collect();
        out + &text::table(&header, &rows)
    }

    /// For spreadsheets: one line per cluster.
    pub fn csv(&self) -> Result<String> {
        let mut out = csv::Writer::from_writer(Vec::new());
        let failed = |e: csv::Error| Error::failed("cannot write CSV").because(e);
        let columns: Vec<&String> = self.clusters.iter().take(1).flat_map(|c| c.means.0.iter().map(|m| &m.0)).collect();
        let mut header: Vec<String> =
            ["cluster", "name", "rows", "learners", "share", "wcss", "silhouette"].map(str::to_owned).to_vec();
        header.extend(columns.iter().map(|c| format!("mean_{c}")));
        header.extend(columns.iter().map(|c| format!("median_{c}")));
        out.write_record(&header).map_err(failed)?;
        for c in &self.clusters {
            let mut record = vec![
                c.cluster.to_string(),
                super::spreadsheet_safe(&c.name).into_owned(),
                c.rows.to_string(),
                c.learners.map(|l| l.to_string()).unwrap_or_default(),
                c.share.to_string(),
                c.wcss.to_string(),
                c.silhouette.map(|s| s.to_string()).unwrap_or_default(),
            ];
            record.extend(
                c.means
                    .0
                    .iter()
                    .chain(&c.medians.0)
                    .map(|(_, v)| if v.is_finite() { v.to_string() } else { String::new() }),
            );
            out.write_record(&record).map_err(failed)?;
        }
        super::csv_text(out)
    }
}
