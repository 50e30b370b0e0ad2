//! Random draws that give the same value on every machine.
//!
//! The system's `exp`, `ln` and `cos` may differ in their last bit between platforms, and the distributions of
//! the `rand` crates may change between versions. So everything here is Xoshiro256++ (a fixed algorithm) and
//! `+ − × ÷` on f64, which IEEE 754 rounds the same everywhere.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// A seeded stream of draws.
#[derive(Clone, Debug)]
pub(super) struct Dice(Xoshiro256PlusPlus);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// 64 random bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform in [0, 1).
    pub(super) fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True with the given probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Uniform in `0..n` (0 for `n` = 0). The bias of multiply-and-shift is below n / 2⁶⁴.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u64
    }

    /// Uniform in `low..=high`.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// One of the items, each as likely.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len() as u64) as usize]
    }

    /// An index, with probability proportional to its weight.
    pub(super) fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let mut left = self.below(weights.clone().map(u64::from).sum());
        for (index, weight) in weights.enumerate() {
            match left.checked_sub(u64::from(weight)) {
                Some(rest) => left = rest,
                None => return index,
            }
        }
        0
    }

    /// Standard normal to within ±6, as the sum of twelve uniforms (Irwin–Hall): no logarithm, no rejection.
    pub(super) fn normal(&mut self) -> f64 {
        let mut sum = 0_u64;
        for _ in 0..3 {
            let bits = self.bits();
            for lane in 0..4 {
                sum += (bits >> (16 * lane)) & 0xffff;
            }
        }
        (sum + 6) as f64 / 65_536.0 - 6.0
    }
}

/// Uniform draws that are spread evenly: any stretch of n of them puts n·p ± a few into an interval of length p,
/// where independent draws would put n·p ± √(n·p·(1−p)). So shares hold in a table of 1,000 rows as they do in
/// one of ten million. (A Weyl sequence: the fractions of start + n · an irrational step.)
#[derive(Clone, Debug)]
pub(super) struct Even {
    at: u64,
    step: u64,
}

impl Even {
    /// Fractions of the golden ratio, of √2 and of √3, times 2⁶⁴: sequences with different steps do not lock.
    pub(super) const STEPS: [u64; 3] = [0x9e37_79b9_7f4a_7c15, 0x6a09_e667_f3bc_c909, 0xbb67_ae85_84ca_a73b];

    pub(super) fn new(start: u64, step: u64) -> Self {
        Self { at: start, step }
    }

    /// The next value, in [0, 1).
    pub(super) fn uniform(&mut self) -> f64 {
        self.at = self.at.wrapping_add(self.step);
        (self.at >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The next value, in `0..n`.
    pub(super) fn below(&mut self, n: u32) -> u32 {
        (self.uniform() * f64::from(n)) as u32
    }
}

/// eˣ for |x| ≤ 700, good to about 1e-15, from `+ − ×` alone.
pub(super) fn exp(x: f64) -> f64 {
    let power = (x * std::f64::consts::LOG2_E).round();
    let rest = x - power * std::f64::consts::LN_2;
    let series = (1..=14).rev().fold(1.0, |sum, n| 1.0 + sum * rest / f64::from(n));
    series * f64::from_bits(((1023.0 + power) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_agrees_with_the_system() {
        for x in [-20.0, -1.5, -0.3, 0.0, 0.1, 1.0, 13.755, 20.7] {
            let wanted = f64::exp(x);
            assert!((exp(x) / wanted - 1.0).abs() < 1e-13, "exp({x})");
        }
    }

    #[test]
    fn normal_has_mean_zero_and_unit_variance() {
        let mut dice = Dice::new(1);
        let draws: Vec<f64> = (0..100_000).map(|_| dice.normal()).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / draws.len() as f64;
        assert!(mean.abs() < 0.015 && (variance - 1.0).abs() < 0.02, "mean {mean}, variance {variance}");
    }

    #[test]
    fn even_draws_hold_a_small_share_in_a_short_stretch() {
        for step in Even::STEPS {
            let mut even = Even::new(7, step);
            for stretch in 0..20 {
                let hits = (0..1000).filter(|_| even.uniform() < 0.013).count();
                assert!((10..=16).contains(&hits), "stretch {stretch}: {hits}");
            }
        }
    }

    #[test]
    fn weighted_draws_follow_their_weights() {
        let mut dice = Dice::new(2);
        let mut counts = [0; 3];
        for _ in 0..40_000 {
            counts[dice.weighted([1, 0, 3].into_iter())] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!((9_500..10_500).contains(&counts[0]), "{counts:?}");
    }
}
