//! Tests of the whole engine.

use proptest::prelude::*;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use super::lloyd::square_distance;
use super::*;

fn uniform(random: &mut Xoshiro256PlusPlus) -> f64 {
    (random.next_u64() >> 11) as f64 * (0.5_f64).powi(53)
}

/// `groups` groups of different spread in `columns` dimensions, row by row.
fn blobs(rows: usize, columns: usize, groups: usize, seed: u64) -> Vec<f64> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let centres: Vec<f64> = (0..groups * columns).map(|_| uniform(&mut random) * 10.0).collect();
    let mut values = Vec::with_capacity(rows * columns);
    for i in 0..rows {
        let group = i % groups;
        for j in 0..columns {
            let noise: f64 = (0..4).map(|_| uniform(&mut random) - 0.5).sum();
            values.push(centres[group * columns + j] + noise * (0.5 + group as f64 * 0.3));
        }
    }
    values
}

fn run(matrix: &Matrix, k_max: usize, params: Params) -> Vec<Clustering> {
    sweep(matrix, k_max, params, &Cancel::never(), &mut |_| {}).unwrap()
}

fn bytes(found: &[Clustering]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for c in found {
        bytes.extend(c.labels.iter().flat_map(|l| l.to_le_bytes()));
        bytes.extend(c.centroids.iter().chain(&c.cluster_wcss).flat_map(|v| v.to_bits().to_le_bytes()));
        bytes.extend(format!("{:?} {} {} {} {:?}", c.sizes, c.wcss, c.iterations, c.converged, c.notices).bytes());
    }
    bytes
}

/// All that must hold of any result, by definition.
fn check(matrix: &Matrix, found: &[Clustering]) {
    let d = matrix.columns();
    for (c, k) in found.iter().zip(1..) {
        assert_eq!(c.k, k);
        assert_eq!((c.labels.len(), c.centroids.len()), (matrix.distinct(), k * d));
        let mut sums = vec![0.0; k * d];
        let mut sizes = vec![0_u64; k];
        for (i, &label) in c.labels.iter().enumerate() {
            let (label, weight) = (usize::from(label), matrix.weights()[i]);
            sizes[label] += u64::from(weight);
            for j in 0..d {
                sums[label * d + j] += f64::from(weight) * matrix.row(i)[j];
            }
        }
        assert_eq!(sizes, c.sizes);
        assert!(sizes.iter().all(|&s| s > 0), "no cluster is empty");
        assert!(c.sizes.is_sorted_by(|a, b| a >= b));
        let largest = matrix.values().iter().fold(1.0_f64, |a, b| a.max(b.abs()));
        let mut wcss = 0.0;
        for (i, &label) in c.labels.iter().enumerate() {
            let label = usize::from(label);
            let centroid: Vec<f64> = (0..d).map(|j| sums[label * d + j] / sizes[label] as f64).collect();
            for (mean, got) in centroid.iter().zip(&c.centroids[label * d..]) {
                assert!((mean - got).abs() <= 1e-12 * largest, "{mean} {got}");
            }
            wcss += f64::from(matrix.weights()[i]) * square_distance(matrix.row(i), &centroid);
            if c.converged {
                let own = square_distance(matrix.row(i), &c.centroids[label * d..][..d]);
                for other in c.centroids.chunks_exact(d) {
                    assert!(own <= square_distance(matrix.row(i), other) + 1e-9 * largest * largest);
                }
            }
        }
        assert!((wcss - c.wcss).abs() <= 1e-9 * wcss + 1e-20 * largest * largest, "{wcss} {}", c.wcss);
        assert!((c.cluster_wcss.iter().sum::<f64>() - c.wcss).abs() <= 1e-12 * c.wcss);
    }
    for pair in found.windows(2) {
        assert!(pair[1].wcss <= pair[0].wcss * (1.0 + 1e-12), "k={}: {} {}", pair[1].k, pair[0].wcss, pair[1].wcss);
    }
    if let Some(one) = found.first() {
        assert!((one.wcss - matrix.total_ss()).abs() <= 1e-9 * matrix.total_ss());
    }
}

#[test]
fn results_follow_the_definitions() {
    for (rows, columns, groups) in [(500, 2, 4), (3000, 8, 6), (700, 11, 3), (45_000, 3, 5)] {
        let matrix = Matrix::from_rows(&blobs(rows, columns, groups, 1), columns).unwrap();
        let found = run(&matrix, 7, Params::default());
        assert_eq!(found.len(), 7);
        check(&matrix, &found);
        assert!(found.iter().all(|c| c.converged));
    }
}

#[test]
fn separate_groups_are_found() {
    let rows = 2000;
    let values: Vec<f64> = (0..rows).flat_map(|i| [f64::from(i % 5) * 100.0, f64::from(i / 5 % 7)]).collect();
    let matrix = Matrix::from_rows(&values, 2).unwrap();
    let c = fit(&matrix, 5, Params::default(), &Cancel::never()).unwrap();
    assert_eq!(c.sizes, [400; 5]);
    for i in 0..matrix.distinct() {
        for j in 0..matrix.distinct() {
            assert_eq!(c.labels[i] == c.labels[j], matrix.row(i)[0] == matrix.row(j)[0]);
        }
    }
}

#[test]
fn bytes_do_not_depend_on_threads_or_instructions() {
    let matrix = Matrix::from_rows(&blobs(50_000, 5, 6, 2), 5).unwrap();
    let expected = bytes(&run(&matrix, 6, Params::default()));
    for threads in [1, 2, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert!(pool.install(|| bytes(&run(&matrix, 6, Params::default()))) == expected, "{threads} threads");
    }
    for path in Path::available() {
        let found = sweep_on(path, &matrix, 6, Params::default(), &Cancel::never(), &mut |_| {}).unwrap();
        assert!(bytes(&found) == expected, "{path:?}");
    }
}

#[test]
fn the_order_of_the_rows_changes_nothing() {
    let values = blobs(3000, 3, 4, 3);
    let reversed: Vec<f64> = values.chunks_exact(3).rev().flatten().copied().collect();
    let a = Matrix::from_rows(&values, 3).unwrap();
    let b = Matrix::from_rows(&reversed, 3).unwrap();
    let (found_a, found_b) = (run(&a, 5, Params::default()), run(&b, 5, Params::default()));
    assert!(bytes(&found_a) == bytes(&found_b));
    let label = |m: &Matrix, c: &Clustering, row: usize| c.labels[m.distinct_of()[row] as usize];
    for row in 0..3000 {
        assert_eq!(label(&a, &found_a[4], row), label(&b, &found_b[4], 2999 - row));
    }
}

#[test]
fn a_weight_is_a_row_repeated() {
    // Every row twice: the same draws, the same partition, twice the WCSS.
    let values = blobs(2500, 2, 5, 4);
    let doubled: Vec<f64> = values.chunks_exact(2).flat_map(|r| [r, r].concat()).collect();
    let once = run(&Matrix::from_rows(&values, 2).unwrap(), 6, Params::default());
    let twice = run(&Matrix::from_rows(&doubled, 2).unwrap(), 6, Params::default());
    for (a, b) in once.iter().zip(&twice) {
        assert_eq!(a.labels, b.labels);
        assert!((2.0 * a.wcss - b.wcss).abs() < 1e-9 * b.wcss);
    }
    // One row repeated many times pulls its centroid as many rows would: by hand.
    let values = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 10.0, 100.0];
    let c = fit(&Matrix::from_rows(&values, 1).unwrap(), 2, Params::default(), &Cancel::never()).unwrap();
    assert_eq!((c.sizes[0], c.sizes[1], c.centroids[0], c.centroids[1]), (10, 1, 1.0, 100.0));
    assert!((c.wcss - 90.0).abs() < 1e-12);
}

#[test]
fn fit_is_the_row_of_a_sweep() {
    let matrix = Matrix::from_rows(&blobs(1000, 4, 5, 5), 4).unwrap();
    let found = run(&matrix, 6, Params::default());
    for k in [1, 3, 6] {
        let c = fit(&matrix, k, Params::default(), &Cancel::never()).unwrap();
        assert_eq!(c, found[k - 1]);
    }
}

#[test]
fn a_preview_is_valid_and_says_what_it_is() {
    let matrix = Matrix::from_rows(&blobs(30_000, 4, 5, 11), 4).unwrap();
    for k in [1, 5, 8] {
        let c = preview(&matrix, k, Params::default(), &Cancel::never()).unwrap();
        let best = fit(&matrix, k, Params::default(), &Cancel::never()).unwrap();
        assert_eq!((c.k, c.converged, c.sizes.iter().sum::<u64>()), (k, false, 30_000));
        assert!((cluster_sum(&matrix, &c) - c.wcss).abs() < 1e-9 * c.wcss);
        assert!(c.wcss >= best.wcss * (1.0 - 1e-12) && c.wcss < best.wcss * 1.2);
        assert!(c.notices[0].starts_with("preliminary"));
    }
    let few = Matrix::from_rows(&[1.0, 2.0], 1).unwrap();
    assert!(matches!(preview(&few, 3, Params::default(), &Cancel::never()), Err(SweepError::Refused(_))));
}

#[test]
fn surplus_clusters_merge_into_the_groups_they_came_from() {
    // Weighted centres 0, 1 | 10 | 20, 20.5: merged to three they are 0.25, 10 and 20.25.
    let merged = repair::merge_down(vec![0.0, 1.0, 10.0, 20.0, 20.5], vec![3, 1, 5, 2, 2], 3);
    assert_eq!(merged, [0.25, 10.0, 20.25]);
}

#[test]
fn a_k_that_does_not_fit_is_refused_with_both_numbers() {
    let matrix = Matrix::from_rows(&[1.0, 2.0, 2.0, 3.0], 1).unwrap();
    let Err(SweepError::Refused(error)) = fit(&matrix, 5, Params::default(), &Cancel::never()) else { panic!() };
    assert_eq!(error.exit_code(), 3);
    assert!(error.what().contains("k = 5") && error.what().contains("3 distinct"), "{error}");
    for k in [0, 65_535] {
        let refused = sweep(&matrix, k, Params::default(), &Cancel::never(), &mut |_| {});
        assert!(matches!(refused, Err(SweepError::Refused(e)) if e.exit_code() == 3));
    }
    let found = run(&matrix, 5, Params::default());
    assert_eq!(found.len(), 3);
    assert_eq!(found[2].wcss, 0.0);
    assert_eq!(found[2].notices, ["k ends at 3: there are 3 distinct rows"]);
}

#[test]
fn an_empty_cluster_goes_to_the_farthest_row() {
    let matrix = Matrix::from_rows(&[0.0, 1.0, 2.0, 50.0], 1).unwrap();
    let all = View::new(&matrix, Path::best());
    // Two centres on the same spot: the second gets no row.
    let mut lloyd = Lloyd::new(all, vec![0.0, 0.0], true);
    lloyd.finish(ITERATIONS, &Cancel::never()).unwrap();
    assert_eq!(lloyd.relocated, 1);
    let c = Clustering::new(&matrix, &lloyd, &Cancel::never()).unwrap();
    assert_eq!(c.sizes, [3, 1]);
    assert_eq!(c.centroids, [1.0, 50.0]);
    assert!(c.notices[0].starts_with("1 cluster lost all rows"), "{:?}", c.notices);
}

#[test]
fn a_fit_that_is_cut_short_says_so() {
    let matrix = Matrix::from_rows(&blobs(5000, 2, 3, 6), 2).unwrap();
    let all = View::new(&matrix, Path::best());
    let centres = start::extend(all, Vec::new(), 9, &mut start::random(0, 9, 0));
    let mut lloyd = Lloyd::new(all, centres, true);
    lloyd.finish(2, &Cancel::never()).unwrap();
    let c = Clustering::new(&matrix, &lloyd, &Cancel::never()).unwrap();
    assert!(!c.converged && c.iterations == 2);
    assert!(c.notices[0].starts_with("not converged"), "{:?}", c.notices);
    assert!((cluster_sum(&matrix, &c) - c.wcss).abs() < 1e-9 * c.wcss);
}

fn cluster_sum(matrix: &Matrix, c: &Clustering) -> f64 {
    let d = matrix.columns();
    let own = |i: usize| &c.centroids[usize::from(c.labels[i]) * d..][..d];
    (0..matrix.distinct()).map(|i| f64::from(matrix.weights()[i]) * square_distance(matrix.row(i), own(i))).sum()
}

#[test]
fn wcss_never_rises_within_a_fit() {
    let matrix = Matrix::from_rows(&blobs(9000, 6, 4, 7), 6).unwrap();
    let all = View::new(&matrix, Path::best());
    let centres = start::extend(all, Vec::new(), 7, &mut start::random(3, 7, 0));
    let mut lloyd = Lloyd::new(all, centres, false);
    let mut before = f64::INFINITY;
    while lloyd.step(&Cancel::never()).unwrap() > 0 {
        assert!(lloyd.wcss() <= before * (1.0 + 1e-13));
        before = lloyd.wcss();
    }
    assert!(lloyd.iterations > 3);
}

#[test]
fn cancelling_leaves_no_result() {
    let matrix = Matrix::from_rows(&blobs(30_000, 4, 4, 8), 4).unwrap();
    for engine in [Engine::Kscope, Engine::Linfa] {
        let params = Params { engine, ..Params::default() };
        let cancel = Cancel::never();
        cancel.cancel();
        assert_eq!(fit(&matrix, 3, params, &cancel), Err(SweepError::Cancelled));
        // In the middle: everything heard so far was final, and nothing follows.
        let cancel = Cancel::never();
        let mut heard = 0;
        let result = sweep(&matrix, 6, params, &cancel, &mut |c| {
            heard += 1;
            if c.k == 2 {
                cancel.cancel();
            }
        });
        assert_eq!((result, heard), (Err(SweepError::Cancelled), 2));
    }
}

#[test]
fn linfa_comes_to_the_same_clusters() {
    let matrix = Matrix::from_rows(&blobs(4000, 3, 4, 9), 3).unwrap();
    let ours = run(&matrix, 5, Params::default());
    let theirs = run(&matrix, 5, Params { engine: Engine::Linfa, ..Params::default() });
    check(&matrix, &theirs.iter().map(|c| Clustering { converged: false, ..c.clone() }).collect::<Vec<_>>());
    for (a, b) in ours.iter().zip(&theirs) {
        assert!(b.converged);
        assert!(a.wcss <= b.wcss * (1.0 + 1e-6), "k={}: ours {} linfa {}", a.k, a.wcss, b.wcss);
        assert!((a.wcss - b.wcss).abs() <= 1e-3 * b.wcss, "k={}: ours {} linfa {}", a.k, a.wcss, b.wcss);
    }
}

#[test]
fn relabel_renames_everything_alike() {
    let matrix = Matrix::from_rows(&[0.0, 1.0, 2.0, 50.0, 51.0, 90.0], 1).unwrap();
    let c = fit(&matrix, 3, Params::default(), &Cancel::never()).unwrap();
    let rounded = |values: &[f64]| values.iter().map(|v| (v * 1e9).round() / 1e9).collect::<Vec<_>>();
    assert_eq!((c.sizes.clone(), rounded(&c.centroids)), (vec![3, 2, 1], vec![1.0, 50.5, 90.0]));
    let mut renamed = c.clone();
    renamed.relabel(&[2, 0, 1]);
    assert_eq!((renamed.sizes, rounded(&renamed.centroids)), (vec![1, 3, 2], vec![90.0, 1.0, 50.5]));
    assert_eq!(rounded(&renamed.cluster_wcss), [0.0, 2.0, 0.5]);
    let new_of = [1, 2, 0];
    assert!(renamed.labels.iter().zip(&c.labels).all(|(new, old)| *new == new_of[usize::from(*old)]));
}

#[test]
fn scaled_values_give_the_same_labels() {
    let values = blobs(2000, 3, 4, 10);
    let far: Vec<f64> = values.iter().map(|v| v * 1024.0).collect();
    let a = fit(&Matrix::from_rows(&values, 3).unwrap(), 4, Params::default(), &Cancel::never()).unwrap();
    let b = fit(&Matrix::from_rows(&far, 3).unwrap(), 4, Params::default(), &Cancel::never()).unwrap();
    // The rows' order differs (it is a hash of the values), the partition does not.
    assert_eq!(a.sizes, b.sizes);
    assert!((b.wcss / a.wcss / (1024.0 * 1024.0) - 1.0).abs() < 1e-9);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn small_tables_of_all_kinds(
        columns in 1..4_usize,
        cells in prop::collection::vec(-3..4_i32, 1..60),
        scale in prop::sample::select(vec![1e-9, 1.0, 1e12]),
        constant in any::<bool>(),
    ) {
        let rows = cells.len().div_ceil(columns);
        let mut values: Vec<f64> = (0..rows * columns).map(|i| f64::from(cells[i % cells.len()]) * scale).collect();
        if constant {
            values.iter_mut().step_by(columns).for_each(|v| *v = 7.0 * scale);
        }
        let matrix = Matrix::from_rows(&values, columns).unwrap();
        let k_max = matrix.distinct().min(9) + 1;
        let found = run(&matrix, k_max, Params { starts: 2, ..Params::default() });
        prop_assert_eq!(found.len(), k_max.min(matrix.distinct()));
        let unit = found[0].wcss.max(1e-300);
        // In units of 1, so that one tolerance fits all scales.
        for c in &found {
            prop_assert!(c.wcss <= unit * (1.0 + 1e-12));
            prop_assert!(c.sizes.iter().all(|&s| s > 0));
            prop_assert_eq!(c.sizes.iter().sum::<u64>(), matrix.rows() as u64);
            prop_assert!((cluster_sum(&matrix, c) - c.wcss).abs() <= 1e-9 * unit);
        }
        if scale == 1.0 {
            check(&matrix, &found);
        }
        if found.len() == matrix.distinct() {
            prop_assert!(found[found.len() - 1].wcss <= 1e-12 * unit);
        }
    }
}

/// All steps of one start, and what it came to.
fn steps_of(matrix: &Matrix, k: usize, start: u32, params: Params) -> (Vec<Step>, Clustering, bool) {
    let never = Cancel::never();
    let mut walk = Steps::new(matrix, k, start, params, &never).unwrap();
    let mut steps = Vec::new();
    while let Some(step) = walk.advance(&never).unwrap() {
        steps.push(step);
    }
    (steps, walk.clustering(&never).unwrap(), walk.converged())
}

/// The engine's own start: seeded as it does, with its iteration to the end.
fn engine_start(matrix: &Matrix, k: usize, start: u64, seed: u64) -> Clustering {
    let all = View::new(matrix, Path::best());
    let mut samples = Samples::default();
    samples.fit_to(all, k, &Cancel::never()).unwrap();
    let centres = start::extend(samples.first(all), Vec::new(), k, &mut start::random(seed, k, start));
    let mut lloyd = Lloyd::new(all, centres, true);
    lloyd.finish(ITERATIONS, &Cancel::never()).unwrap();
    Clustering::new(matrix, &lloyd, &Cancel::never()).unwrap()
}

#[test]
fn a_start_taken_step_by_step_ends_as_the_engines_own() {
    // The third table is so large that starts are drawn from a sample of it.
    for (rows, columns, groups) in [(400, 2, 4), (3000, 5, 6), (30_000, 3, 5)] {
        let mut values = blobs(rows, columns, groups, 8);
        values.extend_from_within(..columns * rows / 3);
        let matrix = Matrix::from_rows(&values, columns).unwrap();
        for (k, start) in [(1, 0), (2, 1), (5, 0), (5, 7), (9, 3)] {
            let (steps, found, converged) = steps_of(&matrix, k, start, Params { seed: 11, ..Params::default() });
            let expected = engine_start(&matrix, k, u64::from(start), 11);
            assert!(found == expected && converged, "{rows} rows, k = {k}, start {start}");
            let last = steps.last().unwrap();
            assert!((last.wcss.unwrap() - expected.wcss).abs() <= 1e-9 * expected.wcss);
            assert_eq!((last.phase, last.changed), (Phase::Assignment, 0));
        }
    }
}

#[test]
fn every_half_of_an_iteration_lowers_wcss_and_does_what_it_says() {
    let mut values = blobs(2000, 3, 5, 9);
    values.extend_from_within(..900);
    let matrix = Matrix::from_rows(&values, 3).unwrap();
    let (steps, ..) = steps_of(&matrix, 6, 2, Params::default());
    assert_eq!((steps[0].phase, steps[0].wcss, steps[0].changed), (Phase::Start, None, 0));
    assert_eq!(steps[1].changed, 2300, "rows are counted as often as they occur");
    let first: Vec<&[f64]> = steps[0].centroids.chunks_exact(3).collect();
    let rows: Vec<&[f64]> = (0..matrix.distinct()).map(|i| matrix.row(i)).collect();
    let near = |centre: &[f64]| rows.iter().any(|row| square_distance(row, centre) < 1e-18);
    assert!(first.into_iter().all(near), "first centres are rows");
    // By definition: everybody at the nearest of the centroids before.
    let nearest = |centroids: &[f64]| -> f64 {
        let square = |i: usize| {
            let squares = centroids.chunks_exact(3).map(|centre| square_distance(matrix.row(i), centre));
            f64::from(matrix.weights()[i]) * squares.fold(f64::INFINITY, f64::min)
        };
        (0..matrix.distinct()).map(square).sum()
    };
    for pair in steps.windows(2) {
        let (before, after) = (&pair[0], &pair[1]);
        let wcss = after.wcss.unwrap();
        assert!(before.wcss.is_none_or(|before| wcss <= before * (1.0 + 1e-12)));
        match after.phase {
            Phase::Assignment => {
                assert_eq!(after.iteration, before.iteration + 1);
                assert!((wcss - nearest(&before.centroids)).abs() <= 1e-9 * wcss);
            }
            Phase::Update => {
                assert_eq!((&after.sizes, after.changed, after.iteration), (&before.sizes, 0, before.iteration));
                assert_ne!(after.centroids, before.centroids);
            }
            Phase::Start => panic!("a start in the middle"),
        }
        assert_eq!(after.sizes.iter().sum::<u64>(), 2300);
    }
}

#[test]
fn a_step_says_when_a_cluster_was_empty() {
    // Greedy k-means++ hardly ever leaves a cluster empty, so centres are given that do: two of them far off.
    let matrix = Matrix::from_rows(&blobs(300, 2, 3, 4), 2).unwrap();
    let never = Cancel::never();
    let mut walk = Steps::new(&matrix, 3, 0, Params::default(), &never).unwrap();
    walk.begin_from(vec![0.0, 0.0, 50.0, 50.0, 60.0, 60.0]);
    let mut steps = Vec::new();
    while let Some(step) = walk.advance(&never).unwrap() {
        steps.push(step);
    }
    assert_eq!(steps[1].sizes, [300, 0, 0]);
    assert_eq!((steps[2].phase, steps[2].relocated, steps[2].changed), (Phase::Update, 2, 2));
    assert_eq!(steps[2].sizes, [298, 1, 1]);
    assert!(steps.iter().skip(3).all(|step| step.relocated == 0 && step.sizes.iter().all(|size| *size > 0)));
    assert!(walk.converged());
    let refused = Steps::new(&matrix, 301, 0, Params::default(), &never).unwrap_err();
    assert!(matches!(refused, SweepError::Refused(_)));
}
