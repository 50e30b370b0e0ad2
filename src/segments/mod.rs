//! Clusters become people to speak to: profiles, names, rules, funnel.

pub mod drill;
pub mod funnel;
mod names;
pub mod order;
pub mod profile;
pub mod rule;
