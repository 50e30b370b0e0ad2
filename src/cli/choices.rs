//! What is chosen on the command line, for every command alike.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::output;
use crate::cluster::Engine;
use crate::error::{Error, Result};
use crate::features::Scale;
use crate::jobs::Cancel;
use crate::quality::Mode;
use crate::quality::structure::Ungrouped;
use crate::report::write::{atomically, check_free};
use crate::source::Location;
use crate::study::recipe::{Inputs, Recipe, Seen};
#[cfg(feature = "tui")]
use crate::study::session::{self, Session};
use crate::study::{self, Cleaned};
use crate::table::cleaning::{Cleaning, Entity};
use crate::table::experience::Reference;
use crate::table::ledger::Rule;
use crate::table::role::Role;
use crate::table::{RoleChoices, Table};

/// The table and how it is read and cleaned.
#[derive(Debug, Clone, Args)]
pub(super) struct TableChoices {
    /// A table: CSV, Parquet, Arrow IPC, JSON lines (gz and zst too), `-` for standard input; the bundled
    /// sample when nothing is named.
    file: Option<PathBuf>,
    /// Choices out of a file; what is said on the command line goes before it.
    #[arg(long, value_name = "R.toml")]
    recipe: Option<PathBuf>,
    /// What stands between the cells of a CSV, where it is not found by itself.
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    delimiter: Option<u8>,
    /// What a column means: learner, company, job, pay, start-year, pay-year, experience, age, birth-year,
    /// graduation-year, number, category, ignore.
    #[arg(long = "role", value_name = "COLUMN=ROLE")]
    roles: Vec<String>,
    /// What one unit of the pay column is: one, thousand, lakh, crore.
    #[arg(long, value_name = "UNIT", value_enum)]
    pay_unit: Option<PayUnit>,
    /// How pay is written: inr (lakh and crore), plain, or a sign.
    #[arg(long, value_name = "CURRENCY")]
    currency: Option<String>,
    /// Which row speaks for a learner.
    #[arg(long, value_enum)]
    entity: Option<EntityChoice>,
    /// Switch a cleaning rule over (off where it is on by default): exact-duplicates, impossible-years,
    /// non-positive-pay, pay-before-start, missing-words, job-spellings, missing-company, missing-job,
    /// one-per-learner.
    #[arg(long = "switch", value_name = "RULE")]
    switches: Vec<String>,
    /// Years outside are impossible. [default: 1970..2025]
    #[arg(long, value_name = "FROM..TO")]
    years: Option<String>,
    /// Count experience up to this year, instead of the year of the pay figure.
    #[arg(long, value_name = "YEAR")]
    reference_year: Option<i32>,
    /// Age at graduation: where the table has no age, it is assumed to be this plus years of experience.
    /// [default: 22]
    #[arg(long, value_name = "YEARS", value_parser = graduation_age)]
    graduation_age: Option<f64>,
    /// Fewest peers that count; with fewer the next wider peers are taken. [default: 5]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    min_peers: Option<usize>,
}

/// The features and the engine.
#[derive(Debug, Clone, Args)]
pub(super) struct FitChoices {
    /// Columns to cluster by, separated by commas; a role (`pay`, `experience`, `job`) names its column.
    #[arg(long, value_name = "A,B,C", value_delimiter = ',')]
    features: Vec<String>,
    /// The columns as they are: no transform, no cleaning rule, no entity policy; rows with a missing value
    /// in them are dropped and counted.
    #[arg(long)]
    raw: bool,
    /// One scale for every feature.
    #[arg(long, value_enum)]
    scale: Option<ScaleChoice>,
    /// Seed of every random choice. [default: 0]
    #[arg(long)]
    seed: Option<u64>,
    /// k-means++ starts for each k. [default: 10]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    starts: Option<u32>,
    /// auto: exact up to 10,000 distinct rows, else anchors against all rows. [default: auto]
    #[arg(long, value_enum)]
    silhouette: Option<SilhouetteChoice>,
    /// Our K-Means, or linfa's as the reference. [default: kscope]
    #[arg(long, value_enum)]
    engine: Option<EngineChoice>,
    /// Threads to use; all by default. The result does not depend on it.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// The explorer.
#[derive(Debug, Args)]
pub(super) struct Explore {
    #[command(flatten)]
    table: TableChoices,
    #[command(flatten)]
    fit: FitChoices,
    /// Open at this k.
    #[arg(long)]
    k: Option<usize>,
    /// Go on where the explorer was left.
    #[arg(long, conflicts_with_all = ["file", "recipe"])]
    resume: bool,
    /// Draw with ASCII only.
    #[arg(long)]
    ascii: bool,
    /// Colours: auto, none, 16, 256, true.
    #[arg(long, value_enum, default_value_t = ColorChoice::Auto)]
    color: ColorChoice,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum PayUnit {
    One,
    Thousand,
    Lakh,
    Crore,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum EntityChoice {
    Latest,
    MaxPay,
    All,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ScaleChoice {
    Standard,
    Robust,
    Minmax,
    None,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SilhouetteChoice {
    Auto,
    Exact,
}

/// What reference tables keep.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum ReferenceChoice {
    Copula,
    Permuted,
    PcaBox,
    None,
}

impl From<ReferenceChoice> for Ungrouped {
    fn from(choice: ReferenceChoice) -> Self {
        match choice {
            ReferenceChoice::Copula => Self::Copula,
            ReferenceChoice::Permuted => Self::Permuted,
            ReferenceChoice::PcaBox => Self::PcaBox,
            ReferenceChoice::None => Self::None,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum EngineChoice {
    Kscope,
    Linfa,
}

/// Colour depth of the explorer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// From the environment.
    Auto,
    /// Bold, reverse and underline only.
    None,
    /// The 16 of the terminal's own palette.
    #[value(name = "16")]
    Sixteen,
    /// The 256 of xterm.
    #[value(name = "256")]
    Many,
    /// 24 bits.
    True,
}

/// Output of a headless command.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(super) enum FormatChoice {
    #[default]
    Text,
    Json,
    Csv,
}

impl TableChoices {
    /// The recipe that was said of the table: out of its file, then out of the command line.
    pub(super) fn recipe(&self) -> Result<Recipe> {
        let mut recipe = self.saved()?;
        self.tell(&mut recipe)?;
        Ok(recipe)
    }

    /// The recipe out of its file, before anything said on the command line.
    fn saved(&self) -> Result<Recipe> {
        self.recipe.as_deref().map_or_else(|| Ok(Recipe::default()), Recipe::read)
    }

    /// Puts what was said about the table into a recipe.
    fn tell(&self, recipe: &mut Recipe) -> Result<()> {
        if let Some(file) = &self.file {
            recipe.source.location = Location::from_argument(Some(file));
            recipe.source.folder = None;
        }
        recipe.source.delimiter = self.delimiter.or(recipe.source.delimiter);
        self.tell_roles(&mut recipe.roles)?;
        self.tell_cleaning(&mut recipe.cleaning)
    }

    fn tell_roles(&self, choices: &mut RoleChoices) -> Result<()> {
        for said in &self.roles {
            let (column, role) = said
                .rsplit_once('=')
                .ok_or_else(|| Error::usage(format!("--role '{said}' has no '='")).try_this("--role COLUMN=ROLE"))?;
            choices.roles.push((column.to_owned(), Role::parse(role)?));
        }
        if let Some(unit) = self.pay_unit {
            choices.pay_unit = Some(match unit {
                PayUnit::One => 1.0,
                PayUnit::Thousand => 1e3,
                PayUnit::Lakh => 1e5,
                PayUnit::Crore => 1e7,
            });
        }
        if let Some(currency) = &self.currency {
            choices.currency = Some(currency.parse()?);
        }
        Ok(())
    }

    fn tell_cleaning(&self, cleaning: &mut Cleaning) -> Result<()> {
        for name in &self.switches {
            let rule = Rule::ALL.into_iter().find(|rule| rule.name() == name).ok_or_else(|| {
                let names = Rule::ALL.map(Rule::name).join(", ");
                Error::usage(format!("unknown cleaning rule '{name}'")).try_this(format!("one of {names}"))
            })?;
            cleaning.flipped.insert(rule);
        }
        match self.entity {
            None => {}
            Some(EntityChoice::Latest) => cleaning.entity = Entity::Latest,
            Some(EntityChoice::MaxPay) => cleaning.entity = Entity::MaxPay,
            Some(EntityChoice::All) => cleaning.entity = Entity::All,
        }
        if let Some(said) = &self.years {
            let years = range(said).and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
            cleaning.years = years
                .filter(|(from, to)| from <= to)
                .ok_or_else(|| Error::usage(format!("--years '{said}' is no range")).try_this("--years 1970..2025"))?;
        }
        if let Some(year) = self.reference_year {
            cleaning.reference = Reference::Year(year);
        }
        cleaning.graduation_age = self.graduation_age.unwrap_or(cleaning.graduation_age);
        cleaning.min_peers = self.min_peers.unwrap_or(cleaning.min_peers);
        Ok(())
    }
}

/// Reads, types and cleans the table of a recipe, and says where it is not as the recipe saw it.
pub(super) fn clean(recipe: &Recipe, cancel: &Cancel) -> Result<Cleaned> {
    let source = &recipe.source;
    let table = study::load(&source.found(), &source.options(), &recipe.roles, cancel, &mut |_, _| {})?;
    output::notices(source.changed(&table).as_slice());
    cancel.check().map_err(|_| Error::interrupted())?;
    Ok(study::clean(&Arc::new(table), &recipe.cleaning))
}

/// Keeping the choices.
#[derive(Debug, Clone, Args)]
pub(super) struct SaveChoices {
    /// Write the choices behind this result, to be given to --recipe.
    #[arg(long, value_name = "R.toml")]
    save_recipe: Option<PathBuf>,
    /// Overwrite a file that is there.
    #[arg(long)]
    pub(super) force: bool,
}

impl SaveChoices {
    /// Whether it can be written: asked before the work.
    pub(super) fn check(&self) -> Result<()> {
        self.save_recipe.as_ref().map_or(Ok(()), |path| check_free(path, self.force))
    }

    /// Writes the recipe, where that was asked for, with how the table is now.
    pub(super) fn save(&self, recipe: &Recipe, table: &Table) -> Result<()> {
        let Some(path) = &self.save_recipe else { return Ok(()) };
        let mut recipe = recipe.clone();
        recipe.source.seen = Some(Seen::from(table));
        let text = recipe.to_toml_at(path)?;
        atomically(path, self.force, |out| std::io::Write::write_all(out, text.as_bytes()))
    }
}

impl FitChoices {
    /// The recipe that was said: out of its file, then out of the command line, at `k` where one is said.
    pub(super) fn recipe(&self, table: &TableChoices, k: Option<usize>) -> Result<Recipe> {
        let saved = table.saved()?;
        let mut recipe = saved.clone();
        table.tell(&mut recipe)?;
        self.tell(&mut recipe);
        recipe.k = k.or(recipe.k);
        keep_names(&saved, &mut recipe);
        Ok(recipe)
    }

    /// Puts what was said about features and engine into a recipe.
    fn tell(&self, recipe: &mut Recipe) {
        recipe.cleaning.raw |= self.raw;
        if !self.features.is_empty() {
            recipe.features = Inputs::Named(self.features.clone());
        }
        recipe.scale = self.scale.map_or(recipe.scale, |scale| {
            Some(match scale {
                ScaleChoice::Standard => Scale::Standard,
                ScaleChoice::Robust => Scale::Robust,
                ScaleChoice::Minmax => Scale::MinMax,
                ScaleChoice::None => Scale::None,
            })
        });
        recipe.seed = self.seed.unwrap_or(recipe.seed);
        recipe.starts = self.starts.unwrap_or(recipe.starts);
        recipe.engine = self.engine.map_or(recipe.engine, |engine| match engine {
            EngineChoice::Kscope => Engine::Kscope,
            EngineChoice::Linfa => Engine::Linfa,
        });
        recipe.silhouette = self.silhouette.map_or(recipe.silhouette, |mode| match mode {
            SilhouetteChoice::Auto => Mode::Auto,
            SilhouetteChoice::Exact => Mode::Exact,
        });
    }

    /// Runs work on as many threads as were asked for.
    pub(super) fn on_threads<T: Send>(&self, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        match self.threads {
            None => work(),
            Some(threads) => rayon::ThreadPoolBuilder::new()
                .num_threads(usize::from(threads))
                .build()
                .map_err(|e| Error::failed("cannot start threads").because(e))?
                .install(work),
        }
    }
}

#[cfg(feature = "tui")]
impl Explore {
    /// What the explorer starts from.
    pub(super) fn start(&self) -> Result<crate::tui::Start> {
        let (mut recipe, mut before, screen) = if self.resume {
            let path = session::path().ok_or_else(|| {
                Error::failed("there is no session to resume")
                    .because("neither XDG_STATE_HOME nor HOME is set")
                    .try_this("kscope FILE")
            })?;
            let Session { recipe, before, screen } = Session::read(&path)?;
            (recipe, before, Some(screen))
        } else {
            (self.table.saved()?, None, None)
        };
        let saved = recipe.clone();
        self.table.tell(&mut recipe)?;
        self.fit.tell(&mut recipe);
        recipe.k = self.k.or(recipe.k);
        keep_names(&saved, &mut recipe);
        // It is one table, read in one way.
        if let Some(before) = &mut before {
            before.source = recipe.source.clone();
        }
        Ok(crate::tui::Start {
            recipe,
            before,
            screen,
            threads: self.fit.threads.map(usize::from),
            ascii: self.ascii,
            color: self.color,
        })
    }
}

impl From<FormatChoice> for crate::report::Format {
    fn from(choice: FormatChoice) -> Self {
        match choice {
            FormatChoice::Text => Self::Text,
            FormatChoice::Json => Self::Json,
            FormatChoice::Csv => Self::Csv,
        }
    }
}

/// Names were given to the clusters of the recipe in the file: those of other choices they do not fit.
fn keep_names(saved: &Recipe, recipe: &mut Recipe) {
    let same = Recipe { k: saved.k.and(recipe.k), ..recipe.clone() }.same_clusters(saved);
    if !same && !recipe.names.is_empty() {
        recipe.names.clear();
        let note = "the recipe's names of clusters are left out: the command line asks for other clusters";
        output::notices(&[note.to_owned()]);
    }
}

/// `A..B`, both ends in it; one number is a range of one.
pub(super) fn k_range(text: &str) -> Result<RangeInclusive<usize>> {
    let parsed = match range(text) {
        Some((from, to)) => from.parse::<usize>().ok().zip(to.parse::<usize>().ok()),
        None => text.trim().parse().ok().map(|k| (k, k)),
    };
    let (from, to) = parsed
        .ok_or_else(|| Error::usage(format!("--k '{text}' is no range")).try_this("--k 1..12 (both ends in it)"))?;
    if from == 0 {
        return Err(Error::bad_input("k = 0 makes no clusters").try_this("--k 1..12"));
    }
    if from > to {
        return Err(Error::usage(format!("--k '{text}' ends before it begins")).try_this(format!("--k {to}..{from}")));
    }
    Ok(from..=to)
}

fn range(text: &str) -> Option<(&str, &str)> {
    let (from, to) = text.split_once("..")?;
    Some((from.trim(), to.trim_start_matches('=').trim()))
}

fn graduation_age(text: &str) -> std::result::Result<f64, String> {
    let years = text.parse().ok().filter(|years: &f64| (14.0..=60.0).contains(years));
    years.ok_or_else(|| "years from 14 to 60".to_owned())
}

fn at_least_one(text: &str) -> std::result::Result<usize, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| "1 or more".to_owned())
}

pub(super) fn delimiter(text: &str) -> std::result::Result<u8, String> {
    match text {
        "tab" | "\\t" => Ok(b'\t'),
        _ if text.len() == 1 => Ok(text.as_bytes()[0]),
        _ => Err("one ASCII character, or tab".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_inclusive() {
        assert_eq!(k_range("1..12").unwrap(), 1..=12);
        assert_eq!(k_range("2..=5").unwrap(), 2..=5);
        assert_eq!(k_range("4").unwrap(), 4..=4);
        assert_eq!(k_range("0..4").unwrap_err().exit_code(), 3);
        assert_eq!(k_range("5..2").unwrap_err().exit_code(), 2);
        assert_eq!(k_range("many").unwrap_err().exit_code(), 2);
    }
}
