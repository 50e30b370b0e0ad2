//! Percentiles of known values, and where a threshold lies among them.

/// The percentile of the values that are known, interpolated linearly between neighbours (type 7 of Hyndman
/// and Fan, what numpy and pandas do by default). `percent` is 0…100. `None` if no value is known.
pub fn percentile(values: &[f64], percent: f64) -> Option<f64> {
    let mut known: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    percentile_of_known(&mut known, percent)
}

/// The percentile within each group: one per group, NaN where a group has no known value. `group_of` tells a
/// row's group, and what is not below `groups` belongs to none.
pub(super) fn percentile_by_group(
    values: &[f64],
    groups: usize,
    group_of: impl Fn(usize) -> usize,
    percent: f64,
) -> Vec<f64> {
    let known =
        || values.iter().enumerate().filter(|(_, value)| !value.is_nan()).map(|(row, value)| (group_of(row), *value));
    // Values laid out group by group, as in a counting sort.
    let mut ends = vec![0; groups];
    for (group, _) in known() {
        if let Some(end) = ends.get_mut(group) {
            *end += 1;
        }
    }
    let mut total = 0;
    for end in &mut ends {
        let start = total;
        total += *end;
        *end = start;
    }
    let mut laid = vec![0.0; total];
    for (group, value) in known() {
        if let Some(end) = ends.get_mut(group) {
            laid[*end] = value;
            *end += 1;
        }
    }
    let mut start = 0;
    ends.iter()
        .map(|&end| {
            let value = percentile_of_known(&mut laid[start..end], percent);
            start = end;
            value.unwrap_or(f64::NAN)
        })
        .collect()
}

fn percentile_of_known(known: &mut [f64], percent: f64) -> Option<f64> {
    let last = known.len().checked_sub(1)?;
    let place = last as f64 * percent.clamp(0.0, 100.0) / 100.0;
    let below = place.floor() as usize;
    let fraction = place - place.floor();
    let (_, low, above) = known.select_nth_unstable_by(below, f64::total_cmp);
    let low = *low;
    if fraction == 0.0 {
        return Some(low);
    }
    let high = above.iter().copied().fold(f64::INFINITY, f64::min);
    Some(low + fraction * (high - low))
}

/// Percent of the known values that lie below a threshold, 0…100; `None` if no value is known.
///
/// The same number is shown for `<` and for `>`: for the latter it is the percent that the clause leaves out,
/// up to values equal to the threshold.
pub fn percent_below(values: &[f64], threshold: f64) -> Option<f64> {
    let (mut below, mut known) = (0_usize, 0_usize);
    for value in values {
        below += usize::from(*value < threshold);
        known += usize::from(!value.is_nan());
    }
    (known > 0).then(|| 100.0 * below as f64 / known as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAN: f64 = f64::NAN;

    /// Golden values of `numpy.percentile([15, 20, 35, 40, 50], p)`.
    #[test]
    fn interpolates_as_numpy_does() {
        let values = [50.0, NAN, 15.0, 40.0, 20.0, NAN, 35.0];
        for (percent, golden) in [
            (0.0, 15.0),
            (5.0, 16.0),
            (25.0, 20.0),
            (30.0, 23.0),
            (40.0, 29.0),
            (50.0, 35.0),
            (90.0, 46.0),
            (100.0, 50.0),
        ] {
            let value = percentile(&values, percent).unwrap();
            assert!((value - golden).abs() < 1e-9, "p{percent}: {value}");
        }
        assert_eq!(percentile(&[NAN], 50.0), None);
        assert_eq!(percentile(&[], 50.0), None);
    }

    #[test]
    fn groups_keep_to_themselves() {
        let values = [1.0, 10.0, 3.0, 30.0, NAN, 99.0];
        let groups = [0, 1, 0, 1, 0, 7];
        let medians = percentile_by_group(&values, 3, |row| groups[row], 50.0);
        assert_eq!(medians[..2], [2.0, 20.0]);
        assert!(medians[2].is_nan());
    }

    #[test]
    fn share_below_counts_known_values_only() {
        assert_eq!(percent_below(&[1.0, 2.0, 2.0, NAN, 4.0], 2.0), Some(25.0));
        assert_eq!(percent_below(&[NAN], 2.0), None);
    }
}
