//! Screen 3: elbow, silhouette, table of k, verdict.

pub mod update;
pub mod view;
