//! What a rule needs to know of a table.

/// The columns that a rule may name, over the rows that it counts (the used rows).
pub trait Columns {
    /// Number of rows; every column that is handed out has as many values.
    fn rows(&self) -> usize;

    /// The column of this name or role (`pay`, `experience`, `job`, `cluster` …), if there is one.
    fn resolve(&self, name: &str) -> Option<ColumnRef<'_>>;

    /// What to ask for instead of a name that stands for no column, where more can be said than the nearest name.
    fn instead(&self, _name: &str) -> Option<String> {
        None
    }

    /// The names to offer when one is mistyped.
    fn names(&self) -> Vec<String>;
}

/// A column's values, borrowed.
#[derive(Clone, Copy, Debug)]
pub enum ColumnRef<'a> {
    /// Numbers; NaN is missing.
    Number {
        /// One value per row.
        values: &'a [f64],
        /// Which units may stand beside them.
        kind: Kind,
    },
    /// Categories or free text.
    Text {
        /// One index into `levels` per row; what lies outside (`u32::MAX`) is missing.
        codes: &'a [u32],
        /// The distinct texts.
        levels: &'a [String],
    },
    /// The clusters of the current fit.
    Cluster {
        /// One cluster per row; what has no name (`u16::MAX`) is missing.
        labels: &'a [u16],
        /// One name per cluster, in the order of their numbers.
        names: &'a [String],
    },
}

/// What the numbers of a column mean, which decides about units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Money a year: takes `lakh`, `cr`, `k`, `M` and currency signs.
    Pay,
    /// A number of years, such as experience or age: takes `y`.
    Years,
    /// A calendar year: takes no unit.
    Year,
    /// A share or a relative difference, 1 being all of it: takes `%`.
    Share,
    /// Anything else: takes all units.
    Plain,
}

impl ColumnRef<'_> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Number { values, .. } => values.len(),
            Self::Text { codes, .. } => codes.len(),
            Self::Cluster { labels, .. } => labels.len(),
        }
    }
}
