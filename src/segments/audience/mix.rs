//! Turning the knobs of an audience: shares in whole points that always make a hundred, budgets in round steps.

use super::{Wanted, apportioned};
use crate::segments::cards::Kind;

/// Points that a kind gets when it comes into the mix.
const FIRST_SHARE: i32 = 20;

/// The largest budget that is stepped to.
const LARGEST: usize = 1_000_000;

impl Wanted {
    /// The shares of the mix in whole percent, in its order; they make 100.
    pub fn shares(&self) -> Vec<usize> {
        apportioned(100, &self.mix.iter().map(|(_, weight)| *weight).collect::<Vec<_>>())
    }

    /// Gives a kind of the mix so many points more, and takes them from the others in proportion to what they have.
    /// Says whether that changed anything.
    pub fn shift(&mut self, kind: Kind, points: i32) -> bool {
        let shares = self.shares();
        let Some(at) = self.mix.iter().position(|(other, _)| *other == kind) else { return false };
        let now = shares[at] as i32;
        let wanted = (now + points).clamp(0, 100);
        if wanted == now || self.mix.len() == 1 {
            return false;
        }
        let mut others: Vec<f64> = shares.iter().map(|share| *share as f64).collect();
        others[at] = 0.0;
        self.set(&others, at, wanted as usize);
        true
    }

    /// Takes a kind into the mix, or out of it. Says whether that was possible: the last one stays.
    pub fn toggle(&mut self, kind: Kind) -> bool {
        if let Some(at) = self.mix.iter().position(|(other, _)| *other == kind) {
            if self.mix.len() == 1 {
                return false;
            }
            self.mix.remove(at);
            // Those that are left had nothing: they share alike.
            if self.mix.iter().all(|(_, weight)| *weight == 0.0) {
                self.mix.iter_mut().for_each(|(_, weight)| *weight = 1.0);
            }
            let shares = self.shares();
            self.mix.iter_mut().zip(shares).for_each(|((_, weight), share)| *weight = share as f64);
            return true;
        }
        self.mix.push((kind, 0.0));
        self.shift(kind, FIRST_SHARE)
    }

    /// What is left of a hundred goes to the others by their weights.
    fn set(&mut self, others: &[f64], at: usize, share: usize) {
        let alike: Vec<f64> = (0..others.len()).map(|i| if i == at { 0.0 } else { 1.0 }).collect();
        let weights = if others.iter().sum::<f64>() > 0.0 { others } else { &alike };
        let rest = apportioned(100 - share, weights);
        for (i, (_, weight)) in self.mix.iter_mut().enumerate() {
            *weight = if i == at { share as f64 } else { rest[i] as f64 };
        }
    }

    /// The next larger or smaller round budget: 1, 2 or 5 times a power of ten.
    pub fn step(&mut self, larger: bool) {
        let steps = (0..=6).flat_map(|power| [1, 2, 5].map(|first| first * 10usize.pow(power)));
        let mut steps = steps.filter(|step| *step <= LARGEST);
        let budget = self.budget;
        let next = if larger { steps.find(|step| *step > budget) } else { steps.rfind(|step| *step < budget) };
        self.budget = next.unwrap_or(budget);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shares(wanted: &Wanted) -> Vec<(Kind, usize)> {
        wanted.mix.iter().map(|(kind, _)| *kind).zip(wanted.shares()).collect()
    }

    #[test]
    fn points_come_from_the_others() {
        let mut wanted = Wanted::default();
        assert!(wanted.shift(Kind::YoungRising, 5));
        assert_eq!(wanted.mix, [(Kind::ExperiencedUnderpaid, 55.0), (Kind::YoungRising, 45.0)]);
        assert!(wanted.toggle(Kind::Stuck));
        let three = [(Kind::ExperiencedUnderpaid, 44), (Kind::YoungRising, 36), (Kind::Stuck, 20)];
        assert_eq!(shares(&wanted), three);
        assert!(wanted.toggle(Kind::ExperiencedUnderpaid));
        assert_eq!(shares(&wanted), [(Kind::YoungRising, 64), (Kind::Stuck, 36)]);
        assert!(!wanted.shift(Kind::ExperiencedUnderpaid, 5), "it is not in the mix");
    }

    #[test]
    fn the_last_kind_stays_and_nothing_is_shared_alike() {
        let mut wanted = Wanted { mix: vec![(Kind::Stuck, 3.0)], ..Wanted::default() };
        assert!(!wanted.toggle(Kind::Stuck) && !wanted.shift(Kind::Stuck, -5));
        wanted.mix = vec![(Kind::Stuck, 100.0), (Kind::YoungRising, 0.0), (Kind::MispricedRole, 0.0)];
        assert!(wanted.shift(Kind::Stuck, -10));
        assert_eq!(wanted.shares(), [90, 5, 5]);
        wanted.mix = vec![(Kind::Stuck, 100.0), (Kind::YoungRising, 0.0)];
        assert!(wanted.toggle(Kind::Stuck));
        assert_eq!(wanted.mix, [(Kind::YoungRising, 100.0)]);
    }

    #[test]
    fn budgets_go_in_round_steps() {
        let mut wanted = Wanted { budget: 37, ..Wanted::default() };
        let mut seen = Vec::new();
        for larger in [true, true, true, false, false, false, false] {
            wanted.step(larger);
            seen.push(wanted.budget);
        }
        assert_eq!(seen, [50, 100, 200, 100, 50, 20, 10]);
        (0..99).for_each(|_| wanted.step(false));
        assert_eq!(wanted.budget, 1);
        (0..99).for_each(|_| wanted.step(true));
        assert_eq!(wanted.budget, LARGEST);
    }

    proptest! {
        /// Whatever is pressed, the shares make a hundred, some weight is above nought, and no kind is there twice.
        #[test]
        fn a_hundred_stays_a_hundred(keys in prop::collection::vec((0usize..4, -3i32..4), 0..60)) {
            let mut wanted = Wanted::default();
            for (kind, points) in keys {
                let kind = Kind::ALL[kind];
                if points == 0 { wanted.toggle(kind) } else { wanted.shift(kind, 5 * points) };
                prop_assert_eq!(wanted.shares().iter().sum::<usize>(), 100);
                let mut kinds: Vec<Kind> = wanted.mix.iter().map(|(kind, _)| *kind).collect();
                kinds.sort();
                kinds.dedup();
                prop_assert_eq!(kinds.len(), wanted.mix.len());
            }
        }
    }
}
