//! Columns become numbers: encoding, transforms, scaling, weights, influence.
//!
//! Order, fixed and visible: impute → transform → winsorise → scale → weight.

pub mod choice;
pub mod decode;
pub mod defaults;
pub mod drift;
pub mod encode;
pub mod encoder;
pub mod exact;
pub mod influence;
pub mod problems;

use crate::error::{Error, Result};
use crate::table::column::Column;

/// One column in the choice of features, with everything that is chosen about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Feature {
    /// Name of the column.
    pub column: String,
    /// Whether it is an input of the clustering.
    pub on: bool,
    /// How it becomes numbers.
    pub encoding: Encoding,
    /// What happens to rows without a value.
    pub missing: Missing,
    /// Applied to numbers before scaling.
    pub transform: Transform,
    /// Share of rows that is pulled in to the quantile at each end (0.01: below the 1st and above the 99th
    /// percentile); `None` leaves the tails.
    pub winsorise: Option<f64>,
    /// How numbers are brought to one scale.
    pub scale: Scale,
    /// Factor on the scaled values; squared distances count with its square.
    pub weight: f64,
}

/// How a column becomes numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// The number itself.
    Numeric,
    /// One indicator column for each of the most frequent levels and one for the rest; the block together
    /// varies as much as one standardised numeric column.
    OneHot {
        /// Levels with a column of their own.
        levels: usize,
    },
    /// ln(1 + rows with the same level): for columns with very many levels.
    Frequency,
}

/// What happens to rows without a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The median of the known values.
    Median,
    /// The most frequent level.
    MostFrequent,
    /// A level of its own.
    OwnCategory,
    /// The row is not used.
    Drop,
}

/// Applied to numbers before scaling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transform {
    /// As they are.
    None,
    /// ln(1 + x); of negative values −ln(1 − x), so that the sign stays.
    Log1p,
}

/// How numbers are brought to one scale, computed over the rows used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// (x − mean) / population standard deviation, as scikit-learn's `StandardScaler`.
    Standard,
    /// (x − median) / interquartile range.
    Robust,
    /// (x − min) / (max − min).
    MinMax,
    /// As they are.
    None,
}

impl Transform {
    /// The word on screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "–",
            Self::Log1p => "log1p",
        }
    }

    /// Applies it.
    pub fn apply(self, x: f64) -> f64 {
        match self {
            Self::None => x,
            Self::Log1p => x.signum() * x.abs().ln_1p(),
        }
    }

    /// Undoes it.
    pub fn undo(self, y: f64) -> f64 {
        match self {
            Self::None => y,
            Self::Log1p => y.signum() * y.abs().exp_m1(),
        }
    }
}

impl Scale {
    /// All scales in the order in which a key goes through them.
    pub const ALL: [Self; 4] = [Self::Standard, Self::Robust, Self::MinMax, Self::None];

    /// The word in flags and on screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Robust => "robust",
            Self::MinMax => "minmax",
            Self::None => "none",
        }
    }
}

impl Missing {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Median, Self::MostFrequent, Self::OwnCategory, Self::Drop];

    /// The words on screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Median => "median",
            Self::MostFrequent => "most frequent",
            Self::OwnCategory => "own category",
            Self::Drop => "drop row",
        }
    }
}

impl Feature {
    /// A number as it is, under a scale.
    pub fn plain(column: impl Into<String>, scale: Scale) -> Self {
        Self {
            column: column.into(),
            on: true,
            encoding: Encoding::Numeric,
            missing: Missing::Median,
            transform: Transform::None,
            winsorise: None,
            scale,
            weight: 1.0,
        }
    }
}

/// Switches on exactly the features named, in the order of the list; a name may be a column or a role.
/// Unknown names are an error that offers the nearest.
pub fn choose<'a>(
    features: &mut [Feature],
    names: &[String],
    columns: impl IntoIterator<Item = &'a Column, IntoIter: Clone>,
    table: &str,
) -> Result<()> {
    let columns = columns.into_iter();
    let mut wanted = Vec::new();
    for name in names {
        let column = crate::table::find(columns.clone(), name)
            .ok_or_else(|| crate::table::unknown_column("feature", name, columns.clone(), table))?;
        if !features.iter().any(|f| f.column == column.name) {
            return Err(Error::bad_input(format!("'{}' cannot be a feature", column.name))
                .because(format!("its role is '{}'", column.role))
                .try_this(format!("give it another role: --role '{}=number'", column.name)));
        }
        wanted.push(column.name.clone());
    }
    if wanted.is_empty() {
        return Err(Error::bad_input("no feature is named").try_this("--features a,b,c with names of columns"));
    }
    features.iter_mut().for_each(|feature| feature.on = wanted.contains(&feature.column));
    // The named ones first, as they were named; the others keep their order behind them.
    features.sort_by_key(|feature| wanted.iter().position(|name| *name == feature.column).unwrap_or(wanted.len()));
    Ok(())
}
