//! The elbow of the WCSS curve, and how it moves with the largest k that was tried.
//!
//! Kneedle (Satopää et al. 2011) without smoothing: both axes are stretched to 0..1, and the knee is
//! where the curve lies farthest below its chord. Kneedle's sensitivity of 1 decides whether there is
//! one: it must lie below the chord by more than one step of k.

use super::KQuality;

/// Smaller largest k's at which the knee is looked for again.
const HORIZONS: [usize; 6] = [6, 8, 12, 20, 30, 50];

/// Depths below the chord that differ by less are equal: rounding does not choose a k.
const TIE: f64 = 1e-9;

/// The knee for all k's, and for sweeps that had stopped earlier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Knee {
    /// The knee over all k's, or none.
    pub k: Option<usize>,
    /// (largest k, knee if the sweep had ended there), ascending; all smaller than the largest k tried.
    pub if_stopped_at: Vec<(usize, Option<usize>)>,
}

impl Knee {
    /// Whether every shorter sweep has the same knee.
    pub fn stays(&self) -> bool {
        self.if_stopped_at.iter().all(|&(_, k)| k == self.k)
    }
}

/// The knee of the WCSS shares of `qualities`, which ascend in k.
pub fn knee(qualities: &[KQuality]) -> Knee {
    let curve: Vec<(f64, f64)> = qualities.iter().map(|q| (q.k as f64, q.wcss_share)).collect();
    let up_to = |horizon: usize| {
        let end = qualities.partition_point(|q| q.k <= horizon);
        farthest_below_chord(&curve[..end]).map(|at| qualities[at].k)
    };
    let Some(last) = qualities.last() else { return Knee::default() };
    let horizons = HORIZONS.iter().filter(|&&horizon| horizon < last.k);
    Knee { k: up_to(last.k), if_stopped_at: horizons.map(|&horizon| (horizon, up_to(horizon))).collect() }
}

/// Index of the point farthest below the line from first to last, the first among equals.
fn farthest_below_chord(curve: &[(f64, f64)]) -> Option<usize> {
    let (&(x0, y0), &(x1, y1)) = (curve.first()?, curve.last()?);
    if x1 <= x0 || y1 >= y0 {
        return None;
    }
    let below = |&(x, y): &(f64, f64)| (y0 - y) / (y0 - y1) - (x - x0) / (x1 - x0);
    let step = 1.0 / (curve.len() - 1) as f64;
    let mut best = None;
    let mut deepest = step;
    for (at, point) in curve.iter().enumerate() {
        if below(point) > deepest + TIE {
            deepest = below(point);
            best = Some(at);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::verdict::tests::quality;

    fn curve(shares: &[f64]) -> Vec<KQuality> {
        shares.iter().enumerate().map(|(i, &share)| KQuality { wcss_share: share, ..quality(i + 1) }).collect()
    }

    #[test]
    fn a_bend_is_found_and_stays() {
        let found = knee(&curve(&[1.0, 0.6, 0.2, 0.18, 0.16, 0.14, 0.12, 0.10, 0.08]));
        assert_eq!(found.k, Some(3));
        assert_eq!(found.if_stopped_at, [(6, Some(3)), (8, Some(3))]);
        assert!(found.stays());
    }

    #[test]
    fn a_line_has_none() {
        assert_eq!(knee(&curve(&[1.0, 0.8, 0.6, 0.4, 0.2])).k, None);
        assert_eq!(knee(&curve(&[1.0, 1.0, 1.0, 1.0])).k, None);
        assert_eq!(knee(&curve(&[0.0, 0.0, 0.0, 0.0])).k, None);
    }

    #[test]
    fn on_a_smooth_curve_it_moves_with_the_largest_k() {
        let shares: Vec<f64> = (1..=20).map(|k| 1.0 / f64::from(k)).collect();
        let found = knee(&curve(&shares));
        assert_eq!(found.k, Some(4));
        assert_eq!(found.if_stopped_at, [(6, Some(2)), (8, Some(3)), (12, Some(3))]);
        assert!(!found.stays());
    }

    #[test]
    fn few_points_have_none() {
        assert_eq!(knee(&[]), Knee::default());
        assert_eq!(knee(&curve(&[1.0])).k, None);
        assert_eq!(knee(&curve(&[1.0, 0.1])).k, None);
        assert_eq!(knee(&curve(&[1.0, 0.0001, 0.0])).k, None);
    }
}
