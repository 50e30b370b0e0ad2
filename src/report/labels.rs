//! `row,cluster` for every row of the source.

use std::io::{self, Write};

use crate::table::cleaning::{Learners, NOT_USED};

/// Writes one line per source row, numbered from 0. Rows superseded by the entity policy and exact duplicates
/// carry their learner's cluster; rows taken out by another rule have an empty one.
///
/// `rows` and `labels` go by clustered row: its used row, its cluster.
pub fn write(learners: &Learners, rows: &[u32], labels: &[u16], out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "row,cluster")?;
    for (row, label) in by_source_row(learners, rows, labels).into_iter().enumerate() {
        match label {
            Some(label) => writeln!(out, "{row},{label}")?,
            None => writeln!(out, "{row},")?,
        }
    }
    Ok(())
}

/// What is known of clustered rows, by source row: superseded rows and duplicates have that of the row that speaks for
/// them, rows that were taken have nothing.
pub(super) fn by_source_row<T: Copy>(learners: &Learners, rows: &[u32], values: &[T]) -> Vec<Option<T>> {
    let mut by_used = vec![None; learners.rows()];
    for (&row, &value) in rows.iter().zip(values) {
        by_used[row as usize] = Some(value);
    }
    let of = |&used: &u32| if used == NOT_USED { None } else { by_used[used as usize] };
    learners.used_of.iter().map(of).collect()
}
