//! What is chosen on the command line, for every command alike.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use crate::cluster::Engine;
use crate::error::{Error, Result};
use crate::features::Scale;
use crate::jobs::Cancel;
use crate::quality::Mode;
use crate::source::{Location, Options};
use crate::study::recipe::{Inputs, Recipe};
use crate::study::{self, Cleaned};
use crate::table::cleaning::{Cleaning, Entity};
use crate::table::experience::Reference;
use crate::table::ledger::Rule;
use crate::table::money::Currency;
use crate::table::role::Role;
use crate::table::{RoleChoices, Table};

/// The table and how it is read and cleaned.
#[derive(Debug, Clone, Args)]
pub(super) struct TableChoices {
    /// A table: CSV, Parquet, Arrow IPC, JSON lines (gz and zst too), `-` for standard input; the bundled
    /// sample when nothing is named.
    file: Option<PathBuf>,
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
    /// Years outside are impossible.
    #[arg(long, value_name = "FROM..TO", default_value = "1970..2025")]
    years: String,
    /// Count experience up to this year, instead of the year of the pay figure.
    #[arg(long, value_name = "YEAR")]
    reference_year: Option<i32>,
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
    /// Seed of every random choice.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// k-means++ starts for each k.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    starts: u32,
    /// auto: exact up to 10,000 distinct rows, else anchors against all rows.
    #[arg(long, value_enum, default_value_t = SilhouetteChoice::Auto)]
    silhouette: SilhouetteChoice,
    /// Our K-Means, or linfa's as the reference.
    #[arg(long, value_enum, default_value_t = EngineChoice::Kscope)]
    engine: EngineChoice,
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
    /// Where the rows come from.
    pub(super) fn location(&self) -> Location {
        Location::from_argument(self.file.as_deref())
    }

    /// The source as the reports name it.
    pub(super) fn source(&self) -> String {
        self.location().to_string()
    }

    fn options(&self) -> Options {
        Options { delimiter: self.delimiter }
    }

    fn roles(&self) -> Result<RoleChoices> {
        let mut choices = RoleChoices::default();
        for said in &self.roles {
            let (column, role) = said
                .rsplit_once('=')
                .ok_or_else(|| Error::usage(format!("--role '{said}' has no '='")).try_this("--role COLUMN=ROLE"))?;
            choices.roles.push((column.to_owned(), Role::parse(role)?));
        }
        choices.pay_unit = self.pay_unit.map(|unit| match unit {
            PayUnit::One => 1.0,
            PayUnit::Thousand => 1e3,
            PayUnit::Lakh => 1e5,
            PayUnit::Crore => 1e7,
        });
        choices.currency = match self.currency.as_deref() {
            None => None,
            Some("inr" | "₹") => Some(Currency::Rupee),
            Some("plain") => Some(Currency::Plain(None)),
            Some(sign) if sign.chars().count() == 1 => Some(Currency::Plain(sign.chars().next())),
            Some(other) => {
                return Err(
                    Error::usage(format!("unknown currency '{other}'")).try_this("inr, plain, or one sign such as $")
                );
            }
        };
        Ok(choices)
    }

    /// The cleaning that was said.
    pub(super) fn cleaning(&self, raw: bool) -> Result<Cleaning> {
        let mut cleaning = Cleaning { raw, ..Cleaning::default() };
        for name in &self.switches {
            let rule = Rule::ALL.into_iter().find(|rule| rule.name() == name).ok_or_else(|| {
                let names = Rule::ALL.map(Rule::name).join(", ");
                Error::usage(format!("unknown cleaning rule '{name}'")).try_this(format!("one of {names}"))
            })?;
            cleaning.flipped.insert(rule);
        }
        cleaning.entity = match self.entity {
            None | Some(EntityChoice::Latest) => Entity::Latest,
            Some(EntityChoice::MaxPay) => Entity::MaxPay,
            Some(EntityChoice::All) => Entity::All,
        };
        let years = range(&self.years).and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
        cleaning.years = years.filter(|(from, to)| from <= to).ok_or_else(|| {
            Error::usage(format!("--years '{}' is no range", self.years)).try_this("--years 1970..2025")
        })?;
        cleaning.reference = self.reference_year.map_or(Reference::PayYear, Reference::Year);
        Ok(cleaning)
    }

    /// Reads, types and cleans the table.
    pub(super) fn clean(&self, cleaning: &Cleaning, cancel: &Cancel) -> Result<Cleaned> {
        let table = self.table(cancel)?;
        cancel.check().map_err(|_| Error::interrupted())?;
        Ok(study::clean(&Arc::new(table), cleaning))
    }

    fn table(&self, cancel: &Cancel) -> Result<Table> {
        study::load(&self.location(), &self.options(), &self.roles()?, cancel, &mut |_, _| {})
    }
}

impl FitChoices {
    /// The recipe that was said.
    pub(super) fn recipe(&self, table: &TableChoices) -> Result<Recipe> {
        Ok(Recipe {
            cleaning: table.cleaning(self.raw)?,
            features: if self.features.is_empty() { Inputs::Default } else { Inputs::Named(self.features.clone()) },
            scale: self.scale.map(|scale| match scale {
                ScaleChoice::Standard => Scale::Standard,
                ScaleChoice::Robust => Scale::Robust,
                ScaleChoice::Minmax => Scale::MinMax,
                ScaleChoice::None => Scale::None,
            }),
            seed: self.seed,
            starts: self.starts,
            engine: match self.engine {
                EngineChoice::Kscope => Engine::Kscope,
                EngineChoice::Linfa => Engine::Linfa,
            },
            silhouette: match self.silhouette {
                SilhouetteChoice::Auto => Mode::Auto,
                SilhouetteChoice::Exact => Mode::Exact,
            },
        })
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
        Ok(crate::tui::Start {
            location: self.table.location(),
            options: self.table.options(),
            roles: self.table.roles()?,
            recipe: self.fit.recipe(&self.table)?,
            k: self.k,
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

fn delimiter(text: &str) -> std::result::Result<u8, String> {
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
