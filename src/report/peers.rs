//! The report of everybody against their peers. No ids: rows are named by their number in the source.

use serde::Serialize;

use super::text::{self, Align};
use crate::error::{Error, Result};
use crate::features::encode::quantile;
use crate::segments::peers::{Level, Peer, Peers};
use crate::study::Cleaned;
use crate::table::column::plain_number;
use crate::table::money::{Currency, format_pay, group_thousands};

/// JSON of `kscope peers`.
#[derive(Debug, Serialize)]
pub struct Report {
    source: String,
    rows: usize,
    rows_used: usize,
    min_peers: usize,
    /// Used rows without peers: pay or experience unknown, or too few people even in their band.
    without_peers: usize,
    all: Compared,
    levels: Vec<Compared>,
}

/// Rows that were compared with the same kind of peers. Gaps are `pay / peers' median − 1`.
#[derive(Debug, Serialize)]
struct Compared {
    level: &'static str,
    rows: usize,
    learners: Option<usize>,
    share: f64,
    peers: Option<Quantiles>,
    median: Option<f64>,
    gap: Option<Quantiles>,
    below_median: Option<f64>,
}

/// A distribution; interpolated linearly between ranks.
#[derive(Debug, Serialize)]
struct Quantiles {
    p10: f64,
    p25: f64,
    p50: f64,
    p75: f64,
    p90: f64,
}

impl Quantiles {
    fn new(mut values: Vec<f64>) -> Option<Self> {
        let mut at = |q| quantile(&mut values, q);
        Some(Self { p10: at(0.1)?, p25: at(0.25)?, p50: at(0.5)?, p75: at(0.75)?, p90: at(0.9)? })
    }
}

impl Report {
    /// Collects what was found.
    pub fn new(source: &str, cleaned: &Cleaned, peers: &Peers) -> Self {
        let found: Vec<(usize, Peer)> = (0..peers.rows()).filter_map(|row| Some((row, peers.of(row)?))).collect();
        let compared = |name: &'static str, level: Option<Level>| {
            let here: Vec<&(usize, Peer)> =
                found.iter().filter(|(_, peer)| level.is_none_or(|level| peer.level == level)).collect();
            let values = |of: fn(&Peer) -> f64| here.iter().map(|(_, peer)| of(peer)).collect::<Vec<f64>>();
            let below = here.iter().filter(|(_, peer)| peer.gap < 0.0).count();
            Compared {
                level: name,
                rows: here.len(),
                learners: cleaned.learners.learners_among(here.iter().map(|(row, _)| *row)),
                share: here.len() as f64 / peers.rows().max(1) as f64,
                peers: Quantiles::new(values(|peer| f64::from(peer.n))),
                median: quantile(&mut values(|peer| peer.median), 0.5),
                gap: Quantiles::new(values(|peer| peer.gap)),
                below_median: (!here.is_empty()).then(|| below as f64 / here.len() as f64),
            }
        };
        Self {
            source: source.to_owned(),
            rows: cleaned.table.rows(),
            rows_used: peers.rows(),
            min_peers: peers.minimum,
            without_peers: peers.rows() - found.len(),
            all: compared("all", None),
            levels: Level::ALL.into_iter().map(|level| compared(level.word(), Some(level))).collect(),
        }
    }

    /// For people.
    pub fn text(&self, currency: Currency) -> String {
        let percent = |value: Option<f64>| value.map_or("–".to_owned(), |v| format!("{:.0} %", 100.0 * v));
        let gap = |value: Option<f64>| {
            value.map_or("–".to_owned(), |v| format!("{}{:.0} %", if v < 0.0 { "−" } else { "+" }, 100.0 * v.abs()))
        };
        let rows: Vec<Vec<String>> = self
            .levels
            .iter()
            .chain([&self.all])
            .map(|one| {
                vec![
                    one.level.to_owned(),
                    group_thousands(one.rows as u64),
                    format!("{:.1} %", 100.0 * one.share),
                    one.peers.as_ref().map_or("–".to_owned(), |n| group_thousands(n.p50.round() as u64)),
                    one.median.map_or("–".to_owned(), |median| format_pay(median, currency)),
                    gap(one.gap.as_ref().map(|g| g.p25)),
                    gap(one.gap.as_ref().map(|g| g.p50)),
                    gap(one.gap.as_ref().map(|g| g.p75)),
                    percent(one.below_median),
                ]
            })
            .collect();
        let header = [
            ("peers", Align::Left),
            ("rows", Align::Right),
            ("share", Align::Right),
            ("median n", Align::Right),
            ("their pay", Align::Right),
            ("gap p25", Align::Right),
            ("p50", Align::Right),
            ("p75", Align::Right),
            ("below median", Align::Right),
        ];
        format!(
            "{} · {} rows used · at least {} peers · {} without\n\n{}",
            self.source,
            group_thousands(self.rows_used as u64),
            self.min_peers,
            group_thousands(self.without_peers as u64),
            text::table(&header, &rows)
        )
    }
}

/// For spreadsheets: one line per used row, `row` its number in the source; empty where there are no peers.
pub fn csv(cleaned: &Cleaned, peers: &Peers) -> Result<String> {
    let failed = |e: csv::Error| Error::failed("cannot write CSV").because(e);
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["row", "peer_median", "n", "level", "gap"]).map_err(failed)?;
    for (row, source) in cleaned.learners.source_row.iter().enumerate() {
        let source = source.to_string();
        match peers.of(row) {
            Some(peer) => out.write_record([
                source.as_str(),
                &plain_number(peer.median),
                &peer.n.to_string(),
                peer.level.word(),
                &plain_number(peer.gap),
            ]),
            None => out.write_record([source.as_str(), "", "", "", ""]),
        }
        .map_err(failed)?;
    }
    super::csv_text(out)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::jobs::Cancel;
    use crate::source::{Location, Options};
    use crate::study;
    use crate::table::RoleChoices;
    use crate::table::cleaning::Cleaning;
    use crate::table::role::Role;

    #[test]
    fn json_and_csv_tell_the_same() {
        let sample = Location::from_argument(None);
        let never = Cancel::never();
        let table = study::load(&sample, &Options::default(), &RoleChoices::default(), &never, &mut |_, _| {}).unwrap();
        let cleaned = study::clean(&Arc::new(table), &Cleaning::default());
        let peers = cleaned.peers.as_ref().unwrap();
        let json: serde_json::Value =
            serde_json::from_str(&super::super::json::document(&Report::new("sample", &cleaned, peers)).unwrap())
                .unwrap();
        let lines = csv(&cleaned, peers).unwrap();
        let mut rows = csv::Reader::from_reader(lines.as_bytes());
        assert_eq!(rows.headers().unwrap(), vec!["row", "peer_median", "n", "level", "gap"]);
        let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
        assert_eq!(json["rows_used"], rows.len());
        assert_eq!(json["min_peers"], 5);
        let pay = cleaned.table.with_role(Role::Pay).unwrap().numbers().unwrap();
        for level in json["levels"].as_array().unwrap() {
            let here: Vec<&csv::StringRecord> =
                rows.iter().filter(|row| row[3] == *level["level"].as_str().unwrap()).collect();
            assert!(!here.is_empty() && level["rows"] == here.len(), "{level}");
            let mut below = 0;
            for row in &here {
                let (source, median, gap): (usize, f64, f64) =
                    (row[0].parse().unwrap(), row[1].parse().unwrap(), row[4].parse().unwrap());
                assert!(row[2].parse::<usize>().unwrap() >= 5);
                assert!((pay[source] / median - 1.0 - gap).abs() < 1e-12);
                below += usize::from(pay[source] < median);
            }
            let share = level["below_median"].as_f64().unwrap();
            assert!((share - below as f64 / here.len() as f64).abs() < 1e-12);
        }
        let sum: u64 = json["levels"].as_array().unwrap().iter().map(|l| l["rows"].as_u64().unwrap()).sum();
        assert_eq!(sum + json["without_peers"].as_u64().unwrap(), rows.len() as u64);
    }
}
