//! The report of two recipes side by side.

use serde::Serialize;

use super::text::{self, Align};
use crate::error::{Error, Result};
use crate::study::diff::{self, Change, Moved, Side};
use crate::table::money::group_thousands;

/// A longer value is cut in the text, not in JSON; in characters.
const LONGEST: usize = 40;

/// JSON of `kscope diff`.
#[derive(Debug, Serialize)]
pub struct Diff {
    before: String,
    after: String,
    changes: Vec<ChangeJson>,
    moved: Option<MovedJson>,
    #[serde(skip)]
    names: (Vec<String>, Vec<String>),
}

#[derive(Debug, Serialize)]
struct ChangeJson {
    key: String,
    before: Option<String>,
    after: Option<String>,
}

#[derive(Debug, Serialize)]
struct MovedJson {
    rows: usize,
    stayed: usize,
    moved: usize,
    only_before: usize,
    only_after: usize,
    becomes: Vec<Option<usize>>,
    table: Vec<Vec<usize>>,
}

impl Diff {
    /// Compares two sides; `before` and `after` are the names of their recipes.
    ///
    /// # Errors
    /// A path that TOML cannot hold.
    pub fn new((before, old): (&str, &Side), (after, new): (&str, &Side)) -> Result<Self> {
        let change = |c: Change| ChangeJson { key: c.key, before: c.before, after: c.after };
        let counted = |moved: Moved| MovedJson {
            rows: moved.rows(),
            stayed: moved.stayed(),
            moved: moved.rows() - moved.stayed(),
            only_before: moved.only_before,
            only_after: moved.only_after,
            becomes: moved.becomes,
            table: moved.table,
        };
        Ok(Self {
            before: before.to_owned(),
            after: after.to_owned(),
            changes: diff::changes(old, new)?.into_iter().map(change).collect(),
            moved: old.same_table(new).then(|| counted(diff::moved(old, new))),
            names: (old.names.clone(), new.names.clone()),
        })
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut out = format!("{} → {}\n\n", crate::source::escape(&self.before), crate::source::escape(&self.after));
        if self.changes.is_empty() {
            out += "The same choices.\n";
        } else {
            let shown = |value: &Option<String>| {
                let value = crate::source::escape(value.as_deref().unwrap_or("–"));
                let cut: String = value.chars().take(LONGEST).collect();
                if cut.len() < value.len() { cut + "…" } else { cut }
            };
            let rows: Vec<Vec<String>> = self
                .changes
                .iter()
                .map(|c| vec![crate::source::escape(&c.key), shown(&c.before), shown(&c.after)])
                .collect();
            out += &text::table(&[("choice", Align::Left), ("before", Align::Left), ("after", Align::Left)], &rows);
        }
        out.push('\n');
        out += &match &self.moved {
            None => "The tables differ: rows cannot be followed from one to the other.\n".to_owned(),
            Some(moved) => self.moved_text(moved),
        };
        out
    }

    fn moved_text(&self, moved: &MovedJson) -> String {
        let count = |n: usize| group_thousands(n as u64);
        let share = 100.0 * moved.moved as f64 / moved.rows.max(1) as f64;
        let mut out = format!("{} rows in both · {} moved ({share:.1} %)", count(moved.rows), count(moved.moved));
        if moved.only_before + moved.only_after > 0 {
            out += &format!(" · {} only before, {} only after", count(moved.only_before), count(moved.only_after));
        }
        out += "\nRows by cluster before (down) and after (across); * is the cluster that it becomes\n";
        let numbers: Vec<String> = (0..self.names.1.len()).map(|n| n.to_string()).collect();
        let mut header = vec![("", Align::Right), ("before", Align::Left)];
        header.extend(numbers.iter().map(|n| (n.as_str(), Align::Right)));
        let rows: Vec<Vec<String>> = moved
            .table
            .iter()
            .enumerate()
            .map(|(from, row)| {
                let mut cells = vec![from.to_string(), crate::source::escape(&self.names.0[from])];
                cells.extend(row.iter().enumerate().map(|(to, n)| {
                    let mark = if moved.becomes[from] == Some(to) { "*" } else { " " };
                    count(*n) + mark
                }));
                cells
            })
            .collect();
        out += &text::table(&header, &rows);
        out += "\nAfter\n";
        for (to, name) in self.names.1.iter().enumerate() {
            out += &format!("  {to}  {}\n", crate::source::escape(name));
        }
        out
    }

    /// For spreadsheets: rows by cluster before and after, those that are not nought.
    ///
    /// # Errors
    /// Tables that differ; CSV that cannot be written.
    pub fn csv(&self) -> Result<String> {
        let failed = |e: csv::Error| Error::failed("cannot write CSV").because(e);
        let moved = self.moved.as_ref().ok_or_else(|| {
            Error::bad_input("the tables differ")
                .because("rows cannot be followed from one to the other")
                .try_this("--format json, which tells the choices")
        })?;
        let mut out = csv::Writer::from_writer(Vec::new());
        out.write_record(["before", "after", "rows"]).map_err(failed)?;
        for (from, row) in moved.table.iter().enumerate() {
            for (to, rows) in row.iter().enumerate().filter(|(_, rows)| **rows > 0) {
                out.write_record([from.to_string(), to.to_string(), rows.to_string()]).map_err(failed)?;
            }
        }
        super::csv_text(out)
    }
}
