//! Age: read where the table has one, otherwise an assumption from experience that is marked wherever it goes.

use crate::table::cleaning::{Cleaning, Learners};
use crate::table::experience::Reference;
use crate::table::role::Role;

/// Ages outside (years) are mistakes of the table and count as unknown.
const PLAUSIBLE: std::ops::RangeInclusive<f64> = 14.0..=100.0;

/// What an age was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgeBasis {
    /// A column of ages, as it stands.
    Age,
    /// Year of birth, up to the year of the pay figure.
    BirthYear,
    /// Year of graduation, up to the year of the pay figure, and the age at graduation.
    GraduationYear,
    /// Nothing: the age at graduation plus experience. It says nothing that experience does not say.
    Assumed,
}

impl AgeBasis {
    /// Whether the table says nothing of age: then no age is exported for a person.
    pub fn is_assumed(self) -> bool {
        self == Self::Assumed
    }

    /// What it is called in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Age => "age",
            Self::BirthYear => "birth-year",
            Self::GraduationYear => "graduation-year",
            Self::Assumed => "assumed",
        }
    }
}

/// The age of everybody.
#[derive(Clone, Debug, PartialEq)]
pub struct Ages {
    /// Years by used row; NaN is unknown.
    pub years: Vec<f64>,
    /// What they were read from, for all rows alike.
    pub basis: AgeBasis,
    /// Age at graduation that was reckoned with, in years.
    pub graduation_age: f64,
}

impl Ages {
    /// How they were made, in words.
    pub fn how(&self) -> String {
        match self.basis {
            AgeBasis::Age => "as the table has it".to_owned(),
            AgeBasis::BirthYear => "from the year of birth".to_owned(),
            AgeBasis::GraduationYear => {
                format!("from the year of graduation, taken to be at {}", self.graduation_age)
            }
            AgeBasis::Assumed => format!("assumed: ≈ {} + years of experience", self.graduation_age),
        }
    }

    /// Median age among some used rows; `None` where none is known.
    pub fn median(&self, rows: impl Iterator<Item = usize>) -> Option<f64> {
        let mut known: Vec<f64> = rows.map(|row| self.years[row]).filter(|years| years.is_finite()).collect();
        crate::features::encode::quantile(&mut known, 0.5)
    }
}

/// The age of everybody at the time of the pay figure; `None` without any column to read or assume it from.
///
/// A column counts where it is known for at least half of the rows; the first of age, year of birth, year of
/// graduation, experience is taken for all rows, so that one table has one kind of age.
pub fn ages(learners: &Learners, cleaning: &Cleaning) -> Option<Ages> {
    let graduation_age = cleaning.graduation_age;
    let rows = learners.rows();
    let numbers = |role| learners.with_role(role).and_then(|column| column.numbers());
    let year = reference_years(learners, cleaning);
    let read = |basis| -> Option<Vec<f64>> {
        let since = |role, at_start: f64| {
            let start = numbers(role)?;
            Some(start.iter().zip(&year).map(|(start, year)| year - start + at_start).collect())
        };
        match basis {
            AgeBasis::Age => numbers(Role::Age).map(<[f64]>::to_vec),
            AgeBasis::BirthYear => since(Role::BirthYear, 0.0),
            AgeBasis::GraduationYear => since(Role::GraduationYear, graduation_age),
            AgeBasis::Assumed => {
                numbers(Role::Experience).map(|years| years.iter().map(|years| years + graduation_age).collect())
            }
        }
    };
    let bases = [AgeBasis::Age, AgeBasis::BirthYear, AgeBasis::GraduationYear, AgeBasis::Assumed];
    bases.into_iter().find_map(|basis| {
        let mut years = read(basis)?;
        years.iter_mut().filter(|years| !PLAUSIBLE.contains(*years)).for_each(|years| *years = f64::NAN);
        let known = years.iter().filter(|years| years.is_finite()).count();
        (rows > 0 && 2 * known >= rows).then_some(Ages { years, basis, graduation_age })
    })
}

/// By used row the year to which age counts: the fixed reference year, else that of the pay figure, else the
/// latest possible year that the table knows (of pay figures, else of starts).
fn reference_years(learners: &Learners, cleaning: &Cleaning) -> Vec<f64> {
    let rows = learners.rows();
    if let Reference::Year(year) = cleaning.reference {
        return vec![f64::from(year); rows];
    }
    let bounds = f64::from(cleaning.years.0)..=f64::from(cleaning.years.1);
    let known = |role| learners.with_role(role).and_then(|column| column.numbers());
    let latest = |role| {
        let years = known(role)?.iter().copied().filter(|year| bounds.contains(year));
        years.reduce(f64::max)
    };
    let latest = latest(Role::PayYear).or_else(|| latest(Role::StartYear)).unwrap_or(*bounds.end());
    match known(Role::PayYear) {
        Some(years) => years.iter().map(|year| if bounds.contains(year) { *year } else { latest }).collect(),
        None => vec![latest; rows],
    }
}

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

/// Age and career by cluster. `clustered` holds the used rows of each cluster.
pub fn profiles(ages: &Ages, learners: &Learners, clustered: &[Vec<u32>]) -> Vec<AgeProfile> {
    let experience = learners.with_role(Role::Experience).and_then(|column| column.numbers());
    clustered
        .iter()
        .map(|rows| AgeProfile {
            median: ages.median(rows.iter().map(|row| *row as usize)),
            basis: ages.basis,
            bands: shares(&AGE_BANDS, learners, rows, &ages.years),
            stages: experience.map(|years| shares(&STAGES, learners, rows, years)).unwrap_or_default(),
        })
        .collect()
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
    use crate::table::column::Column;
    use crate::table::ledger::Ledger;

    fn learners(columns: Vec<Column>) -> Learners {
        let rows = columns[0].rows();
        Learners {
            columns,
            source_row: (0..rows as u32).collect(),
            used_of: (0..rows as u32).collect(),
            learner_of: None,
            ledger: Ledger::default(),
            experience: None,
        }
    }

    fn numbers(role: Role, values: &[f64]) -> Column {
        Column::number(role.word(), role, values.to_vec())
    }

    #[test]
    fn the_best_column_there_is_says_the_age() {
        let experience = numbers(Role::Experience, &[1.0, 13.0, f64::NAN]);
        let pay_year = numbers(Role::PayYear, &[2020.0, 2019.0, f64::NAN]);
        let read = |mut more: Vec<Column>| {
            more.extend([experience.clone(), pay_year.clone()]);
            let ages = ages(&learners(more), &Cleaning::default()).unwrap();
            (ages.basis, ages.years.iter().map(|y| *y as i32).collect::<Vec<_>>())
        };
        // A NaN becomes 0 in the cast.
        assert_eq!(read(vec![]), (AgeBasis::Assumed, vec![23, 35, 0]));
        let graduated = numbers(Role::GraduationYear, &[2019.0, 2005.0, 2018.0]);
        assert_eq!(read(vec![graduated.clone()]), (AgeBasis::GraduationYear, vec![23, 36, 24]));
        let born = numbers(Role::BirthYear, &[1997.0, 1984.0, 1890.0]);
        assert_eq!(read(vec![graduated, born.clone()]), (AgeBasis::BirthYear, vec![23, 35, 0]));
        let age = numbers(Role::Age, &[24.0, 36.0, 30.0]);
        assert_eq!(read(vec![born.clone(), age]), (AgeBasis::Age, vec![24, 36, 30]));
        let hardly = numbers(Role::Age, &[f64::NAN, f64::NAN, 30.0]);
        assert_eq!(read(vec![born, hardly]).0, AgeBasis::BirthYear);
    }

    #[test]
    fn the_age_at_graduation_and_the_reference_year_can_be_chosen() {
        let table = learners(vec![numbers(Role::Experience, &[10.0])]);
        let later = Cleaning { graduation_age: 24.0, ..Cleaning::default() };
        assert_eq!(ages(&table, &later).unwrap().years, [34.0]);
        let table = learners(vec![numbers(Role::BirthYear, &[1990.0])]);
        let pinned = Cleaning { reference: Reference::Year(2021), ..Cleaning::default() };
        assert_eq!(ages(&table, &pinned).unwrap().years, [31.0]);
        assert!(ages(&learners(vec![numbers(Role::Pay, &[1.0])]), &pinned).is_none());
    }

    #[test]
    fn bands_and_stages_count_everybody_whose_age_is_known() {
        let table = learners(vec![numbers(Role::Experience, &[0.0, 3.0, 8.0, 13.0, 18.0, f64::NAN])]);
        let ages = ages(&table, &Cleaning::default()).unwrap();
        let profile = &profiles(&ages, &table, &[vec![0, 1, 2, 3, 4, 5], vec![5]])[0];
        assert_eq!(profile.bands.iter().map(|b| b.rows).collect::<Vec<_>>(), [1, 1, 1, 1, 1]);
        assert_eq!(profile.stages.iter().map(|b| b.rows).collect::<Vec<_>>(), [1, 1, 1, 2]);
        assert_eq!((profile.median, profile.basis.is_assumed()), (Some(30.0), true));
        assert_eq!(profiles(&ages, &table, &[vec![5]])[0].median, None);
    }
}
