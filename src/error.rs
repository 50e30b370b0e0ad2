//! What happened, why, and what to try: the one error of the program.
//!
//! Every failure that a person can meet is said in these three parts and names the file, line, column
//! and value where there is one. The kind decides the exit code and nothing else.

use std::fmt;

/// Result with the program's own error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Which of the documented exit codes an error leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The environment failed us (disk, terminal, a refused overwrite): exit code 1.
    Failed,
    /// The command line contradicts itself: exit code 2.
    Usage,
    /// The data, or a choice that does not fit the data: exit code 3.
    BadInput,
    /// Stopped by the user: exit code 130.
    Interrupted,
}

/// An error in three parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: Kind,
    what: String,
    why: Option<String>,
    hint: Option<String>,
}

impl Error {
    fn new(kind: Kind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), why: None, hint: None }
    }

    /// The data, or a choice that does not fit the data (exit code 3).
    pub fn bad_input(what: impl Into<String>) -> Self {
        Self::new(Kind::BadInput, what)
    }

    /// The environment failed (exit code 1).
    pub fn failed(what: impl Into<String>) -> Self {
        Self::new(Kind::Failed, what)
    }

    /// The command line contradicts itself (exit code 2).
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(Kind::Usage, what)
    }

    /// Stopped by the user (exit code 130).
    pub fn interrupted() -> Self {
        Self::new(Kind::Interrupted, "interrupted")
    }

    /// Adds the reason.
    #[must_use]
    pub fn because(mut self, why: impl fmt::Display) -> Self {
        self.why = Some(why.to_string());
        self
    }

    /// Adds what to try next.
    #[must_use]
    pub fn try_this(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Which kind of failure this is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What happened, without reason and hint.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Why it happened, where that is known.
    pub fn why(&self) -> Option<&str> {
        self.why.as_deref()
    }

    /// What to try next, where there is advice.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The documented exit code of this kind of failure.
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            Kind::Failed => 1,
            Kind::Usage => 2,
            Kind::BadInput => 3,
            Kind::Interrupted => 130,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if let Some(why) = &self.why {
            write!(f, ": {why}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n  try: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// The known name that is nearest to a mistyped one, if any is near enough to be meant.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&typed, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_why_and_what_to_try() {
        let error =
            Error::bad_input("cannot read x.csv, line 3").because("2 fields, 4 expected").try_this("mend the line");
        assert_eq!(error.to_string(), "cannot read x.csv, line 3: 2 fields, 4 expected\n  try: mend the line");
        assert_eq!(error.exit_code(), 3);
    }

    #[test]
    fn nearest_name_needs_likeness() {
        assert_eq!(nearest("experiance", ["ctc", "experience"]), Some("experience"));
        assert_eq!(nearest("zzz", ["ctc", "experience"]), None);
    }
}
