//! What could mislead about the clusters of one k, whatever the verdict says.

use super::findings::Sweep;
use super::recipe::Recipe;
use super::{Cleaned, Prepared, row_labels};
use crate::cluster::{self, Clustering};
use crate::error::{Error, Result};
use crate::features::Scale;
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

/// What to know of the clusters of a k of the sweep, gravest first. The rows are encoded and clustered once more, with
/// robust scales in place of standard ones, or the other way round.
///
/// # Errors
/// Interruption.
pub fn warnings(cleaned: &Cleaned, sweep: &Sweep, recipe: &Recipe, k: usize, cancel: &Cancel) -> Result<Vec<String>> {
    let Some(found) = sweep.at(k).filter(|_| k > 1) else { return Ok(Vec::new()) };
    let (prepared, clustering) = (&*sweep.prepared, &*found.clustering);
    let mut warnings = Vec::new();
    let influence = &found.describe(cleaned, prepared).influence;
    if let Some(most) = influence
        .iter()
        .filter(|_| influence.len() > 1)
        .max_by(|a, b| a.explains.unwrap_or(0.0).total_cmp(&b.explains.unwrap_or(0.0)))
        && let Some(share) = most.explains.filter(|share| *share > DOMINANT)
    {
        let percent = 100.0 * share;
        warnings.push(format!(
            "At k = {k} one feature makes the clusters: {} has {percent:.0} % of what they explain, and the others hardly count.",
            most.feature
        ));
    }
    if let Some((scale, agreement)) = rescaled(cleaned, prepared, clustering, recipe, cancel)?
        && agreement < AGREES
    {
        warnings.push(format!(
            "At k = {k} the clusters hang on the scale: with {} scales they are others (adjusted Rand index {agreement:.2}).",
            scale.word()
        ));
    }
    if clustering.sizes.iter().any(|size| *size < FEW) {
        warnings
            .push(format!("At k = {k} a cluster has fewer than {FEW} rows: what is said of it hangs on single rows."));
    }
    let matrix = &prepared.matrix;
    if (matrix.distinct() as f64) < DIFFERENT * matrix.rows() as f64 {
        let percent = 100.0 * matrix.distinct() as f64 / matrix.rows() as f64;
        warnings.push(format!(
            "Only {percent:.1} % of the rows differ in these features: clusters may be heaps of equal rows."
        ));
    }
    Ok(warnings)
}

/// The adjusted Rand index between these clusters and those under the other scale; `None` where that cannot be had.
fn rescaled(
    cleaned: &Cleaned,
    prepared: &Prepared,
    clustering: &Clustering,
    recipe: &Recipe,
    cancel: &Cancel,
) -> Result<Option<(Scale, f64)>> {
    let mut features = super::features(cleaned, recipe)?;
    let standard = features.iter().any(|feature| feature.on && feature.scale == Scale::Standard);
    let other = if standard { Scale::Robust } else { Scale::Standard };
    features.iter_mut().for_each(|feature| feature.scale = other);
    let Ok(again) = super::prepare(cleaned, &features, cancel) else {
        return cancel.check().map(|()| None).map_err(|_| Error::interrupted());
    };
    if again.encoded.rows != prepared.encoded.rows {
        return Ok(None);
    }
    match cluster::fit(&again.matrix, clustering.k, recipe.params(), cancel) {
        Ok(fit) => Ok(Some((other, adjusted_rand(&row_labels(prepared, clustering), &row_labels(&again, &fit))))),
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
        warnings(&cleaned, &sweep, &recipe, k, &never).unwrap().join("\n")
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
