//! What this machine can do at most: fused multiply-adds of `f32`, and bytes read from memory, a second.
//!
//!     bounds THREADS
//!
//! One JSON object: `gflops` (a multiply-add is two operations) and `gigabytes`, each the best of several tries.

use std::hint::black_box;
use std::time::Instant;

const LANES: usize = 16;
/// Numbers that stay in the first cache, multiply-adds for each of them in a row, and how often.
const CACHED: usize = 1024;
const CHAIN: usize = 32;
const ROUNDS: usize = 20_000;
/// Far beyond any cache: 256 MB a thread.
const NUMBERS: usize = 1 << 26;
const TRIES: usize = 5;

fn main() {
    let threads: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1);
    let gflops = best(threads, (threads * ROUNDS * CACHED * CHAIN * 2) as f64, |_| multiply_add());
    let numbers: Vec<Vec<f32>> = (0..threads).map(|_| vec![1.0; NUMBERS]).collect();
    let gigabytes = best(threads, (threads * NUMBERS * 4) as f64, |thread| sum(&numbers[thread]));
    println!("{{\"gflops\": {gflops:.1}, \"gigabytes\": {gigabytes:.1}}}");
}

/// Thousands of millions of `all` a second, all threads at once.
fn best(threads: usize, all: f64, work: impl Fn(usize) -> f32 + Sync) -> f64 {
    let work = &work;
    let once = || {
        let started = Instant::now();
        std::thread::scope(|scope| {
            for thread in 0..threads {
                scope.spawn(move || black_box(work(thread)));
            }
        });
        all / started.elapsed().as_secs_f64() / 1e9
    };
    (0..TRIES).map(|_| once()).fold(0.0, f64::max)
}

fn multiply_add() -> f32 {
    let (factor, term) = (black_box(0.999_f32), black_box(0.001_f32));
    let mut numbers = vec![1.0_f32; CACHED];
    for _ in 0..ROUNDS {
        for number in &mut numbers {
            *number = (0..CHAIN).fold(*number, |sum, _| sum.mul_add(factor, term));
        }
        black_box(&mut numbers);
    }
    numbers.iter().sum()
}

fn sum(numbers: &[f32]) -> f32 {
    let mut sums = [[0.0_f32; LANES]; 4];
    for block in numbers.chunks_exact(4 * LANES) {
        for (sum, values) in sums.iter_mut().zip(block.chunks_exact(LANES)) {
            for lane in 0..LANES {
                sum[lane] += values[lane];
            }
        }
    }
    sums.as_flattened().iter().sum()
}
