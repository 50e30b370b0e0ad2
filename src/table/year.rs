//! Years in cells that hold a whole date.

/// The year of a date written in any common order: the one run of four digits between 1900 and 2199 in it
/// (`2016-07-01`, `01/07/2016`, `Jul 2016`). `None` where there is none, or more than one.
pub fn year_of(cell: &str) -> Option<f64> {
    if cell.len() > 40 {
        return None;
    }
    let mut years = cell
        .split(|c: char| !c.is_ascii_digit())
        .filter(|run| run.len() == 4)
        .filter_map(|run| run.parse::<u32>().ok())
        .filter(|year| (1900..2200).contains(year));
    let year = years.next()?;
    years.next().is_none().then_some(f64::from(year))
}

#[cfg(test)]
mod tests {
    use super::year_of;

    #[test]
    fn dates_in_any_order_have_one_year() {
        for cell in ["2016-07-01", "01/07/2016", "1.7.2016", "Jul 2016", "2016-07-01T10:00:00Z"] {
            assert_eq!(year_of(cell), Some(2016.0), "{cell}");
        }
        for cell in ["2016-2017", "July", "20165", "1/7/16", "9999-01-01"] {
            assert_eq!(year_of(cell), None, "{cell}");
        }
    }
}
