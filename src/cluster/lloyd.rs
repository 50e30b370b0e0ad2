//! Lloyd's iteration over weighted distinct rows, exact in `f64` at the price of `f32`.
//!
//! The kernel labels rows in `f32` and says where rounding could have mattered; those rows are decided
//! here in `f64`. Sums are kept in `f64` and only rows that change their cluster touch them: of the rows
//! as the tiles hold them until labels stand still, then of the rows themselves. Chunks are of fixed size
//! and their sums are added in order, so the bytes of a result depend neither on threads nor on the
//! instruction path.

use rayon::prelude::*;

use crate::jobs::{Cancel, Cancelled};
use crate::matrix::assign::{Assignment, Centres, Flag, UNASSIGNED, assign};
use crate::matrix::settle::{Rows, Settlement, settle, sum_all};
use crate::matrix::simd::Path;
use crate::matrix::tiles::WIDTH;
use crate::matrix::{CHUNK_ROWS, Matrix};

/// Blocks that are assigned and settled together.
const BATCH: usize = 32;

/// A matrix or a sample of one, and the instructions to read it with.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    pub matrix: &'a Matrix,
    /// Distinct rows.
    pub rows: usize,
    pub path: Path,
    /// Weighted sum of squares about the matrix's mean, in tile units.
    squares: f64,
}

impl<'a> View<'a> {
    pub fn new(matrix: &'a Matrix, path: Path) -> Self {
        let scale = matrix.tiles().scale();
        Self { matrix, rows: matrix.distinct(), path, squares: matrix.total_ss() * scale * scale }
    }

    /// Row `i`, centred and scaled as the tiles are, in `f64`.
    pub fn centred(&self, i: usize, to: &mut [f64]) {
        let scale = self.matrix.tiles().scale();
        for ((to, value), mean) in to.iter_mut().zip(self.matrix.row(i)).zip(self.matrix.mean()) {
            *to = (value - mean) * scale;
        }
    }

    /// `rows` rows from `first` on, for the kernels.
    fn values(&self, first: usize, rows: usize) -> Rows<'a> {
        let d = self.matrix.columns();
        Rows {
            values: &self.matrix.values()[first * d..(first + rows) * d],
            weights: &self.matrix.weights()[first..first + rows],
            mean: self.matrix.mean(),
            scale: self.matrix.tiles().scale(),
        }
    }

    pub fn weight(&self, i: usize) -> u32 {
        self.matrix.weights()[i]
    }
}

/// Rows that are worked on together, and what they changed in this step.
#[derive(Debug)]
struct Chunk {
    first_row: usize,
    rows: usize,
    labels: Vec<[u16; WIDTH]>,
    valid_until: Vec<f64>,
    flags: Vec<Flag>,
    sums: Vec<f64>,
    counts: Vec<i64>,
    changed: usize,
}

/// A fit in progress. Centres and distances are in tile units, about the mean.
#[derive(Debug)]
pub(super) struct Lloyd<'a> {
    view: View<'a>,
    centres: Vec<f64>,
    sums: Vec<f64>,
    counts: Vec<i64>,
    chunks: Vec<Chunk>,
    moved: f64,
    parallel: bool,
    /// Whether sums are of the rows themselves, not of the tiles.
    exact: bool,
    /// Assignments made.
    pub iterations: u32,
    /// Whether the labels stood still under an assignment.
    pub converged: bool,
    /// Clusters that were left without a row and moved to the farthest one.
    pub relocated: u32,
}

impl<'a> Lloyd<'a> {
    /// Starts from `centres`, k × d. `parallel`: chunks are shared among the threads of the pool.
    pub fn new(view: View<'a>, centres: Vec<f64>, parallel: bool) -> Self {
        let k = centres.len() / view.matrix.columns();
        let chunks = (0..view.rows).step_by(CHUNK_ROWS).map(|first_row| {
            let rows = CHUNK_ROWS.min(view.rows - first_row);
            let blocks = rows.div_ceil(WIDTH);
            Chunk {
                first_row,
                rows,
                labels: vec![[UNASSIGNED; WIDTH]; blocks],
                valid_until: vec![f64::MIN; blocks],
                flags: Vec::with_capacity(BATCH),
                sums: vec![0.0; centres.len()],
                counts: vec![0; k],
                changed: 0,
            }
        });
        Self {
            view,
            sums: vec![0.0; centres.len()],
            counts: vec![0; k],
            chunks: chunks.collect(),
            centres,
            moved: 0.0,
            parallel,
            exact: false,
            iterations: 0,
            converged: false,
            relocated: 0,
        }
    }

    /// Before the first step: sums are of the rows themselves from there on.
    pub fn sum_exactly(&mut self) {
        self.exact = true;
    }

    /// k × d, the means of the rows that carry the labels.
    pub fn centres(&self) -> &[f64] {
        &self.centres
    }

    /// k × d, the same in the matrix's own values.
    pub fn centroids(&self) -> Vec<f64> {
        let (d, scale) = (self.view.matrix.columns(), self.view.matrix.tiles().scale());
        self.centres.iter().enumerate().map(|(at, centre)| self.view.matrix.mean()[at % d] + centre / scale).collect()
    }

    /// Used rows per cluster.
    pub fn counts(&self) -> &[i64] {
        &self.counts
    }

    /// WCSS of the labels about their own means, in tile units, from the sums.
    pub fn wcss(&self) -> f64 {
        let d = self.view.matrix.columns();
        let between: f64 = self
            .sums
            .chunks_exact(d)
            .zip(&self.counts)
            .filter(|(_, count)| **count > 0)
            .map(|(sum, &count)| sum.iter().map(|s| s * s).sum::<f64>() / count as f64)
            .sum();
        (self.squares() - between).max(0.0)
    }

    /// WCSS of the labels about the centres as they are, in tile units, from the sums: between an assignment and
    /// the update after it these are not yet the means.
    pub fn wcss_about_centres(&self) -> f64 {
        let d = self.view.matrix.columns();
        let clusters = self.sums.chunks_exact(d).zip(self.centres.chunks_exact(d)).zip(&self.counts);
        let within: f64 = clusters
            .map(|((sum, centre), &count)| {
                let pairs = sum.iter().zip(centre);
                pairs.map(|(sum, centre)| centre * (count as f64 * centre - 2.0 * sum)).sum::<f64>()
            })
            .sum();
        (self.squares() + within).max(0.0)
    }

    /// Sum of squares about the mean of what the sums are made of.
    fn squares(&self) -> f64 {
        if self.exact { self.view.squares } else { self.view.matrix.tiles().squares() }
    }

    /// Iterates until labels stand still, `limit` assignments are made in all, or one of them lowers
    /// the WCSS by no more than `tolerance` of itself.
    pub fn run(&mut self, limit: u32, tolerance: f64, cancel: &Cancel) -> Result<(), Cancelled> {
        let mut before = f64::INFINITY;
        while self.iterations < limit {
            let changed = self.step(cancel)?;
            if changed == 0 {
                self.converged = true;
                return Ok(());
            }
            let now = self.wcss();
            if tolerance > 0.0 && before - now <= tolerance * now {
                return Ok(());
            }
            before = now;
        }
        Ok(())
    }

    /// Runs to the end: labels stand still under centres that are summed afresh from the rows themselves,
    /// or `limit` assignments are made. Either way the centres are the means of the labels.
    pub fn finish(&mut self, limit: u32, cancel: &Cancel) -> Result<(), Cancelled> {
        loop {
            self.converged = false;
            self.run(limit, 0.0, cancel)?;
            self.sum_afresh(cancel)?;
            self.update();
            if self.iterations >= limit {
                return Ok(());
            }
            if self.converged && self.step(cancel)? == 0 {
                return Ok(());
            }
        }
    }

    /// One assignment and update; returns how many rows changed their cluster.
    pub fn step(&mut self, cancel: &Cancel) -> Result<usize, Cancelled> {
        let changed = self.assign(cancel)?;
        if changed > 0 {
            self.update();
        }
        Ok(changed)
    }

    /// Gives every row the label of its nearest centre; returns how many changed theirs. The centres stay.
    pub fn assign(&mut self, cancel: &Cancel) -> Result<usize, Cancelled> {
        let prepared = Centres::new(&self.centres, self.view.matrix.columns());
        let (view, centres, moved, exact) = (self.view, &self.centres[..], self.moved, self.exact);
        let work = |chunk: &mut Chunk| {
            cancel.check()?;
            chunk.assign(view, &prepared, centres, moved, exact);
            Ok(())
        };
        if self.parallel {
            self.chunks.par_iter_mut().try_for_each(work)?;
        } else {
            self.chunks.iter_mut().try_for_each(work)?;
        }
        self.iterations += 1;
        let mut changed = 0;
        for chunk in self.chunks.iter_mut().filter(|chunk| chunk.changed > 0) {
            changed += chunk.changed;
            self.sums.iter_mut().zip(&chunk.sums).for_each(|(sum, change)| *sum += change);
            self.counts.iter_mut().zip(&chunk.counts).for_each(|(count, change)| *count += change);
            chunk.sums.fill(0.0);
            chunk.counts.fill(0);
        }
        Ok(changed)
    }

    /// Moves every centre to the mean of its rows; a centre without rows goes to the farthest row.
    pub fn update(&mut self) {
        let d = self.view.matrix.columns();
        let before = self.centres.clone();
        for ((centre, sum), &count) in self.centres.chunks_exact_mut(d).zip(self.sums.chunks_exact(d)).zip(&self.counts)
        {
            if count > 0 {
                centre.iter_mut().zip(sum).for_each(|(centre, sum)| *centre = sum / count as f64);
            }
        }
        for cluster in 0..self.counts.len() {
            if self.counts[cluster] == 0 {
                self.relocate(cluster);
            }
        }
        let (mut first, mut second) = (0.0_f64, 0.0_f64);
        for (a, b) in before.chunks_exact(d).zip(self.centres.chunks_exact(d)) {
            let distance = square_distance(a, b).sqrt();
            second = second.max(distance.min(first));
            first = first.max(distance);
        }
        // Rounded up: the bounds of the blocks must never be kept for too long.
        self.moved += (first + second) * (1.0 + 1e-6);
    }

    /// Gives the empty `cluster` the row that is farthest from its own centre (the first among equals),
    /// taken from a cluster that keeps other rows.
    fn relocate(&mut self, cluster: usize) {
        let d = self.view.matrix.columns();
        let mut row = vec![0.0; d];
        let mut farthest = None;
        let mut largest = -1.0;
        for i in 0..self.view.rows {
            let label = usize::from(self.chunks[i / CHUNK_ROWS].labels[i % CHUNK_ROWS / WIDTH][i % WIDTH]);
            if self.counts[label] > i64::from(self.view.weight(i)) {
                self.view.centred(i, &mut row);
                let distance = square_distance(&row, &self.centres[label * d..][..d]);
                if distance > largest {
                    (largest, farthest) = (distance, Some((i, label)));
                }
            }
        }
        let Some((i, from)) = farthest else { return };
        let weight = self.view.weight(i);
        let chunk = &mut self.chunks[i / CHUNK_ROWS];
        let block = i % CHUNK_ROWS / WIDTH;
        chunk.labels[block][i % WIDTH] = cluster as u16;
        chunk.valid_until[block] = f64::MIN;
        self.view.centred(i, &mut row);
        self.counts[from] -= i64::from(weight);
        self.counts[cluster] = i64::from(weight);
        for (j, value) in row.iter().enumerate() {
            self.sums[from * d + j] -= f64::from(weight) * value;
            self.sums[cluster * d + j] = f64::from(weight) * value;
            self.centres[from * d + j] = self.sums[from * d + j] / self.counts[from] as f64;
            self.centres[cluster * d + j] = *value;
        }
        self.relocated += 1;
    }

    /// Replaces the running sums by sums over all rows, free of what many small changes left; from here on they are of
    /// the rows themselves.
    pub fn sum_afresh(&mut self, cancel: &Cancel) -> Result<(), Cancelled> {
        self.exact = true;
        let view = self.view;
        self.chunks.par_iter_mut().try_for_each(|chunk| {
            cancel.check()?;
            chunk.sum_afresh(view);
            Ok(())
        })?;
        self.sums.fill(0.0);
        for chunk in &mut self.chunks {
            self.sums.iter_mut().zip(&chunk.sums).for_each(|(sum, part)| *sum += part);
            chunk.sums.fill(0.0);
        }
        Ok(())
    }

    /// The label of every row of the view.
    pub fn labels(&self) -> Vec<u16> {
        let mut labels = Vec::with_capacity(self.view.rows.next_multiple_of(WIDTH));
        for chunk in &self.chunks {
            labels.extend_from_slice(chunk.labels.as_flattened());
        }
        labels.truncate(self.view.rows);
        labels
    }
}

impl Chunk {
    /// Assigns a few blocks and settles what that leaves while they are in cache, then the next.
    fn assign(&mut self, view: View<'_>, prepared: &Centres, centres: &[f64], moved: f64, exact: bool) {
        let stride = view.matrix.tiles().stride();
        let lanes = &view.matrix.tiles().lanes()[self.first_row / WIDTH * stride..];
        self.changed = 0;
        for first in (0..self.labels.len()).step_by(BATCH) {
            let blocks = first..(first + BATCH).min(self.labels.len());
            let lanes = &lanes[blocks.start * stride..blocks.end * stride];
            let rows = (BATCH * WIDTH).min(self.rows - first * WIDTH);
            let rows = view.values(self.first_row + first * WIDTH, rows);
            let (valid_until, labels) = (&mut self.valid_until[blocks.clone()], &mut self.labels[blocks]);
            self.flags.clear();
            let flags = &mut self.flags;
            assign(view.path, Assignment { lanes, centres: prepared, moved, valid_until, labels, flags });
            let mut work = Settlement {
                flags: &self.flags,
                tiles: (!exact).then_some(lanes),
                centres,
                moved,
                valid_until,
                labels,
                sums: &mut self.sums,
                counts: &mut self.counts,
                changed: 0,
            };
            settle(view.path, rows, &mut work);
            self.changed += work.changed;
        }
    }

    fn sum_afresh(&mut self, view: View<'_>) {
        let labels = &self.labels.as_flattened()[..self.rows];
        sum_all(view.path, view.values(self.first_row, self.rows), labels, &mut self.sums);
    }
}

/// Squared Euclidean distance.
pub(super) fn square_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}
