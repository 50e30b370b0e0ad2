//! Colours and names given by people stay with their clusters when k or the features change. Only what is on screen
//! follows; numbers and exports are canonical.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::model::Model;
use crate::cluster::Clustering;
use crate::features::Feature;
use crate::study::diff::{self, Moved};
use crate::study::follow::{Descent, colours, descents};
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
}

/// One clustering as it is shown.
#[derive(Clone, Debug)]
pub struct Shown {
    clustering: Arc<Clustering>,
    members: Arc<Vec<(u32, u16)>>,
    /// Place in the palette, by cluster.
    colours: Vec<usize>,
    /// Names that people gave, by cluster.
    given: BTreeMap<usize, String>,
    /// What each cluster is called.
    names: Vec<String>,
    /// The choice that led to it.
    pub recipe: Recipe,
    /// Its features.
    pub features: Vec<Feature>,
    /// What it was followed from.
    pub before: Option<Arc<Before>>,
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

    /// One that comes after this one.
    fn next(&self, clustering: Arc<Clustering>, members: Vec<(u32, u16)>) -> Self {
        let moved = diff::moves((&self.members, self.clustering.k), (&members, clustering.k));
        let descents = descents(&moved);
        let given = descents.iter().enumerate().filter_map(|(now, descent)| match descent {
            Descent::Same(old) => Some((now, self.given.get(old)?.clone())),
            _ => None,
        });
        Self {
            given: given.collect(),
            colours: colours(&descents, &self.colours),
            before: Some(Arc::new(Before { shown: Self { before: None, ..self.clone() }, moved, descents })),
            ..Self::first(clustering, members)
        }
    }
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
        shown.given.clone_from(&model.recipe.names);
    }
    let called = Recipe { names: shown.given.clone(), ..Recipe::default() };
    shown.names = called.names_of(&described.profiles);
    if settles {
        model.recipe.names.clone_from(&shown.given);
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
    if !model.follow.is_told(&model.recipe) {
        model.follow.told_for = None;
        model.recipe.names.clear();
    }
}
