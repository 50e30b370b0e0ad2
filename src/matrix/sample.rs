//! A smaller matrix that stands for a large one: all rows that lie far out, some of the others.

use super::moments::{gather, sum_of_squares};
use super::{Matrix, Tiles};

/// A row is far out when its squared distance from the mean is this many times the average.
const FAR: f64 = 9.0;
/// At most this part of a sample are far rows: one in so many.
const FAR_PART: usize = 4;

impl Matrix {
    /// About `rows` of the distinct rows, in their order: those that lie far out as they are, and the
    /// first of the others, each standing for equally many.
    ///
    /// (A plain sample of heavy-tailed rows is hardly a sample: the few rows that make up most of the
    /// sum of squares are in it or not.) Mean and scale are those of the whole, so centres can go back
    /// and forth; the sum of squares is about that mean. No used row belongs to a sample:
    /// [`Matrix::distinct_of`] is empty.
    pub(crate) fn sample(&self, rows: usize) -> Self {
        let far = self.far_rows(rows / FAR_PART);
        let near = self.distinct() - far.len();
        let each = near.div_ceil(rows.saturating_sub(far.len()).max(1)).max(1);
        let mut left = near.div_ceil(each);
        let mut kept: Vec<u32> = Vec::with_capacity(left + far.len());
        let mut weights = Vec::with_capacity(left + far.len());
        let mut far = far.into_iter().peekable();
        for (i, &weight) in self.weights.iter().enumerate() {
            if far.next_if_eq(&i).is_some() {
                weights.push(weight);
            } else if left > 0 {
                left -= 1;
                weights.push(weight.saturating_mul(u32::try_from(each).unwrap_or(u32::MAX)));
            } else {
                continue;
            }
            kept.push(i as u32);
        }
        let (values, _) = gather(&kept, &weights, &self.values, self.columns);
        let tiles = Tiles::scaled(&values, self.columns, &weights, &self.mean, self.tiles.scale());
        let total_ss = sum_of_squares(&values, &weights, &self.mean);
        Self {
            columns: self.columns,
            values,
            weights,
            distinct_of: Vec::new(),
            mean: self.mean.clone(),
            total_ss,
            tiles,
        }
    }

    /// The rows that lie far out, at most `most` (then the farthest), ascending.
    fn far_rows(&self, most: usize) -> Vec<usize> {
        let scale = self.tiles.scale();
        let limit = FAR * self.total_ss * scale * scale / self.rows() as f64;
        let mut far: Vec<(f32, usize)> = (0..self.distinct())
            .map(|i| (self.tiles.square_norm(i), i))
            .filter(|(square, _)| f64::from(*square) > limit)
            .collect();
        if far.len() > most {
            far.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            far.truncate(most);
        }
        let mut far: Vec<usize> = far.into_iter().map(|(_, i)| i).collect();
        far.sort_unstable();
        far
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_keeps_far_rows_and_stands_for_the_rest() {
        let mut values: Vec<f64> = (0..40_000).map(|i| f64::from(i % 10_000) / 100.0).collect();
        values.extend([5_000.0, 6_000.0, 6_000.0]);
        let all = Matrix::from_rows(&values, 1).unwrap();
        let sample = all.sample(1_000);
        assert!(sample.distinct() <= 1_001 && sample.distinct() > 900);
        let weight_of =
            |value: f64| (0..sample.distinct()).find(|&i| sample.row(i)[0] == value).map(|i| sample.weights()[i]);
        assert_eq!((weight_of(5_000.0), weight_of(6_000.0)), (Some(1), Some(2)));
        let total: u64 = sample.weights().iter().map(|&w| u64::from(w)).sum();
        assert!((total as f64 / 40_003.0 - 1.0).abs() < 0.02, "{total}");
        assert!((sample.total_ss() / all.total_ss() - 1.0).abs() < 0.02);
        assert_eq!((sample.mean(), sample.tiles().scale()), (all.mean(), all.tiles().scale()));
    }
}
