//! What a column means, found by its name first and its content second.

use std::fmt;

use crate::error::{Error, Result, nearest};

/// What a column means to the analysis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Who the row is about: rows with the same value are one learner.
    Learner,
    /// Employer.
    Company,
    /// Job title.
    Job,
    /// Pay a year.
    Pay,
    /// Year in which employment started.
    StartYear,
    /// Year to which the pay figure belongs.
    PayYear,
    /// Years of experience.
    Experience,
    /// Age in years.
    Age,
    /// Year of birth.
    BirthYear,
    /// Year of graduation.
    GraduationYear,
    /// Any other number.
    Number,
    /// Any other category.
    Category,
    /// Not to be used: a row index, a note.
    Ignore,
}

impl Role {
    /// All roles with the word by which they are named on screen, in flags and in rules.
    pub const ALL: [(Self, &'static str); 13] = [
        (Self::Learner, "learner"),
        (Self::Company, "company"),
        (Self::Job, "job"),
        (Self::Pay, "pay"),
        (Self::StartYear, "start-year"),
        (Self::PayYear, "pay-year"),
        (Self::Experience, "experience"),
        (Self::Age, "age"),
        (Self::BirthYear, "birth-year"),
        (Self::GraduationYear, "graduation-year"),
        (Self::Number, "number"),
        (Self::Category, "category"),
        (Self::Ignore, "ignore"),
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(role, _)| *role == self).map_or("", |(_, word)| word)
    }

    /// Reads the word of a flag.
    pub fn parse(word: &str) -> Result<Self> {
        let wanted = word.trim().to_lowercase().replace([' ', '_'], "-");
        if let Some((role, _)) = Self::ALL.iter().find(|(_, known)| *known == wanted) {
            return Ok(*role);
        }
        let words: Vec<&str> = Self::ALL.iter().map(|(_, word)| *word).collect();
        let near = nearest(&wanted, words.iter().copied()).map(|n| format!("'{n}', or ")).unwrap_or_default();
        Err(Error::usage(format!("unknown role '{word}'")).try_this(format!("{near}one of {}", words.join(", "))))
    }

    /// Whether at most one column of a table can have it.
    pub fn is_single(self) -> bool {
        !matches!(self, Self::Number | Self::Category | Self::Ignore)
    }

    /// Whether the column must be made of numbers.
    pub fn is_numeric(self) -> bool {
        matches!(
            self,
            Self::Pay
                | Self::StartYear
                | Self::PayYear
                | Self::Experience
                | Self::Age
                | Self::BirthYear
                | Self::GraduationYear
                | Self::Number
        )
    }

    /// Whether values are calendar years.
    pub fn is_year(self) -> bool {
        matches!(self, Self::StartYear | Self::PayYear | Self::BirthYear | Self::GraduationYear)
    }

    /// The role that a column's name suggests, before its content was seen.
    pub fn from_name(name: &str) -> Option<Self> {
        let words: String =
            name.trim().to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        let words = words.trim_matches('_');
        let role = match words {
            "" | "unnamed__0" | "index" | "level_0" | "row_id" | "rownum" | "row_number" => Self::Ignore,
            "email_hash" | "email" | "e_mail" | "learner" | "learner_id" | "learner_hash" | "student_id"
            | "user_id" | "person_id" | "candidate_id" | "employee_id" | "customer_id" | "member_id" => Self::Learner,
            "company" | "company_hash" | "company_name" | "employer" | "organisation" | "organization" => Self::Company,
            "job_position" | "job" | "job_title" | "title" | "position" | "designation" | "job_profile"
            | "job_role" | "profile" => Self::Job,
            "ctc" | "pay" | "salary" | "annual_salary" | "compensation" | "annual_income" | "income" | "wage"
            | "annual_pay" | "current_pay" | "gross_pay" | "base_pay" | "base_salary" | "current_salary"
            | "package" | "annual_package" | "annual_ctc" | "current_ctc" | "salary_in_usd" | "total_compensation" => {
                Self::Pay
            }
            "orgyear" | "org_year" | "start_year" | "joining_year" | "year_of_joining" | "employment_start"
            | "start_date" | "joining_date" => Self::StartYear,
            "ctc_updated_year" | "pay_year" | "salary_year" | "updated_year" | "ctc_year" => Self::PayYear,
            "experience"
            | "exp"
            | "yoe"
            | "yoe_rel"
            | "years_of_experience"
            | "years_experience"
            | "experience_years"
            | "total_experience"
            | "yrs_experience" => Self::Experience,
            "age" | "age_years" => Self::Age,
            "birth_year" | "year_of_birth" | "yob" | "birthyear" | "dob" | "date_of_birth" => Self::BirthYear,
            "graduation_year" | "grad_year" | "year_of_graduation" | "passing_year" | "passout_year" => {
                Self::GraduationYear
            }
            _ => return None,
        };
        Some(role)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaler_columns_are_recognised() {
        let names = ["", "company_hash", "email_hash", "orgyear", "ctc", "job_position", "ctc_updated_year"];
        let roles: Vec<_> = names.iter().map(|n| Role::from_name(n).map(Role::word)).collect();
        let wanted = ["ignore", "company", "learner", "start-year", "pay", "job", "pay-year"].map(Some);
        assert_eq!(roles, wanted);
        assert_eq!(Role::from_name("Unnamed: 0"), Some(Role::Ignore));
        assert_eq!(Role::from_name("petal length (cm)"), None);
    }

    #[test]
    fn a_mistyped_role_names_the_nearest() {
        let error = Role::parse("experiense").unwrap_err();
        assert!(error.to_string().contains("'experience'"), "{error}");
        assert_eq!(Role::parse("Start Year").unwrap(), Role::StartYear);
    }
}
