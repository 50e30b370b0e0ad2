//! Everything that is chosen, nothing that is derived.

use crate::cluster::{Engine, Params};
use crate::features::{Feature, Scale};
use crate::quality;
use crate::table::cleaning::Cleaning;

/// The rule that a drill opens with.
pub const DEFAULT_RULE: &str = "experience > 10 y and pay < 45 lakh";

/// Which columns are inputs of the clustering.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Inputs {
    /// Those that suit the table.
    #[default]
    Default,
    /// These, each encoded as suits it.
    Named(Vec<String>),
    /// Exactly so.
    Chosen(Vec<Feature>),
}

/// The choices behind an analysis.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// Cleaning rules, entity policy, bounds.
    pub cleaning: Cleaning,
    /// Which columns are inputs, and how they are encoded.
    pub features: Inputs,
    /// One scale for every feature, instead of each one's own.
    pub scale: Option<Scale>,
    /// Seed of every random choice.
    pub seed: u64,
    /// k-means++ starts for each k.
    pub starts: u32,
    /// Which K-Means.
    pub engine: Engine,
    /// Whether the silhouette must be exact.
    pub silhouette: quality::Mode,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            cleaning: Cleaning::default(),
            features: Inputs::Default,
            scale: None,
            seed: 0,
            starts: 10,
            engine: Engine::Kscope,
            silhouette: quality::Mode::Auto,
        }
    }
}

impl Recipe {
    /// What the engine needs to know.
    pub fn params(&self) -> Params {
        Params { seed: self.seed, starts: self.starts, engine: self.engine }
    }
}
