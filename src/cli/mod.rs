//! Command line definitions and one short file per headless command: parse → study → report.

mod choices;
mod diff;
mod drill;
mod fit;
mod interrupt;
mod keys;
mod output;
mod peers;
mod plan;
mod profile;
mod report;
mod sample;
mod score;
mod sweep;

use clap::{Parser, Subcommand};

use crate::error::Result;
pub use choices::ColorChoice;

/// A terminal explorer for learner segments.
///
/// Opens a table (CSV, Parquet, Arrow IPC, JSON lines, gz or zst, `-` for standard input), or the bundled
/// sample when none is named.
#[derive(Debug, Parser)]
#[command(name = "kscope", version, args_conflicts_with_subcommands = true, subcommand_precedence_over_arg = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    explore: choices::Explore,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// One clustering: sizes, means and medians, WCSS, silhouette.
    Fit(fit::Fit),
    /// Every k of a range, and what the criteria say.
    Sweep(sweep::Sweep),
    /// A rule as a funnel, and the rows behind it.
    Drill(drill::Drill),
    /// Who is in the clusters: original units, ages, each cluster as a short rule.
    Profile(profile::Profile),
    /// Everybody's pay against the peers.
    Peers(peers::Peers),
    /// Whom to speak to and why: recommendation cards, the people behind one, an audience by budget.
    Plan(plan::Plan),
    /// Everything that was found on one page, for people who have no kscope.
    Report(report::Report),
    /// Another table, put to a fit that was kept: a cluster for every row, and drift.
    Score(score::Score),
    /// Two recipes: what was chosen otherwise, and who is in another cluster for it.
    Diff(diff::Diff),
    /// Make the synthetic learners table.
    Sample(sample::Sample),
    /// The keys of the explorer.
    Keys(keys::Keys),
}

/// Parses the arguments, runs the command, tells the exit code.
pub fn run() -> u8 {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to standard output and are no failure.
            let code = if error.use_stderr() { 2 } else { 0 };
            let _ = error.print();
            return code;
        }
    };
    let outcome = match cli.command {
        None => explore(&cli.explore),
        Some(command) => headless(command),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            if let Some(signal) = interrupt::caught() {
                return signal;
            }
            output::complain(&error);
            error.exit_code()
        }
    }
}

fn headless(command: Command) -> Result<u8> {
    let cancel = interrupt::listen()?;
    match command {
        Command::Fit(fit) => fit.run(&cancel),
        Command::Sweep(sweep) => sweep.run(&cancel),
        Command::Drill(drill) => drill.run(&cancel),
        Command::Profile(profile) => profile.run(&cancel),
        Command::Peers(peers) => peers.run(&cancel),
        Command::Plan(plan) => plan.run(&cancel),
        Command::Report(report) => report.run(&cancel),
        Command::Score(score) => score.run(&cancel),
        Command::Diff(diff) => diff.run(&cancel),
        Command::Sample(sample) => sample.run(&cancel),
        Command::Keys(keys) => keys.run(),
    }?;
    Ok(0)
}

#[cfg(feature = "tui")]
fn explore(explore: &choices::Explore) -> Result<u8> {
    crate::tui::run(explore.start()?)
}

#[cfg(not(feature = "tui"))]
fn explore(_: &choices::Explore) -> Result<u8> {
    Err(crate::error::Error::usage("this build has no explorer")
        .try_this("kscope fit, sweep, drill or sample; see --help"))
}
