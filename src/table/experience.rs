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

/// How another table gets the experience that its rows would have had in this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// The year that this table decided, where it did.
    pub reference_year: Option<i32>,
    /// Roles of the columns that experience is made from; empty where the table has it or cannot have it.
    pub from: Vec<Role>,
}

/// Takes what the table decides about the experience of its rows out of it.
pub fn pinned(columns: &[Column], reference: Reference, years: (i32, i32)) -> Pinned {
    let numbers = |role| columns.iter().find(|c| c.role == role).and_then(Column::numbers);
    let (own, start, pay_year) = (numbers(Role::Experience), numbers(Role::StartYear), numbers(Role::PayYear));
    let (reference_year, from) = match (own, start, reference, pay_year) {
        (Some(_), ..) | (_, None, ..) => (None, Vec::new()),
        (None, Some(_), Reference::Year(_), _) => (None, vec![Role::StartYear]),
        (None, Some(_), Reference::PayYear, Some(_)) => (None, vec![Role::StartYear, Role::PayYear]),
        (None, Some(start), Reference::PayYear, None) => (Some(latest_start(start, years)), vec![Role::StartYear]),
    };
    Pinned { reference_year, from }
}

/// The latest possible year among start years.
fn latest_start(start: &[f64], (from, to): (i32, i32)) -> i32 {
    let latest = start.iter().copied().filter(|y| *y <= f64::from(to)).fold(f64::MIN, f64::max);
    if latest >= f64::from(from) { latest as i32 } else { to }
}
