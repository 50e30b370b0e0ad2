//! What the explorer writes: recipes and lists of people when asked to, and the session when it ends.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::model::Model;
use crate::error::{Error, Result};
use crate::report;
use crate::report::list::Column;
use crate::report::write::atomically;
use crate::source::Location;
use crate::study::recipe::Recipe;
use crate::study::session::{self, Session};

/// So many names are tried before giving up.
const TRIES: usize = 1_000;

/// Writes a recipe into a folder under the name of its table, never over another file; says where it is.
pub(super) fn recipe(recipe: &Recipe, folder: &Path) -> Result<PathBuf> {
    let stem = stem(&recipe.source.location);
    for path in paths(folder, &stem, "kscope.toml") {
        let text = recipe.to_toml_at(&path)?;
        // The same choices need no second file.
        if fs::read(&path).is_ok_and(|there| there == text.as_bytes()) {
            return Ok(path);
        }
        if fs::symlink_metadata(&path).is_err() {
            atomically(&path, false, |out| out.write_all(text.as_bytes()))?;
            return Ok(path);
        }
    }
    Err(Error::failed("cannot save the recipe").because(format!("there are {TRIES} of that name already")))
}

/// Writes a list of people as CSV into a folder under the name of its table and `what` it is, never over another
/// file or its receipt; says where it is.
pub(super) fn list(columns: &[Column], source: &Location, what: &str, folder: &Path) -> Result<PathBuf> {
    let stem = format!("{}-{what}", stem(source));
    let free = paths(folder, &stem, "csv").find(|path| report::receipt::check_both_free(path, false).is_ok());
    let path = free.ok_or_else(|| {
        Error::failed("cannot write the list").because(format!("there are {TRIES} of that name already"))
    })?;
    report::list::write(&path, false, columns, None)?;
    Ok(path)
}

/// Writes a report into a folder under the name of its table, never over another file; says where it is.
pub(super) fn report(page: impl Fn(&Path) -> Result<String>, source: &Location, folder: &Path) -> Result<PathBuf> {
    let stem = format!("{}-report", stem(source));
    let free = paths(folder, &stem, "html").find(|path| fs::symlink_metadata(path).is_err());
    let path = free.ok_or_else(|| {
        Error::failed("cannot write the report").because(format!("there are {TRIES} of that name already"))
    })?;
    let text = page(&path)?;
    atomically(&path, false, |out| out.write_all(text.as_bytes()))?;
    Ok(path)
}

/// What files about a table are called.
fn stem(source: &Location) -> String {
    let stem = match source {
        Location::Path(path) => path.file_stem().map(|stem| stem.to_string_lossy().into_owned()),
        Location::Stdin => Some("stdin".to_owned()),
        Location::Sample => None,
    };
    stem.unwrap_or_else(|| "sample".to_owned())
}

/// NAME.ending, NAME-2.ending and so on.
fn paths(folder: &Path, stem: &str, ending: &str) -> impl Iterator<Item = PathBuf> {
    (1..=TRIES).map(move |n| {
        let number = if n == 1 { String::new() } else { format!("-{n}") };
        folder.join(format!("{stem}{number}.{ending}"))
    })
}

/// Keeps the session for `kscope --resume`, where there is a table that can be opened again.
pub(super) fn session(model: &Model) -> Result<()> {
    // Names that wait for their clusters are kept with the choice whose clusters have them.
    let (recipe, before) = match &model.next {
        Some(next) => (next, Some(&model.recipe)),
        None => (&model.recipe, model.follow.left()),
    };
    let screen = model.tab.word().to_owned();
    let session = Session { recipe: recipe.clone(), before: before.cloned(), screen };
    match session::path() {
        Some(path) if model.cleaned.is_some() && session.can_resume() => write(&session, &path),
        _ => Ok(()),
    }
}

fn write(session: &Session, path: &Path) -> Result<()> {
    if let Some(folder) = path.parent() {
        let cannot = |e| Error::failed(format!("cannot make {}", folder.display())).because(e);
        fs::create_dir_all(folder).map_err(cannot)?;
    }
    let text = session.to_toml()?;
    atomically(path, true, |out| out.write_all(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_is_never_written_over_another_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut chosen = Recipe { k: Some(3), ..Recipe::default() };
        chosen.source.location = Location::Path("data/learners.csv".into());
        let name = |recipe_: &Recipe| {
            let path = recipe(recipe_, folder.path()).unwrap();
            path.file_name().unwrap().to_str().unwrap().to_owned()
        };
        assert_eq!(name(&chosen), "learners.kscope.toml");
        assert_eq!(name(&chosen), "learners.kscope.toml");
        let other = Recipe { k: Some(4), ..chosen.clone() };
        assert_eq!(name(&other), "learners-2.kscope.toml");
        assert_eq!(name(&chosen), "learners.kscope.toml");
        let first = Recipe::read(&folder.path().join("learners.kscope.toml")).unwrap();
        assert_eq!(first.k, Some(3));
    }

    #[test]
    fn a_list_is_never_written_over_another_file() {
        let folder = tempfile::tempdir().unwrap();
        let columns = [Column::new("row", report::list::Cells::Whole(vec![Some(1)]))];
        let source = Location::Path("data/learners.csv".into());
        for name in ["learners-stuck.csv", "learners-stuck-2.csv", "learners-stuck-3.csv"] {
            assert_eq!(list(&columns, &source, "stuck", folder.path()).unwrap(), folder.path().join(name));
        }
        assert_eq!(fs::read(folder.path().join("learners-stuck-2.csv")).unwrap(), b"row\n1\n");
    }

    #[test]
    fn a_session_is_written_over_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/session.toml");
        for screen in ["data", "drill"] {
            write(&Session { recipe: Recipe::default(), before: None, screen: screen.to_owned() }, &path).unwrap();
            assert_eq!(Session::read(&path).unwrap().screen, screen);
        }
    }
}
