//! The sweep k = 1..12 with 10 starts by us, by kmeans_uni, scikit-learn-intelex, scikit-learn and linfa-clustering, on
//! the same matrices and over the same seeds, in turn.
//!
//! The peers get every row: kmeans_uni and intelex in `f32`, which is their faster way, the others in `f64`. Each has
//! its own defaults (k-means++, 300 iterations, tolerance 1e-4) except kmeans_uni, whose looser tolerance of 1e-2 is the
//! faster one of those with which its WCSS holds up; it is built for the CPU at hand. We get the matrix that the
//! program makes, in which equal rows are stored once; making it counts as ours. linfa is slow: it runs
//! once, for a few k, and the others are taken from the straight line between the measured ones.

use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use kscope::cluster::{self, Clustering, Params};
use kscope::error::Error;
use kscope::jobs::Cancel;
use kscope::matrix::Matrix;
use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_clustering::KMeans;
use ndarray::{Array2, ArrayView1, ArrayView2};

use super::board::{Board, Sample, digits};
use super::matrices::{self, MANY_ROWS, ROWS, Values};
use super::programs::{limit_threads, peer_program, python};
use super::{Effort, Outcome};

const K_MAX: usize = 12;
const STARTS: u32 = 10;
/// Starts of ours that the best WCSS is looked for with.
const MANY_STARTS: u32 = 50;
/// Our WCSS over the best that anybody found, at most.
const EXCESS: f64 = 1.0005;
/// The k for which linfa runs.
const LINFA_K: [usize; 4] = [1, 4, 8, 12];
/// Growth with rows may be so many times the growth of the rows and still be called linear.
const LINEAR: f64 = 1.5;
const UNI_TOLERANCE: &str = "1e-2";
const SCIKIT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/sklearn_sweep.py");

/// A peer's or our answer for one k.
#[derive(Clone, Copy)]
struct Answer {
    k: usize,
    seconds: f64,
    wcss: f64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Peer {
    Uni,
    Intelex,
    Scikit,
    Linfa,
}

impl Peer {
    const ALL: [Self; 4] = [Self::Uni, Self::Intelex, Self::Scikit, Self::Linfa];

    fn name(self) -> &'static str {
        match self {
            Self::Uni => "kmeans_uni",
            Self::Intelex => "scikit-learn-intelex",
            Self::Scikit => "scikit-learn",
            Self::Linfa => "linfa-clustering",
        }
    }

    /// How many times faster than it we want to be where `hard` is not.
    fn goal(self) -> f64 {
        match self {
            Self::Uni => 5.0,
            Self::Intelex => 10.0,
            Self::Scikit => 20.0,
            Self::Linfa => 50.0,
        }
    }

    /// How many seeds it runs with: a sweep of some takes minutes, and linfa has one seed.
    fn seeds(self, contest: &Contest) -> u64 {
        match self {
            Self::Uni | Self::Intelex => contest.seeds,
            Self::Scikit => contest.slow_seeds,
            Self::Linfa => 1,
        }
    }
}

/// One matrix, and how often it is run on.
struct Contest {
    values: Values,
    files: Files,
    seeds: u64,
    slow_seeds: u64,
    /// We only want to be ahead of everybody.
    hard: bool,
}

/// The matrix as peers read it.
struct Files {
    _folder: tempfile::TempDir,
    single: PathBuf,
    double: PathBuf,
}

impl Files {
    fn new(values: &Values) -> Outcome<Self> {
        let folder = tempfile::tempdir()?;
        let (single, double) = (folder.path().join("matrix.f32"), folder.path().join("matrix.f64"));
        let mut out = BufWriter::new(std::fs::File::create(&single)?);
        values.values.iter().try_for_each(|value| out.write_all(&(*value as f32).to_le_bytes()))?;
        out.flush()?;
        let mut out = BufWriter::new(std::fs::File::create(&double)?);
        values.values.iter().try_for_each(|value| out.write_all(&value.to_le_bytes()))?;
        out.flush()?;
        Ok(Self { _folder: folder, single, double })
    }
}

/// Answers of one engine by seed, or why there are none.
type Answers = Result<Vec<Vec<Answer>>, String>;

/// On 3, 8 and 30 columns of the usual table and on 8 columns of a large one.
pub fn measure(effort: &Effort, board: &mut Board) -> Outcome<()> {
    let seeds = effort.seeds;
    let eight = matrices::eight(ROWS)?;
    let mut usual = f64::NAN;
    for (values, hard) in [(eight.first_columns(3), false), (eight.mixed(30), true), (eight, false)] {
        let contest = Contest { files: Files::new(&values)?, values, seeds, slow_seeds: seeds, hard };
        usual = contest.run(effort, board)?;
    }
    if effort.peers {
        let values = matrices::eight(MANY_ROWS)?;
        let contest = Contest { files: Files::new(&values)?, values, seeds: seeds.min(2), slow_seeds: 1, hard: true };
        let many = contest.run(effort, board)?;
        board.at_most(
            "time of 2,000,000 rows / of 205,843 rows",
            many / usual,
            "8 columns",
            LINEAR * MANY_ROWS as f64 / ROWS as f64,
            "×",
        );
    }
    Ok(())
}

impl Contest {
    fn words(&self) -> String {
        format!("{} columns × {} rows", self.values.columns, self.values.rows())
    }

    /// The median seconds of our sweeps.
    fn run(&self, effort: &Effort, board: &mut Board) -> Outcome<f64> {
        eprintln!("  {}", self.words());
        let mut ours: Vec<Vec<Answer>> = Vec::new();
        let mut distinct = 0;
        let mut peers: Vec<(Peer, Answers)> = Peer::ALL.map(|peer| (peer, Ok(Vec::new()))).into();
        for seed in 0..self.seeds {
            let (found, rows) = self.ours(seed, STARTS)?;
            distinct = rows;
            ours.push(found);
            for (peer, answers) in &mut peers {
                let turns = peer.seeds(self);
                let Ok(so_far) = answers else { continue };
                if !effort.peers {
                    *answers = Err("left out with --quick".to_owned());
                } else if seed < turns {
                    eprintln!("    {}, seed {seed}", peer.name());
                    match self.peer(*peer, seed)? {
                        Ok(found) => so_far.push(found),
                        Err(why) => *answers = Err(why),
                    }
                }
            }
        }
        let many_starts = if effort.peers { self.ours(self.seeds, MANY_STARTS)?.0 } else { Vec::new() };
        let seconds = whole(&ours);
        board.shown(
            &format!("sweep k = 1..{K_MAX}, {STARTS} starts, {}", self.words()),
            &format!("{} s", digits(seconds.median())),
            &format!("{}, {distinct} distinct rows", seconds.range("s")),
        );
        for (peer, answers) in &peers {
            let what = format!("faster than {}, {}", peer.name(), self.words());
            match answers {
                Err(why) => board.skipped(&what, why),
                Ok(answers) => {
                    let theirs = whole(answers);
                    let guessed = if *peer == Peer::Linfa { ", 8 of 12 k interpolated" } else { "" };
                    let (theirs, ours) = (theirs.median(), seconds.median());
                    let spread = format!("{} s / {} s, {} seeds{guessed}", digits(theirs), digits(ours), answers.len());
                    board.times_faster(&what, theirs / ours, &spread, if self.hard { 1.0 } else { peer.goal() });
                }
            }
        }
        if effort.peers {
            self.judge_wcss(&ours, &many_starts, &peers, board);
        }
        Ok(seconds.median())
    }

    /// Our WCSS, the worst over the seeds, beside the best that anybody found with any seed.
    fn judge_wcss(&self, ours: &[Vec<Answer>], many: &[Answer], peers: &[(Peer, Answers)], board: &mut Board) {
        let of = |runs: &[Vec<Answer>], k: usize| -> Vec<f64> {
            runs.iter().flatten().filter(|answer| answer.k == k).map(|answer| answer.wcss).collect()
        };
        let least = |values: &[f64]| values.iter().copied().fold(f64::INFINITY, f64::min);
        let most = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
        board.note(format!(
            "\n{}: seconds (median over seeds; ours until this k is final) and the largest excess of WCSS over the best \
             that anybody found, %, over seeds.\n\n| k | best WCSS | ours s | ours % | {} |\n|--:|--:|--:|--:|{}",
            self.words(),
            peers.iter().map(|(peer, _)| format!("{0} s | {0} %", peer.name())).collect::<Vec<_>>().join(" | "),
            "--:|--:|".repeat(peers.len())
        ));
        let until: Vec<Vec<Answer>> = ours.iter().map(|run| cumulated(run)).collect();
        let mut worst = (0.0, 0);
        for k in 1..=K_MAX {
            let of_peers = peers.iter().flat_map(|(_, answers)| answers.iter()).flat_map(|runs| of(runs, k));
            let all: Vec<f64> = of(ours, k).into_iter().chain(of(&[many.to_vec()], k)).chain(of_peers).collect();
            let best = least(&all);
            let excess = |runs: &[Vec<Answer>]| most(&of(runs, k)) / best;
            if excess(ours) > worst.0 {
                worst = (excess(ours), k);
            }
            let cells = |runs: &[Vec<Answer>]| {
                let seconds: Vec<f64> = runs.iter().flatten().filter(|a| a.k == k).map(|a| a.seconds).collect();
                match seconds.is_empty() {
                    true => "– | –".to_owned(),
                    false => {
                        format!("{:.2} | {:.3}", Sample::new(seconds).median(), 100.0 * (excess(runs) - 1.0))
                    }
                }
            };
            let theirs: Vec<String> =
                peers.iter().map(|(_, answers)| cells(answers.as_deref().unwrap_or_default())).collect();
            board.note(format!("| {k} | {best:.1} | {} | {} |", cells(&until), theirs.join(" | ")));
        }
        let what = format!("our WCSS / the best of all, largest, {}", self.words());
        let spread = format!("at k = {}, over {} seeds", worst.1, ours.len());
        board.no_more(&what, worst.0, EXCESS, &spread);
    }

    /// Our answers, and how many distinct rows there are. Storing equal rows once counts to k = 1.
    fn ours(&self, seed: u64, starts: u32) -> Outcome<(Vec<Answer>, usize)> {
        let params = Params { starts, seed, ..Params::default() };
        let mut answers: Vec<Answer> = Vec::new();
        let mut before = Instant::now();
        let matrix: Matrix = self.values.matrix()?;
        let mut on = |found: &Clustering| {
            let seconds = before.elapsed().as_secs_f64();
            answers.push(Answer { k: found.k, seconds, wcss: found.wcss });
            before = Instant::now();
        };
        cluster::sweep(&matrix, K_MAX, params, &Cancel::never(), &mut on).map_err(Error::from)?;
        Ok((answers, matrix.distinct()))
    }

    fn peer(&self, peer: Peer, seed: u64) -> Outcome<Result<Vec<Answer>, String>> {
        let (n, d) = (self.values.rows(), self.values.columns);
        let numbers = [n, d, 1, K_MAX, STARTS as usize, seed as usize].map(|number| number.to_string());
        match peer {
            Peer::Linfa => Ok(Ok(run_linfa(&self.values)?)),
            Peer::Uni => {
                let mut command = match peer_program("kmeans_uni") {
                    Ok(program) => Command::new(program),
                    Err(why) => return Ok(Err(why)),
                };
                limit_threads(&mut command);
                command.arg(&self.files.single).args(numbers).arg(UNI_TOLERANCE);
                run(command)
            }
            Peer::Intelex | Peer::Scikit => {
                let intelex = peer == Peer::Intelex;
                let module = if intelex { "sklearnex" } else { "sklearn" };
                let mut command = match python(module) {
                    Ok(command) => command,
                    Err(why) => return Ok(Err(why)),
                };
                command.arg(SCIKIT);
                command.arg(if intelex { &self.files.single } else { &self.files.double }).args(numbers);
                command.arg(if intelex { "f32" } else { "f64" }).args(intelex.then_some("--intelex"));
                run(command)
            }
        }
    }
}

/// Lets a peer work and reads its answers.
fn run(mut command: Command) -> Outcome<Result<Vec<Answer>, String>> {
    let said = command.stderr(Stdio::inherit()).output()?;
    if !said.status.success() {
        return Ok(Err(format!("{command:?} failed")));
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

/// linfa's KMeans as it comes; its WCSS is measured here, after its last update.
fn run_linfa(values: &Values) -> Outcome<Vec<Answer>> {
    let rows = Array2::from_shape_vec((values.rows(), values.columns), values.values.clone())?;
    let data = DatasetBase::from(rows.view());
    LINFA_K
        .into_iter()
        .map(|k| {
            let started = Instant::now();
            let model = KMeans::params(k).n_runs(STARTS as usize).fit(&data)?;
            let seconds = started.elapsed().as_secs_f64();
            Ok(Answer { k, seconds, wcss: wcss(rows.view(), model.centroids().view()) })
        })
        .collect()
}

fn wcss(rows: ArrayView2<'_, f64>, centroids: ArrayView2<'_, f64>) -> f64 {
    let square = |a: ArrayView1<'_, f64>, b: ArrayView1<'_, f64>| -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
    };
    let nearest =
        |row: ArrayView1<'_, f64>| centroids.rows().into_iter().map(|c| square(row, c)).fold(f64::INFINITY, f64::min);
    rows.rows().into_iter().map(nearest).sum()
}

/// Seconds of each whole sweep, k between two measured ones on the straight line between them.
fn whole(runs: &[Vec<Answer>]) -> Sample {
    let seconds = |answers: &Vec<Answer>| -> f64 {
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
    };
    Sample::new(runs.iter().filter(|answers| !answers.is_empty()).map(seconds).collect())
}

/// The seconds until each k is there.
fn cumulated(run: &[Answer]) -> Vec<Answer> {
    let mut seconds = 0.0;
    let add = |answer: &Answer| {
        seconds += answer.seconds;
        Answer { seconds, ..*answer }
    };
    run.iter().map(add).collect()
}
