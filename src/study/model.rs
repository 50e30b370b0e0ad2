//! A fit that is kept: everything that another table needs to be scored, in one JSON file.

use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::recipe::Recipe;
use super::{Cleaned, Prepared};
use crate::cluster::{Clustering, nearest};
use crate::error::{Error, Result};
use crate::features::drift::Reference;
use crate::features::encoder::Encoder;
use crate::features::{Feature, Missing, exact};
use crate::source::{self, escape};
use crate::table::column::Column;
use crate::table::experience;
use crate::table::role::Role;
use crate::table::schema::Kind;

/// The version of the format that this program writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// Longer files are no models; in bytes.
const LONGEST: u64 = 1 << 30;

/// A fit that is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Of the format. Stands first, under a name that only models have.
    pub kscope_model: u32,
    /// Hash of the model without it: whether the file is still as it was written.
    pub checksum: String,
    /// The program that wrote it.
    pub kscope: String,
    /// The table that it was fitted on.
    pub fitted_on: FittedOn,
    /// Number of clusters.
    pub k: usize,
    /// Seed of every random choice.
    pub seed: u64,
    /// The rule of the recipe, where it has one.
    pub rule: Option<String>,
    /// The recipe, as TOML: roles, cleaning, features.
    pub recipe: String,
    /// The year up to which experience counts, where the recipe does not say and the table decided.
    pub reference_year: Option<i32>,
    /// Columns that are read, and how.
    pub columns: Vec<Kind>,
    /// The id column, where there is one; it is not read.
    pub id: Option<String>,
    /// Columns without whose value a row has no cluster.
    pub needed: Vec<String>,
    /// Features in the order of the matrix.
    pub features: Vec<FittedFeature>,
    /// Clusters in canonical order.
    pub clusters: Vec<FittedCluster>,
    /// Rows of the matrix that the fit put elsewhere than with the nearest centroid: those that are equally near to
    /// two, and all that still changed where the fit did not converge.
    pub settled: Vec<Settled>,
}

/// The table of a fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FittedOn {
    /// As the command line named it.
    pub source: String,
    /// Hash of its bytes.
    pub fingerprint: String,
    /// Its rows.
    pub rows: usize,
    /// Rows that were clustered.
    pub rows_used: usize,
}

/// One feature: how it becomes numbers, and what it held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FittedFeature {
    /// Name of the column, in the table or derived from it.
    pub column: String,
    /// Fitted.
    pub encoder: Encoder,
    /// The values of the rows that were clustered.
    pub reference: Reference,
}

/// One cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FittedCluster {
    /// Canonical number.
    pub cluster: usize,
    /// What it is called.
    pub name: String,
    /// Rows that were clustered.
    pub rows: u64,
    /// Their share of all that were, 0…1.
    #[serde(with = "exact::number")]
    pub share: f64,
    /// In the scaled matrix.
    #[serde(with = "exact::numbers")]
    pub centroid: Vec<f64>,
}

/// A row of the matrix and its cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settled {
    /// A row of the matrix.
    #[serde(with = "exact::numbers")]
    pub row: Vec<f64>,
    /// Where it belongs.
    pub cluster: u16,
}

impl Model {
    /// Keeps a fit. `features` are those that `prepared` was made of, `names` one for each cluster.
    ///
    /// # Errors
    /// A recipe that cannot be written.
    pub fn new(
        cleaned: &Cleaned,
        features: &[Feature],
        prepared: &Prepared,
        recipe: &Recipe,
        clustering: &Clustering,
        names: &[String],
    ) -> Result<Self> {
        let (table, learners, encoded) = (&cleaned.table, &cleaned.learners, &prepared.encoded);
        let cleaning = &recipe.cleaning;
        let experience::Pinned { reference_year, from } =
            experience::pinned(&table.columns, cleaning.reference, cleaning.years);
        let chosen = || features.iter().filter(|feature| feature.on);
        let needed: Vec<String> =
            chosen().filter(|feature| feature.missing == Missing::Drop).map(|f| f.column.clone()).collect();
        let reads = |name: &str| encoded.features.iter().chain(&needed).any(|read| read == name);
        // An assumed age is made of experience, which is read for it as if it were a feature itself.
        let assumes = learners.assumed_age().is_some_and(|age| reads(&age.name));
        let reads = |column: &Column| reads(&column.name) || (assumes && column.role == Role::Experience);
        let derives = learners.columns.iter().any(|c| c.derived && reads(c));
        let decides = |role: Role| {
            matches!(role, Role::Pay | Role::StartYear | Role::PayYear | Role::GraduationYear | Role::Experience)
        };
        let columns = table.columns.iter().filter(|c| reads(c) || (!cleaning.raw && decides(c.role))).map(|c| {
            let required = reads(c) || (derives && from.contains(&c.role));
            Kind::new(c, &table.choices, required)
        });
        let fitted = |(column, encoder): (&String, &Encoder)| {
            let values = learners.input(column)?;
            let (column, encoder) = (column.clone(), encoder.clone());
            Some(FittedFeature { column, encoder, reference: Reference::new(values, &encoded.rows) })
        };
        let (matrix, d) = (&prepared.matrix, prepared.matrix.columns());
        let cluster = |cluster: usize| FittedCluster {
            cluster,
            name: names.get(cluster).cloned().unwrap_or_default(),
            rows: clustering.sizes[cluster],
            share: clustering.sizes[cluster] as f64 / matrix.rows() as f64,
            centroid: clustering.centroids[cluster * d..(cluster + 1) * d].to_vec(),
        };
        let settled = (0..matrix.distinct())
            .map(|i| (matrix.row(i), clustering.labels[i]))
            .filter(|(row, label)| nearest(row, &clustering.centroids) != *label)
            .map(|(row, cluster)| Settled { row: row.to_vec(), cluster });
        Ok(Self {
            kscope_model: VERSION,
            checksum: String::new(),
            kscope: env!("CARGO_PKG_VERSION").to_owned(),
            fitted_on: FittedOn {
                source: recipe.source.location.to_string(),
                fingerprint: table.fingerprint.clone(),
                rows: table.rows(),
                rows_used: matrix.rows(),
            },
            k: clustering.k,
            seed: recipe.seed,
            rule: recipe.rule.clone(),
            recipe: recipe.to_toml()?,
            reference_year,
            columns: columns.collect(),
            id: table.with_role(Role::Learner).map(|c| c.name.clone()),
            needed: needed.clone(),
            features: encoded.features.iter().zip(&encoded.encoders).filter_map(fitted).collect(),
            clusters: (0..clustering.k).map(cluster).collect(),
            settled: settled.collect(),
        })
    }

    /// The model as JSON, one line.
    ///
    /// # Errors
    /// None that this program knows of.
    pub fn to_json(&self) -> Result<String> {
        let checksum = self.sum()?;
        Self { checksum, ..self.clone() }.json().map(|json| json + "\n")
    }

    fn json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|e| Error::failed("cannot write the model").because(e))
    }

    fn sum(&self) -> Result<String> {
        Ok(source::fingerprint(Self { checksum: String::new(), ..self.clone() }.json()?.as_bytes()))
    }

    /// Reads a model from a file.
    ///
    /// # Errors
    /// A file that cannot be read, is no model, is of a later version, or is not as it was written.
    pub fn read(path: &Path) -> Result<Self> {
        let shown = escape(&path.display().to_string());
        let cannot = |why: String| Error::bad_input(format!("cannot read {shown}")).because(why);
        let file = std::fs::File::open(path)
            .map_err(|e| cannot(e.to_string()).try_this("a model is written with kscope fit --save-model M"))?;
        let mut text = Vec::new();
        file.take(LONGEST + 1).read_to_end(&mut text).map_err(|e| cannot(e.to_string()))?;
        if text.len() as u64 > LONGEST {
            return Err(no_model(&shown, "it is too long"));
        }
        Self::parse(&text, &shown)
    }

    /// Reads a model from its JSON; `name` is what complaints call it.
    ///
    /// # Errors
    /// As [`Model::read`].
    pub fn parse(text: &[u8], name: &str) -> Result<Self> {
        /// What every version has.
        #[derive(Deserialize)]
        struct Head {
            kscope_model: u32,
            kscope: String,
        }
        let begins = std::str::from_utf8(text).is_ok_and(|text| text.trim_start().starts_with("{\"kscope_model\""));
        if !begins {
            return Err(no_model(name, "it does not begin like one"));
        }
        let damaged = |why: String| {
            Error::bad_input(format!("cannot read {name}"))
                .because(format!("it is cut off or damaged ({why})"))
                .try_this("copy the file again, or write it again with kscope fit --save-model M")
        };
        let head: Head = serde_json::from_slice(text).map_err(|e| damaged(escape(&e.to_string())))?;
        if head.kscope_model > VERSION {
            let written = format!("version {} of the format, by kscope {}", head.kscope_model, escape(&head.kscope));
            return Err(Error::bad_input(format!("cannot read {name}"))
                .because(format!("it is of {written}; this kscope reads up to {VERSION}"))
                .try_this("a newer kscope, or write the model again with this one"));
        }
        let model: Self = serde_json::from_slice(text).map_err(|e| damaged(escape(&e.to_string())))?;
        if model.sum()? != model.checksum {
            return Err(damaged("its checksum does not fit what it holds".to_owned()));
        }
        if !model.is_sound() {
            return Err(damaged("its parts do not fit together".to_owned()));
        }
        Ok(model)
    }

    /// Whether it is one that a fit could have left.
    fn is_sound(&self) -> bool {
        let width: usize = self.features.iter().map(|f| f.encoder.width()).sum();
        let row = |row: &[f64]| row.len() == width && row.iter().all(|v| v.is_finite());
        let feature = |f: &FittedFeature| {
            f.encoder.is_sound()
                && f.reference.is_sound()
                && f.encoder.is_number() == matches!(f.reference, Reference::Numbers(_))
        };
        width > 0
            && self.k > 0
            && self.clusters.len() == self.k
            && self.clusters.iter().enumerate().all(|(at, c)| c.cluster == at && row(&c.centroid))
            && self.settled.iter().all(|s| row(&s.row) && usize::from(s.cluster) < self.k)
            && self.features.iter().all(feature)
    }
}

fn no_model(name: &str, why: &str) -> Error {
    Error::bad_input(format!("{name} is no model of kscope"))
        .because(why)
        .try_this("a model is written with kscope fit --save-model M; the table itself is FILE")
}
