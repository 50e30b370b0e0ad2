//! Age: read where the table has one, otherwise an assumption from experience that is marked wherever it goes.

use super::cleaning::{Cleaning, Learners};
use super::column::Column;
use super::experience::Reference;
use super::role::Role;

/// Name of the column of assumed ages, by which it is chosen as an input.
pub const ASSUMED: &str = "assumed_age";

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
#[derive(Clone, Debug)]
pub struct Ages {
    /// Years by used row; NaN is unknown.
    pub column: Column,
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

    /// Years by used row; NaN is unknown.
    pub fn years(&self) -> &[f64] {
        self.column.numbers().unwrap_or_default()
    }
}

/// The ages that are assumed from years of experience, which must be told wherever they are shown: they are for
/// figures of groups and for distances, and no person's is ever shown or written.
pub fn assumed(experience: &[f64], graduation_age: f64) -> Column {
    column(experience.iter().map(|years| years + graduation_age).collect(), AgeBasis::Assumed)
}

/// Years as a column, those that cannot be unknown.
fn column(mut years: Vec<f64>, basis: AgeBasis) -> Column {
    years.iter_mut().filter(|years| !PLAUSIBLE.contains(*years)).for_each(|years| *years = f64::NAN);
    let name = if basis.is_assumed() { ASSUMED } else { Role::Age.word() };
    let mut column = Column::number(name, Role::Age, years);
    column.derived = basis != AgeBasis::Age;
    column
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
    let read = |basis| -> Option<Column> {
        let since = |role, at_start: f64| {
            let start = numbers(role)?;
            Some(column(start.iter().zip(&year).map(|(start, year)| year - start + at_start).collect(), basis))
        };
        match basis {
            AgeBasis::Age => numbers(Role::Age).map(|years| column(years.to_vec(), basis)),
            AgeBasis::BirthYear => since(Role::BirthYear, 0.0),
            AgeBasis::GraduationYear => since(Role::GraduationYear, graduation_age),
            AgeBasis::Assumed => numbers(Role::Experience).map(|years| assumed(years, graduation_age)),
        }
    };
    let bases = [AgeBasis::Age, AgeBasis::BirthYear, AgeBasis::GraduationYear, AgeBasis::Assumed];
    bases.into_iter().find_map(|basis| {
        let column = read(basis)?;
        let known = rows - column.missing();
        (rows > 0 && 2 * known >= rows).then_some(Ages { column, basis, graduation_age })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(role: Role, values: &[f64]) -> Column {
        Column::number(role.word(), role, values.to_vec())
    }

    #[test]
    fn the_best_column_there_is_says_the_age() {
        let experience = numbers(Role::Experience, &[1.0, 13.0, f64::NAN]);
        let pay_year = numbers(Role::PayYear, &[2020.0, 2019.0, f64::NAN]);
        let read = |mut more: Vec<Column>| {
            more.extend([experience.clone(), pay_year.clone()]);
            let ages = ages(&Learners::of(more), &Cleaning::default()).unwrap();
            (ages.basis, ages.years().iter().map(|y| *y as i32).collect::<Vec<_>>())
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
        let table = Learners::of(vec![numbers(Role::Experience, &[10.0])]);
        let later = Cleaning { graduation_age: 24.0, ..Cleaning::default() };
        assert_eq!(ages(&table, &later).unwrap().years(), [34.0]);
        let table = Learners::of(vec![numbers(Role::BirthYear, &[1990.0])]);
        let pinned = Cleaning { reference: Reference::Year(2021), ..Cleaning::default() };
        assert_eq!(ages(&table, &pinned).unwrap().years(), [31.0]);
        assert!(ages(&Learners::of(vec![numbers(Role::Pay, &[1.0])]), &pinned).is_none());
    }
}
