//! The report of a sweep over k.

use serde::Serialize;

use super::json::SilhouetteJson;
use super::text::{self, Align};
use crate::error::{Error, Result};
use crate::quality::structure::{Evidence, Valley};
use crate::study::Cleaned;
use crate::study::findings::Sweep;
use crate::study::recipe::Recipe;
use crate::table::money::group_thousands;

/// JSON of `kscope sweep`.
#[derive(Debug, Serialize)]
pub struct SweepReport {
    source: String,
    rows: usize,
    learners: Option<usize>,
    rows_used: usize,
    distinct_rows: usize,
    features: Vec<String>,
    seed: u64,
    starts: u32,
    engine: &'static str,
    total_ss: f64,
    sweep: Vec<Row>,
    verdict: Option<VerdictJson>,
    notices: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Row {
    k: usize,
    wcss: f64,
    wcss_share: f64,
    silhouette: Option<SilhouetteJson>,
    calinski_harabasz: Option<f64>,
    davies_bouldin: Option<f64>,
    smallest: u64,
    gap: Option<GapJson>,
    null: Option<NullJson>,
    valleys: Option<ValleysJson>,
    stability: Option<StabilityJson>,
    prediction_strength: Option<f64>,
    bic: Option<f64>,
}

#[derive(Debug, Serialize)]
struct GapJson {
    value: f64,
    se: f64,
}

#[derive(Debug, Serialize)]
struct NullJson {
    wcss_share: Option<[f64; 2]>,
    silhouette: Option<[f64; 2]>,
    own_silhouette: Option<f64>,
    tables: usize,
    rows: usize,
    reference: &'static str,
}

#[derive(Debug, Serialize)]
struct ValleysJson {
    parted: usize,
    groups: usize,
    group_of: Option<Vec<usize>>,
    dips: Vec<f64>,
    null_dip: Option<f64>,
    clusters: Vec<Option<ValleyJson>>,
}

#[derive(Debug, Serialize)]
struct ValleyJson {
    neighbour: usize,
    dip: f64,
    rows: usize,
    p: f64,
}

#[derive(Debug, Serialize)]
struct StabilityJson {
    jaccard: Vec<f64>,
    groups: Vec<f64>,
    ari: f64,
    null_jaccard: Option<f64>,
    null_ari: Option<f64>,
}

impl Row {
    /// Adds what the comparison with reference tables and other rows says.
    fn add(&mut self, evidence: &Evidence) {
        let Some(k) = evidence.ks.iter().find(|k| k.k == self.k) else { return };
        self.gap = k.gap.map(|gap| GapJson { value: gap.value, se: gap.se });
        self.null = k.null_wcss.map(|wcss_share| NullJson {
            wcss_share: Some(wcss_share),
            silhouette: k.null_silhouette,
            own_silhouette: k.silhouette,
            tables: evidence.tables,
            rows: evidence.rows,
            reference: evidence.reference.word(),
        });
        let valley = |v: &Valley| ValleyJson { neighbour: v.neighbour, dip: v.dip, rows: v.rows, p: v.p };
        self.valleys = (!k.valleys.is_empty()).then(|| ValleysJson {
            parted: k.parted(),
            groups: k.groups(),
            group_of: k.group_of(),
            dips: k.joins.iter().map(|join| join.dip).collect(),
            null_dip: k.null_dip,
            clusters: k.valleys.iter().map(|v| v.as_ref().map(valley)).collect(),
        });
        self.stability = k.stability.as_ref().map(|s| StabilityJson {
            jaccard: s.jaccard.clone(),
            groups: s.groups.clone(),
            ari: s.ari,
            null_jaccard: k.null_stability.map(|null| null.least_jaccard),
            null_ari: k.null_stability.map(|null| null.ari),
        });
        self.prediction_strength = k.prediction_strength;
    }
}

#[derive(Debug, Serialize)]
struct VerdictJson {
    kind: &'static str,
    k: Option<usize>,
    suggested_k: Option<usize>,
    text: String,
    criteria: Vec<CriterionJson>,
    warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
struct CriterionJson {
    name: String,
    k: Option<usize>,
    why: String,
}

impl SweepReport {
    /// Collects what was found.
    pub fn new(source: &str, cleaned: &Cleaned, recipe: &Recipe, sweep: &Sweep) -> Self {
        let matrix = &sweep.prepared.matrix;
        let mut notices = super::notices(cleaned, &sweep.prepared);
        for found in &sweep.ks {
            notices.extend(found.clustering.notices.iter().map(|n| format!("k = {}: {n}", found.clustering.k)));
        }
        let total_ss = matrix.total_ss();
        let row = |found: &crate::study::findings::KFound| {
            let (c, q) = (&found.clustering, found.quality.as_ref());
            Row {
                k: c.k,
                wcss: c.wcss,
                wcss_share: if total_ss > 0.0 { c.wcss / total_ss } else { 0.0 },
                silhouette: q.and_then(|q| q.silhouette.as_ref()).map(SilhouetteJson::from),
                calinski_harabasz: q.and_then(|q| q.calinski_harabasz),
                davies_bouldin: q.and_then(|q| q.davies_bouldin),
                smallest: c.sizes.iter().copied().min().unwrap_or(0),
                gap: None,
                null: None,
                valleys: None,
                stability: None,
                prediction_strength: None,
                bic: sweep.mixture.as_ref().and_then(|mixture| mixture.bic(c.k)),
            }
        };
        let mut rows: Vec<Row> = sweep.ks.iter().map(row).collect();
        if let Some(evidence) = &sweep.evidence {
            rows.iter_mut().for_each(|row| row.add(evidence));
        }
        let criterion =
            |c: &crate::quality::Criterion| CriterionJson { name: c.name.to_string(), k: c.k, why: c.why.clone() };
        Self {
            source: source.to_owned(),
            rows: cleaned.table.rows(),
            learners: cleaned.learners.learners(),
            rows_used: matrix.rows(),
            distinct_rows: matrix.distinct(),
            features: sweep.prepared.encoded.features.clone(),
            seed: recipe.seed,
            starts: recipe.starts,
            engine: recipe.engine.word(),
            total_ss,
            sweep: rows,
            verdict: sweep.verdict.as_ref().map(|verdict| VerdictJson {
                kind: verdict.kind.word(),
                k: verdict.k,
                suggested_k: verdict.suggested_k,
                text: verdict.text.clone(),
                criteria: verdict.criteria.iter().map(criterion).collect(),
                warnings: sweep.warnings.clone(),
            }),
            notices,
        }
    }

    /// Takes warnings that were found after it was made.
    #[must_use]
    pub fn with_warnings(mut self, warnings: Vec<String>) -> Self {
        if let Some(verdict) = &mut self.verdict {
            verdict.warnings = warnings;
        }
        self
    }

    /// What people should know about it.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut out = format!(
            "{} · {} rows used, {} of them distinct · features {}\n\n",
            self.source,
            group_thousands(self.rows_used as u64),
            group_thousands(self.distinct_rows as u64),
            crate::source::escape(&self.features.join(", "))
        );
        let header = [
            ("k", Align::Right),
            ("WCSS", Align::Right),
            ("% of total", Align::Right),
            ("silhouette", Align::Right),
            ("± SE", Align::Right),
            ("Calinski–Harabasz", Align::Right),
            ("Davies–Bouldin", Align::Right),
            ("smallest", Align::Right),
        ];
        let number = |v: Option<f64>| v.map_or("–".to_owned(), text::figure);
        let rows: Vec<Vec<String>> = self
            .sweep
            .iter()
            .map(|r| {
                vec![
                    r.k.to_string(),
                    text::figure(r.wcss),
                    format!("{:.1}", 100.0 * r.wcss_share),
                    r.silhouette.as_ref().map_or("–".to_owned(), |s| format!("{:.3}", s.value)),
                    r.silhouette
                        .as_ref()
                        .map_or("–".to_owned(), |s| if s.exact { "exact".to_owned() } else { format!("{:.3}", s.se) }),
                    number(r.calinski_harabasz),
                    number(r.davies_bouldin),
                    group_thousands(r.smallest),
                ]
            })
            .collect();
        out += &text::table(&header, &rows);
        let Some(verdict) = &self.verdict else { return out };
        out += &format!("\n{}\n\n", verdict.text);
        for warning in &verdict.warnings {
            out += &format!("! {}\n", crate::source::escape(warning));
        }
        if !verdict.warnings.is_empty() {
            out.push('\n');
        }
        let criteria: Vec<Vec<String>> = verdict
            .criteria
            .iter()
            .map(|c| vec![c.name.clone(), c.k.map_or("–".to_owned(), |k| k.to_string()), c.why.clone()])
            .collect();
        out + &text::table(&[("criterion", Align::Left), ("k", Align::Right), ("why", Align::Left)], &criteria)
    }

    /// For spreadsheets: one line per k.
    pub fn csv(&self) -> Result<String> {
        let mut out = csv::Writer::from_writer(Vec::new());
        let failed = |e: csv::Error| Error::failed("cannot write CSV").because(e);
        out.write_record([
            "k",
            "wcss",
            "wcss_share",
            "silhouette",
            "silhouette_se",
            "calinski_harabasz",
            "davies_bouldin",
            "smallest",
        ])
        .map_err(failed)?;
        let number = |v: Option<f64>| v.map(|v| v.to_string()).unwrap_or_default();
        for r in &self.sweep {
            let silhouette = r.silhouette.as_ref();
            out.write_record([
                r.k.to_string(),
                r.wcss.to_string(),
                r.wcss_share.to_string(),
                number(silhouette.map(|s| s.value)),
                number(silhouette.map(|s| s.se)),
                number(r.calinski_harabasz),
                number(r.davies_bouldin),
                r.smallest.to_string(),
            ])
            .map_err(failed)?;
        }
        super::csv_text(out)
    }
}
