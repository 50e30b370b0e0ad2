//! The report of a table that was scored with a model.

use std::path::Path;

use serde::Serialize;

use super::text::{self, Align};
use crate::error::{Error, Result};
use crate::source::escape;
use crate::study::model::{FittedOn, Model};
use crate::study::score::{Scored, ScoredFeature};
use crate::table::money::group_thousands;

/// JSON of `kscope score`.
#[derive(Debug, Serialize)]
pub struct Report {
    source: String,
    fingerprint: String,
    rows: usize,
    scored: usize,
    taken: Vec<TakenJson>,
    model: ModelJson,
    features: Vec<FeatureJson>,
    clusters: Vec<ClusterJson>,
    psi: Option<f64>,
    out: Option<String>,
    notices: Vec<String>,
}

#[derive(Debug, Serialize)]
struct TakenJson {
    rule: &'static str,
    rows: usize,
}

#[derive(Debug, Serialize)]
struct ModelJson {
    file: String,
    kscope: String,
    k: usize,
    seed: u64,
    fitted_on: FittedOn,
}

#[derive(Debug, Serialize)]
struct FeatureJson {
    feature: String,
    kind: &'static str,
    missing: usize,
    unknown: Option<usize>,
    below: Option<usize>,
    above: Option<usize>,
    min: Option<f64>,
    max: Option<f64>,
    unreadable: usize,
    psi: Option<f64>,
}

#[derive(Debug, Serialize)]
struct ClusterJson {
    cluster: usize,
    name: String,
    rows: usize,
    share: Option<f64>,
    fitted_share: f64,
}

/// A table that was scored, by the name and the fingerprint that the report shows.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    /// As the command line named it.
    pub source: &'a str,
    /// Hash of its bytes.
    pub fingerprint: &'a str,
}

impl Report {
    /// Collects what was found. `out`: the file that the labelled rows went to.
    pub fn new(
        table: Table<'_>,
        (model, file): (&Model, &Path),
        found: &Scored,
        out: Option<&Path>,
        notices: Vec<String>,
    ) -> Self {
        let mut taken: Vec<TakenJson> =
            found.taken.iter().map(|(rule, _, rows)| TakenJson { rule: rule.name(), rows: *rows }).collect();
        let more = [("without-value", found.without_value), ("infinite", found.infinite)];
        taken.extend(more.into_iter().filter(|(_, rows)| *rows > 0).map(|(rule, rows)| TakenJson { rule, rows }));
        let scored = found.scored();
        let cluster = |c: &crate::study::model::FittedCluster| ClusterJson {
            cluster: c.cluster,
            name: c.name.clone(),
            rows: found.clusters[c.cluster],
            share: (scored > 0).then(|| found.clusters[c.cluster] as f64 / scored as f64),
            fitted_share: c.share,
        };
        Self {
            source: table.source.to_owned(),
            fingerprint: table.fingerprint.to_owned(),
            rows: found.rows,
            scored,
            taken,
            model: ModelJson {
                file: file.display().to_string(),
                kscope: model.kscope.clone(),
                k: model.k,
                seed: model.seed,
                fitted_on: model.fitted_on.clone(),
            },
            features: found.features.iter().map(FeatureJson::new).collect(),
            clusters: model.clusters.iter().map(cluster).collect(),
            psi: found.psi,
            out: out.map(|path| path.display().to_string()),
            notices,
        }
    }

    /// What people should know about it.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// For people.
    pub fn text(&self) -> String {
        let count = |rows: usize| group_thousands(rows as u64);
        let mut out = format!("{} · {} rows · {} scored\n", self.source, count(self.rows), count(self.scored));
        let fitted = &self.model.fitted_on;
        out += &format!(
            "model {} · k = {} · fitted on {} ({} rows, {} used)\n",
            escape(&self.model.file),
            self.model.k,
            escape(&fitted.source),
            count(fitted.rows),
            count(fitted.rows_used)
        );
        for taken in self.taken.iter().filter(|t| t.rows > 0) {
            out += &format!("{} rows without a cluster: {}\n", count(taken.rows), taken.rule);
        }
        let shown = |share: f64| format!("{:.1} %", 100.0 * share);
        let rows = self.clusters.iter().map(|c| {
            let share = c.share.map_or("–".to_owned(), shown);
            vec![c.cluster.to_string(), escape(&c.name), count(c.rows), share, shown(c.fitted_share)]
        });
        let header = [
            ("#", Align::Right),
            ("name", Align::Left),
            ("rows", Align::Right),
            ("share", Align::Right),
            ("when fitted", Align::Right),
        ];
        out += &format!("\n{}", text::table(&header, &rows.collect::<Vec<_>>()));
        let psi = |psi: Option<f64>| psi.map_or("–".to_owned(), |psi| format!("{psi:.3}"));
        out += &format!("PSI of the clusters {}\n", psi(self.psi));
        let rows = self.features.iter().map(|f| {
            let some = |rows: Option<usize>| rows.map_or("–".to_owned(), count);
            let outside = f.below.zip(f.above).map(|(below, above)| below + above);
            vec![escape(&f.feature), psi(f.psi), count(f.missing), some(f.unknown), some(outside), count(f.unreadable)]
        });
        let header = [
            ("feature", Align::Left),
            ("PSI", Align::Right),
            ("missing", Align::Right),
            ("unknown level", Align::Right),
            ("out of range", Align::Right),
            ("unreadable", Align::Right),
        ];
        out += &format!("\n{}", text::table(&header, &rows.collect::<Vec<_>>()));
        if let Some(file) = &self.out {
            out += &format!("\nwritten to {}\n", escape(file));
        }
        out
    }

    /// For spreadsheets: a line for each cluster, then one for each feature.
    pub fn csv(&self) -> Result<String> {
        let failed = |e: csv::Error| Error::failed("cannot write CSV").because(e);
        let mut out = csv::Writer::from_writer(Vec::new());
        out.write_record([
            "cluster",
            "name",
            "rows",
            "share",
            "fitted_share",
            "feature",
            "missing",
            "unknown",
            "below",
            "above",
            "unreadable",
            "psi",
        ])
        .map_err(failed)?;
        let number = |value: Option<f64>| value.map(|v| v.to_string()).unwrap_or_default();
        let rows = |value: Option<usize>| value.map(|v| v.to_string()).unwrap_or_default();
        let empty = String::new;
        for c in &self.clusters {
            let name = super::spreadsheet_safe(&c.name).into_owned();
            let mut record = vec![c.cluster.to_string(), name, c.rows.to_string(), number(c.share)];
            record.push(c.fitted_share.to_string());
            record.resize_with(12, empty);
            out.write_record(&record).map_err(failed)?;
        }
        for f in &self.features {
            let mut record = vec![empty(); 5];
            record.push(super::spreadsheet_safe(&f.feature).into_owned());
            record.extend([f.missing.to_string(), rows(f.unknown), rows(f.below), rows(f.above)]);
            record.extend([f.unreadable.to_string(), number(f.psi)]);
            out.write_record(&record).map_err(failed)?;
        }
        super::csv_text(out)
    }
}

impl FeatureJson {
    fn new(feature: &ScoredFeature) -> Self {
        let of_number = |rows: usize| feature.number.then_some(rows);
        Self {
            feature: feature.column.clone(),
            kind: if feature.number { "number" } else { "category" },
            missing: feature.missing,
            unknown: (!feature.number).then_some(feature.unknown),
            below: of_number(feature.below),
            above: of_number(feature.above),
            min: feature.range.map(|r| r.0),
            max: feature.range.map(|r| r.1),
            unreadable: feature.unreadable,
            psi: feature.psi,
        }
    }
}
