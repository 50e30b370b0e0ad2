//! Where the explorer was left, for `kscope --resume`: the recipe and the screen, in the state folder of the person.

use std::path::{Path, PathBuf};

use super::recipe::write::text;
use super::recipe::{Recipe, read};
use crate::error::{Error, Result};
use crate::source::Location;

/// The table of the file that a recipe does not have.
const TABLE: &str = "session";
/// The key in it of the choice before, as TOML.
const BEFORE: &str = "before";

/// What is taken up again.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Everything that was chosen.
    pub recipe: Recipe,
    /// The choice before, with names, where it was not known yet which clusters of `recipe` have them.
    pub before: Option<Recipe>,
    /// The word of the screen that was shown.
    pub screen: String,
}

/// Where sessions are kept: `$XDG_STATE_HOME/kscope`, or `~/.local/state/kscope`; `None` without a home.
pub fn path() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local/state")))?;
    Some(state.join("kscope").join("session.toml"))
}

impl Session {
    /// Whether it can be taken up again: what came through a pipe has gone by.
    pub fn can_resume(&self) -> bool {
        self.recipe.source.location != Location::Stdin
    }

    /// As it is kept: a recipe with one table more, its files found from anywhere.
    ///
    /// # Errors
    /// A path that TOML cannot hold.
    pub fn to_toml(&self) -> Result<String> {
        let from_anywhere = |recipe: &Recipe| {
            let mut recipe = recipe.clone();
            recipe.source = recipe.source.told_from_anywhere();
            let exclude = recipe.plan.exclude.take();
            recipe.plan.exclude = exclude.map(|path| std::path::absolute(&path).unwrap_or(path));
            recipe.to_toml()
        };
        let mut out = from_anywhere(&self.recipe)? + &format!("\n[{TABLE}]\nscreen = {}\n", text(&self.screen));
        if let Some(before) = &self.before {
            out += &format!("{BEFORE} = {}\n", text(&from_anywhere(before)?));
        }
        Ok(out)
    }

    /// Reads it again.
    ///
    /// # Errors
    /// No session, or one that cannot be read.
    pub fn read(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Err(Error::failed("there is no session to resume")
                .because(format!("{} is not there", path.display()))
                .try_this("kscope FILE; the session is kept when it is quit"));
        }
        let name = path.display().to_string();
        let (recipe, more) = Recipe::parse_with(&read::text_of(path)?, &name, TABLE)?;
        let said = |key: &str| more.iter().find(|(said, _)| said == key).map(|(_, text)| text.as_str());
        let before = said(BEFORE).map(|text| Recipe::parse(text, &format!("{name}, {BEFORE}"))).transpose()?;
        Ok(Self { recipe, before, screen: said("screen").unwrap_or_default().to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_taken_up_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("session.toml");
        assert!(Session::read(&path).unwrap_err().to_string().contains("no session"));
        let mut recipe = Recipe { k: Some(5), rule: Some(String::new()), ..Recipe::default() };
        recipe.source.location = Location::Path("Cargo.toml".into());
        recipe.plan.exclude = Some("sent.csv".into());
        let names = [(1, "a \"name\"".to_owned())].into();
        let before = Recipe { k: Some(4), names, ..recipe.clone() };
        let session = Session { recipe, before: Some(before), screen: "drill".to_owned() };
        std::fs::write(&path, session.to_toml().unwrap()).unwrap();
        let again = Session::read(&path).unwrap();
        assert_eq!((again.recipe.k, again.screen.as_str()), (Some(5), "drill"));
        let before = again.before.unwrap();
        assert_eq!((before.k, before.names[&1].as_str()), (Some(4), "a \"name\""));
        let here = std::env::current_dir().unwrap().join("Cargo.toml");
        assert_eq!(again.recipe.plan.exclude, Some(here.with_file_name("sent.csv")));
        assert_eq!(again.recipe.source.location, Location::Path(here));
    }

    #[test]
    fn a_pipe_cannot_be_resumed() {
        let mut recipe = Recipe::default();
        recipe.source.location = Location::Stdin;
        assert!(!Session { recipe, before: None, screen: String::new() }.can_resume());
    }
}
