//! Peak memory of the real program.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::board::Board;
use super::learners::Bench;
use super::matrices::{self, MANY_ROWS};
use super::{Effort, Outcome};

/// Where cargo put the program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_kscope");
pub const LIMIT: f64 = 600.0;

/// What 2,000,000 rows of eight columns may take beside the numbers themselves.
const BEYOND_THE_TABLE: f64 = 400.0;

/// `kscope sweep`, from the file to its JSON; of the learners table, and of a large one.
pub fn measure(bench: &Bench, effort: &Effort, board: &mut Board) -> Outcome<()> {
    let mut judge = |what: &str, spread: &str, peak: Option<f64>, limit: f64| match peak {
        Some(peak) => board.at_most(what, peak, spread, limit, "MB"),
        None => board.skipped(what, "needs /proc"),
    };
    judge("peak memory of kscope sweep", "read every ms", peak_of(&bench.file, &["sweep"])?, LIMIT);
    if effort.peers {
        let (values, folder) = (matrices::eight(MANY_ROWS)?, tempfile::tempdir()?);
        let file = folder.path().join("matrix.csv");
        write_csv(&file, values.columns, values.values.chunks_exact(values.columns))?;
        let table = (values.values.len() * size_of::<f64>()) as f64 / 1e6;
        let beyond = peak_of(&file, &["sweep", "--raw"])?.map(|peak| peak - table);
        let spread = format!("beside {table:.0} MB of numbers");
        judge("memory of kscope sweep, 8 columns × 2,000,000 rows", &spread, beyond, BEYOND_THE_TABLE);
    }
    Ok(())
}

/// Rows of numbers as a CSV.
pub fn write_csv<'a>(file: &Path, columns: usize, rows: impl Iterator<Item = &'a [f64]>) -> Outcome<()> {
    let mut out = BufWriter::new(File::create(file)?);
    let names: Vec<String> = (0..columns).map(|at| format!("x{at}")).collect();
    writeln!(out, "{}", names.join(","))?;
    for row in rows {
        let cells: Vec<String> = row.iter().map(f64::to_string).collect();
        writeln!(out, "{}", cells.join(","))?;
    }
    Ok(out.flush()?)
}

/// The most memory that a command of the program takes over a file, MB; `None` without `/proc`.
pub fn peak_of(file: &Path, words: &[&str]) -> Outcome<Option<f64>> {
    let [command, arguments @ ..] = words else { return Err("no command".into()) };
    let mut child = Command::new(PROGRAM)
        .arg(command)
        .arg(file)
        .args(arguments)
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
    match child.wait()?.success() {
        true => Ok(peak),
        false => Err(format!("kscope {command} failed").into()),
    }
}

/// The largest resident memory of a process so far, MB; `None` once it has ended.
pub fn peak_megabytes(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?;
    Some(kilobytes.trim().parse::<f64>().ok()? * 1024.0 / 1e6)
}
