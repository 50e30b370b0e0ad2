//! Clusters become people to speak to: profiles, names, rules, funnel.

pub mod funnel;
pub mod rule;
