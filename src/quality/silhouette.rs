//! Silhouette (Rousseeuw 1987) on the clustered matrix, for all k's at once.
//!
//! s(i) = (b − a) / max(a, b), where a is the mean distance of row i to the *other* rows of its cluster
//! and b the smallest mean distance to the rows of another cluster; Euclidean. 0 for a row that is alone
//! in its cluster and where a = b = 0. Not defined with one cluster. A distinct row of weight w is w
//! equal rows.

use super::anchors::{self, Anchor};
use super::joint::JointGroups;
use super::measure::measure;
use crate::cluster::Clustering;
use crate::jobs::{Cancel, Cancelled};
use crate::matrix::{Matrix, memory};

/// Up to so many distinct rows the silhouette is exact without being asked.
pub const EXACT_ROWS: usize = 10_000;

/// Which rows are measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// All rows up to [`EXACT_ROWS`] distinct ones, anchors beyond.
    #[default]
    Auto,
    /// All rows, however long it takes.
    Exact,
}

/// The silhouette of one clustering, each value within −1..=1.
#[derive(Clone, Debug, PartialEq)]
pub struct Silhouette {
    /// Mean over all used rows, duplicates counted.
    pub value: f64,
    /// Standard error of `value` from sampling; 0 when exact.
    pub se: f64,
    /// Rows measured: all used rows when exact, otherwise the number of anchors.
    pub of: usize,
    /// Whether every row was measured.
    pub exact: bool,
    /// Mean over the used rows of each cluster; `None` only for a cluster without rows.
    pub per_cluster: Vec<Option<f64>>,
    /// Standard error of each of these; 0 when exact.
    pub per_cluster_se: Vec<f64>,
    /// s of each distinct row, when exact.
    pub per_row: Option<Vec<f32>>,
}

/// The silhouette of each of `clusterings`, in their order; `None` where fewer than two clusters have
/// rows. `seed` decides which rows are anchors. `progress` hears 0..=1.
///
/// # Errors
/// `Cancelled` when `cancel` says so.
pub fn silhouettes(
    matrix: &Matrix,
    clusterings: &[&Clustering],
    mode: Mode,
    seed: u64,
    cancel: &Cancel,
    progress: &mut dyn FnMut(f32),
) -> Result<Vec<Option<Silhouette>>, Cancelled> {
    let exact = mode == Mode::Exact || matrix.distinct() <= EXACT_ROWS;
    let anchors = (!exact).then_some(anchors::ANCHORS);
    measure_all(matrix, clusterings, anchors, seed, cancel, progress)
}

/// s of every distinct row, measured against all rows; `None` where fewer than two clusters have rows.
///
/// # Errors
/// `Cancelled` when `cancel` says so.
pub fn of_each_row(matrix: &Matrix, clustering: &Clustering, cancel: &Cancel) -> Result<Option<Vec<f64>>, Cancelled> {
    if clustering.sizes.iter().filter(|&&size| size > 0).count() < 2 {
        return Ok(None);
    }
    let joint = JointGroups::new(&[clustering], matrix.distinct());
    let rows: Vec<u32> = (0..matrix.distinct() as u32).collect();
    let values = measure(matrix, &[clustering], &joint, &rows, cancel, &mut |_| {})?;
    Ok(values.into_iter().next())
}

/// `anchors`: about how many, or `None` to measure every row.
fn measure_all(
    matrix: &Matrix,
    clusterings: &[&Clustering],
    anchors: Option<usize>,
    seed: u64,
    cancel: &Cancel,
    progress: &mut dyn FnMut(f32),
) -> Result<Vec<Option<Silhouette>>, Cancelled> {
    let defined = |c: &Clustering| c.sizes.iter().filter(|&&size| size > 0).count() >= 2;
    let several: Vec<&Clustering> = clusterings.iter().copied().filter(|c| defined(c)).collect();
    let joint = JointGroups::new(&several, matrix.distinct());
    // The rows are copied next, in the order of the groups: not beside what sorting them took.
    memory::release(matrix.values().len());
    cancel.check()?;
    let found: Vec<Silhouette> = match anchors {
        _ if several.is_empty() => Vec::new(),
        None => {
            let rows: Vec<u32> = (0..matrix.distinct() as u32).collect();
            let values = measure(matrix, &several, &joint, &rows, cancel, progress)?;
            several.iter().zip(values).map(|(c, values)| from_all_rows(matrix, c, &values)).collect()
        }
        Some(total) => {
            let anchors = anchors::draw(matrix, &several, &joint, total, seed);
            let rows: Vec<u32> = anchors.iter().map(|anchor| anchor.row).collect();
            let values = measure(matrix, &several, &joint, &rows, cancel, progress)?;
            several.iter().zip(values).map(|(c, values)| from_anchors(c, &anchors, &values)).collect()
        }
    };
    let mut found = found.into_iter();
    Ok(clusterings.iter().map(|c| if defined(c) { found.next() } else { None }).collect())
}

fn from_all_rows(matrix: &Matrix, clustering: &Clustering, values: &[f64]) -> Silhouette {
    let mut sums = vec![0.0; clustering.k];
    for ((&value, &weight), &label) in values.iter().zip(matrix.weights()).zip(&clustering.labels) {
        sums[usize::from(label)] += f64::from(weight) * value;
    }
    let means = sums.iter().zip(&clustering.sizes).map(|(&sum, &size)| (size > 0).then(|| sum / size as f64));
    Silhouette {
        value: sums.iter().sum::<f64>() / matrix.rows() as f64,
        se: 0.0,
        of: matrix.rows(),
        exact: true,
        per_cluster: means.collect(),
        per_cluster_se: vec![0.0; clustering.k],
        per_row: Some(values.iter().map(|&value| value as f32).collect()),
    }
}

fn from_anchors(clustering: &Clustering, anchors: &[Anchor], values: &[f64]) -> Silhouette {
    let anchors::Estimate { value, se, per_cluster, per_cluster_se } = anchors::estimate(clustering, anchors, values);
    Silhouette { value, se, of: anchors.len(), exact: false, per_cluster, per_cluster_se, per_row: None }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    /// A clustering that knows its labels only, every row of weight 1.
    pub fn labelled(labels: &[u16], k: usize) -> Clustering {
        let mut sizes = vec![0; k];
        labels.iter().for_each(|&label| sizes[usize::from(label)] += 1);
        Clustering {
            k,
            labels: labels.to_vec(),
            centroids: Vec::new(),
            sizes,
            cluster_wcss: vec![0.0; k],
            wcss: 0.0,
            iterations: 0,
            converged: true,
            notices: Vec::new(),
        }
    }

    /// A table and one label per row of it; equal rows have equal labels.
    pub fn table(values: &[f64], columns: usize, labels: &[u16]) -> (Matrix, Clustering) {
        let matrix = Matrix::from_rows(values, columns).unwrap();
        let k = usize::from(*labels.iter().max().unwrap()) + 1;
        let clustering = with_used_labels(&matrix, labels, k);
        (matrix, clustering)
    }

    fn with_used_labels(matrix: &Matrix, labels: &[u16], k: usize) -> Clustering {
        let mut clustering = labelled(&vec![0; matrix.distinct()], k);
        clustering.sizes.fill(0);
        for (&distinct, &label) in matrix.distinct_of().iter().zip(labels) {
            clustering.labels[distinct as usize] = label;
            clustering.sizes[usize::from(label)] += 1;
        }
        clustering
    }

    fn of_all(
        matrix: &Matrix,
        clusterings: &[&Clustering],
        anchors: Option<usize>,
        seed: u64,
    ) -> Vec<Option<Silhouette>> {
        measure_all(matrix, clusterings, anchors, seed, &Cancel::never(), &mut |_| {}).unwrap()
    }

    fn exact(matrix: &Matrix, clustering: &Clustering) -> Silhouette {
        of_all(matrix, &[clustering], None, 0).remove(0).unwrap()
    }

    /// Rows, labels, and from scikit-learn 1.9.1: mean silhouette, mean by cluster, Calinski–Harabasz,
    /// Davies–Bouldin.
    pub struct Golden {
        pub name: &'static str,
        pub columns: usize,
        pub rows: &'static [f64],
        pub labels: &'static [u16],
        pub silhouette: f64,
        pub per_cluster: &'static [f64],
        pub calinski_harabasz: f64,
        pub davies_bouldin: f64,
    }

    #[rustfmt::skip]
    const MIXED: &[f64] = &[
        1., 2., 1., 2., 1., 2., 2., 1., 3., 3., 2.5, 4., 7., 8., 7., 8.,
        8., 6.5, 9., 9., 6., 5., 6., 5., 20., -3., 4., 4.5, 5., 5., 5., 5.,
    ];

    // from sklearn.metrics import *; X = np.array(rows).reshape(len(labels), -1)
    // silhouette_score(X, labels), calinski_harabasz_score(X, labels), davies_bouldin_score(X, labels)
    // [silhouette_samples(X, labels)[labels == c].mean() for c in range(labels.max() + 1)]
    pub const GOLDEN: &[Golden] = &[
        Golden {
            name: "duplicates and a singleton",
            columns: 2,
            rows: MIXED,
            labels: &[0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 0, 1, 1],
            silhouette: 0.5226355941104655,
            per_cluster: &[0.598197713, 0.52184819, 0.0],
            calinski_harabasz: 52.27761539132711,
            davies_bouldin: 0.4268530197441755,
        },
        Golden {
            name: "a cluster that should not be one",
            columns: 2,
            rows: MIXED,
            labels: &[0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 3, 3, 1, 1, 3, 3],
            silhouette: 0.44449545604967033,
            per_cluster: &[0.699083042, -0.569265199, 0.509716273, 0.821360648],
            calinski_harabasz: 3.859519048714455,
            davies_bouldin: 1.628659512957878,
        },
        Golden {
            name: "a cluster of equal rows",
            columns: 2,
            rows: &[0., 0., 0., 0., 0., 0., 0., 0., 1., 1., 2., 2., 3., 1.5, 2., 2.],
            labels: &[0, 0, 0, 0, 1, 1, 1, 1],
            silhouette: 0.7304577228051674,
            per_cluster: &[1.0, 0.460915446],
            calinski_harabasz: 29.651162790697676,
            davies_bouldin: 0.28493374914249625,
        },
        Golden {
            name: "every cluster a point",
            columns: 1,
            rows: &[0., 0., 0., 5., 5., 9.],
            labels: &[0, 0, 0, 1, 1, 2],
            silhouette: 0.8333333333333334,
            per_cluster: &[1.0, 1.0, 0.0],
            calinski_harabasz: 1.0,
            davies_bouldin: 0.0,
        },
        Golden {
            name: "all centroids coincide",
            columns: 2,
            rows: &[1., 0., -1., 0., 0., 2., 0., -2.],
            labels: &[0, 0, 1, 1],
            silhouette: -0.1677050983124842,
            per_cluster: &[0.105572809, -0.440983006],
            calinski_harabasz: 0.0,
            davies_bouldin: 0.0,
        },
        Golden {
            name: "two of three centroids coincide",
            columns: 2,
            rows: &[1., 0., -1., 0., 0., 2., 0., -2., 5., 5., 6., 6.],
            labels: &[0, 0, 1, 1, 2, 2],
            silhouette: 0.16068250601281817,
            per_cluster: &[0.105572809, -0.440983006, 0.817457715],
            calinski_harabasz: 11.0,
            davies_bouldin: 0.3051838730868326,
        },
        Golden {
            name: "two singletons and a pair",
            columns: 1,
            rows: &[0., 10., 3., 4.],
            labels: &[0, 1, 2, 2],
            silhouette: 0.35416666666666663,
            per_cluster: &[0.0, 0.0, 0.708333333],
            calinski_harabasz: 52.25,
            davies_bouldin: 0.12087912087912088,
        },
    ];

    #[test]
    fn equals_scikit_learn_near_and_far_from_the_origin() {
        for offset in [0.0, 1e6, -3e9] {
            for golden in GOLDEN {
                let rows: Vec<f64> = golden.rows.iter().map(|value| value + offset).collect();
                let (matrix, clustering) = table(&rows, golden.columns, golden.labels);
                let found = exact(&matrix, &clustering);
                let name = golden.name;
                assert!((found.value - golden.silhouette).abs() < 1e-6, "{name}: {}", found.value);
                for (found, expected) in found.per_cluster.iter().zip(golden.per_cluster) {
                    assert!((found.unwrap() - expected).abs() < 1e-6, "{name}: {found:?} {expected}");
                }
                assert_eq!((found.se, found.of, found.exact), (0.0, golden.labels.len(), true));
            }
        }
    }

    #[test]
    fn of_each_row_is_what_the_mean_is_made_of() {
        for golden in GOLDEN {
            let (matrix, clustering) = table(golden.rows, golden.columns, golden.labels);
            let each = of_each_row(&matrix, &clustering, &Cancel::never()).unwrap().unwrap();
            let by_row = by_definition(golden.rows, golden.columns, golden.labels);
            for (row, expected) in matrix.distinct_of().iter().zip(by_row) {
                assert!((each[*row as usize] - expected).abs() < 1e-6, "{}", golden.name);
            }
        }
        let (matrix, clustering) = table(&[1.0, 2.0], 1, &[0, 0]);
        assert_eq!(of_each_row(&matrix, &clustering, &Cancel::never()), Ok(None));
    }

    #[test]
    fn close_clusters_far_from_the_mean_keep_their_digits() {
        // Two clumps 2,000 apart, each of two clusters that are .01 apart.
        let row = |i: u32| f64::from(i % 2) * 2000.0 + f64::from(i / 2 % 2) * 0.01 + f64::from(i / 4) * 1e-4;
        let values: Vec<f64> = (0..120).map(row).collect();
        let labels: Vec<u16> = (0..120_u16).map(|i| i % 4).collect();
        let (matrix, clustering) = table(&values, 1, &labels);
        let expected = by_definition(&values, 1, &labels).iter().sum::<f64>() / 120.0;
        let found = exact(&matrix, &clustering).value;
        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
    }

    #[test]
    fn one_cluster_has_no_silhouette_and_others_keep_their_place() {
        let (matrix, two) = table(&[0.0, 1.0, 8.0, 9.0], 1, &[0, 0, 1, 1]);
        let one = with_used_labels(&matrix, &[0, 0, 0, 0], 1);
        let found = of_all(&matrix, &[&one, &two, &one], None, 0);
        assert!(found[0].is_none() && found[1].is_some() && found[2].is_none());
        assert_eq!(of_all(&matrix, &[&one], Some(10), 0), [None]);
        assert_eq!(of_all(&matrix, &[], None, 0), []);
    }

    #[test]
    fn many_clusterings_in_one_pass_equal_each_on_its_own() {
        let (matrix, clusterings) = blobs(400, 3, 7);
        let all: Vec<&Clustering> = clusterings.iter().collect();
        for (together, clustering) in of_all(&matrix, &all, None, 0).iter().zip(&clusterings) {
            let (together, alone) = (together.as_ref().unwrap(), exact(&matrix, clustering));
            // Distances are summed in another order, in `f32` inside a joint group.
            assert!((together.value - alone.value).abs() < 1e-7);
            let rows = together.per_row.as_ref().unwrap().iter().zip(alone.per_row.as_ref().unwrap());
            assert!(rows.into_iter().all(|(a, b)| (a - b).abs() < 1e-6));
        }
    }

    #[test]
    fn cancelled_leaves_nothing() {
        let (matrix, clusterings) = blobs(500, 2, 3);
        let cancel = Cancel::never();
        cancel.cancel();
        let all: Vec<&Clustering> = clusterings.iter().collect();
        assert_eq!(silhouettes(&matrix, &all, Mode::Auto, 0, &cancel, &mut |_| {}), Err(Cancelled));
    }

    #[test]
    fn progress_rises_to_one() {
        let (matrix, clusterings) = blobs(3_000, 2, 3);
        let mut heard = Vec::new();
        let all: Vec<&Clustering> = clusterings.iter().collect();
        silhouettes(&matrix, &all, Mode::Auto, 0, &Cancel::never(), &mut |share| heard.push(share)).unwrap();
        assert!(heard.len() > 1 && heard.is_sorted(), "{heard:?}");
        assert_eq!(heard.last(), Some(&1.0));
    }

    /// Overlapping blobs and clusterings with k = 2 ..= `k_max`, by the nearest of the first k of some rows.
    fn blobs(rows: usize, columns: usize, k_max: usize) -> (Matrix, Vec<Clustering>) {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(11);
        let mut values = Vec::with_capacity(rows * columns);
        for row in 0..rows {
            for column in 0..columns {
                let sum: f64 = (0..4).map(|_| random.random::<f64>()).sum();
                values.push(2.5 * sum + 4.0 * ((row % 4 == column) as u8 as f64));
            }
        }
        clusterings_of(&values, columns, k_max)
    }

    /// Centres are the first `k_max` rows of `values`.
    fn clusterings_of(values: &[f64], columns: usize, k_max: usize) -> (Matrix, Vec<Clustering>) {
        let matrix = Matrix::from_rows(values, columns).unwrap();
        let square = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
        let nearest = |row: &[f64], k: usize| {
            let centres = values.chunks_exact(columns).take(k).map(|centre| square(row, centre)).enumerate();
            centres.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap().0 as u16
        };
        let fit = |k: usize| {
            let labels: Vec<u16> = values.chunks_exact(columns).map(|row| nearest(row, k)).collect();
            with_used_labels(&matrix, &labels, k)
        };
        let clusterings = (2..=k_max).map(fit).collect();
        (matrix, clusterings)
    }

    #[test]
    fn anchors_that_are_all_rows_are_exact() {
        let (matrix, clusterings) = blobs(300, 3, 6);
        let all: Vec<&Clustering> = clusterings.iter().collect();
        let anchored = of_all(&matrix, &all, Some(matrix.rows()), 1);
        for (anchored, exact) in anchored.iter().zip(of_all(&matrix, &all, None, 0)) {
            let (anchored, exact) = (anchored.as_ref().unwrap(), exact.unwrap());
            assert!((anchored.value - exact.value).abs() < 1e-12);
            assert_eq!((anchored.se, anchored.of), (0.0, matrix.distinct()));
            for (a, b) in anchored.per_cluster.iter().zip(&exact.per_cluster) {
                assert!((a.unwrap() - b.unwrap()).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn the_standard_error_is_neither_boast_nor_excuse() {
        let (matrix, clusterings) = blobs(12_000, 3, 8);
        let all: Vec<&Clustering> = clusterings.iter().collect();
        let truth = of_all(&matrix, &all, None, 0);
        let mut squares = vec![0.0; all.len()];
        let mut of_clusters = Vec::new();
        let seeds = 60;
        for seed in 0..seeds {
            for ((square, found), truth) in squares.iter_mut().zip(of_all(&matrix, &all, Some(600), seed)).zip(&truth) {
                let (found, truth) = (found.unwrap(), truth.as_ref().unwrap());
                *square += ((found.value - truth.value) / found.se).powi(2) / f64::from(seeds as u32);
                let clusters = found.per_cluster.iter().zip(&found.per_cluster_se).zip(&truth.per_cluster);
                of_clusters
                    .extend(clusters.map(|((found, se), truth)| ((found.unwrap() - truth.unwrap()) / se).powi(2)));
            }
        }
        // Mean of squared errors over their estimated variance; 1 if right, 60 draws scatter by 0.18.
        assert!(squares.iter().all(|&square| square > 0.4 && square < 1.6), "{squares:?}");
        let mean = squares.iter().sum::<f64>() / squares.len() as f64;
        assert!(mean > 0.6 && mean < 1.4, "{squares:?}");
        let mean = of_clusters.iter().sum::<f64>() / of_clusters.len() as f64;
        assert!(mean > 0.7 && mean < 1.3, "of clusters: {mean}");
    }

    #[test]
    fn anchors_never_lose_a_small_far_cluster() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(5);
        let mut values = vec![0.0, 0.0, 60.0, 60.0, 6.0, 6.0, 3.0, 0.0];
        for _ in 0..50_000 {
            let middle = if random.random::<f64>() < 0.5 { 0.0 } else { 6.0 };
            values.extend([0; 2].map(|_| middle + 5.0 * random.random::<f64>()));
        }
        for _ in 0..39 {
            values.extend([0; 2].map(|_| 60.0 + random.random::<f64>()));
        }
        let (matrix, clusterings) = clusterings_of(&values, 2, 4);
        let all: Vec<&Clustering> = clusterings.iter().collect();
        let truth = of_all(&matrix, &all, None, 0);
        for seed in 0..20 {
            for (found, truth) in
                silhouettes(&matrix, &all, Mode::Auto, seed, &Cancel::never(), &mut |_| {}).unwrap().iter().zip(&truth)
            {
                let (found, truth) = (found.as_ref().unwrap(), truth.as_ref().unwrap());
                assert!(!found.exact && found.of < 2_500 && found.per_row.is_none());
                let error = (found.value - truth.value).abs();
                // 3 SE, and a fourth because 60 draws are looked at.
                assert!(error < 4.0 * found.se && found.se < 0.02, "seed {seed}: {found:?} {}", truth.value);
                let far = (found.per_cluster[1].unwrap(), truth.per_cluster[1].unwrap());
                assert_eq!(all[0].sizes[1], 40);
                assert!((far.0 - far.1).abs() < 0.005, "{far:?}");
            }
        }
    }

    /// By the definition, over used rows, pair by pair.
    fn by_definition(values: &[f64], columns: usize, labels: &[u16]) -> Vec<f64> {
        let rows: Vec<&[f64]> = values.chunks_exact(columns).collect();
        let distance = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
        (0..rows.len())
            .map(|i| {
                let to = |label: u16| -> Vec<f64> {
                    let others = (0..rows.len()).filter(|&j| j != i && labels[j] == label);
                    others.map(|j| distance(rows[i], rows[j])).collect()
                };
                let mean = |distances: Vec<f64>| distances.iter().sum::<f64>() / distances.len() as f64;
                let own = to(labels[i]);
                if own.is_empty() {
                    return 0.0;
                }
                let a = mean(own);
                let others = labels.iter().copied().filter(|&label| label != labels[i]);
                let b = others.map(|label| mean(to(label))).fold(f64::INFINITY, f64::min);
                if a.max(b) == 0.0 { 0.0 } else { (b - a) / a.max(b) }
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn weighted_rows_equal_repeated_rows(
            cells in prop::collection::vec((0_u8..5, 0_u8..4), 3..40),
            k in 2_u16..5,
            salt in 0_u16..100,
        ) {
            let values: Vec<f64> = cells.iter().flat_map(|&(x, y)| [f64::from(x), 0.5 * f64::from(y)]).collect();
            // Labels are a function of the row, so that equal rows share one.
            let labels: Vec<u16> = cells.iter().map(|&(x, y)| (u16::from(x) * 7 + u16::from(y) * salt) % k).collect();
            let (matrix, clustering) = table(&values, 2, &labels);
            let expected = by_definition(&values, 2, &labels);
            let found = of_all(&matrix, &[&clustering], None, 0).remove(0);
            if clustering.sizes.iter().filter(|&&size| size > 0).count() < 2 {
                prop_assert!(found.is_none());
            } else {
                let found = found.unwrap();
                let mean = expected.iter().sum::<f64>() / expected.len() as f64;
                prop_assert!((found.value - mean).abs() < 1e-6, "{} {}", found.value, mean);
                let per_row = found.per_row.unwrap();
                for (&distinct, expected) in matrix.distinct_of().iter().zip(expected) {
                    let s = f64::from(per_row[distinct as usize]);
                    prop_assert!((s - expected).abs() < 1e-5 && (-1.0..=1.0).contains(&s), "{s} {expected}");
                }
            }
        }

        #[test]
        fn anchors_stay_within_bounds_and_their_clusters_are_served(
            cells in prop::collection::vec((0_u8..40, 0_u8..40), 100..400),
            k in 2_u16..9,
            seed in 0_u64..1000,
            total in 1_usize..60,
        ) {
            let values: Vec<f64> = cells.iter().flat_map(|&(x, y)| [f64::from(x), f64::from(y)]).collect();
            let a: Vec<u16> = cells.iter().map(|&(x, y)| (u16::from(x) / 7 + u16::from(y)) % k).collect();
            let b: Vec<u16> = cells.iter().map(|&(x, _)| u16::from(x) % 3).collect();
            let (matrix, a) = table(&values, 2, &a);
            let b = with_used_labels(&matrix, &b, 3);
            let joint = JointGroups::new(&[&a, &b], matrix.distinct());
            let anchors = anchors::draw(&matrix, &[&a, &b], &joint, total, seed);
            for clustering in [&a, &b] {
                for cluster in 0..clustering.k {
                    let mine = |row: usize| usize::from(clustering.labels[row]) == cluster;
                    let distinct = (0..matrix.distinct()).filter(|&row| mine(row)).count();
                    let taken = anchors.iter().filter(|anchor| mine(anchor.row as usize)).count();
                    prop_assert!(taken >= distinct.min(anchors::PER_CLUSTER), "{taken} of {distinct}");
                }
            }
            for found in of_all(&matrix, &[&a, &b], Some(total), seed).iter().flatten() {
                prop_assert!((-1.0..=1.0).contains(&found.value) && found.se >= 0.0 && found.se.is_finite());
            }
        }
    }
}
