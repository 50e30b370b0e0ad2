//! Canonical numbers for clusters: cluster 0 is the one paid least for its experience.

use crate::features::encode::quantile;
use crate::table::cleaning::Learners;
use crate::table::role::Role;

/// Pay against what the same whole year of experience is paid, by used row: ln(1 + pay) less the median
/// ln(1 + pay) of that year. NaN where pay or experience is unknown; `None` without both columns.
pub fn pay_for_experience(learners: &Learners) -> Option<Vec<f64>> {
    let pay = learners.with_role(Role::Pay)?.numbers()?;
    let experience = learners.with_role(Role::Experience)?.numbers()?;
    let known = |row: usize| pay[row] > -1.0 && pay[row].is_finite() && experience[row].is_finite();
    let mut order: Vec<(i64, f64, usize)> = (0..pay.len())
        .filter(|&row| known(row))
        .map(|row| (experience[row].floor() as i64, pay[row].ln_1p(), row))
        .collect();
    order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut residual = vec![f64::NAN; pay.len()];
    for year in order.chunk_by(|a, b| a.0 == b.0) {
        let middle = quantile(&mut year.iter().map(|r| r.1).collect::<Vec<_>>(), 0.5).unwrap_or(0.0);
        for (_, log_pay, row) in year {
            residual[*row] = log_pay - middle;
        }
    }
    Some(residual)
}

/// The canonical order of `k` clusters: new number → old number.
///
/// With a residual: ascending mean of it, ties by size descending, then first row. Without: size
/// descending, then first row. `labels` and `residual` go by row; `rows` are source rows, for ties.
pub fn canonical(labels: &[u16], k: usize, rows: &[u32], residual: Option<&[f64]>) -> Vec<usize> {
    let mut size = vec![0usize; k];
    let mut first = vec![u32::MAX; k];
    let (mut sum, mut known) = (vec![0.0; k], vec![0usize; k]);
    for (i, &label) in labels.iter().enumerate() {
        let cluster = usize::from(label);
        size[cluster] += 1;
        first[cluster] = first[cluster].min(rows[i]);
        if let Some(value) = residual.map(|r| r[i]).filter(|v| v.is_finite()) {
            sum[cluster] += value;
            known[cluster] += 1;
        }
    }
    // A cluster in which no pay is known has no place on that scale: it goes last.
    let mean = |c: usize| match (residual, known[c]) {
        (Some(_), 0) => f64::INFINITY,
        (Some(_), n) => sum[c] / n as f64,
        (None, _) => 0.0,
    };
    let mut order: Vec<usize> = (0..k).collect();
    order.sort_by(|&a, &b| mean(a).total_cmp(&mean(b)).then(size[b].cmp(&size[a])).then(first[a].cmp(&first[b])));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_paid_least_for_its_experience_is_first() {
        let labels = [0, 0, 1, 1, 2];
        let residual = [0.5, 0.4, -0.2, -0.4, 0.0];
        assert_eq!(canonical(&labels, 3, &[0, 1, 2, 3, 4], Some(&residual)), [1, 2, 0]);
    }

    #[test]
    fn without_pay_size_decides_then_the_first_row() {
        let labels = [2, 0, 1, 1, 0];
        assert_eq!(canonical(&labels, 3, &[0, 1, 2, 3, 4], None), [0, 1, 2]);
        let labels = [1, 0, 1, 0];
        assert_eq!(canonical(&labels, 2, &[5, 6, 7, 8], None), [1, 0]);
    }
}
