//! Bands of age and stages of the career: figures of a group. How old everybody is, is read in `table::age`.

use crate::features::encode::quantile;
use crate::table::age::{AgeBasis, Ages};
use crate::table::cleaning::Learners;
use crate::table::role::Role;

/// A band of something, with how many rows fall into it.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// The band in words.
    pub band: &'static str,
    /// Rows in it.
    pub rows: usize,
    /// Distinct learners in it; rows where no id column is known.
    pub learners: usize,
    /// Share of the rows with a known value, 0…1.
    pub share: f64,
}

/// Age and career of one cluster. Figures of a group, never of a person, so that they may be shown and
/// exported marked `≈`.
#[derive(Clone, Debug, PartialEq)]
pub struct AgeProfile {
    /// Median age in years; `None` where no age is known.
    pub median: Option<f64>,
    /// What the ages were read from.
    pub basis: AgeBasis,
    /// Rows by band of age, ascending.
    pub bands: Vec<Share>,
    /// Rows by stage of the career, ascending; empty where experience is unknown.
    pub stages: Vec<Share>,
}

/// Age from which people were said to be less receptive.
pub const OLDER: f64 = 35.0;

/// The bands of those.
pub const OLDER_BANDS: [&str; 2] = ["35–39", "40+"];

/// First year of each band of age: those younger than 25 are asked to begin, those of 35 and older are who the
/// advice to look at age was about.
const AGE_BANDS: [(f64, &str); 5] = [(0.0, "<25"), (25.0, "25–29"), (30.0, "30–34"), (35.0, "35–39"), (40.0, "40+")];

/// First year of experience of each stage: whole bands of [`super::band::Band`] put together.
const STAGES: [(f64, &str); 4] =
    [(0.0, "entry 0–1 y"), (2.0, "early 2–5 y"), (6.0, "mid 6–11 y"), (12.0, "senior 12+ y")];

/// Age and career by cluster; empty where nothing is known of age. `clustered` holds the used rows of each cluster.
pub fn profiles(learners: &Learners, clustered: &[Vec<u32>]) -> Vec<AgeProfile> {
    let Some(ages) = &learners.ages else { return Vec::new() };
    let experience = learners.with_role(Role::Experience).and_then(|column| column.numbers());
    clustered
        .iter()
        .map(|rows| AgeProfile {
            median: median(ages, rows),
            basis: ages.basis,
            bands: shares(&AGE_BANDS, learners, rows, ages.years()),
            stages: experience.map(|years| shares(&STAGES, learners, rows, years)).unwrap_or_default(),
        })
        .collect()
}

/// Median age among some used rows; `None` where none is known.
fn median(ages: &Ages, rows: &[u32]) -> Option<f64> {
    let years = rows.iter().map(|row| ages.years()[*row as usize]);
    quantile(&mut years.filter(|years| years.is_finite()).collect::<Vec<_>>(), 0.5)
}

/// Who falls between the starts.
fn shares(starts: &[(f64, &'static str)], learners: &Learners, rows: &[u32], values: &[f64]) -> Vec<Share> {
    let mut held: Vec<Vec<usize>> = vec![Vec::new(); starts.len()];
    for row in rows.iter().map(|row| *row as usize).filter(|row| values[*row].is_finite()) {
        if let Some(band) = starts.iter().rposition(|(start, _)| *start <= values[row]) {
            held[band].push(row);
        }
    }
    let known = held.iter().map(Vec::len).sum::<usize>().max(1) as f64;
    let share = |(band, held): (&'static str, Vec<usize>)| Share {
        band,
        rows: held.len(),
        learners: learners.learners_among(held.iter().copied()).unwrap_or(held.len()),
        share: held.len() as f64 / known,
    };
    starts.iter().map(|(_, band)| *band).zip(held).map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::age::ages;
    use crate::table::cleaning::Cleaning;
    use crate::table::column::Column;

    fn learners(columns: Vec<Column>) -> Learners {
        let mut learners = Learners::of(columns);
        learners.ages = ages(&learners, &Cleaning::default());
        learners
    }

    fn numbers(role: Role, values: &[f64]) -> Column {
        Column::number(role.word(), role, values.to_vec())
    }

    #[test]
    fn bands_and_stages_count_everybody_whose_age_is_known() {
        let table = learners(vec![numbers(Role::Experience, &[0.0, 3.0, 8.0, 13.0, 18.0, f64::NAN])]);
        let profile = &profiles(&table, &[vec![0, 1, 2, 3, 4, 5], vec![5]])[0];
        assert_eq!(profile.bands.iter().map(|b| b.rows).collect::<Vec<_>>(), [1, 1, 1, 1, 1]);
        assert_eq!(profile.stages.iter().map(|b| b.rows).collect::<Vec<_>>(), [1, 1, 1, 2]);
        assert_eq!((profile.median, profile.basis.is_assumed()), (Some(30.0), true));
        assert_eq!(profiles(&table, &[vec![5]])[0].median, None);
    }
}
