//! A kept fit put to a table, piece by piece: a cluster for every row, and how far the table is from the fitted one.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::model::Model;
use super::recipe::Recipe;
use crate::cluster::nearest;
use crate::error::{Error, Result, nearest as nearest_name};
use crate::features::drift::{self, Drift, Reference};
use crate::features::encoder;
use crate::source::RawTable;
use crate::table::cleaning::{self, Cleaning, Learners, Spellings, spelling_key};
use crate::table::column::{Column, Data, MISSING};
use crate::table::experience::Reference as Year;
use crate::table::ledger::{Effect, Rule};
use crate::table::role::Role;
use crate::table::schema::Kind;
use crate::table::{Table, age};

/// A model at work. Every row is scored by itself: it speaks for itself, whatever the entity policy of the fit.
pub struct Scorer<'a> {
    model: &'a Model,
    recipe: Recipe,
    cleaning: Cleaning,
    spellings: Spellings,
    centroids: Vec<f64>,
    /// Bits of a row of the matrix → cluster.
    settled: HashMap<Vec<u64>, u16>,
    drifts: Vec<Drift<'a>>,
    scored: Scored,
    taken: BTreeMap<Rule, (String, usize)>,
}

/// What was found about a table that was scored.
#[derive(Clone, Debug, Default)]
pub struct Scored {
    /// Rows of the table.
    pub rows: usize,
    /// Rows that cleaning rules took, in the order of the rules: rule, what it does, rows. They have no cluster.
    pub taken: Vec<(Rule, String, usize)>,
    /// Rows without a value that the fit did not do without. They have no cluster.
    pub without_value: usize,
    /// Rows with an infinite value in a feature. They have no cluster.
    pub infinite: usize,
    /// Features in the order of the matrix.
    pub features: Vec<ScoredFeature>,
    /// Rows per cluster.
    pub clusters: Vec<usize>,
    /// Population stability index of the shares of clusters; `None` without a scored row.
    pub psi: Option<f64>,
}

/// One feature over the rows that have a cluster.
#[derive(Clone, Debug)]
pub struct ScoredFeature {
    /// Name of the column.
    pub column: String,
    /// Whether it is a number.
    pub number: bool,
    /// Least and greatest value of the fitted rows, of a number.
    pub range: Option<(f64, f64)>,
    /// Rows without a value; they got what such rows got in the fit.
    pub missing: usize,
    /// Rows with a level that the fitted rows did not have.
    pub unknown: usize,
    /// Rows below the least value of the fitted rows.
    pub below: usize,
    /// Rows above the greatest value of the fitted rows.
    pub above: usize,
    /// Cells of the column, whatever became of their rows, that are no numbers and count as missing.
    pub unreadable: usize,
    /// Population stability index; `None` without a scored row.
    pub psi: Option<f64>,
}

impl Scored {
    /// Rows that have a cluster.
    pub fn scored(&self) -> usize {
        self.clusters.iter().sum()
    }
}

impl<'a> Scorer<'a> {
    /// Nothing scored yet.
    ///
    /// # Errors
    /// A model whose recipe cannot be read.
    pub fn new(model: &'a Model) -> Result<Self> {
        let recipe = Recipe::parse(&model.recipe, "the model's recipe")?;
        let mut cleaning = recipe.cleaning.clone();
        if let Some(year) = model.reference_year {
            cleaning.reference = Year::Year(year);
        }
        let feature = |f: &super::model::FittedFeature| ScoredFeature {
            column: f.column.clone(),
            number: f.encoder.is_number(),
            range: match &f.reference {
                Reference::Numbers(numbers) => Some((numbers.range[0], numbers.range[1])),
                Reference::Levels(_) => None,
            },
            missing: 0,
            unknown: 0,
            below: 0,
            above: 0,
            unreadable: 0,
            psi: None,
        };
        let scored = Scored {
            features: model.features.iter().map(feature).collect(),
            clusters: vec![0; model.k],
            ..Scored::default()
        };
        Ok(Self {
            spellings: spellings(model),
            centroids: model.clusters.iter().flat_map(|c| c.centroid.iter().copied()).collect(),
            settled: model.settled.iter().map(|s| (bits(&s.row), s.cluster)).collect(),
            drifts: model.features.iter().map(|f| Drift::new(&f.reference)).collect(),
            model,
            recipe,
            cleaning,
            scored,
            taken: BTreeMap::new(),
        })
    }

    /// Scores the rows of a piece: the cluster of each, `None` where it has none.
    ///
    /// # Errors
    /// A column that the model needs and the table does not have.
    pub fn score(&mut self, raw: RawTable) -> Result<Vec<Option<u16>>> {
        self.check(&raw)?;
        let table = Table::under(raw, &self.model.columns, &self.recipe.roles)?;
        let learners = cleaning::clean_each(&table, &self.cleaning, &self.spellings);
        let assumed = self.assumed_age(&learners);
        let columns = self.columns(&learners, assumed.as_ref(), &table.name)?;
        let rows = self.usable(&learners, assumed.as_ref(), &columns);
        self.count(&table, &learners);
        for (drift, column) in self.drifts.iter_mut().zip(&columns) {
            drift.count(column, &rows);
        }
        let encoders: Vec<_> = self.model.features.iter().map(|f| &f.encoder).zip(columns).collect();
        let values = encoder::apply(&encoders, &rows)
            .ok_or_else(|| Error::failed("cannot score").because("the model's columns and encoders disagree"))?;
        let width = self.centroids.len() / self.model.k;
        let label = |row: &[f64]| match self.settled.is_empty() {
            true => nearest(row, &self.centroids),
            false => {
                let settled = self.settled.get(&bits(row)).copied();
                settled.unwrap_or_else(|| nearest(row, &self.centroids))
            }
        };
        let labels: Vec<u16> = values.par_chunks(width).map(label).collect();
        let mut found = vec![None; table.rows()];
        for (&row, label) in rows.iter().zip(labels) {
            self.scored.clusters[usize::from(label)] += 1;
            found[learners.source_row[row as usize] as usize] = Some(label);
        }
        Ok(found)
    }

    /// Columns that cleaning rules read in the fit and the table does not have, so that these rules take nothing.
    pub fn absent(&self, columns: &[String]) -> Vec<String> {
        let absent = self.model.columns.iter().filter(|kind| !kind.required && !columns.contains(&kind.name));
        absent.map(|kind| kind.name.clone()).collect()
    }

    /// What was found.
    pub fn finish(mut self) -> Scored {
        for (feature, drift) in self.scored.features.iter_mut().zip(&self.drifts) {
            feature.missing = drift.missing;
            feature.unknown = drift.unknown;
            feature.below = drift.below;
            feature.above = drift.above;
            feature.psi = drift.psi();
        }
        let fitted: Vec<usize> = self.model.clusters.iter().map(|c| c.rows as usize).collect();
        self.scored.psi = drift::psi(&fitted, &self.scored.clusters);
        self.scored.taken = self.taken.into_iter().map(|(rule, (label, rows))| (rule, label, rows)).collect();
        self.scored
    }

    fn check(&self, raw: &RawTable) -> Result<()> {
        let missing = |kind: &&Kind| kind.required && raw.frame.column(&kind.name).is_err();
        let Some(kind) = self.model.columns.iter().find(missing) else { return Ok(()) };
        let names: Vec<String> = raw.frame.get_column_names().iter().map(ToString::to_string).collect();
        let hint = match nearest_name(&kind.name, names.iter().map(String::as_str)) {
            Some(near) => format!("call the column '{near}' '{}'; or fit a new model on this table", kind.name),
            None => "fit a new model on a table with these columns".to_owned(),
        };
        Err(Error::bad_input(format!("{} has no column '{}'", raw.name, kind.name))
            .because(format!("the model was fitted with it ({})", self.model.fitted_on.source))
            .try_this(hint))
    }

    /// The ages that the fit assumed, assumed alike: whatever this table may say of ages, and whatever rows a piece of
    /// it holds. `None` where the fit knew no such feature.
    fn assumed_age(&self, learners: &Learners) -> Option<Column> {
        let is_feature = self.model.features.iter().any(|f| f.column == age::ASSUMED);
        let is_read = self.model.columns.iter().any(|kind| kind.name == age::ASSUMED);
        let experience = learners.with_role(Role::Experience)?.numbers()?;
        (is_feature && !is_read).then(|| age::assumed(experience, self.cleaning.graduation_age))
    }

    /// The column of each feature. A derived column may go by another name where the table has columns of its own.
    fn columns<'l>(&self, learners: &'l Learners, assumed: Option<&'l Column>, table: &str) -> Result<Vec<&'l Column>> {
        let find = |name: &str| {
            let named = assumed.into_iter().chain(&learners.columns).find(|c| c.name == name);
            named.or_else(|| learners.columns.iter().find(|c| c.derived))
        };
        let found = |f: &super::model::FittedFeature| {
            find(&f.column).ok_or_else(|| crate::table::unknown_column("feature", &f.column, &learners.columns, table))
        };
        self.model.features.iter().map(found).collect()
    }

    /// Used rows that can be placed: no value is infinite, and none lacks that the fit did not do without.
    fn usable(&mut self, learners: &Learners, assumed: Option<&Column>, features: &[&Column]) -> Vec<u32> {
        let find = |name: &String| assumed.into_iter().chain(&learners.columns).find(|c| c.name == *name);
        let needed: Vec<&Column> = self.model.needed.iter().filter_map(find).collect();
        let lacks = |row: usize| {
            needed.iter().any(|column| match &column.data {
                Data::Number(values) => values[row].is_nan(),
                Data::Text(text) => text.codes[row] == MISSING,
            })
        };
        let infinite = |row: usize| {
            features.iter().chain(&needed).filter_map(|c| c.numbers()).any(|values| values[row].is_infinite())
        };
        let mut rows = Vec::with_capacity(learners.rows());
        for row in 0..learners.rows() {
            if infinite(row) {
                self.scored.infinite += 1;
            } else if lacks(row) {
                self.scored.without_value += 1;
            } else {
                rows.push(row as u32);
            }
        }
        rows
    }

    fn count(&mut self, table: &Table, learners: &Learners) {
        self.scored.rows += table.rows();
        for entry in learners.ledger.entries.iter().filter(|e| e.on && e.effect == Effect::Taken) {
            self.taken.entry(entry.rule).or_insert_with(|| (entry.label.clone(), 0)).1 += entry.rows.len();
        }
        for feature in &mut self.scored.features {
            let column = table.columns.iter().find(|c| c.name == feature.column);
            feature.unreadable += column.map_or(0, |c| c.unreadable.count);
        }
    }
}

/// The bits of a row, −0 as 0.
fn bits(row: &[f64]) -> Vec<u64> {
    row.iter().map(|value| (value + 0.0).to_bits()).collect()
}

/// How the fitted table spelled its job titles.
fn spellings(model: &Model) -> Spellings {
    let job = model.columns.iter().find(|kind| kind.role == Role::Job);
    let feature = job.and_then(|job| model.features.iter().find(|f| f.column == job.name));
    let Some(Reference::Levels(levels)) = feature.map(|f| &f.reference) else { return Spellings::new() };
    let mut spellings = Spellings::new();
    for (level, _) in &levels.levels {
        // "unknown" beside "Unknown" is what a missing title became, after spellings were merged.
        let stands = |held: &mut String| {
            if held == "unknown" {
                held.clone_from(level);
            }
        };
        spellings.entry(spelling_key(level)).and_modify(stands).or_insert_with(|| level.clone());
    }
    spellings
}
