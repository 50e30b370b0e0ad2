//! Is there structure at all? The data beside tables that are the same but for groups, and what of a clustering comes
//! back on other rows.
//!
//! All of it is computed on one sample of the used rows, of a size that is said, so that data and reference tables are
//! of the same size.

mod dip;
mod gap;
mod judgement;
mod levels;
mod reference;
mod stability;
mod valley;

use std::ops::Range;

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

pub use judgement::{STABLE, judge};
pub use reference::Ungrouped;
pub use stability::{NullStability, Stability, adjusted_rand};
use valley::Ground;
pub use valley::{Join, Valley};

use super::{Mode, silhouettes};
use crate::cluster::{self, Clustering, Params};
use crate::features::encode::quantile;
use crate::jobs::{Cancel, Cancelled};
use crate::matrix::Matrix;

/// Rows of the sample.
pub const SAMPLE: usize = 2000;
/// Ungrouped tables.
pub const TABLES: usize = 20;
/// Starts for each k on a sample, at most.
const STARTS: u32 = 10;
/// How many of them are resampled.
const STABILITY_TABLES: usize = 3;
/// Ungrouped tables that are fitted at once, between two looks at the first results.
const AT_ONCE: usize = 4;

/// Columns of the matrix that one feature takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its columns.
    pub columns: Range<usize>,
    /// Name of the feature.
    pub name: String,
    /// Its values have no order: levels of a category, or how often they are.
    pub nominal: bool,
}

/// 5 % to 95 % of the reference tables.
pub type Band = [f64; 2];

/// Tibshirani, Walther & Hastie (2001): how far log WCSS lies below its mean over the reference tables.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// Mean of ln WCSS over the reference tables less ln WCSS of the sample.
    pub value: f64,
    /// Its standard error: s_k = sd · √(1 + 1/B).
    pub se: f64,
}

/// What is known of one k.
#[derive(Clone, Debug, PartialEq)]
pub struct KEvidence {
    /// Number of clusters.
    pub k: usize,
    /// WCSS as a share of the total, of reference tables.
    pub null_wcss: Option<Band>,
    /// Mean silhouette of reference tables; `None` at k = 1.
    pub null_silhouette: Option<Band>,
    /// The sample's own mean silhouette, to be held against the band.
    pub silhouette: Option<f64>,
    /// Gap.
    pub gap: Option<Gap>,
    /// Every cluster and its neighbour; empty at k = 1.
    pub valleys: Vec<Option<Valley>>,
    /// How the clusters come together to one, ascending in dip; empty at k = 1.
    pub joins: Vec<Join>,
    /// Dips of the last join of the reference tables at this k, 95 % of them lie below.
    pub null_dip: Option<f64>,
    /// Whether it comes back.
    pub stability: Option<Stability>,
    /// How well clusterings of reference tables come back at this k, the mean over some of them.
    pub null_stability: Option<NullStability>,
    /// The discrete part that the clusters follow most, and the share of its variance between them, where that is most of
    /// it.
    pub follows: Option<(usize, f64)>,
    /// Tibshirani & Walther (2005).
    pub prediction_strength: Option<f64>,
}

impl KEvidence {
    /// The group of each cluster: clusters that no valley parts belong together; `None` before reference tables were seen,
    /// and at k = 1.
    pub fn group_of(&self) -> Option<Vec<usize>> {
        self.null_dip.filter(|_| self.k > 1).map(|null| valley::groups(&self.joins, self.k, null))
    }

    /// How many groups the clusters make up; 1 where nothing parts them.
    pub fn groups(&self) -> usize {
        self.group_of().and_then(|group_of| group_of.into_iter().max()).map_or(1, |last| last + 1)
    }

    /// Clusters that are parted from every neighbour.
    pub fn parted(&self) -> usize {
        let group_of = self.group_of().unwrap_or_default();
        let alone = |group: &&usize| group_of.iter().filter(|other| other == group).count() == 1;
        group_of.iter().filter(alone).count()
    }
}

/// What is known of every k.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Rows of the sample.
    pub rows: usize,
    /// What reference tables keep.
    pub reference: Ungrouped,
    /// Ungrouped tables so far.
    pub tables: usize,
    /// What the columns of the matrix are.
    pub parts: Vec<Part>,
    /// By k, ascending from the first that was asked for.
    pub ks: Vec<KEvidence>,
    /// Nothing more will come.
    pub whole: bool,
}

/// What a reference table has of one k.
struct Null {
    log_wcss: f64,
    share: f64,
    silhouette: Option<f64>,
    dip: Option<f64>,
    stability: Option<NullStability>,
}

/// What evidence is gathered about.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The matrix.
    pub matrix: &'a Matrix,
    /// What its columns are.
    pub parts: &'a [Part],
    /// Clusterings of all rows, ascending in k.
    pub clusterings: &'a [&'a Clustering],
    /// Seed and starts.
    pub params: Params,
    /// What reference tables keep.
    pub reference: Ungrouped,
    /// How many there are.
    pub tables: usize,
}

/// Gathers evidence. `on` hears what there is so far, and what share of all it is.
///
/// # Errors
/// `Cancelled` when `cancel` says so.
pub fn evidence(
    question: &Question<'_>,
    cancel: &Cancel,
    on: &mut dyn FnMut(&Evidence, f32),
) -> Result<Evidence, Cancelled> {
    let Question { matrix, clusterings, params, .. } = *question;
    let k_max = clusterings.last().map_or(1, |c| c.k);
    // The reference engine is much slower and would say the same; samples and reference tables need fewer starts.
    let params = Params { engine: cluster::Engine::Kscope, starts: params.starts.min(STARTS), ..params };
    let (values, columns) = (sample(matrix, SAMPLE, params.seed), matrix.columns());
    let fits = fit_all(&values, columns, k_max, params, cancel)?;
    let (ordered, discrete) = levels::divide(matrix, question.parts);
    let ground = fits.as_ref().map(|(sampled, _)| Ground::new(sampled, &ordered, params.seed));
    let mut evidence = Evidence {
        rows: values.len() / columns.max(1),
        reference: question.reference,
        tables: 0,
        parts: question.parts.to_vec(),
        ks: clusterings.iter().map(|c| first(matrix, ground.as_ref(), c, &discrete)).collect(),
        whole: false,
    };
    if let Some((sampled, found)) = &fits {
        let sampled_silhouettes = mean_silhouettes(sampled, found, params.seed, cancel)?;
        for k in &mut evidence.ks {
            k.silhouette = sampled_silhouettes.get(k.k - 1).copied().flatten();
        }
        on(&evidence, 0.05);
        let source = reference::Source::new(&values, columns, question.parts);
        let mut nulls: Vec<Vec<Null>> = Vec::new();
        while nulls.len() < question.tables {
            let from = nulls.len();
            let batch: Vec<Option<Vec<Null>>> = (from..(from + AT_ONCE).min(question.tables))
                .into_par_iter()
                .map(|table| {
                    let seed = params.seed ^ ((table as u64 + 1) << 20);
                    let values = source.table(question.reference, seed);
                    let fits = fit_all(&values, columns, k_max, Params { seed, ..params }, cancel)?;
                    let params = Params { seed, ..params };
                    let stability = table < STABILITY_TABLES;
                    fits.map(|(matrix, found)| nulls_of(&matrix, &ordered, &found, params, stability, cancel))
                        .transpose()
                })
                .collect::<Result<_, Cancelled>>()?;
            nulls.extend(batch.into_iter().map(Option::unwrap_or_default));
            evidence.tables = nulls.len();
            summarise(&mut evidence, found, &nulls);
            on(&evidence, 0.05 + 0.65 * nulls.len() as f32 / question.tables as f32);
        }
        stability::add(&mut evidence, clusterings, (sampled, found), params, cancel)?;
        on(&evidence, 1.0);
    }
    evidence.whole = true;
    Ok(evidence)
}

/// What needs no other table; valleys among the rows of a sample, that reference tables may be held against them.
fn first(
    matrix: &Matrix,
    sampled: Option<&Ground<'_>>,
    clustering: &Clustering,
    discrete: &[(usize, Range<usize>)],
) -> KEvidence {
    let borders = sampled.filter(|_| clustering.k > 1).map(|sampled| {
        let labels = stability::nearest_centroids(sampled.matrix, clustering);
        valley::borders(sampled, clustering, &labels)
    });
    let borders = borders.unwrap_or_default();
    KEvidence {
        k: clustering.k,
        null_wcss: None,
        null_silhouette: None,
        silhouette: None,
        gap: None,
        valleys: if borders.is_empty() { Vec::new() } else { valley::of_clusters(&borders, clustering) },
        joins: valley::joins(&borders, clustering.k, true),
        null_dip: None,
        stability: None,
        null_stability: None,
        follows: levels::follows(matrix, clustering, discrete),
        prediction_strength: None,
    }
}

/// At most `most` of the used rows, without repetition, row-major.
pub(super) fn sample(matrix: &Matrix, most: usize, seed: u64) -> Vec<f64> {
    let rows = matrix.rows();
    let mut chosen: Vec<u32> = (0..rows as u32).collect();
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let kept = most.min(rows);
    if kept < rows {
        for at in 0..kept {
            chosen.swap(at, rng.random_range(at..rows));
        }
    }
    // By distinct row, so that the order of the table's rows changes nothing.
    let of = by_weight(matrix);
    chosen[..kept].iter().flat_map(|at| matrix.row(of[*at as usize] as usize).iter().copied()).collect()
}

/// The distinct row of every used row, in the order of the distinct rows.
fn by_weight(matrix: &Matrix) -> Vec<u32> {
    let weights = matrix.weights().iter().enumerate();
    weights.flat_map(|(row, weight)| std::iter::repeat_n(row as u32, *weight as usize)).collect()
}

/// A matrix of some rows and its clusterings for every k; `None` where all rows are equal.
fn fit_all(
    values: &[f64],
    columns: usize,
    k_max: usize,
    params: Params,
    cancel: &Cancel,
) -> Result<Option<(Matrix, Vec<Clustering>)>, Cancelled> {
    let Ok(matrix) = Matrix::from_rows(values, columns) else { return Ok(None) };
    match cluster::sketch(&matrix, k_max, params, cancel) {
        Ok(found) => Ok(Some((matrix, found))),
        Err(cluster::SweepError::Cancelled) => Err(Cancelled),
        Err(cluster::SweepError::Refused(_)) => Ok(None),
    }
}

fn mean_silhouettes(
    matrix: &Matrix,
    found: &[Clustering],
    seed: u64,
    cancel: &Cancel,
) -> Result<Vec<Option<f64>>, Cancelled> {
    let all: Vec<&Clustering> = found.iter().collect();
    let measured = silhouettes(matrix, &all, Mode::Auto, seed, cancel, &mut |_| {})?;
    Ok(measured.into_iter().map(|s| s.map(|s| s.value)).collect())
}

fn nulls_of(
    matrix: &Matrix,
    ordered: &[usize],
    found: &[Clustering],
    params: Params,
    stability: bool,
    cancel: &Cancel,
) -> Result<Vec<Null>, Cancelled> {
    let silhouettes = mean_silhouettes(matrix, found, params.seed, cancel)?;
    let stability = if stability { stability::of_null(matrix, found, params, cancel)? } else { Vec::new() };
    let (total, ground) = (matrix.total_ss(), Ground::new(matrix, ordered, params.seed));
    let null = |(at, (clustering, silhouette)): (usize, (&Clustering, Option<f64>))| {
        let borders = valley::borders(&ground, clustering, &clustering.labels);
        Null {
            log_wcss: clustering.wcss.max(f64::MIN_POSITIVE).ln(),
            share: if total > 0.0 { clustering.wcss / total } else { 0.0 },
            silhouette,
            dip: valley::joins(&borders, clustering.k, false).last().map(|join| join.dip),
            stability: stability.get(at).copied().flatten(),
        }
    };
    Ok(found.iter().zip(silhouettes).enumerate().map(null).collect())
}

/// Bands, gaps and dips out of the reference tables so far.
fn summarise(evidence: &mut Evidence, found: &[Clustering], nulls: &[Vec<Null>]) {
    for k in &mut evidence.ks {
        let at = k.k - 1;
        let of: Vec<&Null> = nulls.iter().filter_map(|table| table.get(at)).collect();
        let Some(own) = found.get(at).filter(|_| !of.is_empty()) else { continue };
        let band = |values: Vec<f64>| -> Option<Band> {
            let mut values = values;
            Some([quantile(&mut values, 0.05)?, quantile(&mut values, 0.95)?])
        };
        k.null_wcss = band(of.iter().map(|null| null.share).collect());
        k.null_silhouette = band(of.iter().filter_map(|null| null.silhouette).collect());
        k.null_dip = quantile(&mut of.iter().filter_map(|null| null.dip).collect::<Vec<_>>(), 0.95);
        k.null_stability = stability::mean(of.iter().filter_map(|null| null.stability));
        let n = of.len() as f64;
        let mean = of.iter().map(|null| null.log_wcss).sum::<f64>() / n;
        let variance = of.iter().map(|null| (null.log_wcss - mean).powi(2)).sum::<f64>() / n;
        let value = mean - own.wcss.max(f64::MIN_POSITIVE).ln();
        k.gap = Some(Gap { value, se: (variance * (1.0 + 1.0 / n)).sqrt() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::verdict::Kind;
    use crate::quality::{self, KQuality};

    /// Rows of two columns around some centres.
    fn table(centres: &[[f64; 2]], each: usize, seed: u64) -> Vec<f64> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let around = |c: &[f64; 2]| [c[0] + reference::normal(&mut rng), c[1] + reference::normal(&mut rng)];
        let rows = (0..each).flat_map(|_| centres.iter()).map(around);
        rows.flatten().collect()
    }

    fn gathered(values: &[f64], tables: usize) -> (Vec<KQuality>, Evidence) {
        let (matrix, never) = (Matrix::from_rows(values, 2).unwrap(), Cancel::never());
        let found = cluster::sweep(&matrix, 5, Params::default(), &never, &mut |_| {}).unwrap();
        let clusterings: Vec<&Clustering> = found.iter().collect();
        let parts = [0, 1].map(|at| Part { columns: at..at + 1, name: format!("x{at}"), nominal: false });
        let question = Question {
            matrix: &matrix,
            parts: &parts,
            clusterings: &clusterings,
            params: Params::default(),
            reference: Ungrouped::Copula,
            tables,
        };
        let mut shares = Vec::new();
        let evidence = evidence(&question, &never, &mut |_, share| shares.push(share)).unwrap();
        assert!(shares.is_sorted() && shares.last() == Some(&1.0), "{shares:?}");
        let cancelled = Cancel::never();
        cancelled.cancel();
        assert!(super::evidence(&question, &cancelled, &mut |_, _| {}).is_err());
        (quality::assess(&matrix, &clusterings, Mode::Auto, 0, &never, &mut |_| {}).unwrap(), evidence)
    }

    #[test]
    fn what_parts_but_is_not_believed_is_said() {
        let (qualities, mut evidence) = gathered(&table(&[[0.0, 0.0], [7.0, 0.0], [0.0, 7.0]], 200, 1), TABLES);
        for k in &mut evidence.ks {
            let null = k.null_dip.unwrap_or(0.0);
            k.joins.iter_mut().for_each(|join| join.dip = 1.2 * null);
        }
        assert_eq!(evidence.ks[1].parted(), 2);
        let verdict = judge(&qualities, &evidence);
        assert_eq!((verdict.kind, verdict.k), (Kind::Slices, None));
        assert!(verdict.text.contains("the valleys at k = 2 are too shallow"), "{}", verdict.text);
        assert!(!verdict.criteria.iter().any(|c| c.why.contains("no k parts")), "{:?}", verdict.criteria);
    }

    #[test]
    fn three_groups_are_groups_and_said_so() {
        let (qualities, evidence) = gathered(&table(&[[0.0, 0.0], [7.0, 0.0], [0.0, 7.0]], 200, 1), TABLES);
        let at = |k: usize| &evidence.ks[k - 1];
        assert_eq!((evidence.tables, evidence.rows, at(3).parted()), (TABLES, 600, 3));
        assert!(at(3).gap.unwrap().value > 3.0 * at(3).gap.unwrap().se && at(3).least_stable() > Some(0.95));
        assert!(at(3).prediction_strength > Some(0.95) && at(5).prediction_strength < Some(0.8));
        assert!(at(1).valleys.is_empty() && at(1).stability.is_none() && at(1).null_silhouette.is_none());
        let verdict = judge(&qualities, &evidence);
        assert_eq!((verdict.kind, verdict.k, verdict.suggested_k), (quality::Kind::Groups, Some(3), Some(3)));
        assert!(verdict.text.starts_with("Three groups: at k = 3 every cluster is parted"), "{}", verdict.text);
        assert_eq!(verdict.criteria.len(), 10);
        // Two of five clusters are halves of one group each: still three groups.
        assert_eq!((at(5).groups(), at(2).groups()), (3, 2));
        let group_of = at(5).group_of().unwrap();
        assert_eq!((group_of[0], group_of.iter().max()), (0, Some(&2)));
        let null = at(3).null_stability.unwrap();
        assert!(null.least_jaccard < 0.9 && at(3).stability.as_ref().unwrap().ari > null.ari, "{null:?}");
    }

    #[test]
    fn one_cloud_is_never_groups() {
        for seed in 2..6 {
            let (qualities, evidence) = gathered(&table(&[[0.0, 0.0]], 600, seed), TABLES);
            let verdict = judge(&qualities, &evidence);
            assert_eq!(verdict.k, None, "{}", verdict.text);
            assert_ne!(verdict.kind, quality::Kind::Groups, "{}", verdict.text);
        }
    }

    #[test]
    fn nothing_is_claimed_before_all_is_there() {
        let (qualities, mut evidence) = gathered(&table(&[[0.0, 0.0], [9.0, 0.0]], 60, 3), 4);
        evidence.ks.iter_mut().for_each(|k| k.stability = None);
        let verdict = judge(&qualities, &evidence);
        assert_eq!((verdict.k, verdict.suggested_k), (None, None));
        assert!(verdict.text.ends_with("is being tested."), "{}", verdict.text);
    }

    #[test]
    fn the_order_of_rows_and_the_number_of_threads_change_nothing() {
        let values = table(&[[0.0, 0.0], [4.0, 1.0]], 150, 7);
        let turned: Vec<f64> = values.chunks(2).rev().flatten().copied().collect();
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let first = gathered(&values, 8).1;
        assert_eq!(first, one.install(|| gathered(&values, 8).1));
        assert_eq!(first, gathered(&turned, 8).1);
    }
}
