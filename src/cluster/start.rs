//! Where a fit starts: greedy k-means++ (Arthur & Vassilvitskii 2007, with several trials per centre).

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use super::lloyd::View;
use crate::matrix::potential::{Field, add_centre, potential_with};
use crate::matrix::tiles::{Lanes, WIDTH};

/// Random numbers for one start: they depend on seed, k and the number of the start, on nothing else.
pub(super) fn random(seed: u64, k: usize, start: u64) -> Xoshiro256PlusPlus {
    let mut mixed = seed;
    for part in [k as u64, start] {
        mixed = (mixed ^ part.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        mixed ^= mixed >> 32;
    }
    Xoshiro256PlusPlus::seed_from_u64(mixed)
}

/// Uniform in 0..1.
fn uniform(random: &mut Xoshiro256PlusPlus) -> f64 {
    (random.next_u64() >> 11) as f64 * (0.5_f64).powi(53)
}

/// Adds centres to `centres` (any number × d, tile units) until there are `k`.
///
/// Each new centre is a row drawn with probability ∝ weight × squared distance to the nearest centre:
/// the one of 2 + ln k draws that lowers the sum of these the most.
pub(super) fn extend(view: View<'_>, mut centres: Vec<f64>, k: usize, random: &mut Xoshiro256PlusPlus) -> Vec<f64> {
    let tiles = view.matrix.tiles();
    let columns = view.matrix.columns();
    let field = Field {
        lanes: &tiles.lanes()[..view.blocks() * tiles.stride()],
        weights: &tiles.weights()[..view.blocks()],
        columns,
    };
    let trials = 2 + (k as f64).ln() as usize;
    let mut nearest = vec![Lanes::splat(f32::MAX); view.blocks()];
    let mut reach = vec![0.0; view.blocks()];
    for centre in centres.chunks_exact(columns) {
        let centre: Vec<f32> = centre.iter().map(|&c| c as f32).collect();
        add_centre(view.path, &field, &mut nearest, &centre);
    }
    let mut row = vec![0.0; columns];
    let mut drawn = Vec::new();
    while centres.len() < k * columns {
        let first = centres.is_empty();
        let mass = |block: usize| {
            let mut mass = field.weights[block];
            if !first {
                mass.0.iter_mut().zip(&nearest[block].0).for_each(|(mass, square)| *mass *= square);
            }
            mass
        };
        let mut total = 0.0;
        for (block, reach) in reach.iter_mut().enumerate() {
            total += f64::from(mass(block).sum());
            *reach = total;
        }
        let mut best = None;
        for _ in 0..if first { 1 } else { trials } {
            let Some(i) = draw(uniform(random) * total, total, &reach, mass) else { break };
            let centre: Vec<f32> = tiles.row(i).collect();
            let mut potential = 0.0;
            if !first {
                potential_with(view.path, &field, &nearest, &centre, &mut potential);
            }
            if best.as_ref().is_none_or(|(least, _, _)| potential < *least) {
                best = Some((potential, i, centre));
            }
        }
        // All rows lie on a centre as far as `f32` can see: any row not yet taken will do.
        let (i, centre) = match best {
            Some((_, i, centre)) => (i, centre),
            None => {
                let free = (0..view.rows).find(|i| !drawn.contains(i)).unwrap_or(0);
                (free, tiles.row(free).collect())
            }
        };
        drawn.push(i);
        view.centred(i, &mut row);
        centres.extend_from_slice(&row);
        add_centre(view.path, &field, &mut nearest, &centre);
    }
    centres
}

/// The row at which the running sum of masses passes `target`; `None` when there is no mass.
fn draw(target: f64, total: f64, reach: &[f64], mass: impl Fn(usize) -> Lanes) -> Option<usize> {
    if total <= 0.0 {
        return None;
    }
    let block = reach.partition_point(|&r| r <= target).min(reach.len() - 1);
    let mut left = target - if block > 0 { reach[block - 1] } else { 0.0 };
    let mass = mass(block);
    let mut last = None;
    for (lane, &m) in mass.0.iter().enumerate() {
        if m > 0.0 {
            last = Some(block * WIDTH + lane);
            left -= f64::from(m);
            if left < 0.0 {
                break;
            }
        }
    }
    last
}
