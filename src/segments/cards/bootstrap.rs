//! Bootstrap intervals (Efron 1979; the percentile interval): the same statistic over resampled people.

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use crate::features::encode::quantile;

/// Resamples.
const RESAMPLES: u64 = 400;

/// A statistic over resampled values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Interval {
    /// 2.5 % of the resamples lie below.
    pub low: f64,
    /// 2.5 % lie above.
    pub high: f64,
    /// Standard error.
    pub se: f64,
}

/// The interval of the median of `sorted` values (ascending, all known, at least one).
pub(super) fn of_median(sorted: &[f64], seed: u64) -> Interval {
    let n = sorted.len();
    interval(seed, |draw| {
        // Since the values are sorted, the median of the values is the value of the median place.
        let mut places: Vec<f64> = (0..n).map(|_| draw(n) as f64).collect();
        let place = quantile(&mut places, 0.5).unwrap_or(0.0);
        let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
        below + (above - below) * place.fract()
    })
}

/// The interval of the mean of `n` values of which `hits` are 1 and the others 0.
pub(super) fn of_share(hits: usize, n: usize, seed: u64) -> Interval {
    interval(seed, |draw| (0..n).filter(|_| draw(n) < hits).count() as f64 / n.max(1) as f64)
}

fn interval(seed: u64, statistic: impl Fn(&mut dyn FnMut(usize) -> usize) -> f64 + Sync) -> Interval {
    let mut found: Vec<f64> = (0..RESAMPLES)
        .into_par_iter()
        .map(|resample| {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed.wrapping_mul(RESAMPLES).wrapping_add(resample));
            statistic(&mut |n| rng.random_range(0..n.max(1)))
        })
        .collect();
    let mean = found.iter().sum::<f64>() / found.len() as f64;
    let variance = found.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / found.len() as f64;
    let mut at = |q| quantile(&mut found, q).unwrap_or(f64::NAN);
    Interval { low: at(0.025), high: at(0.975), se: variance.sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_median_is_as_wide_as_theory_has_it() {
        // The median of n uniform values has a standard error of about 1 / (2 √n).
        let sorted: Vec<f64> = (0..2500).map(|i| f64::from(i) / 2499.0).collect();
        let interval = of_median(&sorted, 1);
        assert!((interval.se - 0.01).abs() < 0.0015, "{interval:?}");
        assert!((interval.low - 0.48).abs() < 0.005 && (interval.high - 0.52).abs() < 0.005, "{interval:?}");
        assert_eq!(interval, of_median(&sorted, 1));
        assert_ne!(interval, of_median(&sorted, 2));
        assert_eq!(of_median(&[7.0], 3), Interval { low: 7.0, high: 7.0, se: 0.0 });
    }

    #[test]
    fn the_interval_of_a_share_is_binomial() {
        let interval = of_share(300, 1000, 5);
        assert!((interval.se - (0.3_f64 * 0.7 / 1000.0).sqrt()).abs() < 0.002, "{interval:?}");
        assert!(interval.low < 0.3 && 0.3 < interval.high);
        assert_eq!(of_share(0, 0, 1).se, 0.0);
    }
}
