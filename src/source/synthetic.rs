//! The synthetic learners table: the columns, marginals and dirt of the real one, any number of rows in constant
//! memory, with four planted segments so that a right answer exists.
//!
//! Rows are not learners: a learner has up to two pay snapshots × several job titles (1.34 rows on average), and
//! its rows lie near each other, not side by side.
//!
//! Where it leaves the published marginals, for the sake of segments that a K-Means can find (adjusted Rand index
//! about 0.71 at k = 4 with the default features): experience above 10 years in 12 % of the rows instead of 8 %;
//! ln pay a mixture of four overlapping normals, not one, and its correlation with experience 0.23 instead of
//! 0.18; the young, most of whom have two snapshots, give a third of the rows, so that 0 and 1 years are a fifth
//! too frequent; of the pay figures below 1 %, few are below 3,500.

use std::fmt;
use std::fs::File;
use std::io::{self, Write};

use polars::prelude::{Column, DataFrame, ParquetWriter, PolarsError};

use self::learner::Learners;

mod company;
mod dice;
mod learner;
mod title;

/// The columns of the table; the first one, the row index, has no name in CSV and [`INDEX_NAME`] in Parquet.
pub const COLUMNS: [&str; 7] = ["", "company_hash", "email_hash", "orgyear", "ctc", "job_position", "ctc_updated_year"];
/// The name that Parquet gives the index column, because many readers refuse an empty one.
pub const INDEX_NAME: &str = "Unnamed: 0";

/// Rows that wait to be drawn from: a learner's rows come apart by about this many.
const WINDOW: usize = 4096;
/// Rows of one Parquet row group.
const GROUP: usize = 65_536;

/// A planted segment: the truth behind a synthetic row, never a column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Segment {
    /// Few years, low pay that rises quickly from one snapshot to the next.
    YoungRising,
    /// Everybody else.
    BroadMiddle,
    /// Leaders: many years and high pay.
    SeniorHighPay,
    /// Many years (most have 13 or more, so are about 35 or older), pay well below what those years predict.
    ExperiencedUnderpaid,
}

impl Segment {
    /// All segments, in the order of their discriminants.
    pub const ALL: [Self; 4] = [Self::YoungRising, Self::BroadMiddle, Self::SeniorHighPay, Self::ExperiencedUnderpaid];

    /// The name in the truth file.
    pub fn name(self) -> &'static str {
        match self {
            Self::YoungRising => "young-rising",
            Self::BroadMiddle => "broad-middle",
            Self::SeniorHighPay => "senior-high-pay",
            Self::ExperiencedUnderpaid => "experienced-underpaid",
        }
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One row of the table and the truth behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct SyntheticRow {
    /// Value of the index column: rises, with gaps.
    pub index: u64,
    /// Employer, as substituted words.
    pub company_hash: Option<String>,
    /// The learner: 64 hex digits.
    pub email_hash: String,
    /// Start year of the job; a whole number, some of them impossible.
    pub orgyear: Option<f64>,
    /// Pay, rupees a year, at least 2.
    pub ctc: u64,
    /// Job title as typed.
    pub job_position: Option<String>,
    /// Year of the pay figure, 2015 to 2021.
    pub ctc_updated_year: u16,
    /// The planted segment of the learner.
    pub planted: Segment,
}

/// What to make: the same (`rows`, `seed`) gives the same bytes on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Synthetic {
    /// Rows of the table, not learners.
    pub rows: u64,
    /// Seed of all draws.
    pub seed: u64,
}

impl Synthetic {
    /// The rows one after another, in constant memory.
    pub fn iter(&self) -> Rows {
        Rows { learners: Learners::new(self.seed), window: Vec::new(), unmade: self.rows, next_index: 0 }
    }
}

impl IntoIterator for &Synthetic {
    type Item = SyntheticRow;
    type IntoIter = Rows;

    fn into_iter(self) -> Rows {
        self.iter()
    }
}

/// The rows of a [`Synthetic`] table.
#[derive(Clone, Debug)]
pub struct Rows {
    learners: Learners,
    /// Drawn rows that wait for their turn, at most [`WINDOW`] and one learner.
    window: Vec<SyntheticRow>,
    /// Rows that no learner has been drawn for yet.
    unmade: u64,
    next_index: u64,
}

impl Iterator for Rows {
    type Item = SyntheticRow;

    fn next(&mut self) -> Option<SyntheticRow> {
        while self.unmade > 0 && self.window.len() < WINDOW {
            let before = self.window.len();
            self.learners.draw(&mut self.window);
            let fits = (self.window.len() - before).min(usize::try_from(self.unmade).unwrap_or(usize::MAX));
            self.window.truncate(before + fits);
            self.unmade -= fits as u64;
        }
        if self.window.is_empty() {
            return None;
        }
        let turn = self.learners.dice.below(self.window.len() as u64) as usize;
        let mut row = self.window.swap_remove(turn);
        row.index = self.next_index;
        self.next_index += if self.learners.dice.chance(0.0052) { 2 } else { 1 };
        Some(row)
    }
}

/// Writes the table as CSV (about 120 bytes a row) and, on request, the planted segment of every row.
///
/// The truth file has the header `row,segment` and a line for each row of the table, numbered from 0.
///
/// # Errors
/// What the two writers report.
pub fn write_csv(table: &Synthetic, out: &mut impl Write, truth: Option<&mut dyn Write>) -> io::Result<()> {
    let mut truth = Truth::new(truth)?;
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(COLUMNS).map_err(plain)?;
    let mut record = csv::StringRecord::new();
    let mut number = String::new();
    for row in table {
        record.clear();
        push_number(&mut record, &mut number, format_args!("{}", row.index));
        record.push_field(row.company_hash.as_deref().unwrap_or(""));
        record.push_field(&row.email_hash);
        match row.orgyear {
            // A whole number: `{:.1}` would say the same, slowly.
            Some(year) => push_number(&mut record, &mut number, format_args!("{year}.0")),
            None => record.push_field(""),
        }
        push_number(&mut record, &mut number, format_args!("{}", row.ctc));
        record.push_field(row.job_position.as_deref().unwrap_or(""));
        push_number(&mut record, &mut number, format_args!("{}.0", row.ctc_updated_year));
        csv.write_record(&record).map_err(plain)?;
        truth.push(row.planted)?;
    }
    csv.flush()?;
    truth.finish()
}

/// The error of the writer below, whose kind (a closed pipe) `csv` would hide.
fn plain(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// Formats a number into the reused buffer and appends it as a field.
fn push_number(record: &mut csv::StringRecord, buffer: &mut String, number: fmt::Arguments<'_>) {
    buffer.clear();
    // Writing to a String cannot fail.
    let _ = fmt::Write::write_fmt(buffer, number);
    record.push_field(buffer);
}

/// Writes the table as Parquet (Zstandard), one row group of 65,536 rows after another, and the truth as
/// [`write_csv`] does. Years are f64 as in the CSV, index and pay i64.
///
/// # Errors
/// What the file, the truth writer or the Parquet encoder report.
pub fn write_parquet(table: &Synthetic, out: File, truth: Option<&mut dyn Write>) -> io::Result<()> {
    let mut truth = Truth::new(truth)?;
    let mut rows = table.iter();
    let mut group: Vec<SyntheticRow> = Vec::new();
    let schema = frame(&[])?.schema().clone();
    let mut parquet = ParquetWriter::new(out).batched(&schema).map_err(refused)?;
    loop {
        group.clear();
        group.extend(rows.by_ref().take(GROUP));
        if group.is_empty() {
            break;
        }
        for row in &group {
            truth.push(row.planted)?;
        }
        parquet.write_batch(&frame(&group)?).map_err(refused)?;
    }
    parquet.finish().map_err(refused)?;
    truth.finish()
}

fn frame(rows: &[SyntheticRow]) -> io::Result<DataFrame> {
    let columns = vec![
        Column::new(INDEX_NAME.into(), rows.iter().map(|row| row.index.cast_signed()).collect::<Vec<i64>>()),
        Column::new(COLUMNS[1].into(), rows.iter().map(|row| row.company_hash.as_deref()).collect::<Vec<_>>()),
        Column::new(COLUMNS[2].into(), rows.iter().map(|row| row.email_hash.as_str()).collect::<Vec<_>>()),
        Column::new(COLUMNS[3].into(), rows.iter().map(|row| row.orgyear).collect::<Vec<_>>()),
        Column::new(COLUMNS[4].into(), rows.iter().map(|row| row.ctc.cast_signed()).collect::<Vec<i64>>()),
        Column::new(COLUMNS[5].into(), rows.iter().map(|row| row.job_position.as_deref()).collect::<Vec<_>>()),
        Column::new(COLUMNS[6].into(), rows.iter().map(|row| f64::from(row.ctc_updated_year)).collect::<Vec<_>>()),
    ];
    DataFrame::new(rows.len(), columns).map_err(refused)
}

fn refused(error: PolarsError) -> io::Error {
    match error {
        PolarsError::IO { error, .. } => io::Error::new(error.kind(), error),
        other => io::Error::other(other),
    }
}

/// The truth file, where one is wanted.
struct Truth<'a> {
    out: Option<io::BufWriter<&'a mut dyn Write>>,
    row: u64,
}

impl<'a> Truth<'a> {
    fn new(out: Option<&'a mut dyn Write>) -> io::Result<Self> {
        let mut out = out.map(io::BufWriter::new);
        if let Some(out) = &mut out {
            writeln!(out, "row,segment")?;
        }
        Ok(Self { out, row: 0 })
    }

    fn push(&mut self, segment: Segment) -> io::Result<()> {
        if let Some(out) = &mut self.out {
            writeln!(out, "{},{segment}", self.row)?;
        }
        self.row += 1;
        Ok(())
    }

    fn finish(mut self) -> io::Result<()> {
        self.out.as_mut().map_or(Ok(()), Write::flush)
    }
}

#[cfg(test)]
mod tests;
