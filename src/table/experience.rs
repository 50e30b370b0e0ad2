//! Years of experience: read where the table has them, else from the years, at the time of the pay figure.

use super::column::Column;
use super::role::Role;

/// Name of the derived column.
pub const NAME: &str = "experience";

/// To which year experience counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reference {
    /// The year of the row's own pay figure; where a table has none, the latest possible start year in it.
    #[default]
    PayYear,
    /// The same year for every row.
    Year(i32),
}

/// Experience by row before clipping (negative where pay was updated before the start), with the words that
/// say how it was made. `None` when the table has neither experience nor a start year.
pub(super) fn derive(columns: &[Column], reference: Reference, years: (i32, i32)) -> Option<(Vec<f64>, String)> {
    let numbers = |role| columns.iter().find(|c| c.role == role).and_then(Column::numbers);
    if let Some(own) = numbers(Role::Experience) {
        return Some((own.to_vec(), "as the table has it".to_owned()));
    }
    let start = numbers(Role::StartYear)?;
    match (reference, numbers(Role::PayYear)) {
        (Reference::PayYear, Some(pay_year)) => {
            let values = start.iter().zip(pay_year).map(|(start, pay)| pay - start).collect();
            Some((values, "at the time of the pay figure".to_owned()))
        }
        (Reference::PayYear, None) => {
            let latest = f64::from(latest_start(start, years));
            Some((start.iter().map(|start| latest - start).collect(), format!("up to {latest}, the latest start year")))
        }
        (Reference::Year(year), _) => {
            Some((start.iter().map(|start| f64::from(year) - start).collect(), format!("up to {year}")))
        }
    }
}

/// The reference that gives every row of another table the experience that it would have had in this one.
pub fn pinned(columns: &[Column], reference: Reference, years: (i32, i32)) -> Reference {
    let numbers = |role| columns.iter().find(|c| c.role == role).and_then(Column::numbers);
    match (reference, numbers(Role::StartYear), numbers(Role::PayYear)) {
        (Reference::PayYear, Some(start), None) => Reference::Year(latest_start(start, years)),
        _ => reference,
    }
}

/// The latest possible year among start years.
fn latest_start(start: &[f64], (from, to): (i32, i32)) -> i32 {
    let latest = start.iter().copied().filter(|y| *y <= f64::from(to)).fold(f64::MIN, f64::max);
    if latest >= f64::from(from) { latest as i32 } else { to }
}
