//! kscope: a terminal explorer for learner segments.
//!
//! The way data takes, one room a step:
//!
//! ```text
//! source ─► table ─► features ─► matrix ─► cluster ─► quality ─► segments ─► privacy ─► report
//!    └────────────────────── study: recipe + table → findings ─────────────────────────┘
//!                               ▲                    ▲
//!                              tui                  cli
//! ```
//!
//! An arrow is the only direction in which a room may import another; `tests/it/imports.rs` keeps it so.

/// Command line definitions and one short file per headless command.
pub mod cli;
/// Starts, Lloyd, sweep, canonical labels; linfa as the reference engine.
pub mod cluster;
/// What happened, why, what to try.
pub mod error;
/// Columns become numbers: encoding, transforms, scaling, weights, influence.
pub mod features;
/// Worker lanes: latest wins, generation, cancel, progress, exactly one end per job. Knows no domain.
pub mod jobs;
/// The numbers: blocks, equal rows with weights, distances, fixed-order sums. The only room with `unsafe`.
pub mod matrix;
/// The floor and the salt: alone makes `Disclosed`, which is all that leaves the program about people.
pub mod privacy;
/// How good is this k: silhouette, indices, verdict.
pub mod quality;
/// What leaves the program: text, JSON and CSV as pure functions of findings; one atomic writer.
pub mod report;
/// Clusters become people to speak to: profiles, names, rules, funnel.
pub mod segments;
/// Where rows come from: files and pipes, the bundled sample, the synthetic generator.
pub mod source;
/// Recipe (everything chosen, nothing derived), findings, cache.
pub mod study;
/// Rows become learners: roles of columns, money and years, cleaning rules, the ledger.
pub mod table;
/// Everything that knows a terminal.
#[cfg(feature = "tui")]
pub mod tui;
