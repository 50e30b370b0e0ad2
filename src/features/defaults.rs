//! Which features a table opens with: right for a learners table, reasonable for any other.

use super::{Encoding, Feature, Missing, Scale, Transform};
use crate::table::column::{Column, Data};
use crate::table::role::Role;

/// Levels of a category that get a column of their own.
pub const BLOCK_LEVELS: usize = 30;

/// Columns with more levels than this are encoded by frequency; job titles, whose head says much, are not.
const MOST_LEVELS: usize = 200;

/// More inputs than this are not switched on unasked: distances over very many columns say little.
pub const MOST_INPUTS: usize = 30;

/// Every column that could be an input, in the order of the table, the defaults switched on.
pub fn features(columns: &[Column]) -> Vec<Feature> {
    let mut features: Vec<Feature> = columns.iter().filter_map(feature).collect();
    let has = |role| columns.iter().any(|c| c.role == role && varies(c));
    if has(Role::Pay) && has(Role::Experience) {
        let inputs = [Role::Pay, Role::Experience, Role::Job];
        for feature in &mut features {
            let role = columns.iter().find(|c| c.name == feature.column).map(|c| c.role);
            feature.on = role.is_some_and(|role| inputs.contains(&role));
        }
        // The inputs first, in the order in which people think of them.
        features.sort_by_key(|f| {
            let role = columns.iter().find(|c| c.name == f.column).map(|c| c.role);
            inputs.iter().position(|input| Some(*input) == role).unwrap_or(inputs.len())
        });
        return features;
    }
    let usable = |feature: &Feature| columns.iter().find(|c| c.name == feature.column).is_some_and(varies);
    let numeric = features.iter().filter(|f| f.encoding == Encoding::Numeric && usable(f)).count();
    let mut left = MOST_INPUTS;
    for feature in &mut features {
        // Categories beside numbers are often the answer (a species, a class): they wait until they are asked for.
        let fits = feature.encoding == Encoding::Numeric
            || (numeric == 0 && matches!(feature.encoding, Encoding::OneHot { .. }));
        feature.on = fits && left > 0 && usable(feature);
        left -= usize::from(feature.on);
    }
    features
}

/// An input that is never on unless somebody switches it on.
pub fn waiting(column: &Column) -> Option<Feature> {
    feature(column)
}

fn varies(column: &Column) -> bool {
    column.distinct() > 1
}

fn feature(column: &Column) -> Option<Feature> {
    if matches!(column.role, Role::Ignore | Role::Learner) {
        return None;
    }
    let mut feature = Feature::plain(&column.name, Scale::Standard);
    feature.on = false;
    match &column.data {
        Data::Number(values) => {
            let suits = column.role == Role::Pay || (column.role == Role::Number && is_skewed(values));
            feature.transform = if suits { Transform::Log1p } else { Transform::None };
        }
        Data::Text(text) => {
            let levels = text.by_frequency().len();
            feature.encoding = if levels > MOST_LEVELS && column.role != Role::Job {
                Encoding::Frequency
            } else {
                Encoding::OneHot { levels: BLOCK_LEVELS }
            };
            feature.missing = Missing::OwnCategory;
        }
    }
    Some(feature)
}

/// Skew above 1 over non-negative values: log1p is suggested.
fn is_skewed(values: &[f64]) -> bool {
    let known: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    if known.len() < 3 || known.iter().any(|v| *v < 0.0) {
        return false;
    }
    let n = known.len() as f64;
    let mean = known.iter().sum::<f64>() / n;
    let (m2, m3) = known.iter().fold((0.0, 0.0), |(m2, m3), v| {
        let d = v - mean;
        (m2 + d * d / n, m3 + d * d * d / n)
    });
    m2 > 0.0 && m3 / m2.powf(1.5) > 1.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::column::Text;

    fn number(name: &str, role: Role, values: &[f64]) -> Column {
        Column::number(name, role, values.to_vec())
    }

    #[test]
    fn a_learners_table_opens_with_pay_experience_and_job() {
        let columns = [
            number("orgyear", Role::StartYear, &[2010.0, 2011.0]),
            Column::text("job_position", Role::Job, Text::encode([Some("a"), Some("b")].into_iter())),
            number("ctc", Role::Pay, &[1.0, 2.0]),
            number("experience", Role::Experience, &[3.0, 4.0]),
        ];
        let features = features(&columns);
        let on: Vec<&str> = features.iter().filter(|f| f.on).map(|f| f.column.as_str()).collect();
        assert_eq!(on, ["ctc", "experience", "job_position"]);
        assert_eq!(features[0].transform, Transform::Log1p);
        assert_eq!(features[2].encoding, Encoding::OneHot { levels: 30 });
    }

    #[test]
    fn any_other_table_opens_with_its_numbers_that_vary() {
        let columns = [
            number("petal", Role::Number, &[1.0, 2.0, 2.5]),
            number("constant", Role::Number, &[7.0, 7.0, 7.0]),
            Column::text("species", Role::Category, Text::encode([Some("a"), Some("b"), None].into_iter())),
        ];
        let on: Vec<bool> = features(&columns).iter().map(|f| f.on).collect();
        assert_eq!(on, [true, false, false]);
    }
}
