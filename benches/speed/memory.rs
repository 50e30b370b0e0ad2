//! Peak memory of the real program.

use std::process::{Command, Stdio};
use std::time::Duration;

use super::Outcome;
use super::board::Board;
use super::learners::Bench;

/// Where cargo put the program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_kscope");
pub const LIMIT: f64 = 600.0;

/// `kscope sweep`, from the file to its JSON.
pub fn measure(bench: &Bench, board: &mut Board) -> Outcome<()> {
    let mut child = Command::new(PROGRAM)
        .arg("sweep")
        .arg(&bench.file)
        .args(["--format", "json"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut peak = None;
    while child.try_wait()?.is_none() {
        peak = peak_megabytes(child.id()).or(peak);
        std::thread::sleep(Duration::from_millis(1));
    }
    if !child.wait()?.success() {
        return Err("kscope sweep failed".into());
    }
    match peak {
        Some(peak) => board.at_most("peak memory of kscope sweep", peak, "read every ms", LIMIT, "MB"),
        None => board.skipped("peak memory of kscope sweep", "needs /proc"),
    }
    Ok(())
}

/// The largest resident memory of a process so far, MB; `None` once it has ended.
pub fn peak_megabytes(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?;
    Some(kilobytes.trim().parse::<f64>().ok()? * 1024.0 / 1e6)
}
