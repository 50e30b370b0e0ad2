//! Names of columns from the first record of a CSV file, if it holds names.

use std::collections::HashSet;

use csv::StringRecord;

use super::text::{columns, list};

/// Names for the columns, all distinct and none empty, and what was done to get there.
pub(super) struct Header {
    pub(super) names: Vec<String>,
    pub(super) notices: Vec<String>,
    /// The first record is a row of data.
    pub(super) first_is_data: bool,
}

/// What pandas calls the index column that it wrote without a name.
const INDEX: &str = "Unnamed: 0";

impl Header {
    pub(super) fn of(first: &StringRecord) -> Self {
        let all_numbers = first.iter().all(is_number);
        if all_numbers && !counts_up(first) {
            return Self {
                names: (1..=first.len()).map(|column| format!("column_{column}")).collect(),
                notices: vec![
                    "no header: the first line holds only numbers, so columns are called column_1 and on".to_owned(),
                ],
                first_is_data: true,
            };
        }
        let mut header = Self { names: Vec::with_capacity(first.len()), notices: Vec::new(), first_is_data: false };
        if all_numbers {
            header.notices.push("the first line counts up, so it was taken for a header".to_owned());
        }
        header.name_columns(first);
        header
    }

    fn name_columns(&mut self, first: &StringRecord) {
        // Names that stand in the file keep their right to themselves; made-up ones step aside.
        let mut taken: HashSet<String> = first.iter().map(str::to_owned).collect();
        let mut seen: HashSet<&str> = HashSet::new();
        let mut nameless = Vec::new();
        let mut renamed = Vec::new();
        for (column, name) in first.iter().enumerate() {
            if name.trim().is_empty() {
                let made = if column == 0 { INDEX.to_owned() } else { format!("column_{}", column + 1) };
                let made = if taken.contains(&made) { with_number(&made, &taken) } else { made };
                if column > 0 {
                    nameless.push(made.clone());
                }
                taken.insert(made.clone());
                self.names.push(made);
            } else if seen.insert(name) {
                self.names.push(name.to_owned());
            } else {
                let made = with_number(name, &taken);
                renamed.push(made.clone());
                taken.insert(made.clone());
                self.names.push(made);
            }
        }
        if !nameless.is_empty() {
            self.notices.push(format!("{} without a name in the header: {}", columns(nameless.len()), list(&nameless)));
        }
        if !renamed.is_empty() {
            self.notices.push(format!(
                "{} with a name that another has too, renamed: {}",
                columns(renamed.len()),
                list(&renamed)
            ));
        }
    }
}

/// A name that is not taken: the first of name_2, name_3, …
fn with_number(name: &str, taken: &HashSet<String>) -> String {
    let mut number = 2_u64;
    loop {
        let made = format!("{name}_{number}");
        if !taken.contains(&made) {
            return made;
        }
        number += 1;
    }
}

fn is_number(cell: &str) -> bool {
    cell.trim().parse::<f64>().is_ok_and(f64::is_finite)
}

/// 0, 1, 2, … as pandas and NumPy head columns that have no names.
fn counts_up(first: &StringRecord) -> bool {
    first.len() > 2 && first.iter().enumerate().all(|(column, cell)| cell.parse() == Ok(column))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(first: &[&str]) -> Vec<String> {
        Header::of(&StringRecord::from(first.to_vec())).names
    }

    #[test]
    fn nameless_columns_get_names() {
        assert_eq!(names(&["", "a", " ", "column_5", ""]), ["Unnamed: 0", "a", "column_3", "column_5", "column_5_2"]);
    }

    #[test]
    fn doubled_names_are_numbered_around_those_that_exist() {
        assert_eq!(names(&["x", "x", "x_2", "x"]), ["x", "x_3", "x_2", "x_4"]);
    }

    #[test]
    fn numbers_are_data_unless_they_count_up() {
        let header = Header::of(&StringRecord::from(vec!["1.5", " 2", "-3e4"]));
        assert!(header.first_is_data);
        assert_eq!(header.names, ["column_1", "column_2", "column_3"]);
        assert!(!Header::of(&StringRecord::from(vec!["0", "1", "2"])).first_is_data);
        assert!(!Header::of(&StringRecord::from(vec!["1", "", "2"])).first_is_data);
        assert!(!Header::of(&StringRecord::from(vec!["1", "nan"])).first_is_data);
    }

    #[test]
    fn many_doubled_names_stay_quick_to_read() {
        let first = vec!["x"; 7];
        let header = Header::of(&StringRecord::from(first));
        assert_eq!(header.notices, ["6 columns with a name that another has too, renamed: x_2, x_3, x_4, x_5, x_6, …"]);
    }
}
