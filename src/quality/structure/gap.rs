//! A few rows that lie apart from the others in one column, beyond a gap.
//!
//! The dip does not see them: it is no larger than half of their share. Here the rows in a window are held against those
//! in the windows left and right of it: where density only rises and then falls, the middle one holds no fewer, width
//! for width, than the emptier of the two.

use std::ops::Range;

/// No more than this share of the rows are a few.
const FEW: f64 = 0.2;
/// So improbable must it be that the middle holds so few rows. (Some hundred windows are tried, which hang together.)
const IMPROBABLE: f64 = 1e-4;
/// Widths of the middle window, in deviations.
const WIDTHS: [f64; 6] = [0.5, 0.75, 1.0, 1.5, 2.0, 3.0];
/// Widths of the outer windows, in middle ones.
const OUTER: [f64; 2] = [1.0, 2.0];
/// What the quartiles of normal values are apart, in deviations.
const QUARTILES: f64 = 1.349;

/// Without a few values (of `sorted`, ascending) that lie apart beyond the clearest gap: the place of the rest; `None`
/// where no gap is clear.
pub(super) fn rest(sorted: &[f64]) -> Option<Range<usize>> {
    let n = sorted.len();
    let deviation = (sorted.get(n * 3 / 4)? - sorted[n / 4]) / QUARTILES;
    if deviation <= 0.0 {
        return None;
    }
    let below = |value: f64| sorted.partition_point(|other| *other <= value);
    let mut clearest = (IMPROBABLE, None);
    for (width, outer) in WIDTHS.iter().flat_map(|width| OUTER.map(|outer| (width * deviation, outer))) {
        // Every gap begins at a value.
        for (at, value) in sorted.iter().enumerate() {
            let (left, right) = (at + 1, below(value + width));
            let few = left.min(n - right);
            if few as f64 > FEW * n as f64 {
                continue;
            }
            let before = left - below(value - outer * width);
            let after = below(value + width + outer * width) - right;
            let chance = at_most(right - left, before.min(after), 1.0 / (1.0 + outer));
            if chance < clearest.0 {
                clearest = (chance, Some(if left < n - right { left..n } else { 0..right }));
            }
        }
    }
    clearest.1
}

/// The probability that of `middle` + `outer` rows no more than `middle` fall where each falls with probability `share`.
fn at_most(middle: usize, outer: usize, share: f64) -> f64 {
    if middle >= outer {
        return 1.0;
    }
    let rows = (middle + outer) as f64;
    let mut term = (1.0 - share).powf(rows);
    let mut sum = term;
    for k in 0..middle {
        term *= (rows - k as f64) / (k as f64 + 1.0) * share / (1.0 - share);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::super::reference::normal;
    use super::*;

    fn sorted(mut values: Vec<f64>) -> Vec<f64> {
        values.sort_unstable_by(f64::total_cmp);
        values
    }

    #[test]
    fn a_few_far_rows_are_left_out_and_tails_are_not() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let body: Vec<f64> = (0..1960).map(|_| normal(&mut rng)).collect();
        assert_eq!(rest(&sorted(body.clone())), None);
        let far = |rng: &mut Xoshiro256PlusPlus, at: f64| (0..40).map(|_| at + normal(rng)).collect::<Vec<f64>>();
        let above = rest(&sorted([body.clone(), far(&mut rng, 7.0)].concat())).unwrap();
        assert!(above.start == 0 && above.end.abs_diff(1960) < 6, "{above:?}");
        let below = rest(&sorted([body.clone(), far(&mut rng, -7.0)].concat())).unwrap();
        assert!(below.end == 2000 && below.start.abs_diff(40) < 6, "{below:?}");
        // No gap: they lie in the tail.
        assert_eq!(rest(&sorted([body, far(&mut rng, 3.0)].concat())), None);
        let exponential = (0..2000).map(|_| -(1.0 - rng.random_range(0.0..1.0_f64)).ln()).collect();
        assert_eq!(rest(&sorted(exponential)), None);
        let uniform = (0..2000).map(|_| rng.random_range(0.0..1.0)).collect();
        assert_eq!(rest(&sorted(uniform)), None);
        let heavy = (0..2000).map(|_| normal(&mut rng) / rng.random_range(0.05..1.0_f64)).collect();
        assert_eq!(rest(&sorted(heavy)), None);
        assert_eq!((rest(&[]), rest(&[1.0; 50])), (None, None));
    }

    #[test]
    fn chances_by_hand() {
        // scipy.stats.binom.cdf(2, 41, 1 / 3) = 1.3656096752563168e-05
        assert!((at_most(2, 39, 1.0 / 3.0) / 1.3656096752563168e-5 - 1.0).abs() < 1e-9);
        assert_eq!(at_most(0, 2, 0.5), 0.25);
        assert_eq!(at_most(3, 3, 0.5), 1.0);
    }
}
