//! What was found: for every k its clustering, its quality and who is in it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::{Cleaned, Prepared};
use crate::cluster::Clustering;
use crate::error::{Error, Result};
use crate::features::influence::Influence;
use crate::jobs::{Cancel, Cancelled};
use crate::quality::mixture::{self, Mixture};
use crate::quality::structure::{self, Evidence};
use crate::quality::{KQuality, Spread, Verdict, spreads};
use crate::segments::age::AgeProfile;
use crate::segments::description::Description;
use crate::segments::profile::Profile;

/// A sweep over k.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// The matrix that was clustered.
    pub prepared: Arc<Prepared>,
    /// One entry per k asked for, ascending.
    pub ks: Vec<KFound>,
    /// How the sweep stands beside tables without groups and on other rows; `None` until that is computed.
    pub evidence: Option<Arc<Evidence>>,
    /// What another model says about k, where it was asked; it decides nothing.
    pub mixture: Option<Arc<Mixture>>,
    /// What the criteria say together; `None` while the qualities are computed.
    pub verdict: Option<Verdict>,
    /// What could mislead about the clusters of the suggested k; empty until that is computed.
    pub warnings: Vec<String>,
}

/// What was found for one k.
///
/// A clone shares labels and description.
#[derive(Clone, Debug)]
pub struct KFound {
    /// The clustering, canonically numbered.
    pub clustering: Arc<Clustering>,
    /// Its quality; `None` while it is computed.
    pub quality: Option<KQuality>,
    /// How long clustering took once smaller k were there; for the screen only, since nothing else depends on time.
    pub took: Option<Duration>,
    described: Arc<OnceLock<Described>>,
    explained: Arc<OnceLock<Vec<Option<Description>>>>,
    spread: Arc<OnceLock<Vec<Option<Spread>>>>,
}

/// Who is in the clusters of one k.
#[derive(Debug)]
pub struct Described {
    /// One per cluster.
    pub profiles: Vec<Profile>,
    /// Age and career, one per cluster; empty where no age is known.
    pub ages: Vec<AgeProfile>,
    /// One per feature.
    pub influence: Vec<Influence>,
    /// Cluster by clustered row.
    pub labels: Vec<u16>,
}

impl KFound {
    /// A clustering that is neither judged nor described yet.
    pub fn new(clustering: Clustering) -> Self {
        Self {
            clustering: Arc::new(clustering),
            quality: None,
            took: None,
            described: Arc::default(),
            explained: Arc::default(),
            spread: Arc::default(),
        }
    }

    /// Profiles and influence, computed at the first call.
    pub fn describe(&self, cleaned: &Cleaned, prepared: &Prepared) -> &Described {
        self.described.get_or_init(|| super::describe(cleaned, prepared, &self.clustering))
    }

    /// Profiles and influence, where they are computed already: for the screen, which must not compute.
    pub fn described(&self) -> Option<&Described> {
        self.described.get()
    }

    /// Each cluster as a short rule, computed at the first call.
    ///
    /// # Errors
    /// `Cancelled` when `cancel` says so; then nothing is kept.
    pub fn explain(
        &self,
        cleaned: &Cleaned,
        prepared: &Prepared,
        cancel: &Cancel,
    ) -> Result<&[Option<Description>], Cancelled> {
        if self.explained.get().is_none() {
            let found = super::explain(cleaned, prepared, &self.clustering, cancel)?;
            // Another thread may have been faster with the same.
            let _ = self.explained.set(found);
        }
        Ok(self.explained().unwrap_or_default())
    }

    /// How the silhouettes of each cluster are spread, computed at the first call; `None` where they are estimated.
    pub fn spread(&self, prepared: &Prepared) -> Option<&[Option<Spread>]> {
        let per_row = self.quality.as_ref()?.silhouette.as_ref()?.per_row.as_deref()?;
        let spread = || {
            let labels = super::row_labels(prepared, &self.clustering);
            spreads(per_row, prepared.matrix.distinct_of(), &labels, self.clustering.k)
        };
        Some(self.spread.get_or_init(spread))
    }

    /// How the silhouettes are spread, where that is computed already.
    pub fn spread_found(&self) -> Option<&[Option<Spread>]> {
        self.spread.get().map(Vec::as_slice)
    }

    /// Each cluster as a short rule, where that is computed already.
    pub fn explained(&self) -> Option<&[Option<Description>]> {
        self.explained.get().map(Vec::as_slice)
    }
}

impl Sweep {
    /// Clusterings that nothing more is known of.
    pub fn new(prepared: &Arc<Prepared>, ks: Vec<KFound>) -> Self {
        let prepared = Arc::clone(prepared);
        Self { prepared, ks, evidence: None, mixture: None, verdict: None, warnings: Vec::new() }
    }

    /// Takes what was gathered about it, and renews the verdict.
    pub fn take(&mut self, evidence: Evidence) {
        let qualities: Vec<KQuality> = self.ks.iter().filter_map(|found| found.quality.clone()).collect();
        self.verdict = Some(structure::judge(&qualities, &evidence));
        self.evidence = Some(Arc::new(evidence));
        self.add_opinion();
    }

    /// Takes a second opinion.
    pub fn hear(&mut self, mixture: Mixture) {
        self.mixture = Some(Arc::new(mixture));
        self.add_opinion();
    }

    /// The criteria of a new verdict end with the second opinion, where there is one.
    pub(super) fn add_opinion(&mut self) {
        let (Some(mixture), Some(verdict)) = (&self.mixture, &mut self.verdict) else { return };
        verdict.criteria.retain(|criterion| criterion.name != mixture::NAME);
        verdict.criteria.push(mixture.criterion());
    }

    /// What was found for a k that was asked for.
    ///
    /// # Errors
    /// The table has fewer distinct rows than that.
    pub fn asked(&self, k: usize) -> Result<&KFound> {
        self.at(k).ok_or_else(|| {
            let distinct = self.prepared.matrix.distinct();
            Error::bad_input(format!("k = {k} is not possible"))
                .because(format!("there are only {distinct} distinct rows"))
                .try_this(format!("--k {distinct} or less"))
        })
    }

    /// What was found for one k.
    pub fn at(&self, k: usize) -> Option<&KFound> {
        self.ks.iter().find(|found| found.clustering.k == k)
    }
}
