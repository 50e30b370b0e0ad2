//! The report of a rule: its funnel, its clusters, the rows behind it.

use serde::Serialize;

use super::json::Numbers;
use super::list::{self, Cells};
use super::text::{self, Align};
use crate::error::Result;
use crate::privacy::{self, Ids};
use crate::segments::drill::{ClusterOf, Drill, NO_CLUSTER};
use crate::segments::floor::{PRIVACY_FLOOR, is_few};
use crate::study::Cleaned;
use crate::table::column::Data;
use crate::table::money::{format_pay, group_thousands};
use crate::table::role::Role;

/// JSON of `kscope drill`.
#[derive(Debug, Serialize)]
pub struct DrillReport {
    rule: String,
    clauses: Vec<ClauseJson>,
    rows: usize,
    learners: Option<usize>,
    below_floor: bool,
    by_cluster: Vec<HeldJson>,
    means: Numbers,
}

#[derive(Debug, Serialize)]
struct ClauseJson {
    text: String,
    pass: usize,
    fail: usize,
    percentile: Option<f64>,
    keeps: f64,
    without: usize,
    only_this_fails: usize,
}

#[derive(Debug, Serialize)]
struct HeldJson {
    cluster: usize,
    rows: usize,
    learners: Option<usize>,
    below_floor: bool,
    share_of_matches: f64,
    lift: f64,
}

impl DrillReport {
    /// Collects what a rule found. Whoever asks may have the rows themselves, so that figures of a few are labelled, not
    /// withheld.
    pub fn new(drill: &Drill) -> Self {
        let clause = |(i, c): (usize, &crate::segments::funnel::FunnelClause)| ClauseJson {
            text: c.text.clone(),
            pass: c.pass,
            fail: c.fail,
            percentile: c.percentile,
            keeps: c.keeps,
            without: c.without,
            only_this_fails: drill.funnel.only_this_fails(i),
        };
        let held = |h: &crate::segments::drill::Held| HeldJson {
            cluster: h.cluster,
            rows: h.rows,
            learners: h.learners,
            below_floor: is_few(h.learners.unwrap_or(h.rows)),
            share_of_matches: h.share_of_matches,
            lift: h.lift,
        };
        Self {
            rule: drill.rule.clone(),
            clauses: drill.funnel.clauses.iter().enumerate().map(clause).collect(),
            rows: drill.rows.len(),
            learners: drill.learners,
            below_floor: is_few(drill.learners.unwrap_or(drill.rows.len())),
            by_cluster: drill.by_cluster.iter().map(held).collect(),
            means: Numbers(drill.means.clone()),
        }
    }
}

/// For people.
pub fn text(cleaned: &Cleaned, drill: &Drill) -> String {
    let all = drill.funnel.rows.max(1) as f64;
    let mut rows = vec![vec![
        "all".to_owned(),
        String::new(),
        group_thousands(drill.funnel.rows as u64),
        "100 %".to_owned(),
        String::new(),
        String::new(),
    ]];
    for (i, clause) in drill.funnel.clauses.iter().enumerate() {
        rows.push(vec![
            crate::source::escape(&clause.text),
            clause.percentile.map(|p| format!("P{p:.0}")).unwrap_or_default(),
            group_thousands(clause.pass as u64),
            format!("{:.1} %", 100.0 * clause.pass as f64 / all),
            if clause.hardly {
                format!("! keeps {:.0} %: hardly a filter", 100.0 * clause.keeps)
            } else {
                format!("keeps {:.0} %", 100.0 * clause.keeps)
            },
            format!("+{}", group_thousands(drill.funnel.only_this_fails(i) as u64)),
        ]);
    }
    let header = [
        ("clause", Align::Left),
        ("at", Align::Right),
        ("rows", Align::Right),
        ("of all", Align::Right),
        ("", Align::Left),
        ("without it", Align::Right),
    ];
    let mut out = format!("Rule  {}\n\n{}", crate::source::escape(&drill.rule), text::table(&header, &rows));
    if !drill.by_cluster.is_empty() {
        let rows: Vec<Vec<String>> = drill
            .by_cluster
            .iter()
            .map(|h| {
                vec![
                    h.cluster.to_string(),
                    group_thousands(h.rows as u64),
                    format!("{:.1} %", 100.0 * h.share_of_matches),
                    format!("×{:.1}", h.lift),
                ]
            })
            .collect();
        let header = [
            ("cluster", Align::Right),
            ("rows", Align::Right),
            ("of the matches", Align::Right),
            ("its share", Align::Right),
        ];
        out += &format!("\n{}", text::table(&header, &rows));
    }
    if is_few(drill.learners.unwrap_or(drill.rows.len())) {
        out += &format!("\nFewer than {PRIVACY_FLOOR} learners: too few to be spoken of as a group.\n");
    }
    out += "\nMeans of the matches\n";
    for (name, mean) in &drill.means {
        let shown = match cleaned.learners.find(name).map(|c| c.role) {
            Some(Role::Pay) => format_pay(*mean, cleaned.table.currency),
            Some(role) if role.is_year() => format!("{mean:.0}"),
            _ => text::figure(*mean),
        };
        out += &format!("  {}  {shown}\n", crate::source::escape(name));
    }
    out
}

/// The rows behind a rule for spreadsheets; see [`list`].
///
/// # Errors
/// What the writer reports.
pub fn csv(cleaned: &Cleaned, drill: &Drill, clusters: Option<&ClusterOf>, ids: Option<Ids>) -> Result<String> {
    list::csv_text(&rows(cleaned, drill, clusters, ids))
}

/// The rows behind a rule: the source row, every column but those of ids (with them on request: as they are, or hashed,
/// the id column then as `id`), the cluster where there is one, and the peers where there are pay and experience.
pub fn rows(cleaned: &Cleaned, drill: &Drill, clusters: Option<&ClusterOf>, ids: Option<Ids>) -> Vec<list::Column> {
    let learners = &cleaned.learners;
    let at = || drill.rows.iter().map(|row| *row as usize);
    let whole = |of: &dyn Fn(usize) -> Option<i64>| Cells::Whole(at().map(of).collect());
    let mut columns = vec![list::Column::new("row", whole(&|row| Some(i64::from(learners.source_row[row]))))];
    let names = learners.columns.iter().map(|column| column.name.clone()).collect();
    let id = learners.with_role(Role::Learner).map(|column| column.name.as_str());
    let disclosed = privacy::source_columns(names, id, ids.unwrap_or(Ids::Hashed));
    for column in learners.columns.iter().filter(|c| c.role != Role::Ignore) {
        let (name, cells) = match &column.data {
            _ if disclosed.get().is_hashed(&column.name) => {
                if ids.is_none() {
                    continue;
                }
                let name = if column.role == Role::Learner { "id" } else { &column.name };
                (name, Cells::Text(at().map(|row| Some(disclosed.get().hash(&column.cell(row)))).collect()))
            }
            Data::Number(values) => (column.name.as_str(), Cells::Number(at().map(|row| values[row]).collect())),
            Data::Text(text) => {
                (column.name.as_str(), Cells::Text(at().map(|row| text.get(row).map(str::to_owned)).collect()))
            }
        };
        columns.push(list::Column::new(name, cells));
    }
    if let Some(clusters) = clusters {
        let label = |row: usize| Some(clusters.labels[row]).filter(|label| *label != NO_CLUSTER).map(i64::from);
        columns.push(list::Column::new("cluster", whole(&label)));
    }
    if let Some(peers) = &cleaned.peers {
        let number = |of: &[f64]| Cells::Number(at().map(|row| of[row]).collect());
        columns.push(list::Column::new("peer_median", number(&peers.median)));
        columns.push(list::Column::new("peer_n", whole(&|row| peers.of(row).map(|peer| i64::from(peer.n)))));
        let level = at().map(|row| peers.of(row).map(|peer| peer.level.word().to_owned()));
        columns.push(list::Column::new("peer_level", Cells::Text(level.collect())));
        columns.push(list::Column::new("gap", number(&peers.gap)));
    }
    columns
}
