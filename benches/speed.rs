//! Speed and memory against their goals and against peers, in one run and one table:
//! `cargo bench --bench speed`; with `-- --quick` in less than a minute and without peers; with `-- --peers` only the
//! engines against each other. The peers in Python are used where
//! `pip install -r benches/peers/requirements.txt` has put them (`KSCOPE_PYTHON` names the interpreter).
//!
//! Nothing here fails because the machine is slow: a goal that is missed is printed as missed.
#![allow(clippy::print_stdout, reason = "the table is what this program is for")]
#![allow(clippy::print_stderr, reason = "what is being measured now")]

#[path = "speed/answering.rs"]
mod answering;
#[path = "speed/board.rs"]
mod board;
#[path = "speed/cancelling.rs"]
mod cancelling;
#[path = "speed/iteration.rs"]
mod iteration;
#[path = "speed/learners.rs"]
mod learners;
#[path = "speed/matrices.rs"]
mod matrices;
#[path = "speed/memory.rs"]
mod memory;
#[path = "speed/opening.rs"]
mod opening;
#[path = "speed/peers.rs"]
mod peers;
#[path = "speed/pressing.rs"]
mod pressing;
#[path = "speed/programs.rs"]
mod programs;
#[path = "speed/refit.rs"]
mod refit;
#[path = "speed/silhouettes.rs"]
mod silhouettes;
#[path = "speed/terminal.rs"]
mod terminal;

use std::time::Instant;

use board::Board;
use learners::Bench;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// How often things are measured.
struct Effort {
    /// Openings of the table, in process and in a terminal.
    openings: usize,
    /// Times that every feature is switched over and back.
    rounds: usize,
    /// Cancellations of each kind of work.
    cancellations: usize,
    /// Keys pressed.
    presses: usize,
    /// Seeds of each engine's sweeps.
    seeds: u64,
    /// Whether the peers run.
    peers: bool,
    /// Whether what is not of the engines is measured.
    program: bool,
}

const FULL: Effort =
    Effort { openings: 7, rounds: 3, cancellations: 60, presses: 200, seeds: 5, peers: true, program: true };
const QUICK: Effort =
    Effort { openings: 3, rounds: 1, cancellations: 15, presses: 60, seeds: 1, peers: false, program: true };

fn main() -> Outcome<()> {
    // cargo passes `--bench`; whatever else is not known is refused.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let effort = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => FULL,
        ["--quick"] => QUICK,
        ["--peers"] => Effort { program: false, ..FULL },
        ["--peers", seeds] => Effort { program: false, seeds: seeds.parse()?, ..FULL },
        _ => return Err("usage: cargo bench --bench speed [-- --quick | -- --peers [SEEDS]]".into()),
    };
    let started = Instant::now();
    let mut board = Board::default();
    let load_before = load_average();
    let bench = Bench::new()?;
    if effort.program {
        eprintln!("opening");
        opening::measure(&bench, &effort, &mut board)?;
        eprintln!("refits");
        refit::measure(&bench, &effort, &mut board)?;
        eprintln!("cancelling");
        cancelling::measure(&bench, &effort, &mut board)?;
        eprintln!("memory");
        memory::measure(&bench, &effort, &mut board)?;
        eprintln!("keys");
        pressing::measure(&bench, &effort, &mut board)?;
        answering::measure(&bench, &effort, &mut board)?;
    }
    eprintln!("one iteration");
    iteration::measure(&effort, &mut board)?;
    eprintln!("exact silhouettes");
    silhouettes::measure(&effort, &mut board)?;
    eprintln!("sweeps");
    peers::measure(&effort, &mut board)?;
    println!("{}", bench.words());
    println!(
        "{} threads; load average {load_before} before and {} after; {:.0} s in all",
        rayon::current_num_threads(),
        load_average(),
        started.elapsed().as_secs_f64()
    );
    println!("\n{board}");
    Ok(())
}

/// Work that waits for a processor, over the last minute: above 0 before we start, others work beside us.
fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().filter(|word| !word.is_empty()).unwrap_or("unknown").to_owned()
}
