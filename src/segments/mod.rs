//! Clusters become people to speak to: profiles, names, rules, funnel.

mod names;
pub mod order;
pub mod profile;
