//! Rows become learners: roles of columns, money and years, cleaning rules, the ledger.

pub mod money;
pub mod number;
