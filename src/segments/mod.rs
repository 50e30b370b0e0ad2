//! Clusters become people to speak to: profiles, names, rules, funnel, peers, age.

pub mod age;
pub mod audience;
pub mod band;
pub mod cards;
pub mod description;
pub mod drill;
pub mod floor;
pub mod funnel;
pub mod listing;
mod names;
pub mod order;
pub mod peers;
pub mod profile;
pub mod rule;
pub mod subgroup;
