//! Clusters become people to speak to: profiles, names, rules, funnel.

mod names;
pub mod order;
pub mod profile;
pub mod drill;
pub mod funnel;
pub mod rule;
