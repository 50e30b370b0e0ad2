//! Ids leave as they are only where that is asked for, else as hashes whose salt is forgotten.

use std::hash::{BuildHasher, RandomState};

use super::Disclosed;
use crate::table::cleaning::Learners;
use crate::table::role::Role;

/// How ids leave the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    /// Hashed with a salt that is made for one file and forgotten.
    Hashed,
    /// As they are, since that was asked for.
    Plain,
}

impl Ids {
    /// What was asked for.
    pub fn asked(with_ids: bool) -> Self {
        if with_ids { Self::Plain } else { Self::Hashed }
    }
}

/// The salt of one file: rows of the file can be told to be of one person, and nothing beyond it.
#[derive(Clone, Debug)]
struct Salt(RandomState);

impl Salt {
    fn new() -> Self {
        Self(RandomState::new())
    }

    /// An id as it leaves; what says nothing stays empty.
    ///
    /// SipHash with random keys: who does not know the keys cannot tell whose hash it is, even with all ids at hand.
    /// Two halves, so that no two people meet by chance.
    fn hash(&self, id: &str) -> String {
        if id.trim().is_empty() {
            return String::new();
        }
        format!("{:016x}{:016x}", self.0.hash_one((0u8, id)), self.0.hash_one((1u8, id)))
    }
}

/// An explicit list of people.
#[derive(Clone, Debug)]
pub struct List {
    /// Used rows, in the order of the list.
    pub rows: Vec<u32>,
    /// One id each; `None` where no id column is known.
    pub ids: Option<Vec<String>>,
}

/// An explicit list of people; somebody asked for these rows, so that the floor does not apply.
pub fn list(learners: &Learners, rows: Vec<u32>, ids: Ids) -> Disclosed<List> {
    let salt = Salt::new();
    let ids = learners.with_role(Role::Learner).map(|column| {
        let of = |row: &u32| {
            let id = column.cell(*row as usize);
            match ids {
                Ids::Plain => id,
                Ids::Hashed => salt.hash(&id),
            }
        };
        rows.iter().map(of).collect()
    });
    Disclosed(List { rows, ids })
}

/// Columns of a source whose rows are written as they were, but for ids.
#[derive(Clone, Debug)]
pub struct SourceColumns {
    /// All of them, in order.
    pub all: Vec<String>,
    /// Those that hold ids.
    ids: Vec<String>,
    how: Ids,
    salt: Salt,
}

impl SourceColumns {
    /// Whether a column leaves as hashes.
    pub fn is_hashed(&self, column: &str) -> bool {
        self.how == Ids::Hashed && self.ids.iter().any(|id| id == column)
    }

    /// How ids leave; `None` where there are none.
    pub fn ids(&self) -> Option<Ids> {
        (!self.ids.is_empty()).then_some(self.how)
    }

    /// An id of such a column as it leaves: one id has one hash, in whichever of these columns it stands.
    pub fn hash(&self, id: &str) -> String {
        self.salt.hash(id)
    }
}

/// Words in the names of columns that say who somebody is, besides those that are known as ids.
const NAMES_SOMEBODY: [&str; 12] =
    ["id", "uid", "guid", "uuid", "email", "mail", "phone", "mobile", "telephone", "linkedin", "username", "fullname"];

/// Whether a column of that name says who somebody is.
fn names_somebody(name: &str) -> bool {
    let lower = name.trim().to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let whose = ["full", "first", "last", "middle", "sur", "learner", "student", "user", "person", "candidate"];
    let of_person = |pair: &[&str]| pair[1] == "name" && whose.contains(&pair[0]);
    Role::from_name(name) == Some(Role::Learner)
        || matches!(words[..], ["name" | "surname"])
        || words.iter().any(|word| NAMES_SOMEBODY.contains(word))
        || words.windows(2).any(of_person)
}

/// The columns of a source as rows of it may be written to one file: the id column, and every other whose name says that
/// it tells who somebody is, as hashes unless ids are asked for. `id`: the id column, where one is known.
pub fn source_columns(all: Vec<String>, id: Option<&str>, how: Ids) -> Disclosed<SourceColumns> {
    let is_id = |name: &&String| Some(name.as_str()) == id || names_somebody(name);
    let ids = all.iter().filter(is_id).cloned().collect();
    Disclosed(SourceColumns { all, ids, how, salt: Salt::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_id_has_one_hash_within_a_file_and_another_in_the_next() {
        let columns = |ids| {
            let all = ["email_hash", "ctc", "User ID", "who"].map(str::to_owned).to_vec();
            source_columns(all, Some("who"), ids)
        };
        let (first, second) = (columns(Ids::Hashed), columns(Ids::Hashed));
        let hashed: Vec<&String> = first.get().all.iter().filter(|name| first.get().is_hashed(name)).collect();
        assert_eq!(hashed, ["email_hash", "User ID", "who"]);
        let hash = first.get().hash("a@b.org");
        assert_eq!((hash.len(), hash == first.get().hash("a@b.org")), (32, true));
        assert!(hash != second.get().hash("a@b.org") && hash != first.get().hash("a@b.com"));
        assert_eq!((first.get().hash(""), first.get().hash("  ")), (String::new(), String::new()));
        let all = ["phone", "Full Name", "e-mail address", "job_position", "company_name", "paid", "middle"];
        let named: Vec<&str> = all.into_iter().filter(|name| names_somebody(name)).collect();
        assert_eq!(named, ["phone", "Full Name", "e-mail address"]);
        let none = source_columns(vec!["ctc".to_owned()], None, Ids::Hashed);
        assert_eq!((first.get().ids(), none.get().ids()), (Some(Ids::Hashed), None));
        let plain = columns(Ids::Plain);
        assert!(!plain.get().all.iter().any(|name| plain.get().is_hashed(name)));
    }
}
