//! What could mislead about the clusters of one k, whatever the verdict says.

use super::findings::Sweep;
use super::recipe::Recipe;
use super::{Cleaned, row_labels};
use crate::cluster;
use crate::error::{Error, Result};
use crate::features::Scale;
use crate::features::influence::Influence;
use crate::jobs::Cancel;
use crate::quality::adjusted_rand;

/// A feature that explains more than this share is what the clusters are.
const DOMINANT: f64 = 0.6;
/// Clusters that agree less than this (adjusted Rand index) with those under another scale hang on the scale.
const AGREES: f64 = 0.75;
/// Means and medians of fewer rows hang on single ones.
const FEW: u64 = 30;
/// Fewer different rows than this share make clusters of equal rows.
const DIFFERENT: f64 = 0.1;

/// What the warnings about one k need of a sweep. It holds no matrix: that of the sweep may be let go before they make
/// another.
pub struct Subject {
    k: usize,
    /// Cluster by clustered row.
    labels: Vec<u16>,
    /// Clustered row → used row.
    rows: Vec<u32>,
    /// What is said before and after the other scale.
    before: Option<String>,
    after: Vec<String>,
}

impl Subject {
    /// The clusters of a k of the sweep; `None` where there is nothing to warn of.
    pub fn new(cleaned: &Cleaned, sweep: &Sweep, k: usize) -> Option<Self> {
        let found = sweep.at(k).filter(|_| k > 1)?;
        let (prepared, clustering) = (&*sweep.prepared, &*found.clustering);
        let described = found.describe(cleaned, prepared);
        let mut after = Vec::new();
        if clustering.sizes.iter().any(|size| *size < FEW) {
            after.push(format!(
                "At k = {k} a cluster has fewer than {FEW} rows: what is said of it hangs on single rows."
            ));
        }
        let matrix = &prepared.matrix;
        if (matrix.distinct() as f64) < DIFFERENT * matrix.rows() as f64 {
            let percent = 100.0 * matrix.distinct() as f64 / matrix.rows() as f64;
            after.push(format!(
                "Only {percent:.1} % of the rows differ in these features: clusters may be heaps of equal rows."
            ));
        }
        Some(Self {
            k,
            labels: described.labels.clone(),
            rows: prepared.encoded.rows.clone(),
            before: dominant(&described.influence, k),
            after,
        })
    }

    /// What to know of them, gravest first. The rows are encoded and clustered once more, with robust scales in place
    /// of standard ones, or the other way round.
    ///
    /// # Errors
    /// Interruption.
    pub fn warnings(self, cleaned: &Cleaned, recipe: &Recipe, cancel: &Cancel) -> Result<Vec<String>> {
        let k = self.k;
        let rescaled = rescaled(cleaned, &self, recipe, cancel)?.filter(|(_, agreement)| *agreement < AGREES);
        let rescaled = rescaled.map(|(scale, agreement)| {
            format!(
                "At k = {k} the clusters hang on the scale: with {} scales they are others (adjusted Rand index {agreement:.2}).",
                scale.word()
            )
        });
        Ok(self.before.into_iter().chain(rescaled).chain(self.after).collect())
    }
}

/// The warning that one feature is what the clusters are.
fn dominant(influence: &[Influence], k: usize) -> Option<String> {
    let most = influence
        .iter()
        .filter(|_| influence.len() > 1)
        .max_by(|a, b| a.explains.unwrap_or(0.0).total_cmp(&b.explains.unwrap_or(0.0)))?;
    let percent = 100.0 * most.explains.filter(|share| *share > DOMINANT)?;
    Some(format!(
        "At k = {k} one feature makes the clusters: {} has {percent:.0} % of what they explain, and the others hardly count.",
        most.feature
    ))
}

/// The adjusted Rand index between these clusters and those under the other scale; `None` where that cannot be had.
fn rescaled(cleaned: &Cleaned, subject: &Subject, recipe: &Recipe, cancel: &Cancel) -> Result<Option<(Scale, f64)>> {
    let mut features = super::features(cleaned, recipe)?;
    let standard = features.iter().any(|feature| feature.on && feature.scale == Scale::Standard);
    let other = if standard { Scale::Robust } else { Scale::Standard };
    features.iter_mut().for_each(|feature| feature.scale = other);
    let Ok(again) = super::prepare(cleaned, &features, cancel) else {
        return cancel.check().map(|()| None).map_err(|_| Error::interrupted());
    };
    if again.encoded.rows != subject.rows {
        return Ok(None);
    }
    match cluster::fit(&again.matrix, subject.k, recipe.params(), cancel) {
        Ok(fit) => Ok(Some((other, adjusted_rand(&subject.labels, &row_labels(&again, &fit))))),
        Err(cluster::SweepError::Cancelled) => Err(Error::interrupted()),
        Err(cluster::SweepError::Refused(_)) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::{Location, Options};
    use crate::study;
    use crate::table::RoleChoices;
    use crate::table::cleaning::Cleaning;

    /// The warnings on a CSV at a k.
    fn of(csv: &str, k: usize) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        std::fs::write(&path, csv).unwrap();
        let never = Cancel::never();
        let table =
            study::load(&Location::Path(path), &Options::default(), &RoleChoices::default(), &never, &mut |_, _| {})
                .unwrap();
        let cleaned = study::clean(&Arc::new(table), &Cleaning { raw: true, ..Cleaning::default() });
        let recipe = Recipe { cleaning: cleaned.cleaning.clone(), ..Recipe::default() };
        let prepared =
            Arc::new(study::prepare(&cleaned, &study::features(&cleaned, &recipe).unwrap(), &never).unwrap());
        let sweep = study::sweep(&cleaned, &prepared, &recipe, 1..=k, &never, &mut |_| {}).unwrap();
        let subject = Subject::new(&cleaned, &sweep, k).unwrap();
        subject.warnings(&cleaned, &recipe, &never).unwrap().join("\n")
    }

    fn csv(rows: usize, row: impl Fn(usize) -> (f64, f64)) -> String {
        let lines = (0..rows).map(|i| {
            let (a, b) = row(i);
            format!("{a},{b}\n")
        });
        "a,b\n".to_owned() + &lines.collect::<String>()
    }

    /// Fractions that fill 0 to 1 evenly.
    fn even(i: usize, step: f64) -> f64 {
        (i as f64 * step).fract()
    }

    #[test]
    fn one_feature_that_makes_the_clusters_is_named() {
        let two = of(&csv(400, |i| (20.0 * (i % 2) as f64 + even(i, 0.618), even(i, 0.414))), 2);
        assert!(two.contains("one feature makes the clusters: a has 100 %"), "{two}");
        let both = of(&csv(400, |i| (even(i, 0.618) + 9.0 * (i % 2) as f64, even(i, 0.414) + 9.0 * (i % 2) as f64)), 2);
        assert_eq!(both, "");
    }

    #[test]
    fn clusters_that_hang_on_the_scale_are_found_out() {
        // Long tails stretch the standard deviation of b, not its quartiles.
        let tails = |u: f64| 1000.0 * (u - 0.5).powi(5);
        let said = of(&csv(500, |i| (even(i, 0.618), tails(even(i, 0.414)))), 2);
        assert!(said.contains("hang on the scale: with robust scales"), "{said}");
    }

    #[test]
    fn small_clusters_and_heaps_are_told() {
        let said = of(&csv(400, |i| ((i % 3) as f64, ((i / 3) % 3) as f64)), 3);
        assert!(said.contains("Only 2.2 % of the rows differ"), "{said}");
        let said = of(&csv(60, |i| (even(i, 0.618) + 9.0 * (i % 3) as f64, even(i, 0.3) + 9.0 * (i % 3) as f64)), 3);
        assert!(said.contains("fewer than 30 rows"), "{said}");
    }
}
