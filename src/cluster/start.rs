//! Where a fit starts: greedy k-means++ (Arthur & Vassilvitskii 2007, with several trials per centre).

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

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

/// Rows with their squared distances to the nearest centre, to draw the next centre from.
struct Seeding<'a> {
    view: View<'a>,
    field: Field<'a>,
    nearest: Vec<Lanes>,
    /// Running sum of masses (weight × squared distance; weight alone before the first centre) by block.
    reach: Vec<f64>,
    first: bool,
}

impl<'a> Seeding<'a> {
    /// `centres`: those that are there already, any number × d, tile units.
    fn new(view: View<'a>, centres: &[f64]) -> Self {
        let tiles = view.matrix.tiles();
        let columns = view.matrix.columns();
        let field = Field { lanes: tiles.lanes(), weights: tiles.weights(), columns };
        let mut nearest = vec![Lanes::splat(f32::MAX); tiles.blocks()];
        for centre in centres.chunks_exact(columns) {
            let centre: Vec<f32> = centre.iter().map(|&c| c as f32).collect();
            add_centre(view.path, &field, &mut nearest, &centre);
        }
        let mut seeding = Self { view, field, nearest, reach: vec![0.0; tiles.blocks()], first: centres.is_empty() };
        seeding.sum_up();
        seeding
    }

    fn coordinates(&self, row: usize) -> Vec<f32> {
        self.view.matrix.tiles().row(row).collect()
    }

    fn mass(&self, block: usize) -> Lanes {
        let mut mass = self.field.weights[block];
        if !self.first {
            mass.0.iter_mut().zip(&self.nearest[block].0).for_each(|(mass, square)| *mass *= square);
        }
        mass
    }

    fn sum_up(&mut self) {
        let mut total = 0.0;
        for block in 0..self.reach.len() {
            total += f64::from(self.mass(block).sum());
            self.reach[block] = total;
        }
    }

    fn total(&self) -> f64 {
        self.reach.last().copied().unwrap_or(0.0)
    }

    /// Makes `row` a centre.
    fn add(&mut self, row: usize) {
        let centre = self.coordinates(row);
        add_centre(self.view.path, &self.field, &mut self.nearest, &centre);
        self.first = false;
        self.sum_up();
    }

    /// What `total` would be with `row` as one more centre.
    fn total_with(&self, row: usize) -> f64 {
        let mut sum = 0.0;
        potential_with(self.view.path, &self.field, &self.nearest, &self.coordinates(row), &mut sum);
        sum
    }

    /// A row with probability ∝ its mass; `None` when all rows lie on a centre as far as `f32` can see.
    fn draw(&self, random: &mut Xoshiro256PlusPlus) -> Option<usize> {
        let target = uniform(random) * self.total();
        if self.total() <= 0.0 {
            return None;
        }
        let block = self.reach.partition_point(|&r| r <= target).min(self.reach.len() - 1);
        let mut left = target - if block > 0 { self.reach[block - 1] } else { 0.0 };
        let mut last = None;
        for (lane, &mass) in self.mass(block).0.iter().enumerate() {
            if mass > 0.0 {
                last = Some(block * WIDTH + lane);
                left -= f64::from(mass);
                if left < 0.0 {
                    break;
                }
            }
        }
        last
    }
}

/// Adds centres to `centres` (any number × d, tile units) until there are `k`.
///
/// Each new centre is a row drawn with probability ∝ weight × squared distance to the nearest centre:
/// the one of 2 + ln k draws that lowers the sum of these the most.
pub(super) fn extend(view: View<'_>, mut centres: Vec<f64>, k: usize, random: &mut Xoshiro256PlusPlus) -> Vec<f64> {
    let columns = view.matrix.columns();
    let trials = 2 + (k as f64).ln() as usize;
    let mut seeding = Seeding::new(view, &centres);
    let mut row = vec![0.0; columns];
    let mut taken = Vec::new();
    while centres.len() < k * columns {
        let next = if seeding.first {
            seeding.draw(random)
        } else {
            let drawn = (0..trials).map_while(|_| seeding.draw(random));
            drawn.map(|i| (seeding.total_with(i), i)).min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, i)| i)
        };
        // Without a draw, any row not yet taken will do.
        let i = next.or_else(|| (0..view.rows).find(|i| !taken.contains(i))).unwrap_or(0);
        taken.push(i);
        seeding.add(i);
        view.centred(i, &mut row);
        centres.extend_from_slice(&row);
    }
    centres
}

/// The row that would be worth most as one more centre, of `trials` draws, and by how much it would
/// lower WCSS before any iteration.
pub(super) fn most_wanted(
    view: View<'_>,
    centres: &[f64],
    trials: usize,
    random: &mut Xoshiro256PlusPlus,
) -> Option<(usize, f64)> {
    let seeding = Seeding::new(view, centres);
    let mut drawn: Vec<usize> = (0..trials).map_while(|_| seeding.draw(random)).collect();
    drawn.sort_unstable();
    drawn.dedup();
    let totals: Vec<(f64, usize)> = drawn.into_par_iter().map(|i| (seeding.total_with(i), i)).collect();
    let (total, row) = totals.into_iter().min_by(|a, b| a.0.total_cmp(&b.0))?;
    Some((row, seeding.total() - total))
}
