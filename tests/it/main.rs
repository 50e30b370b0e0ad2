//! The program from outside: the binary with its files, pipes, signals and terminals, and the library where
//! the outside is too far away.
#![expect(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

mod assumed_age;
mod bad_input;
mod clusters;
mod drill;
mod exact;
mod explorer;
mod golden;
mod headless;
mod imports;
mod keys;
mod keyscript;
mod ledger;
mod plan;
mod plan_screen;
mod planted;
mod privacy;
mod program;
mod pty;
mod recipe;
mod report;
mod score;
mod screens;
mod signals;
