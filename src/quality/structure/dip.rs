//! Hartigan's dip: how far a sample is from every distribution with one mode (J. A. Hartigan and P. M. Hartigan,
//! *The Dip Test of Unimodality*, Annals of Statistics 13, 1985).
//!
//! The dip is the least, over all unimodal distribution functions, of the largest distance to the empirical one. It
//! is found by shrinking an interval that holds the mode: left of it the best function is the greatest convex
//! minorant of the empirical one, right of it the least concave majorant.

/// √n · dip of uniform samples: the value that a share `1 − p` of them stays below, for p = .1, .05, .02, .01, .005,
/// .001; by n. Simulated (8,000 to 20,000 samples each) with the `diptest` package for Python.
const QUANTILES: [(f64, [f64; 6]); 7] = [
    (20.0, [0.433, 0.469, 0.511, 0.536, 0.559, 0.615]),
    (50.0, [0.460, 0.498, 0.538, 0.569, 0.600, 0.654]),
    (100.0, [0.472, 0.511, 0.557, 0.588, 0.617, 0.688]),
    (200.0, [0.481, 0.523, 0.573, 0.606, 0.635, 0.704]),
    (500.0, [0.489, 0.532, 0.582, 0.616, 0.649, 0.722]),
    (1000.0, [0.494, 0.533, 0.584, 0.617, 0.650, 0.725]),
    (2000.0, [0.495, 0.534, 0.584, 0.617, 0.650, 0.725]),
];
/// The shares that the columns of [`QUANTILES`] are for.
const LEVELS: [f64; 6] = [0.1, 0.05, 0.02, 0.01, 0.005, 0.001];

/// The dip of `sorted` values (ascending), 1/2n … 1/4; 0 for no values.
pub(super) fn dip(sorted: &[f64]) -> f64 {
    let n = sorted.len();
    if n == 0 || sorted[0] == sorted[n - 1] {
        return if n == 0 { 0.0 } else { 0.5 / n as f64 };
    }
    // Heights in rows: the empirical function jumps at value i from i to i + 1.
    let (mut low, mut high) = (0, n - 1);
    let mut dip = 1.0_f64;
    loop {
        let minorant = hull(sorted, low, high, |cross| cross <= 0.0);
        let majorant = hull(sorted, low, high, |cross| cross >= 0.0);
        let (apart, next_low, next_high) = widest(sorted, &minorant, &majorant);
        if apart <= dip {
            break;
        }
        let below = furthest(sorted, &minorant, low, next_low, |row, fitted| row + 1.0 - fitted, 0.0);
        let above = furthest(sorted, &majorant, next_high, high, |row, fitted| fitted - row, 1.0);
        dip = dip.max(below).max(above);
        if (next_low, next_high) == (low, high) {
            break;
        }
        (low, high) = (next_low, next_high);
    }
    dip / (2.0 * n as f64)
}

/// The chance that uniform values have a dip at least as large; at most .1 and at least .001 are told apart, others are
/// 1 and 0.
pub(super) fn p_value(dip: f64, n: usize) -> f64 {
    let n = n as f64;
    let scaled = dip * n.sqrt();
    let at = QUANTILES.partition_point(|(size, _)| *size < n).clamp(1, QUANTILES.len() - 1);
    let ((from, low), (to, high)) = (QUANTILES[at - 1], QUANTILES[at]);
    let share = ((n.ln() - from.ln()) / (to.ln() - from.ln())).clamp(0.0, 1.0);
    let quantile = |level: usize| low[level] + (high[level] - low[level]) * share;
    if scaled < quantile(0) {
        return 1.0;
    }
    for level in 1..LEVELS.len() {
        let (before, this) = (quantile(level - 1), quantile(level));
        if scaled < this {
            let share = (scaled - before) / (this - before);
            return LEVELS[level - 1] * (LEVELS[level] / LEVELS[level - 1]).powf(share);
        }
    }
    0.0
}

/// Corners, as places of values, of the convex minorant or the concave majorant of the steps between two places;
/// `inside` tells by the cross product whether a corner lies inside of the hull. (The minorant touches the lower
/// corners of the steps and the majorant the upper ones, one row higher: the same shape.)
fn hull(sorted: &[f64], low: usize, high: usize, inside: impl Fn(f64) -> bool) -> Vec<usize> {
    let mut corners: Vec<usize> = Vec::new();
    for place in low..=high {
        while let [.., before, last] = corners[..] {
            let (dx, dy) = (sorted[last] - sorted[before], (last - before) as f64);
            let cross = dx * (place - before) as f64 - dy * (sorted[place] - sorted[before]);
            if !inside(cross) {
                break;
            }
            corners.pop();
        }
        corners.push(place);
    }
    corners
}

/// Height of a hull over a value; `lift` is 1 for a majorant.
fn height(sorted: &[f64], corners: &[usize], value: f64, lift: f64) -> f64 {
    let after = corners.partition_point(|corner| sorted[*corner] < value).clamp(1, corners.len() - 1);
    let (a, b) = (corners[after - 1], corners[after]);
    let width = sorted[b] - sorted[a];
    let share = if width > 0.0 { (value - sorted[a]) / width } else { 1.0 };
    a as f64 + (b - a) as f64 * share + lift
}

/// Where the two hulls are farthest apart: how far, and the corners of minorant and majorant around that place.
fn widest(sorted: &[f64], minorant: &[usize], majorant: &[usize]) -> (f64, usize, usize) {
    let (mut apart, mut low, mut high) = (0.0, minorant[0], majorant[majorant.len() - 1]);
    if minorant.len() < 2 || majorant.len() < 2 {
        return (apart, low, high);
    }
    for &corner in minorant {
        let distance = height(sorted, majorant, sorted[corner], 1.0) - corner as f64;
        if distance > apart {
            let after = majorant.partition_point(|other| *other < corner).min(majorant.len() - 1);
            (apart, low, high) = (distance, corner, majorant[after]);
        }
    }
    for &corner in majorant {
        let distance = corner as f64 + 1.0 - height(sorted, minorant, sorted[corner], 0.0);
        if distance > apart {
            let before = minorant.partition_point(|other| *other <= corner).max(1) - 1;
            (apart, low, high) = (distance, minorant[before], corner);
        }
    }
    (apart, low, high)
}

/// The largest distance between the steps and a hull from one place to another.
fn furthest(
    sorted: &[f64],
    corners: &[usize],
    from: usize,
    to: usize,
    distance: impl Fn(f64, f64) -> f64,
    lift: f64,
) -> f64 {
    if corners.len() < 2 {
        return 0.0;
    }
    (from..=to).map(|row| distance(row as f64, height(sorted, corners, sorted[row], lift))).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of the `diptest` package for Python (which gives 0 where the least is 1/2n).
    #[test]
    fn dips_are_those_of_another_implementation() {
        let close = |values: &[f64], wanted: f64| {
            let found = dip(values);
            assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
        };
        close(&[0.0, 0.1, 0.2, 0.3, 5.0, 5.1, 5.2, 5.3], 0.235);
        close(&[1.0, 2.0, 2.0, 3.0, 7.0, 8.0, 8.5, 9.0, 9.0, 20.0], 0.133_333_333_333_333_36);
        close(&(0..10).map(f64::from).collect::<Vec<_>>(), 0.05);
        let growing: Vec<f64> = (0..30).map(|i| (f64::from(i) * 3.0 / 29.0).exp()).collect();
        close(&growing, 1.0 / 60.0);
        close(&[4.0, 4.0, 4.0], 1.0 / 6.0);
        assert_eq!(dip(&[]), 0.0);
    }

    #[test]
    fn p_values_lie_between_those_of_the_table() {
        let p = |scaled: f64, n: usize| p_value(scaled / (n as f64).sqrt(), n);
        assert_eq!((p(0.3, 200), p(0.9, 200)), (1.0, 0.0));
        assert!((p(0.606, 200) - 0.01).abs() < 1e-3 && (p(0.523, 200) - 0.05).abs() < 1e-3);
        assert!((p(0.617, 100_000) - 0.01).abs() < 1e-3 && (p(0.536, 5) - 0.01).abs() < 1e-3);
    }
}
