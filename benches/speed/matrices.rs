//! The matrices that the engines race on: columns of a learners table, every row for itself.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::sync::Arc;

use kscope::features::{Encoding, Feature, Missing, Scale, Transform};
use kscope::jobs::Cancel;
use kscope::matrix::Matrix;
use kscope::source::synthetic::{Synthetic, write_csv};
use kscope::source::{Location, Options};
use kscope::study;
use kscope::table::RoleChoices;
use kscope::table::cleaning::{Cleaning, Entity};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::Outcome;

/// Rows of the public table.
pub const ROWS: usize = 205_843;
/// Rows of the large one.
pub const MANY_ROWS: usize = 2_000_000;
const SEED: u64 = 1;

/// Values of used rows, scaled, row by row.
pub struct Values {
    /// Row by row.
    pub values: Vec<f64>,
    /// Columns.
    pub columns: usize,
}

impl Values {
    /// Equal rows stored once.
    pub fn matrix(&self) -> Outcome<Matrix> {
        Ok(Matrix::from_rows(&self.values, self.columns)?)
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.values.len() / self.columns
    }

    /// The first columns only.
    pub fn first_columns(&self, columns: usize) -> Self {
        let values = self.values.chunks_exact(self.columns).flat_map(|row| &row[..columns]).copied().collect();
        Self { values, columns }
    }

    /// As many columns more as make `columns`: mixtures of those there are, with as much noise, of variance 1.
    pub fn mixed(&self, columns: usize) -> Self {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(SEED);
        let mut uniform = move || 2.0 * random.random::<f64>() - 1.0;
        let d = self.columns;
        let weights: Vec<Vec<f64>> = (d..columns)
            .map(|_| {
                let raw: Vec<f64> = (0..d).map(|_| uniform()).collect();
                let length = raw.iter().map(|w| w * w).sum::<f64>().sqrt();
                raw.iter().map(|w| w / length * 0.5_f64.sqrt()).collect()
            })
            .collect();
        let mut values = Vec::with_capacity(self.rows() * columns);
        for row in self.values.chunks_exact(d) {
            values.extend_from_slice(row);
            for weights in &weights {
                let signal: f64 = row.iter().zip(weights).map(|(value, weight)| value * weight).sum();
                // A uniform number from -1 to 1 has variance 1/3.
                values.push(signal + 1.5_f64.sqrt() * uniform());
            }
        }
        Self { values, columns }
    }
}

/// Eight numbers of so many rows of a learners table: log pay, experience and year of the pay figure first, in which
/// many rows are equal.
pub fn eight(rows: usize) -> Outcome<Values> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("learners.csv");
    let mut out = BufWriter::new(File::create(&file)?);
    // Cleaning takes some.
    write_csv(&Synthetic { rows: (rows + rows / 8) as u64, seed: SEED }, &mut out, None)?;
    out.flush()?;
    let (options, roles) = (Options::default(), RoleChoices::default());
    let table = study::load(&Location::Path(file), &options, &roles, &Cancel::never(), &mut |_, _| {})?;
    let cleaned = study::clean(&Arc::new(table), &Cleaning { entity: Entity::All, ..Cleaning::default() });
    let plain = |column: &str| Feature { missing: Missing::Drop, ..Feature::plain(column, Scale::Standard) };
    let frequency =
        |column: &str| Feature { encoding: Encoding::Frequency, missing: Missing::OwnCategory, ..plain(column) };
    let features = [
        Feature { transform: Transform::Log1p, ..plain("ctc") },
        plain("experience"),
        plain("ctc_updated_year"),
        Feature { winsorise: Some(0.01), ..plain("ctc") },
        plain("orgyear"),
        frequency("company_hash"),
        frequency("job_position"),
    ];
    let prepared = study::prepare(&cleaned, &features, &Cancel::never())?;
    let residual = cleaned.residual.as_ref().ok_or("the table has no pay for experience")?;
    let matrix = &prepared.matrix;
    let mut values = Vec::with_capacity(rows * 8);
    for (&distinct, &row) in matrix.distinct_of().iter().zip(&prepared.encoded.rows).take(rows) {
        values.extend_from_slice(matrix.row(distinct as usize));
        // Of variance near 1 beside the others.
        values.push(2.0 * residual[row as usize]);
    }
    let values = Values { values, columns: 8 };
    if values.rows() != rows || values.values.iter().any(|value| !value.is_finite()) {
        return Err(format!("{} rows of {rows} are left, or a value is missing", values.rows()).into());
    }
    Ok(values)
}
