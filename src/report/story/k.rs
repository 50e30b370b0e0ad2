//! Which k: the criteria, the curves, every k in a table.

use super::{Block, Noun, Section, Table, Told};
use crate::privacy::{FLOOR, said};
use crate::report::svg::{Curve, Point, curve};
use crate::report::text::{Align, figure};
use crate::segments::floor::is_few;
use crate::study;
use crate::table::money::group_thousands;

pub(super) fn section(told: &Told<'_>, noun: Noun) -> Section {
    let mut blocks = charts(told);
    if let Some(evidence) = told.sweep.evidence.as_ref().filter(|evidence| evidence.tables > 0) {
        blocks.push(Block::Note(format!(
            "Shaded: where 5 % to 95 % of {} tables lie that have no groups ({}), of {} each.",
            evidence.tables,
            evidence.reference.word(),
            of_clustered(told, evidence.rows)
        )));
    }
    blocks.extend(told.sweep.warnings.iter().map(|warning| Block::Note(warning.clone())));
    if let Some(verdict) = &told.sweep.verdict {
        let rows = verdict
            .criteria
            .iter()
            .map(|c| vec![c.name.clone(), c.k.map_or_else(|| "–".to_owned(), |k| k.to_string()), said(&c.why)]);
        blocks.push(Block::Table(Table {
            caption: "What each criterion chooses".to_owned(),
            columns: columns(&[("criterion", Align::Left), ("k", Align::Right), ("why", Align::Left)]),
            rows: rows.collect(),
        }));
    }
    blocks.push(Block::Table(every_k(told)));
    Section { id: "k", title: format!("How many {}", noun.many), blocks }
}

fn columns(columns: &[(&str, Align)]) -> Vec<(String, Align)> {
    columns.iter().map(|(title, align)| ((*title).to_owned(), *align)).collect()
}

fn charts(told: &Told<'_>) -> Vec<Block> {
    let chosen = told.found.clustering.k;
    let of = |k: usize| told.sweep.evidence.as_ref().and_then(|e| e.ks.iter().find(|found| found.k == k));
    let qualities = || told.sweep.ks.iter().filter_map(|found| found.quality.as_ref());
    let elbow: Vec<Point> = qualities()
        .map(|q| Point {
            k: q.k,
            value: 100.0 * q.wcss_share,
            se: 0.0,
            null: of(q.k).and_then(|e| e.null_wcss).map(|band| band.map(|v| 100.0 * v)),
        })
        .collect();
    let silhouette: Vec<Point> = qualities()
        .filter_map(|q| {
            let s = q.silhouette.as_ref()?;
            Some(Point { k: q.k, value: s.value, se: s.se, null: of(q.k).and_then(|e| e.null_silhouette) })
        })
        .collect();
    let words = |points: &[Point], digits: usize| {
        let points = points.iter().map(|p| format!("k = {}: {:.digits$}", p.k, p.value));
        points.collect::<Vec<_>>().join(", ")
    };
    let mut charts = Vec::new();
    if !elbow.is_empty() {
        charts.push(curve(&Curve {
            name: "elbow",
            title: "Elbow: WCSS in % of the total",
            words: &format!(
                "Sum of squares within, in % of the total, by k. {}. k = {chosen} is marked.",
                words(&elbow, 1)
            ),
            points: &elbow,
            chosen,
            from_zero: true,
            tick: |v| format!("{v:.0}"),
        }));
    }
    if !silhouette.is_empty() {
        charts.push(curve(&Curve {
            name: "silhouette",
            title: "Silhouette",
            words: &format!("Mean silhouette by k, more is better. {}. k = {chosen} is marked.", words(&silhouette, 3)),
            points: &silhouette,
            chosen,
            from_zero: true,
            tick: |v| format!("{v:.1}").replace('-', "−"),
        }));
    }
    vec![Block::Charts(charts)]
}

/// So many rows, or as many as were clustered, where their number would tell of the few that were not.
pub(super) fn of_clustered(told: &Told<'_>, rows: usize) -> String {
    match told.figures.get().clustered {
        None if rows == told.prepared.matrix.rows() => "as many rows as were clustered".to_owned(),
        _ => format!("{} rows", group_thousands(rows as u64)),
    }
}

/// Rows in the smallest cluster of a k.
fn smallest(told: &Told<'_>, k: usize, rows: usize) -> String {
    let learners = &told.cleaned.learners;
    let one_each = told.cleaned.learner_count.is_none_or(|n| n == learners.rows());
    let few = is_few(rows)
        || !one_each
            && told.sweep.at(k).is_none_or(|found| {
                let labels = study::row_labels(told.prepared, &found.clustering);
                let clusters = study::clustered(told.cleaned, told.prepared, &labels, k);
                let learners = |rows: &Vec<u32>| learners.learners_among(rows.iter().map(|row| *row as usize));
                clusters.iter().filter_map(learners).any(is_few)
            });
    // Only the clusters of the k that is looked at are held against all else that is shown: one of another k may be one
    // of these and a few.
    let shown = k == told.found.clustering.k && told.figures.get().clusters.iter().all(Option::is_some);
    match (few, shown) {
        (true, _) => format!("<{FLOOR}"),
        (false, true) => group_thousands(rows as u64),
        (false, false) => format!("≥{FLOOR}"),
    }
}

fn every_k(told: &Told<'_>) -> Table {
    let dash = || "–".to_owned();
    let rows = told.sweep.ks.iter().filter_map(|found| found.quality.as_ref()).map(|q| {
        let evidence = told.sweep.evidence.as_ref().and_then(|e| e.ks.iter().find(|found| found.k == q.k));
        let silhouette = q.silhouette.as_ref();
        let null = evidence.and_then(|e| e.null_silhouette);
        let parted = evidence.filter(|e| !e.valleys.is_empty()).map(|e| format!("{} of {}", e.parted(), e.k));
        vec![
            q.k.to_string(),
            format!("{:.1}", 100.0 * q.wcss_share),
            silhouette.map_or_else(dash, |s| {
                if s.exact { format!("{:.3}", s.value) } else { format!("{:.3} ± {:.3}", s.value, s.se) }
            }),
            null.map_or_else(dash, |[low, high]| format!("{low:.3} to {high:.3}")),
            evidence
                .and_then(|e| e.gap)
                .map_or_else(dash, |g| format!("{:.3} ± {:.3}", g.value, g.se).replace('-', "−")),
            parted.unwrap_or_else(dash),
            q.calinski_harabasz.map_or_else(dash, figure),
            q.davies_bouldin.map_or_else(dash, figure),
            smallest(told, q.k, q.smallest as usize),
        ]
    });
    Table {
        caption: "Every k".to_owned(),
        columns: columns(&[
            ("k", Align::Left),
            ("WCSS, % of total", Align::Right),
            ("silhouette", Align::Right),
            ("the same without groups", Align::Right),
            ("gap ± SE", Align::Right),
            ("parted by a valley", Align::Right),
            ("Calinski–Harabasz", Align::Right),
            ("Davies–Bouldin", Align::Right),
            ("rows in the smallest", Align::Right),
        ]),
        rows: rows.collect(),
    }
}
