//! Where the table of a recipe lies, and how it was when it was last read.

use std::path::{Component, Path, PathBuf};

use crate::source::{Location, Options};
use crate::table::Table;
use crate::table::money::group_thousands;

/// So many columns are named where a table changed.
const NAMED: usize = 5;

/// The table of a recipe.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// As it was given.
    pub location: Location,
    /// How it is read.
    pub delimiter: Option<u8>,
    /// How it was when it was last read; `None` where a recipe does not say.
    pub seen: Option<Seen>,
    /// The folder of the recipe that names it, where it came out of one: a relative path is looked for there too.
    pub folder: Option<PathBuf>,
}

impl Default for Source {
    fn default() -> Self {
        Self { location: Location::Sample, delimiter: None, seen: None, folder: None }
    }
}

/// How a table was when it was read: enough to notice and to say that it changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Hash of the source's bytes.
    pub fingerprint: String,
    /// Rows of the source; `None` where a recipe does not say.
    pub rows: Option<usize>,
    /// Names of its columns; empty where a recipe does not say.
    pub columns: Vec<String>,
}

impl Source {
    /// Where the table is looked for: a relative path in the working directory first, then beside the recipe.
    pub fn found(&self) -> Location {
        match (&self.location, &self.folder) {
            (Location::Path(path), Some(folder)) if path.is_relative() && !path.exists() => {
                let beside = folder.join(path);
                if beside.exists() { Location::Path(beside) } else { self.location.clone() }
            }
            _ => self.location.clone(),
        }
    }

    /// How it is read.
    pub fn options(&self) -> Options {
        Options { delimiter: self.delimiter }
    }

    /// The same source for a recipe in another folder: a path that only holds beside its own recipe is followed.
    #[must_use]
    pub fn told_from(mut self, folder: &Path) -> Self {
        if self.folder.as_deref() != Some(folder) {
            self.location = self.found();
        }
        self
    }

    /// The same source, wherever the program is started next.
    #[must_use]
    pub fn told_from_anywhere(mut self) -> Self {
        if let Location::Path(path) = self.found()
            && let Ok(path) = std::path::absolute(path)
        {
            self.location = Location::Path(path);
        }
        self
    }

    /// What is different about a table that was read from it, if anything is: one sentence.
    pub fn changed(&self, table: &Table) -> Option<String> {
        let (before, now) = (self.seen.as_ref()?, Seen::from(table));
        (before.fingerprint != now.fingerprint).then(|| format!("{} {}", table.name, now.against(before)))
    }
}

impl From<&Table> for Seen {
    fn from(table: &Table) -> Self {
        Self {
            fingerprint: table.fingerprint.clone(),
            rows: Some(table.rows()),
            columns: table.columns.iter().map(|c| c.name.clone()).collect(),
        }
    }
}

impl Seen {
    /// How this table differs from an earlier one, in words that follow its name.
    fn against(&self, before: &Self) -> String {
        let mut words = Vec::new();
        let count = |rows: usize| group_thousands(rows as u64);
        if let (Some(then), Some(now)) = (before.rows, self.rows)
            && then != now
        {
            words.push(format!("{} rows became {}", count(then), count(now)));
        }
        if !before.columns.is_empty() {
            let missing_in = |these: &[String], those: &[String]| {
                those.iter().filter(|c| !these.contains(c)).cloned().collect::<Vec<_>>()
            };
            let (gone, new) = (missing_in(&self.columns, &before.columns), missing_in(&before.columns, &self.columns));
            words.extend((!gone.is_empty()).then(|| format!("without {}", listed(&gone))));
            words.extend((!new.is_empty()).then(|| format!("new: {}", listed(&new))));
            if gone.is_empty() && new.is_empty() && self.columns != before.columns {
                words.push("its columns stand in another order".to_owned());
            }
        }
        let known = before.rows.is_some() || !before.columns.is_empty();
        match (words.is_empty(), known) {
            (false, _) => format!("is not as the recipe saw it: {}", words.join("; ")),
            (true, true) => "is not as the recipe saw it: as many rows, the same columns, other values".to_owned(),
            (true, false) => "is not as the recipe saw it: its bytes differ".to_owned(),
        }
    }
}

/// A path that counts from the folder of a recipe, as it counts from the working directory.
pub(super) fn from_working_directory(path: PathBuf, folder: &Path) -> PathBuf {
    if folder == Path::new(".") { path } else { folder.join(path) }
}

/// A path that counts from the working directory, as a recipe in a folder must tell it.
pub(super) fn from_folder(path: &Path, folder: &Path) -> PathBuf {
    if let Ok(beneath) = path.strip_prefix(folder) {
        return beneath.to_owned();
    }
    if path.is_absolute() || folder == Path::new(".") {
        return path.to_owned();
    }
    match (super::read::folder_of(path).canonicalize(), folder.canonicalize(), path.file_name()) {
        (Ok(there), Ok(here), Some(name)) => {
            let shared = there.components().zip(here.components()).take_while(|(a, b)| a == b).count();
            let up = here.components().skip(shared).map(|_| Component::ParentDir);
            up.chain(there.components().skip(shared)).collect::<PathBuf>().join(name)
        }
        // A folder that is not there leads nowhere: at least it is told which.
        _ => std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
    }
}

/// Names, the first few of them.
fn listed(names: &[String]) -> String {
    let shown = names.iter().take(NAMED).map(|n| format!("'{n}'")).collect::<Vec<_>>().join(", ");
    if names.len() > NAMED { format!("{shown} and {} more", names.len() - NAMED) } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(fingerprint: &str, rows: usize, columns: &[&str]) -> Seen {
        let columns = columns.iter().map(ToString::to_string).collect();
        Seen { fingerprint: fingerprint.to_owned(), rows: Some(rows), columns }
    }

    #[test]
    fn what_changed_is_said() {
        let before = seen("a", 4000, &["x", "y"]);
        let says = |now: &Seen| now.against(&before);
        assert!(says(&seen("b", 4100, &["x", "y"])).ends_with(": 4,000 rows became 4,100"));
        assert!(says(&seen("b", 4000, &["x", "z"])).ends_with(": without 'y'; new: 'z'"));
        assert!(says(&seen("b", 4000, &["y", "x"])).contains("another order"));
        assert!(says(&seen("b", 4000, &["x", "y"])).contains("other values"));
        let little = Seen { fingerprint: "a".to_owned(), ..Seen::default() };
        assert!(seen("b", 1, &["x"]).against(&little).contains("bytes differ"));
    }

    #[test]
    fn a_path_leads_to_the_same_file_from_the_folder_and_from_the_working_directory() {
        // The working directory of tests is the package's.
        for (path, folder, told) in [
            ("called.csv", ".", "called.csv"),
            ("called.csv", "src", "../called.csv"),
            ("called.csv", "src/study", "../../called.csv"),
            ("src/called.csv", "src", "called.csv"),
            ("src/table/called.csv", "src/study", "../table/called.csv"),
            ("/lists/called.csv", "src", "/lists/called.csv"),
            ("/lists/called.csv", "/lists", "called.csv"),
        ] {
            let (path, folder) = (Path::new(path), Path::new(folder));
            assert_eq!(from_folder(path, folder), Path::new(told), "{path:?} from {folder:?}");
            let back = from_working_directory(PathBuf::from(told), folder);
            let real = |path: &Path| super::super::read::folder_of(path).canonicalize().ok();
            assert_eq!(real(&back), real(path), "{path:?} from {folder:?}");
        }
        let nowhere = from_folder(Path::new("no/such/called.csv"), Path::new("src"));
        assert!(nowhere.is_absolute() && nowhere.ends_with("no/such/called.csv"));
    }

    #[test]
    fn a_relative_path_is_looked_for_beside_the_recipe_too() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("there.csv"), "a\n1\n").unwrap();
        let source = |path: &str| Source {
            location: Location::Path(path.into()),
            folder: Some(folder.path().to_owned()),
            ..Source::default()
        };
        let there = Location::Path(folder.path().join("there.csv"));
        assert_eq!(source("there.csv").found(), there);
        assert_eq!(source("nowhere.csv").found(), Location::Path("nowhere.csv".into()));
        // The working directory of tests is the package's.
        assert_eq!(source("Cargo.toml").found(), Location::Path("Cargo.toml".into()));
        assert_eq!(source("there.csv").told_from(Path::new("/elsewhere")).location, there);
        assert_eq!(source("there.csv").told_from(folder.path()).location, Location::Path("there.csv".into()));
    }
}
