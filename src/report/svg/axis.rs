//! Where axes have their ticks.

/// A scale from values to places.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    values: (f64, f64),
    places: (f64, f64),
    log: bool,
}

impl Axis {
    /// From `values.0` at `places.0` to `values.1` at `places.1`, evenly. Equal values are spread a little.
    pub(super) fn linear(values: (f64, f64), places: (f64, f64)) -> Self {
        let (low, high) = values;
        let values = if high > low { (low, high) } else { (low - 0.5, high + 0.5) };
        Self { values, places, log: false }
    }

    /// The same by ratios; for values above 0.
    pub(super) fn log(values: (f64, f64), places: (f64, f64)) -> Self {
        let (low, high) = values;
        let values = if high > low { (low, high) } else { (low / 1.5, high * 1.5) };
        Self { values, places, log: true }
    }

    /// Where a value lies; values outside lie at the end.
    pub(super) fn at(&self, value: f64) -> f64 {
        let of = |v: f64| if self.log { v.max(f64::MIN_POSITIVE).ln() } else { v };
        let (low, high) = (of(self.values.0), of(self.values.1));
        let share = ((of(value) - low) / (high - low)).clamp(0.0, 1.0);
        self.places.0 + share * (self.places.1 - self.places.0)
    }

    /// About `most` round values along it.
    pub(super) fn ticks(&self, most: usize) -> Vec<f64> {
        if self.log { ratios(self.values, most) } else { round(self.values, most) }
    }
}

/// Multiples of 1, 2 or 5 times a power of ten between two values, at most `most` of them.
fn round((low, high): (f64, f64), most: usize) -> Vec<f64> {
    let least = (high - low) / most.max(1) as f64;
    let power = 10f64.powf(least.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|step| *step >= least * (1.0 - 1e-9));
    let step = step.unwrap_or(10.0 * power);
    let (from, to) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
    (from..=to).map(|i| i as f64 * step).collect()
}

/// 1, 2 and 5 times powers of ten between two values; powers of ten alone where those were too many.
fn ratios((low, high): (f64, f64), most: usize) -> Vec<f64> {
    let powers = || (low.log10().floor() as i32..=high.log10().ceil() as i32).map(|p| 10f64.powi(p));
    let within = |tick: &f64| *tick >= low * (1.0 - 1e-9) && *tick <= high * (1.0 + 1e-9);
    for multiples in [&[1.0, 2.0, 5.0][..], &[1.0, 3.0][..], &[1.0][..]] {
        let ticks: Vec<f64> = powers().flat_map(|p| multiples.iter().map(move |m| m * p)).filter(within).collect();
        if ticks.len() <= most && !ticks.is_empty() {
            return ticks;
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_within() {
        assert_eq!(round((0.0, 100.0), 5), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(round((1.0, 12.0), 12), (1..=12).map(f64::from).collect::<Vec<_>>());
        assert_eq!(round((-0.7, 0.5), 4), [-0.5, 0.0, 0.5]);
        assert_eq!(ratios((3e5, 4e6), 6), [5e5, 1e6, 2e6]);
        assert_eq!(ratios((1.0, 1e6), 6), Vec::<f64>::new());
        assert_eq!(ratios((1.0, 1e6), 7).len(), 7);
    }

    #[test]
    fn places_follow_values_and_stay_inside() {
        let axis = Axis::linear((0.0, 10.0), (100.0, 0.0));
        assert_eq!((axis.at(0.0), axis.at(2.5), axis.at(99.0)), (100.0, 75.0, 0.0));
        let log = Axis::log((1.0, 100.0), (0.0, 10.0));
        assert!((log.at(10.0) - 5.0).abs() < 1e-12 && log.at(0.0) == 0.0);
        assert!(Axis::linear((3.0, 3.0), (0.0, 10.0)).at(3.0) == 5.0);
    }
}
