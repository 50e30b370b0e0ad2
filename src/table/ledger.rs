//! What each cleaning rule took or changed, so that rows in = rows out + taken, always.

use std::sync::Arc;

/// A cleaning rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// Rows equal in every column but the row index; the first one stays.
    ExactDuplicates,
    /// Start, pay or graduation year outside the bounds.
    ImpossibleYears,
    /// No pay, or pay of zero or less.
    NonPositivePay,
    /// Pay figure older than the start of employment: experience is clipped to 0.
    PayBeforeStart,
    /// `Null`, `None`, `Na` written out as text become missing.
    MissingWords,
    /// Job titles that differ in case or space only are merged into the most frequent spelling.
    JobSpellings,
    /// A missing company becomes "unknown".
    MissingCompany,
    /// A missing job becomes "unknown".
    MissingJob,
    /// One row per learner, the others are superseded.
    OnePerLearner,
}

impl Rule {
    /// All rules in the order in which they are applied.
    pub const ALL: [Self; 9] = [
        Self::ExactDuplicates,
        Self::ImpossibleYears,
        Self::NonPositivePay,
        Self::PayBeforeStart,
        Self::MissingWords,
        Self::JobSpellings,
        Self::MissingCompany,
        Self::MissingJob,
        Self::OnePerLearner,
    ];

    /// The name by which flags and recipes switch it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ExactDuplicates => "exact-duplicates",
            Self::ImpossibleYears => "impossible-years",
            Self::NonPositivePay => "non-positive-pay",
            Self::PayBeforeStart => "pay-before-start",
            Self::MissingWords => "missing-words",
            Self::JobSpellings => "job-spellings",
            Self::MissingCompany => "missing-company",
            Self::MissingJob => "missing-job",
            Self::OnePerLearner => "one-per-learner",
        }
    }
}

/// What a rule did to the rows that it met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The rows left the table.
    Taken,
    /// The rows stay, changed.
    Changed,
}

/// One line of the ledger.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Which rule.
    pub rule: Rule,
    /// Whether it is switched on. Switched off, `rows` is what it would have met.
    pub on: bool,
    /// Taken or changed.
    pub effect: Effect,
    /// What it does, in words, with its bounds.
    pub label: String,
    /// Source rows that it took or changed, ascending.
    pub rows: Arc<Vec<u32>>,
}

/// The ledger of one cleaning.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Rows of the source.
    pub rows_in: usize,
    /// Rules that apply to this table, in order.
    pub entries: Vec<Entry>,
    /// Rows that are left.
    pub rows_out: usize,
}

impl Ledger {
    /// Rows taken by all rules together.
    pub fn taken(&self) -> usize {
        self.entries.iter().filter(|e| e.on && e.effect == Effect::Taken).map(|e| e.rows.len()).sum()
    }
}
