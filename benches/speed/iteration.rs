//! One full Lloyd iteration beside what the machine can do at most.

use std::process::Command;
use std::time::Instant;

use kscope::cluster::{Params, Steps};
use kscope::error::Error;
use kscope::jobs::Cancel;

use super::board::{Board, Sample, digits};
use super::matrices::{self, ROWS};
use super::programs::peer_program;
use super::{Effort, Outcome};

const K: usize = 8;
/// Iterations may take so many times the bound.
const TIMES: f64 = 4.0;

/// The first iteration of each of several starts: every row is compared with every centre and moved to a cluster.
pub fn measure(effort: &Effort, board: &mut Board) -> Outcome<()> {
    let matrix = matrices::eight(ROWS)?.matrix()?;
    let mut milliseconds = Vec::new();
    for start in 0..30 {
        let mut steps = Steps::new(&matrix, K, start, Params::default(), &Cancel::never()).map_err(Error::from)?;
        let started = Instant::now();
        steps.iterate(&Cancel::never()).map_err(|_| Error::interrupted())?;
        milliseconds.push(1e3 * started.elapsed().as_secs_f64());
    }
    let sample = Sample::new(milliseconds);
    let what = format!("one full iteration, k = {K}, {} distinct rows × {}", matrix.distinct(), matrix.columns());
    if !effort.peers {
        board.shown(&what, &format!("{} ms", digits(sample.median())), &sample.range("ms"));
        return Ok(());
    }
    let program = match peer_program("bounds") {
        Ok(program) => program,
        Err(why) => {
            board.skipped(&what, &why);
            return Ok(());
        }
    };
    let said = Command::new(program).arg(rayon::current_num_threads().to_string()).output()?;
    let line: serde_json::Value = serde_json::from_slice(&said.stdout)?;
    let number = |key: &str| line[key].as_f64().ok_or_else(|| format!("bounds says no {key}"));
    let (gflops, gigabytes) = (number("gflops")?, number("gigabytes")?);
    let values = (matrix.distinct() * matrix.columns()) as f64;
    // A difference and its square added: two operations at least for every value and centre. Values are read once.
    let (compute, memory) = (2.0 * values * K as f64 / gflops / 1e6, 4.0 * values / gigabytes / 1e6);
    let bound = compute.max(memory);
    let spread = format!(
        "bound {} ms: {gflops:.0} GFLOP/s gives {}, {gigabytes:.0} GB/s gives {}; {}",
        digits(bound),
        digits(compute),
        digits(memory),
        sample.range("ms")
    );
    board.at_most(&what, sample.median(), &spread, TIMES * bound, "ms");
    Ok(())
}
