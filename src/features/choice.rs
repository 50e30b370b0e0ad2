//! What is said about one feature: everything, or only what is not to be as it suits the column.

use super::{Encoding, Feature, Missing, Scale, Transform};
use crate::error::{Error, Result};
use crate::table::column::Column;

/// One column in a list of chosen features; what is not said is as it suits the column.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Name of the column, or a role (`pay`).
    pub column: String,
    /// Whether it is an input; a column may be prepared and yet be off.
    pub on: bool,
    /// How it becomes numbers.
    pub encoding: Option<Encoding>,
    /// What happens to rows without a value.
    pub missing: Option<Missing>,
    /// Applied to numbers before scaling.
    pub transform: Option<Transform>,
    /// Share of rows that is pulled in at each end; not said, the tails are left.
    pub winsorise: Option<f64>,
    /// How numbers are brought to one scale.
    pub scale: Option<Scale>,
    /// Factor on the scaled values; not said, 1.
    pub weight: Option<f64>,
}

impl Choice {
    /// A column, on, as it suits.
    pub fn named(column: impl Into<String>) -> Self {
        Self {
            column: column.into(),
            on: true,
            encoding: None,
            missing: None,
            transform: None,
            winsorise: None,
            scale: None,
            weight: None,
        }
    }

    /// Why it cannot be said of this feature, if it cannot: what, and what to try.
    fn refused(&self, feature: &Feature) -> Option<(String, &'static str)> {
        let numeric = feature.encoding == Encoding::Numeric;
        let column = &feature.column;
        match (numeric, self.encoding, self.missing) {
            (true, Some(Encoding::OneHot { .. } | Encoding::Frequency), _) => {
                Some((format!("'{column}' is a number and has no levels to encode"), "give it the role category"))
            }
            (false, Some(Encoding::Numeric), _) => {
                Some((format!("'{column}' is text and cannot be a number"), "one-hot or frequency"))
            }
            (true, _, Some(Missing::MostFrequent | Missing::OwnCategory)) => {
                Some((format!("'{column}' is a number: it has no most frequent level"), "median or drop"))
            }
            (false, _, Some(Missing::Median)) => {
                Some((format!("'{column}' is text and has no median"), "own-category, most-frequent or drop"))
            }
            _ if !numeric && self.transform.is_some_and(|t| t != Transform::None) => {
                Some((format!("'{column}' is text and cannot be transformed"), "leave the transform out"))
            }
            _ if !numeric && self.winsorise.is_some() => {
                Some((format!("'{column}' is text and has no tails to winsorise"), "leave winsorise out"))
            }
            _ => None,
        }
    }

    fn apply(&self, feature: &mut Feature) {
        feature.on = self.on;
        feature.encoding = self.encoding.unwrap_or(feature.encoding);
        feature.missing = self.missing.unwrap_or(feature.missing);
        feature.transform = self.transform.unwrap_or(feature.transform);
        feature.winsorise = self.winsorise;
        feature.scale = self.scale.unwrap_or(feature.scale);
        feature.weight = self.weight.unwrap_or(1.0);
    }
}

/// Everything about a feature is said.
impl From<&Feature> for Choice {
    fn from(feature: &Feature) -> Self {
        Self {
            column: feature.column.clone(),
            on: feature.on,
            encoding: Some(feature.encoding),
            missing: Some(feature.missing),
            transform: Some(feature.transform),
            winsorise: feature.winsorise,
            scale: Some(feature.scale),
            weight: Some(feature.weight),
        }
    }
}

/// The choices that make `features` out of a table's `defaults`: columns that are on, and those that are off but
/// not as they were.
pub fn choices(features: &[Feature], defaults: &[Feature]) -> Vec<Choice> {
    features.iter().filter(|f| f.on || !defaults.contains(f)).map(Choice::from).collect()
}

/// Puts choices to the features that a table opens with: columns that are not named are off.
///
/// # Errors
/// A column that is not there or cannot be a feature; an encoding or a transform that does not fit it.
pub fn choose<'a>(
    features: &mut [Feature],
    choices: &[Choice],
    columns: impl IntoIterator<Item = &'a Column, IntoIter: Clone>,
    table: &str,
) -> Result<()> {
    let columns = columns.into_iter();
    let names: Vec<String> = choices.iter().map(|c| c.column.clone()).collect();
    super::choose(features, &names, columns.clone(), table)?;
    for choice in choices {
        let Some(column) = crate::table::find(columns.clone(), &choice.column) else { continue };
        let Some(feature) = features.iter_mut().find(|f| f.column == column.name) else { continue };
        if let Some((what, hint)) = choice.refused(feature) {
            return Err(Error::bad_input(what).because(format!("as {table} is read")).try_this(hint));
        }
        choice.apply(feature);
    }
    Ok(())
}

/// The choices that still fit a table whose columns were given other roles.
pub fn fitting<'a>(
    choices: &[Choice],
    features: &[Feature],
    columns: impl IntoIterator<Item = &'a Column, IntoIter: Clone>,
) -> Vec<Choice> {
    let columns = columns.into_iter();
    let fits = |choice: &&Choice| {
        let column = crate::table::find(columns.clone(), &choice.column);
        let feature = column.and_then(|column| features.iter().find(|f| f.column == column.name));
        feature.is_some_and(|feature| choice.refused(feature).is_none())
    };
    choices.iter().filter(fits).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::defaults;
    use crate::table::column::Text;
    use crate::table::role::Role;

    fn columns() -> Vec<Column> {
        vec![
            Column::number("ctc", Role::Pay, vec![1.0, 2.0, 9.0]),
            Column::number("experience", Role::Experience, vec![3.0, 4.0, 5.0]),
            Column::text("job", Role::Job, Text::encode([Some("a"), Some("b"), None].into_iter())),
            Column::number("age", Role::Age, vec![30.0, 31.0, 40.0]),
        ]
    }

    #[test]
    fn choices_lead_back_to_the_features_that_they_were_made_from() {
        let columns = columns();
        let opened = defaults::features(&columns);
        let mut changed = opened.clone();
        changed[1].on = false;
        changed[0].weight = 2.0;
        changed[2].encoding = Encoding::Frequency;
        let age = changed.iter().position(|f| f.column == "age").unwrap();
        changed[age].scale = Scale::Robust;
        let said = choices(&changed, &opened);
        let mut again = opened.clone();
        choose(&mut again, &said, &columns, "t").unwrap();
        assert_eq!(again, changed);
    }

    #[test]
    fn what_is_not_said_is_as_it_suits_the_column() {
        let columns = columns();
        let mut features = defaults::features(&columns);
        let said = [Choice { weight: Some(3.0), ..Choice::named("pay") }];
        choose(&mut features, &said, &columns, "t").unwrap();
        let on: Vec<&Feature> = features.iter().filter(|f| f.on).collect();
        assert_eq!((on.len(), on[0].column.as_str()), (1, "ctc"));
        assert_eq!((on[0].transform, on[0].weight), (Transform::Log1p, 3.0));
    }

    #[test]
    fn what_does_not_fit_the_column_is_refused() {
        let columns = columns();
        let opened = defaults::features(&columns);
        let wrong = [
            Choice { encoding: Some(Encoding::Frequency), ..Choice::named("ctc") },
            Choice { encoding: Some(Encoding::Numeric), ..Choice::named("job") },
            Choice { missing: Some(Missing::Median), ..Choice::named("job") },
            Choice { missing: Some(Missing::OwnCategory), ..Choice::named("ctc") },
            Choice { transform: Some(Transform::Log1p), ..Choice::named("job") },
            Choice { winsorise: Some(0.1), ..Choice::named("job") },
            Choice::named("salary"),
        ];
        for choice in wrong {
            let said = std::slice::from_ref(&choice);
            let error = choose(&mut opened.clone(), said, &columns, "t").unwrap_err();
            assert_eq!(error.exit_code(), 3, "{choice:?}");
            assert!(error.hint().is_some(), "{choice:?}");
            assert!(fitting(said, &opened, &columns).is_empty(), "{choice:?}");
        }
    }
}
