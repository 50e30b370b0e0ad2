//! Exact silhouettes of all rows for eleven k in one pass, against scikit-learn's `silhouette_score`.
//!
//! The peer needs minutes a k for all rows, so it gets one k on some of them, and the whole is extrapolated: pairs
//! grow with the square of the rows, and it looks at them anew for every k. Both get the same rows and labels there,
//! and must agree.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use kscope::cluster::{self, Clustering, Params};
use kscope::error::Error;
use kscope::jobs::Cancel;
use kscope::matrix::Matrix;
use kscope::quality::{Mode, Silhouette, silhouettes};
use kscope::table::money::group_thousands;

use super::board::{Board, Sample, digits};
use super::matrices::{self, ROWS};
use super::memory::{peak_of, write_csv};
use super::programs::python;
use super::{Effort, Outcome};

const K_MAX: usize = 12;
const SECONDS: f64 = 9.0;
const MEGABYTES: f64 = 300.0;
const FASTER: f64 = 250.0;
/// The peer's k, and how many rows it gets.
const PEER_K: usize = 8;
const PEER_ROWS: usize = 20_000;
/// Silhouettes that differ by less are the same.
const SAME: f64 = 1e-4;

/// Our pass, the peer, and the memory of the program.
pub fn measure(effort: &Effort, board: &mut Board) -> Outcome<()> {
    let matrix = matrices::eight(ROWS)?.matrix()?;
    let folder = tempfile::tempdir()?;
    let fits = cluster::sweep(&matrix, K_MAX, Params::default(), &Cancel::never(), &mut |_| {}).map_err(Error::from)?;
    let fits: Vec<&Clustering> = fits.iter().filter(|fit| fit.k >= 2).collect();
    let mut seconds = Vec::new();
    for _ in 0..if effort.peers { 3 } else { 1 } {
        let started = Instant::now();
        of_all_rows(&matrix, &fits)?;
        seconds.push(started.elapsed().as_secs_f64());
    }
    let seconds = Sample::new(seconds);
    let (rows, distinct) = (group_thousands(matrix.rows() as u64), group_thousands(matrix.distinct() as u64));
    let what = format!("exact silhouettes, k = 2..{K_MAX}, {rows} rows ({distinct} distinct) × {}", matrix.columns());
    board.median_at_most(&what, &seconds, SECONDS, "s");
    peak(folder.path(), &matrix, board)?;
    let faster = format!("faster than silhouette_score of scikit-learn, {} k", fits.len());
    if !effort.peers {
        board.skipped(&faster, "left out with --quick");
        return Ok(());
    }
    let part = part(&matrix, fits[PEER_K - 2])?;
    let peer = match ask(folder.path(), &part)? {
        Ok(peer) => peer,
        Err(why) => {
            board.skipped(&faster, &why);
            return Ok(());
        }
    };
    let ours = of_all_rows(&part.0, &[&part.1])?.first().ok_or("no silhouette")?.value;
    let times = (matrix.rows() as f64 / part.0.rows() as f64).powi(2) * fits.len() as f64;
    let of = group_thousands(part.0.rows() as u64);
    let spread = format!("extrapolated: {} s for one k of {of} rows, times {times:.0}", digits(peer.seconds));
    board.times_faster(&faster, peer.seconds * times / seconds.median(), &spread, FASTER);
    let apart = (ours - peer.silhouette).abs();
    board.at_most("our silhouette less that of scikit-learn", apart, &format!("k = {PEER_K}, {of} rows"), SAME, "");
    board.shown("memory of scikit-learn for that", &format!("{:.0} MB", peer.peak), "of its process, at the end");
    Ok(())
}

fn of_all_rows(matrix: &Matrix, fits: &[&Clustering]) -> Outcome<Vec<Silhouette>> {
    let found = silhouettes(matrix, fits, Mode::Exact, 0, &Cancel::never(), &mut |_| {});
    Ok(found.map_err(|_| Error::interrupted())?.into_iter().flatten().collect())
}

/// Every so-manieth row, and the cluster of each.
fn part(matrix: &Matrix, fit: &Clustering) -> Outcome<(Matrix, Clustering)> {
    let rows: Vec<u32> = matrix.distinct_of().iter().step_by(matrix.rows().div_ceil(PEER_ROWS)).copied().collect();
    let values: Vec<f64> = rows.iter().flat_map(|&row| matrix.row(row as usize)).copied().collect();
    let part = Matrix::from_rows(&values, matrix.columns())?;
    let mut labels = vec![0; part.distinct()];
    let mut sizes = vec![0; fit.k];
    for (&distinct, &row) in part.distinct_of().iter().zip(&rows) {
        let label = fit.labels[row as usize];
        labels[distinct as usize] = label;
        sizes[usize::from(label)] += 1;
    }
    Ok((part, Clustering { labels, sizes, ..fit.clone() }))
}

/// What the peer says.
struct Peer {
    seconds: f64,
    silhouette: f64,
    peak: f64,
}

/// scikit-learn's answer, or why there is none.
fn ask(folder: &Path, (matrix, fit): &(Matrix, Clustering)) -> Outcome<Result<Peer, String>> {
    let mut command = match python("sklearn") {
        Ok(command) => command,
        Err(why) => return Ok(Err(why)),
    };
    eprintln!("  scikit-learn");
    let (values, labels) = (folder.join("part.f64"), folder.join("part.u16"));
    let mut out = (BufWriter::new(std::fs::File::create(&values)?), BufWriter::new(std::fs::File::create(&labels)?));
    for &row in matrix.distinct_of() {
        matrix.row(row as usize).iter().try_for_each(|value| out.0.write_all(&value.to_le_bytes()))?;
        out.1.write_all(&fit.labels[row as usize].to_le_bytes())?;
    }
    out.0.flush()?;
    out.1.flush()?;
    let said = command
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/sklearn_silhouette.py"))
        .args([&values, &labels])
        .args([matrix.rows(), matrix.columns()].map(|number| number.to_string()))
        .stderr(Stdio::inherit())
        .output()?;
    if !said.status.success() {
        return Err("the scikit-learn peer failed".into());
    }
    let text = String::from_utf8(said.stdout)?;
    let line: serde_json::Value = serde_json::from_str(text.lines().last().unwrap_or_default())?;
    let number = |key: &str| line[key].as_f64().ok_or_else(|| format!("the peer says no {key}"));
    Ok(Ok(Peer { seconds: number("seconds")?, silhouette: number("silhouette")?, peak: number("peak_mb")? }))
}

/// Peak memory of `kscope sweep` with exact silhouettes, over the same rows out of a CSV.
fn peak(folder: &Path, matrix: &Matrix, board: &mut Board) -> Outcome<()> {
    let file = folder.join("matrix.csv");
    write_csv(&file, matrix.columns(), matrix.distinct_of().iter().map(|&row| matrix.row(row as usize)))?;
    let k = format!("2..{K_MAX}");
    let peak = peak_of(&file, &["sweep", "--raw", "--k", &k, "--silhouette", "exact", "--reference", "none"])?;
    let what = "peak memory of kscope sweep --silhouette exact";
    match peak {
        Some(peak) => board.at_most(what, peak, "over the same rows, reading included", MEGABYTES, "MB"),
        None => board.skipped(what, "needs /proc"),
    }
    Ok(())
}
