//! Colours and names given by people stay with their clusters when k or the features change. Only what is on screen
//! follows; numbers and exports are canonical.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::model::Model;
use crate::cluster::Clustering;
use crate::features::Feature;
use crate::segments::profile::Profile;
use crate::study::diff::{self, Moved};
use crate::study::follow::{Descent, colours, descents, is_still};
use crate::study::recipe::Recipe;

/// The clusters on screen and those before them.
#[derive(Clone, Debug, Default)]
pub struct Follow {
    /// What is on screen.
    pub shown: Option<Shown>,
    /// The last clustering that was what the recipe leads to, not a first look and not stale: what the next one
    /// follows.
    settled: Option<Shown>,
    /// The choice whose clusters the names in the recipe are given to; `None` once it changed, until its clusters
    /// are known.
    told_for: Option<Recipe>,
    /// While names wait for the clusters of a changed choice: the choice before, with the names.
    left: Option<Recipe>,
}

/// One clustering as it is shown.
#[derive(Clone, Debug)]
pub struct Shown {
    clustering: Arc<Clustering>,
    members: Arc<Vec<(u32, u16)>>,
    /// Place in the palette, by cluster.
    colours: Vec<usize>,
    /// Names that people gave, by cluster.
    given: BTreeMap<usize, Given>,
    /// What each cluster is called.
    names: Vec<String>,
    /// The choice that led to it.
    pub recipe: Recipe,
    /// Its features.
    pub features: Vec<Feature>,
    /// What it was followed from.
    pub before: Option<Arc<Before>>,
}

/// A name that a person gave, and to whom.
#[derive(Clone, Debug)]
struct Given {
    name: String,
    /// Source rows that were in the cluster then, ascending.
    to: Arc<Vec<u32>>,
}

/// The clustering that another one was followed from.
#[derive(Debug)]
pub struct Before {
    /// Itself, as it was last shown.
    pub shown: Shown,
    /// Who went where.
    pub moved: Moved,
    /// Where each cluster that is shown comes from.
    pub descents: Vec<Descent>,
}

impl Follow {
    /// The names in this recipe are those of the clusters that it leads to.
    pub fn told(recipe: &Recipe) -> Self {
        Self { told_for: Some(recipe.clone()), ..Self::default() }
    }

    /// As [`Follow::told`], of a recipe that is gone back to.
    pub(super) fn tell(&mut self, recipe: &Recipe) {
        self.told_for = Some(recipe.clone());
        self.left = None;
    }

    /// The choice whose clusters have names that are not in the recipe: those of the recipe's own clusters are not
    /// known yet.
    pub(super) fn left(&self) -> Option<&Recipe> {
        self.left.as_ref()
    }

    /// Whether a clustering was shown that was what its recipe leads to.
    pub(super) fn is_settled(&self) -> bool {
        self.settled.is_some()
    }

    fn is_told(&self, recipe: &Recipe) -> bool {
        self.told_for.as_ref().is_some_and(|told| told.same_clusters(recipe))
    }
}

impl Shown {
    /// Whether it is this clustering.
    pub fn is(&self, clustering: &Arc<Clustering>) -> bool {
        Arc::ptr_eq(&self.clustering, clustering)
    }

    /// Whether both are of the same clustering and look the same.
    pub fn is_same(&self, other: &Self) -> bool {
        self.is(&other.clustering) && self.names == other.names && self.colours == other.colours
    }

    /// Place of a cluster in the palette.
    pub fn colour(&self, cluster: usize) -> usize {
        self.colours.get(cluster).copied().unwrap_or(cluster)
    }

    /// What a cluster is called.
    pub fn name(&self, cluster: usize) -> Option<&str> {
        self.names.get(cluster).map(String::as_str)
    }

    /// What all of them are called.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Where a cluster comes from, where there was one before.
    pub fn descent(&self, cluster: usize) -> Option<(&Descent, &Before)> {
        let before = self.before.as_deref()?;
        Some((before.descents.get(cluster)?, before))
    }

    /// The first clustering that is shown.
    fn first(clustering: Arc<Clustering>, members: Vec<(u32, u16)>) -> Self {
        Self {
            members: Arc::new(members),
            colours: (0..clustering.k).collect(),
            clustering,
            given: BTreeMap::new(),
            names: Vec::new(),
            recipe: Recipe::default(),
            features: Vec::new(),
            before: None,
        }
    }

    /// Names every cluster: as a person did, else by what sets it apart.
    fn call(&mut self, profiles: &[Profile]) {
        let given = Recipe { names: self.given_names(), ..Recipe::default() };
        self.names = given.names_of(profiles);
    }

    fn given_names(&self) -> BTreeMap<usize, String> {
        self.given.iter().map(|(cluster, given)| (*cluster, given.name.clone())).collect()
    }

    /// Takes names as given to these clusters; what a cluster is called already was given to it before.
    fn give(&mut self, names: &BTreeMap<usize, String>) {
        let members = Arc::clone(&self.members);
        let to =
            |cluster: usize| members.iter().filter(move |(_, of)| usize::from(*of) == cluster).map(|(row, _)| *row);
        let give = |(cluster, name): (&usize, &String)| match self.given.get(cluster) {
            Some(given) if given.name == *name => (*cluster, given.clone()),
            _ => (*cluster, Given { name: name.clone(), to: Arc::new(to(*cluster).collect()) }),
        };
        self.given = names.iter().filter(|(cluster, _)| **cluster < self.clustering.k).map(give).collect();
    }

    /// One that comes after this one.
    fn next(&self, clustering: Arc<Clustering>, members: Vec<(u32, u16)>) -> Self {
        let moved = diff::moves((&self.members, self.clustering.k), (&members, clustering.k));
        let descents = descents(&moved);
        let given = descents.iter().enumerate().filter_map(|(now, descent)| match descent {
            Descent::Same(old) => {
                let given = self.given.get(old).filter(|given| is_still(&given.to, &members, now))?;
                Some((now, given.clone()))
            }
            _ => None,
        });
        let given = given.collect();
        Self {
            given,
            colours: colours(&descents, &self.colours),
            before: Some(Arc::new(Before { shown: Self { before: None, ..self.clone() }, moved, descents })),
            ..Self::first(clustering, members)
        }
    }
}

/// The clusters of the next k as they would be shown.
pub(super) fn ahead(model: &Model) -> Option<Shown> {
    let (cleaned, shown) = (model.cleaned.as_ref().filter(|_| !model.foreign)?, model.as_shown()?);
    let (sweep, _) = model.shown()?;
    let found = sweep.at(model.k() + 1)?;
    let described = found.described()?;
    let members = diff::members(cleaned, &sweep.prepared, &described.labels);
    let mut ahead = shown.next(Arc::clone(&found.clustering), members);
    ahead.call(&described.profiles);
    Some(ahead)
}

/// Gives the clusters on screen the colours and names of those before them that they still are. Where they are what
/// the recipe leads to, the names go into the recipe; those that no cluster keeps leave it.
pub(super) fn follow(model: &mut Model) {
    if model.foreign {
        return;
    }
    let (Some(cleaned), Some((sweep, found))) = (&model.cleaned, model.shown()) else { return };
    let Some(described) = found.described() else { return };
    let settles = !model.stale && model.preview.is_none();
    let clustering = &found.clustering;
    if !settles && model.follow.shown.as_ref().is_some_and(|shown| shown.is(clustering)) {
        return;
    }
    let members = || diff::members(cleaned, &sweep.prepared, &described.labels);
    let mut shown = match &model.follow.settled {
        Some(settled) if settled.is(clustering) => settled.clone(),
        Some(settled) => settled.next(Arc::clone(clustering), members()),
        None => Shown::first(Arc::clone(clustering), members()),
    };
    if settles && model.follow.is_told(&model.recipe) {
        shown.give(&model.recipe.names);
    }
    shown.call(&described.profiles);
    if settles {
        model.recipe.names = shown.given_names();
        model.follow.tell(&model.recipe);
        shown.recipe = model.recipe.clone();
        shown.features.clone_from(&model.features);
        model.follow.settled = Some(shown.clone());
    }
    model.follow.shown = Some(shown);
}

/// After the choice changed the names in the recipe are of clusters that it does not lead to any more: they come back
/// when it is known which clusters those are now.
pub(super) fn let_go(model: &mut Model) {
    if model.follow.is_told(&model.recipe) {
        return;
    }
    let names = std::mem::take(&mut model.recipe.names);
    if let Some(told) = model.follow.told_for.take().filter(|_| !names.is_empty()) {
        model.follow.left = Some(Recipe { names, ..told });
    }
}
