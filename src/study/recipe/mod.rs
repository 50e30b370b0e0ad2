//! Everything that is chosen, nothing that is derived: in memory, and as a TOML file that people write too.

pub(in crate::study) mod read;
mod source;
#[cfg(test)]
mod tests;
mod toml;
pub(in crate::study) mod write;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use source::{Seen, Source};

use crate::cluster::{Engine, Params};
use crate::features::choice::{self, Choice};
use crate::features::{Feature, Scale};
use crate::quality;
use crate::quality::structure::Ungrouped;
use crate::segments::audience::Wanted;
use crate::segments::profile::Profile;
use crate::table::RoleChoices;
use crate::table::age::ASSUMED;
use crate::table::cleaning::Cleaning;

/// The rule that a drill opens with.
pub const DEFAULT_RULE: &str = "experience > 10 y and pay < 45 lakh";

/// The rule that a plan is compared with where none is chosen: what was done before.
pub const RULE_IN_USE: &str = "experience > 10 y";

/// k where none is chosen.
pub const DEFAULT_K: usize = 4;
/// The k's of a sweep where none are chosen, both ends in it.
pub const DEFAULT_KS: (usize, usize) = (1, 12);

/// Which columns are inputs of the clustering.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Inputs {
    /// Those that suit the table.
    #[default]
    Default,
    /// These, each encoded as suits it.
    Named(Vec<String>),
    /// These, and what is said about each.
    Chosen(Vec<Choice>),
}

impl Inputs {
    /// What was chosen where `features` are what a table's `defaults` were made into.
    pub fn of(features: &[Feature], defaults: &[Feature]) -> Self {
        if features == defaults { Self::Default } else { Self::Chosen(choice::choices(features, defaults)) }
    }

    /// Whether an age that is assumed may be among them.
    fn assume_age(&self) -> bool {
        let is = |name: &str| name.trim().eq_ignore_ascii_case(ASSUMED);
        match self {
            Self::Default => false,
            Self::Named(names) => names.iter().any(|name| is(name)),
            Self::Chosen(choices) => choices.iter().any(|choice| choice.on && is(&choice.column)),
        }
    }
}

/// The choices behind an analysis.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// The table, and how it was when it was last read.
    pub source: Source,
    /// What columns mean, unit and currency of pay.
    pub roles: RoleChoices,
    /// Cleaning rules, entity policy, bounds.
    pub cleaning: Cleaning,
    /// Which columns are inputs, and how they are encoded.
    pub features: Inputs,
    /// One scale for every feature, instead of each one's own.
    pub scale: Option<Scale>,
    /// Number of clusters that is looked at; `None` where none was chosen.
    pub k: Option<usize>,
    /// The k's of a sweep, both ends in it; the explorer always begins at 1.
    pub ks: (usize, usize),
    /// Seed of every random choice.
    pub seed: u64,
    /// k-means++ starts for each k.
    pub starts: u32,
    /// Which K-Means.
    pub engine: Engine,
    /// Whether the silhouette must be exact.
    pub silhouette: quality::Mode,
    /// What reference tables keep of the data.
    pub reference: Ungrouped,
    /// Who is meant; empty is everybody, `None` where no rule was chosen.
    pub rule: Option<String>,
    /// Names that people gave to clusters, by canonical number, at the recipe's k; none is empty.
    pub names: BTreeMap<usize, String>,
    /// The audience.
    pub plan: PlanChoices,
}

/// What is chosen about the plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlanChoices {
    /// Budget, mix, caps.
    pub wanted: Wanted,
    /// The rule in use, that the audience is compared with; `None` where none was chosen.
    pub rule: Option<String>,
    /// File of those who must not be contacted.
    pub exclude: Option<PathBuf>,
}

impl PlanChoices {
    /// The rule in use.
    pub fn rule(&self) -> &str {
        self.rule.as_deref().unwrap_or(RULE_IN_USE)
    }
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            source: Source::default(),
            roles: RoleChoices::default(),
            cleaning: Cleaning::default(),
            features: Inputs::Default,
            scale: None,
            k: None,
            ks: DEFAULT_KS,
            seed: 0,
            starts: 10,
            engine: Engine::Kscope,
            silhouette: quality::Mode::Auto,
            reference: Ungrouped::Copula,
            rule: None,
            names: BTreeMap::new(),
            plan: PlanChoices::default(),
        }
    }
}

impl Recipe {
    /// What the engine needs to know.
    pub fn params(&self) -> Params {
        Params { seed: self.seed, starts: self.starts, engine: self.engine }
    }

    /// Whether both lead to the same clusters of the same table, so that names given to those of one fit the other.
    pub fn same_clusters(&self, other: &Self) -> bool {
        self.k == other.k
            && self.features == other.features
            && self.scale == other.scale
            && self.roles == other.roles
            && self.cleaning.same_rows(&other.cleaning)
            && (!self.features.assume_age() || self.cleaning.graduation_age == other.cleaning.graduation_age)
            && self.params() == other.params()
    }

    /// What a cluster is called: as a person named it, else by what sets it apart.
    pub fn name<'a>(&'a self, profile: &'a Profile) -> &'a str {
        self.names.get(&profile.cluster).unwrap_or(&profile.name)
    }

    /// As [`Recipe::name`], for all clusters of a k.
    pub fn names_of(&self, profiles: &[Profile]) -> Vec<String> {
        profiles.iter().map(|profile| self.name(profile).to_owned()).collect()
    }
}
