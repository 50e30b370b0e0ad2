//! Ungrouped tables: the same data without groups.

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::valley::spread_ties;
use super::{Part, dip, gap};
use crate::quality::linear::{cholesky, eigenvectors};

/// What a reference table keeps of the data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ungrouped {
    /// Each column's own values and the rank correlations between columns: a Gaussian copula (Sklar 1959; Nelsen,
    /// *An Introduction to Copulas*). Nominal columns are permuted on their own.
    #[default]
    Copula,
    /// Each column's own values, permuted: correlation is gone too, so that any correlated columns look like structure.
    Permuted,
    /// Uniform values in the box along the principal components that holds the data (Tibshirani, Walther & Hastie 2001);
    /// skewed columns look like structure beside it.
    PcaBox,
    /// None: nothing is said about structure.
    None,
}

impl Ungrouped {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Copula, Self::Permuted, Self::PcaBox, Self::None];

    /// Its name in flags and files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Copula => "copula",
            Self::Permuted => "permuted",
            Self::PcaBox => "pca-box",
            Self::None => "none",
        }
    }
}

/// A sample of encoded rows and all that reference tables of it are made of.
pub(super) struct Source<'a> {
    /// rows × columns, row-major.
    values: &'a [f64],
    columns: usize,
    parts: &'a [Part],
    /// Values of each column of numbers, ascending; in the order of the parts.
    sorted: Vec<Vec<f64>>,
    /// Lower triangle of the Cholesky factor of the latent correlations.
    factor: Vec<Vec<f64>>,
}

impl<'a> Source<'a> {
    pub(super) fn new(values: &'a [f64], columns: usize, parts: &'a [Part]) -> Self {
        let mut source = Self { values, columns, parts, sorted: Vec::new(), factor: Vec::new() };
        let mut of_ranks: Vec<Vec<f64>> = Vec::new();
        for part in parts.iter().filter(|part| !part.nominal) {
            let column = source.column(part.columns.start);
            of_ranks.push(ranks(&column));
            let mut sorted = column;
            sorted.sort_unstable_by(f64::total_cmp);
            source.sorted.push(of_one_mode(&sorted));
        }
        // Normal values with correlation r have the rank correlation 6/π · asin(r/2) (Pearson 1907).
        let mut latent = correlations(&of_ranks);
        latent.iter_mut().flatten().for_each(|rho| *rho = 2.0 * (std::f64::consts::FRAC_PI_6 * *rho).sin());
        source.factor = cholesky(&latent);
        source
    }

    fn rows(&self) -> usize {
        self.values.len() / self.columns.max(1)
    }

    fn column(&self, at: usize) -> Vec<f64> {
        (0..self.rows()).map(|row| self.values[row * self.columns + at]).collect()
    }

    /// A reference table of as many rows, row-major.
    pub(super) fn table(&self, reference: Ungrouped, seed: u64) -> Vec<f64> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let (rows, columns) = (self.rows(), self.columns);
        let mut table = vec![0.0; rows * columns];
        let mut latent = match reference {
            Ungrouped::Copula => self.correlated(&mut rng),
            Ungrouped::PcaBox => self.boxed(&mut rng),
            Ungrouped::Permuted | Ungrouped::None => vec![Vec::new(); self.sorted.len()],
        }
        .into_iter();
        let mut sorted = self.sorted.iter();
        for part in self.parts {
            if part.nominal {
                let order = shuffled(rows, &mut rng);
                for (row, from) in order.into_iter().enumerate() {
                    let block = part.columns.clone();
                    let from = &self.values[from as usize * columns..][block.clone()];
                    table[row * columns..][block].copy_from_slice(from);
                }
                continue;
            }
            let (Some(latent), Some(sorted)) = (latent.next(), sorted.next()) else { continue };
            if reference == Ungrouped::PcaBox {
                for (row, value) in latent.into_iter().enumerate() {
                    table[row * columns + part.columns.start] = value;
                }
                continue;
            }
            let order = if latent.is_empty() { shuffled(rows, &mut rng) } else { order_of(&latent) };
            for (rank, row) in order.into_iter().enumerate() {
                table[row as usize * columns + part.columns.start] = sorted[rank];
            }
        }
        table
    }

    /// Uniform values by column in the box along the principal components.
    fn boxed(&self, rng: &mut Xoshiro256PlusPlus) -> Vec<Vec<f64>> {
        let numbers = self.parts.iter().filter(|part| !part.nominal);
        let columns: Vec<Vec<f64>> = numbers.map(|part| self.column(part.columns.start)).collect();
        let (rows, d) = (self.rows(), columns.len());
        let mean: Vec<f64> = columns.iter().map(|column| column.iter().sum::<f64>() / rows as f64).collect();
        let product = |a: usize, b: usize| -> f64 {
            columns[a].iter().zip(&columns[b]).map(|(x, y)| (x - mean[a]) * (y - mean[b])).sum()
        };
        let axes = eigenvectors((0..d).map(|a| (0..d).map(|b| product(a, b)).collect()).collect());
        let mut boxed = vec![vec![0.0; rows]; d];
        for axis in axes {
            let along = |row: usize| (0..d).map(|at| axis[at] * (columns[at][row] - mean[at])).sum::<f64>();
            let (low, high) = (0..rows)
                .map(along)
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
            let drawn: Vec<f64> = (0..rows).map(|_| low + (high - low) * rng.random_range(0.0..=1.0)).collect();
            for (column, by) in boxed.iter_mut().zip(&axis) {
                column.iter_mut().zip(&drawn).for_each(|(to, value)| *to += value * by);
            }
        }
        for (column, mean) in boxed.iter_mut().zip(mean) {
            column.iter_mut().for_each(|value| *value += mean);
        }
        boxed
    }

    /// Normal values by column, correlated as the scores are.
    fn correlated(&self, rng: &mut Xoshiro256PlusPlus) -> Vec<Vec<f64>> {
        let d = self.sorted.len();
        let mut latent = vec![vec![0.0; self.rows()]; d];
        let mut own = vec![0.0; d];
        for row in 0..self.rows() {
            own.iter_mut().for_each(|value| *value = normal(rng));
            for (column, factor) in latent.iter_mut().zip(&self.factor) {
                column[row] = factor.iter().zip(&own).map(|(f, v)| f * v).sum();
            }
        }
        latent
    }
}

/// A column that is clearly of several modes by itself: groups along it would be in every table that keeps its values.
const MODES: (f64, f64) = (0.04, 0.001);

/// Ascending values of one mode. Where there clearly are several: normal values of the same mean and spread. Where a few
/// rows lie apart from the others, beyond a gap that reference tables would have too: as many values like the others'.
fn of_one_mode(sorted: &[f64]) -> Vec<f64> {
    let mut spread = sorted.to_vec();
    spread_ties(&mut spread, 0);
    let n = sorted.len();
    let dip = dip::dip(&spread);
    if dip < MODES.0 || dip::p_value(dip, n) > MODES.1 {
        let (mut from, mut to) = (0, n);
        while let Some(rest) = gap::rest(&spread[from..to]) {
            (from, to) = (from + rest.start, from + rest.end);
        }
        return (0..n).map(|at| sorted[from + at * (to - from) / n]).collect();
    }
    let mean = sorted.iter().sum::<f64>() / n as f64;
    let deviation = (sorted.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n as f64).sqrt();
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(0);
    let mut values: Vec<f64> = sorted.iter().map(|_| mean + deviation * normal(&mut rng)).collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// A standard normal value (Box & Muller 1958).
pub(super) fn normal(rng: &mut Xoshiro256PlusPlus) -> f64 {
    let radius = (-2.0 * (1.0 - rng.random_range(0.0..1.0_f64)).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.random_range(0.0..1.0_f64)).cos()
}

/// Rows in ascending order of their values, equal ones by row.
fn order_of(values: &[f64]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    order.sort_unstable_by(|a, b| values[*a as usize].total_cmp(&values[*b as usize]).then(a.cmp(b)));
    order
}

pub(super) fn shuffled(n: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n as u32).collect();
    for i in (1..n).rev() {
        order.swap(i, rng.random_range(0..=i));
    }
    order
}

/// Mean ranks of equals.
fn ranks(values: &[f64]) -> Vec<f64> {
    let order = order_of(values);
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    for equal in order.chunk_by(|a, b| values[*a as usize] == values[*b as usize]) {
        let mean = from as f64 + (equal.len() as f64 - 1.0) / 2.0;
        equal.iter().for_each(|row| ranks[*row as usize] = mean);
        from += equal.len();
    }
    ranks
}

fn correlations(columns: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let centred: Vec<Vec<f64>> = columns
        .iter()
        .map(|column| {
            let mean = column.iter().sum::<f64>() / column.len().max(1) as f64;
            let length = column.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>().sqrt();
            column.iter().map(|v| if length > 0.0 { (v - mean) / length } else { 0.0 }).collect()
        })
        .collect();
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    centred
        .iter()
        .enumerate()
        .map(|(i, a)| centred.iter().enumerate().map(|(j, b)| if i == j { 1.0 } else { product(a, b) }).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(columns: usize) -> Vec<Part> {
        (0..columns).map(|at| Part { columns: at..at + 1, name: at.to_string(), nominal: false }).collect()
    }

    fn column(values: &[f64], at: usize, columns: usize) -> Vec<f64> {
        values.chunks(columns).map(|row| row[at]).collect()
    }

    /// Two groups along a diagonal, so far apart, and a skewed column.
    fn two_groups(n: usize, apart: f64) -> Vec<f64> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        (0..n)
            .flat_map(|row| {
                let group = if row % 2 == 0 { 0.0 } else { apart };
                [group + normal(&mut rng), group + normal(&mut rng), -2.0 * normal(&mut rng).exp()]
            })
            .collect()
    }

    #[test]
    fn a_copula_keeps_marginals_and_rank_correlations() {
        let values = two_groups(2000, 2.5);
        let parts = parts(3);
        let source = Source::new(&values, 3, &parts);
        let table = source.table(Ungrouped::Copula, 4);
        for at in 0..3 {
            let (mut before, mut after) = (column(&values, at, 3), column(&table, at, 3));
            assert_ne!(before, after);
            before.sort_unstable_by(f64::total_cmp);
            after.sort_unstable_by(f64::total_cmp);
            assert_eq!(before, after);
        }
        let rank = |values: &[f64], at: usize| ranks(&column(values, at, 3));
        let spearman = |values: &[f64]| correlations(&[rank(values, 0), rank(values, 1), rank(values, 2)]);
        let (before, after) = (spearman(&values), spearman(&table));
        assert!((before[0][1] - after[0][1]).abs() < 0.05, "{} {}", before[0][1], after[0][1]);
        assert!(after[0][2].abs() < 0.06);
        let permuted = spearman(&source.table(Ungrouped::Permuted, 4));
        assert!(permuted[0][1].abs() < 0.06, "{}", permuted[0][1]);
        assert_eq!(table, source.table(Ungrouped::Copula, 4));
        assert_ne!(table, source.table(Ungrouped::Copula, 5));
    }

    #[test]
    fn a_column_of_several_modes_has_one_in_the_reference() {
        let values = two_groups(2000, 8.0);
        let parts = parts(3);
        let table = Source::new(&values, 3, &parts).table(Ungrouped::Copula, 4);
        let dip_of = |values: &[f64], at: usize| {
            let mut column = column(values, at, 3);
            column.sort_unstable_by(f64::total_cmp);
            dip::dip(&column)
        };
        assert!(dip_of(&values, 0) > 0.1 && dip_of(&table, 0) < 0.02);
        let mut skewed = [column(&values, 2, 3), column(&table, 2, 3)];
        skewed.iter_mut().for_each(|values| values.sort_unstable_by(f64::total_cmp));
        assert_eq!(skewed[0], skewed[1]);
    }

    #[test]
    fn the_box_lies_along_the_principal_components() {
        // y = 2x with a little noise: the box is long along (1, 2) and thin across.
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
        let values: Vec<f64> = (0..1000)
            .flat_map(|_| {
                let (x, noise) = (normal(&mut rng), 0.1 * normal(&mut rng));
                [5.0 + x - 2.0 * noise, 2.0 * x + noise]
            })
            .collect();
        let parts = parts(2);
        let table = Source::new(&values, 2, &parts).table(Ungrouped::PcaBox, 1);
        let across = |row: &[f64]| (2.0 * (row[0] - 5.0) - row[1]) / 5.0_f64.sqrt();
        let along = |row: &[f64]| ((row[0] - 5.0) + 2.0 * row[1]) / 5.0_f64.sqrt();
        let range = |values: &[f64], of: &dyn Fn(&[f64]) -> f64| {
            let all: Vec<f64> = values.chunks(2).map(of).collect();
            (all.iter().copied().fold(f64::INFINITY, f64::min), all.iter().copied().fold(f64::NEG_INFINITY, f64::max))
        };
        for of in [&across as &dyn Fn(&[f64]) -> f64, &along] {
            let (own, drawn) = (range(&values, of), range(&table, of));
            let width = own.1 - own.0;
            assert!(drawn.0 > own.0 - 0.05 * width && drawn.1 < own.1 + 0.05 * width, "{own:?} {drawn:?}");
            assert!(drawn.1 - drawn.0 > 0.9 * width, "{own:?} {drawn:?}");
        }
        let middle = table.chunks(2).filter(|row| along(row).abs() < 0.5).count();
        assert!(middle < 300, "uniform, not normal: {middle}");
    }

    #[test]
    fn blocks_of_a_nominal_column_stay_whole() {
        let values: Vec<f64> = (0..90)
            .flat_map(|row| [f64::from(row), f64::from(u8::from(row % 3 == 0)), f64::from(u8::from(row % 3 != 0))])
            .collect();
        let parts = [
            Part { columns: 0..1, name: String::new(), nominal: false },
            Part { columns: 1..3, name: String::new(), nominal: true },
        ];
        let table = Source::new(&values, 3, &parts).table(Ungrouped::Copula, 1);
        assert!(table.chunks(3).all(|row| row[1] + row[2] == 1.0));
        assert_eq!(table.chunks(3).filter(|row| row[1] == 1.0).count(), 30);
    }

    #[test]
    fn columns_that_determine_each_other_are_no_harm() {
        let values: Vec<f64> = (0..50).flat_map(|row| [f64::from(row), f64::from(row) * 2.0, 1.0]).collect();
        let parts = parts(3);
        let table = Source::new(&values, 3, &parts).table(Ungrouped::Copula, 1);
        assert!(table.iter().all(|v| v.is_finite()));
        assert!(table.chunks(3).all(|row| row[1] == 2.0 * row[0]));
    }
}
