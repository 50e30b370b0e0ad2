//! The sweep k = 1..12 with 10 starts by us, by linfa-clustering and by scikit-learn, on the same matrix.
//!
//! The peers get every used row, in `f64`, with their own defaults (tolerance 1e-4, 300 iterations, k-means++).
//! We get the matrix that the program makes, in which equal rows are stored once. linfa is slow: it runs for a
//! few k, and the others are taken from the straight line between the measured ones.

use std::io::{BufWriter, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

use kscope::cluster::{self, Clustering, Params};
use kscope::error::Error;
use kscope::jobs::Cancel;
use kscope::matrix::Matrix;
use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_clustering::KMeans;
use ndarray::{Array2, ArrayView2};

use super::board::{Board, SAME, Sample, digits};
use super::learners::Bench;
use super::{Effort, Outcome};

const K_MAX: usize = 12;
const STARTS: u32 = 10;
/// The k for which linfa runs.
const LINFA_K: [usize; 4] = [1, 4, 8, 12];
const FASTER_THAN_LINFA: f64 = 10.0;
const FASTER_THAN_SCIKIT: f64 = 5.0;

/// A peer's answer for one k.
#[derive(Clone, Copy)]
struct Answer {
    k: usize,
    seconds: f64,
    wcss: f64,
}

/// On the default features and on eight numbers.
pub fn measure(bench: &Bench, effort: &Effort, board: &mut Board) -> Outcome<()> {
    for features in [&bench.defaults, &bench.numbers] {
        let matrix = bench.prepare(features)?.matrix;
        race(bench, &matrix, effort, board)?;
    }
    Ok(())
}

/// A peer's answers, or why there are none.
type Answers = Result<Vec<Answer>, String>;

fn race(bench: &Bench, matrix: &Matrix, effort: &Effort, board: &mut Board) -> Outcome<()> {
    let mut ours = Ours::default();
    ours.run(matrix, effort.sweeps)?;
    let left_out = || Err("left out with --quick".to_owned());
    let (mut linfa, mut scikit) = (left_out(), left_out());
    if effort.peers {
        let rows = rows(matrix)?;
        linfa = Ok(run_linfa(&rows)?);
        ours.run(matrix, effort.sweeps)?;
        scikit = run_scikit(bench, &rows)?;
        ours.run(matrix, effort.sweeps)?;
    }
    let seconds = Sample::new(ours.seconds.clone());
    let d = matrix.columns();
    board.shown(
        &format!("sweep k = 1..{K_MAX}, {STARTS} starts, {d} columns"),
        &format!("{} s", digits(seconds.median())),
        &seconds.range("s"),
    );
    judge(&format!("linfa-clustering, {d} columns"), &linfa, &ours, FASTER_THAN_LINFA, board);
    judge(&format!("scikit-learn, {d} columns"), &scikit, &ours, FASTER_THAN_SCIKIT, board);
    by_k(matrix, &ours, &linfa, &scikit, board);
    Ok(())
}

/// How much faster than a peer, and whether at no worse WCSS.
fn judge(peer: &str, answers: &Answers, ours: &Ours, least: f64, board: &mut Board) {
    let answers = match answers {
        Ok(answers) => answers,
        Err(why) => return board.skipped(&format!("faster than {peer}"), why),
    };
    let seconds = Sample::new(ours.seconds.clone()).median();
    let whole = whole_sweep(answers);
    let guessed = match K_MAX - answers.len() {
        0 => String::new(),
        guessed => format!(", {guessed} of {K_MAX} k interpolated"),
    };
    let spread = format!("{} s / {} s{guessed}", digits(whole), digits(seconds));
    board.times_faster(&format!("faster than {peer}"), whole / seconds, &spread, least);
    let ratios: Vec<(f64, usize)> = answers.iter().map(|a| (ours.wcss(a.k) / a.wcss, a.k)).collect();
    let (worst, k) = ratios.iter().copied().fold((0.0, 0), |a, b| if b.0 > a.0 { b } else { a });
    let count = |meets: fn(f64) -> bool| ratios.iter().filter(|(ratio, _)| meets(*ratio)).count();
    let (less, more) = (count(|ratio| ratio < 1.0 - SAME), count(|ratio| ratio > 1.0 + SAME));
    let spread = format!("at k = {k}; of {} k less at {less}, more at {more}", ratios.len());
    board.no_worse(&format!("our WCSS / that of {peer}, largest"), worst, &spread);
}

/// Seconds and WCSS of all three beside each other.
fn by_k(matrix: &Matrix, ours: &Ours, linfa: &Answers, scikit: &Answers, board: &mut Board) {
    board.note(format!(
        "\nSweep over {} columns: {} rows, {} distinct. Seconds and WCSS by k; ours are cumulative in k.\n\n\
         | k | our s | linfa s | scikit s | our WCSS | linfa's | scikit's |\n|--:|--:|--:|--:|--:|--:|--:|",
        matrix.columns(),
        matrix.rows(),
        matrix.distinct()
    ));
    let at = |answers: &Answers, k: usize| match answers.iter().flatten().find(|a| a.k == k) {
        Some(answer) => (format!("{:.2}", answer.seconds), format!("{:.1}", answer.wcss)),
        None => ("–".to_owned(), "–".to_owned()),
    };
    for (found, seconds) in ours.found.iter().zip(&ours.by_k) {
        let (k, wcss) = (found.k, found.wcss);
        let ((linfa_s, linfa_w), (scikit_s, scikit_w)) = (at(linfa, k), at(scikit, k));
        board.note(format!("| {k} | {seconds:.2} | {linfa_s} | {scikit_s} | {wcss:.1} | {linfa_w} | {scikit_w} |"));
    }
}

/// Our sweeps.
#[derive(Default)]
struct Ours {
    seconds: Vec<f64>,
    /// Seconds until each k was final, of the last sweep.
    by_k: Vec<f64>,
    found: Vec<Clustering>,
}

impl Ours {
    fn run(&mut self, matrix: &Matrix, times: usize) -> Outcome<()> {
        let params = Params { starts: STARTS, ..Params::default() };
        for _ in 0..times {
            let started = Instant::now();
            let mut by_k = Vec::new();
            let mut on = |_: &Clustering| by_k.push(started.elapsed().as_secs_f64());
            self.found = cluster::sweep(matrix, K_MAX, params, &Cancel::never(), &mut on).map_err(Error::from)?;
            self.seconds.push(started.elapsed().as_secs_f64());
            self.by_k = by_k;
        }
        Ok(())
    }

    fn wcss(&self, k: usize) -> f64 {
        self.found.iter().find(|c| c.k == k).map_or(f64::NAN, |c| c.wcss)
    }
}

/// Every used row.
fn rows(matrix: &Matrix) -> Outcome<Array2<f64>> {
    let values = matrix.distinct_of().iter().flat_map(|&row| matrix.row(row as usize)).copied().collect();
    Ok(Array2::from_shape_vec((matrix.rows(), matrix.columns()), values)?)
}

/// linfa's KMeans as it comes; its WCSS is measured here, after its last update.
fn run_linfa(rows: &Array2<f64>) -> Outcome<Vec<Answer>> {
    let data = DatasetBase::from(rows.view());
    LINFA_K
        .into_iter()
        .map(|k| {
            eprintln!("  linfa k = {k}");
            let started = Instant::now();
            let model = KMeans::params(k).n_runs(STARTS as usize).fit(&data)?;
            Ok(Answer {
                k,
                seconds: started.elapsed().as_secs_f64(),
                wcss: wcss(rows.view(), model.centroids().view()),
            })
        })
        .collect()
}

fn wcss(rows: ArrayView2<'_, f64>, centroids: ArrayView2<'_, f64>) -> f64 {
    let square = |a: ndarray::ArrayView1<'_, f64>, b: ndarray::ArrayView1<'_, f64>| -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
    };
    let nearest = |row: ndarray::ArrayView1<'_, f64>| {
        centroids.rows().into_iter().map(|c| square(row, c)).fold(f64::INFINITY, f64::min)
    };
    rows.rows().into_iter().map(nearest).sum()
}

/// scikit-learn's KMeans through its script; `Ok(Err(why))` where it is not installed.
fn run_scikit(bench: &Bench, rows: &Array2<f64>) -> Outcome<Answers> {
    let importable = Command::new("python3").args(["-c", "import sklearn"]).stderr(Stdio::null()).status();
    if !importable.is_ok_and(|status| status.success()) {
        return Ok(Err("python3 with scikit-learn is not installed".to_owned()));
    }
    eprintln!("  scikit-learn");
    let file = bench.folder.path().join("matrix.f64");
    let mut out = BufWriter::new(std::fs::File::create(&file)?);
    rows.iter().try_for_each(|value| out.write_all(&value.to_le_bytes()))?;
    out.into_inner()?.sync_all()?;
    let threads = rayon::current_num_threads().to_string();
    let (n, d) = rows.dim();
    let said = Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/sklearn_sweep.py"))
        .arg("sweep")
        .arg(&file)
        .args([n, d, 1, K_MAX, STARTS as usize, 0].map(|number| number.to_string()))
        .arg("f64")
        .env("OMP_NUM_THREADS", &threads)
        .env("OPENBLAS_NUM_THREADS", &threads)
        .stderr(Stdio::inherit())
        .output()?;
    if !said.status.success() {
        return Err("the scikit-learn peer failed".into());
    }
    let mut answers = Vec::new();
    for line in String::from_utf8(said.stdout)?.lines() {
        let line: serde_json::Value = serde_json::from_str(line)?;
        if let (Some(k), Some(seconds), Some(wcss)) =
            (line["k"].as_u64(), line["seconds"].as_f64(), line["wcss"].as_f64())
        {
            answers.push(Answer { k: k as usize, seconds, wcss });
        }
    }
    Ok(Ok(answers))
}

/// Seconds for all k, those between two measured ones on the straight line between them.
fn whole_sweep(answers: &[Answer]) -> f64 {
    let at = |k: usize| {
        let above = answers.iter().position(|a| a.k >= k).unwrap_or(answers.len() - 1);
        let (high, low) = (&answers[above], &answers[above.saturating_sub(1)]);
        if high.k == k || high.k == low.k {
            return high.seconds;
        }
        let share = (k - low.k) as f64 / (high.k - low.k) as f64;
        low.seconds + share * (high.seconds - low.seconds)
    };
    (1..=K_MAX).map(at).sum()
}
