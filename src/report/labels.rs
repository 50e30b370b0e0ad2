//! `row,cluster` for every row of the source.

use std::io::{self, Write};

use crate::table::cleaning::{Learners, NOT_USED};

/// Writes one line per source row, numbered from 0. Rows superseded by the entity policy and exact duplicates
/// carry their learner's cluster; rows taken out by another rule have an empty one.
///
/// `rows` and `labels` go by clustered row: its used row, its cluster.
pub fn write(learners: &Learners, rows: &[u32], labels: &[u16], out: &mut impl Write) -> io::Result<()> {
    let mut label_of: Vec<Option<u16>> = vec![None; learners.rows()];
    for (&row, &label) in rows.iter().zip(labels) {
        label_of[row as usize] = Some(label);
    }
    writeln!(out, "row,cluster")?;
    for (row, &used) in learners.used_of.iter().enumerate() {
        let label = if used == NOT_USED { None } else { label_of[used as usize] };
        match label {
            Some(label) => writeln!(out, "{row},{label}")?,
            None => writeln!(out, "{row},")?,
        }
    }
    Ok(())
}
