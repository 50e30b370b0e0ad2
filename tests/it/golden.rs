//! Against numbers that scikit-learn made (tests/golden/make_golden.py), and against the definitions.

use std::path::Path;

use serde_json::Value;

use crate::program::{Folder, by_row, golden_table, run};

fn golden(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// `a` is `b` up to a share of `b`.
#[track_caller]
fn close(a: &Value, b: f64, share: f64, what: &str) {
    assert!((number(a) - b).abs() <= share * b.abs().max(1e-12), "{what}: {a} is not {b}");
}

/// The sweep is nowhere worse than the best of 150 starts of scikit-learn, and where it is the same partition
/// its indices are the same. At least `same` of the k's above 1 must be, or nothing would be compared.
fn check(name: &str, same: usize) {
    let golden = golden(name);
    let sweep = run(["sweep", &golden_table(name), "--raw", "--k", "1..8", "--format", "json"]).json();
    assert_eq!(sweep["rows_used"], golden["rows"]);
    assert_eq!(sweep["distinct_rows"], golden["distinct_rows"]);
    // Constant columns are left out, and said.
    let left_out = sweep["notices"].to_string().matches("is constant").count();
    let columns = golden["columns"].as_u64().unwrap();
    assert_eq!((sweep["features"].as_array().unwrap().len() + left_out) as u64, columns);
    close(&sweep["total_ss"], number(&golden["total_ss"]), 1e-12, "total_ss");
    let pairs: Vec<_> = sweep["sweep"].as_array().unwrap().iter().zip(golden["sweep"].as_array().unwrap()).collect();
    assert_eq!(pairs.len(), 8);
    let mut met = 0;
    for (ours, theirs) in pairs {
        let at = format!("{name}, k = {}", theirs["k"]);
        assert_eq!(ours["k"], theirs["k"]);
        let (wcss, best) = (number(&ours["wcss"]), number(&theirs["wcss"]));
        assert!(wcss <= 1.0005 * best, "{at}: WCSS {wcss}, {best} is possible");
        close(&ours["wcss_share"], wcss / number(&sweep["total_ss"]), 1e-12, &at);
        // A sum this close is the same partition; 1e-6 is not close enough (digits, k = 4).
        if (wcss - best).abs() > 1e-9 * best {
            continue;
        }
        assert_eq!(Some(&ours["smallest"]), theirs["sizes"].as_array().unwrap().last(), "{at}");
        if theirs["k"] == 1 {
            assert!(ours["silhouette"].is_null() && ours["calinski_harabasz"].is_null());
            assert!(ours["davies_bouldin"].is_null());
            continue;
        }
        met += 1;
        let silhouette = &ours["silhouette"];
        assert_eq!((&silhouette["exact"], &silhouette["of"]), (&Value::Bool(true), &golden["rows"]));
        let apart = (number(&silhouette["value"]) - number(&theirs["silhouette"])).abs();
        assert!(apart <= 1e-4, "{at}: silhouette {} is not {}", silhouette["value"], theirs["silhouette"]);
        for index in ["calinski_harabasz", "davies_bouldin"] {
            close(&ours[index], number(&theirs[index]), 1e-6, &format!("{at}, {index}"));
        }
    }
    assert!(met >= same, "{name}: only {met} k's have the partition of scikit-learn");
}

macro_rules! against_scikit_learn {
    ($($name:ident: $same:literal,)*) => {
        $(#[test]
        fn $name() {
            check(stringify!($name), $same);
        })*
    };
}

// Where fewer than 7 are the same, ours has the smaller WCSS on most of the others.
against_scikit_learn! {
    blobs_far: 4,
    blobs_near: 3,
    blobs_unequal: 2,
    copies_and_one_far: 4,
    diabetes: 1,
    digits: 0,
    heaped: 2,
    iris: 4,
    wine: 2,
}

/// One clustering is the row of the sweep, whatever the range of the sweep.
#[test]
fn fit_is_a_row_of_the_sweep() {
    for name in ["iris", "heaped", "wine"] {
        let table = golden_table(name);
        let sweep = run(["sweep", &table, "--raw", "--k", "1..8", "--format", "json"]).json();
        for k in [1, 3, 6] {
            let fit = run(["fit", &table, "--raw", "--k", &k.to_string(), "--format", "json"]).json();
            let row = &sweep["sweep"][k - 1];
            assert_eq!(fit["total_ss"], sweep["total_ss"]);
            for key in ["wcss", "calinski_harabasz", "davies_bouldin"] {
                assert_eq!(fit[key], row[key], "{name}, k = {k}: {key}");
            }
            if k > 1 {
                // Summed in another order.
                close(&fit["silhouette"]["value"], number(&row["silhouette"]["value"]), 1e-6, name);
            }
            let sizes: Vec<u64> =
                fit["clusters"].as_array().unwrap().iter().map(|c| c["rows"].as_u64().unwrap()).collect();
            assert_eq!(sizes.iter().min().copied(), row["smallest"].as_u64());
        }
    }
}

/// linfa does the same job about as well, through another implementation: its starts are not repaired, so that some
/// end a little higher.
#[test]
fn linfa_agrees() {
    for name in ["iris", "wine", "heaped", "blobs_far", "diabetes"] {
        let golden = golden(name);
        let args = ["sweep", &golden_table(name), "--raw", "--k", "1..8", "--engine", "linfa", "--format", "json"];
        let sweep = run(args).json();
        assert_eq!(sweep["engine"], "linfa");
        for (ours, theirs) in sweep["sweep"].as_array().unwrap().iter().zip(golden["sweep"].as_array().unwrap()) {
            let (wcss, best) = (number(&ours["wcss"]), number(&theirs["wcss"]));
            assert!(wcss <= 1.03 * best, "{name}, k = {}: {wcss} against {best}", ours["k"]);
            assert!(wcss >= 0.98 * best, "{name}, k = {}: {wcss} cannot be", ours["k"]);
        }
    }
}

/// The numbers of one clustering, from its labels and the file alone, straight from their definitions.
struct Defined {
    total: f64,
    wcss: f64,
    calinski_harabasz: f64,
    davies_bouldin: f64,
    silhouette: f64,
    cluster_wcss: Vec<f64>,
    cluster_silhouette: Vec<f64>,
}

impl Defined {
    fn new(rows: &[Vec<f64>], labels: &[usize], k: usize) -> Self {
        let (n, d) = (rows.len(), rows[0].len());
        let mean = |members: &[usize]| -> Vec<f64> {
            (0..d).map(|c| members.iter().map(|&i| rows[i][c]).sum::<f64>() / members.len() as f64).collect()
        };
        let squared = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum::<f64>();
        let clusters: Vec<Vec<usize>> = (0..k).map(|j| (0..n).filter(|&i| labels[i] == j).collect()).collect();
        let centres: Vec<Vec<f64>> = clusters.iter().map(|members| mean(members)).collect();
        let all: Vec<usize> = (0..n).collect();
        let middle = mean(&all);
        let total: f64 = rows.iter().map(|row| squared(row, &middle)).sum();
        let cluster_wcss: Vec<f64> = clusters
            .iter()
            .zip(&centres)
            .map(|(members, centre)| members.iter().map(|&i| squared(&rows[i], centre)).sum())
            .collect();
        let wcss: f64 = cluster_wcss.iter().sum();
        let spread: Vec<f64> = clusters
            .iter()
            .zip(&centres)
            .map(|(members, centre)| {
                members.iter().map(|&i| squared(&rows[i], centre).sqrt()).sum::<f64>() / members.len() as f64
            })
            .collect();
        let worst = |j: usize| {
            let to = |l: usize| (spread[j] + spread[l]) / squared(&centres[j], &centres[l]).sqrt();
            (0..k).filter(|&l| l != j).map(to).fold(0.0, f64::max)
        };
        let silhouette = |i: usize| {
            let to = |members: &[usize]| members.iter().map(|&o| squared(&rows[i], &rows[o]).sqrt()).sum::<f64>();
            let own = &clusters[labels[i]];
            if own.len() == 1 {
                return 0.0;
            }
            let a = to(own) / (own.len() - 1) as f64;
            let b = (0..k)
                .filter(|&j| j != labels[i])
                .map(|j| to(&clusters[j]) / clusters[j].len() as f64)
                .fold(f64::MAX, f64::min);
            if a == b { 0.0 } else { (b - a) / a.max(b) }
        };
        let silhouettes: Vec<f64> = (0..n).map(silhouette).collect();
        let mean_of = |members: &[usize]| members.iter().map(|&i| silhouettes[i]).sum::<f64>() / members.len() as f64;
        Self {
            total,
            wcss,
            calinski_harabasz: (total - wcss) / (k - 1) as f64 / (wcss / (n - k) as f64),
            davies_bouldin: (0..k).map(worst).sum::<f64>() / k as f64,
            silhouette: mean_of(&all),
            cluster_wcss,
            cluster_silhouette: clusters.iter().map(|members| mean_of(members)).collect(),
        }
    }
}

/// Rows of a table of numbers, each column to mean 0 and population standard deviation 1.
fn standardised(name: &str) -> Vec<Vec<f64>> {
    let text = std::fs::read_to_string(golden_table(name)).unwrap();
    let mut rows: Vec<Vec<f64>> =
        text.lines().skip(1).map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect()).collect();
    let n = rows.len() as f64;
    for c in 0..rows[0].len() {
        let mean = rows.iter().map(|row| row[c]).sum::<f64>() / n;
        let sd = (rows.iter().map(|row| (row[c] - mean).powi(2)).sum::<f64>() / n).sqrt();
        rows.iter_mut().for_each(|row| row[c] = (row[c] - mean) / sd);
    }
    rows
}

/// Also where scikit-learn found another partition, the numbers are those of our labels.
#[test]
fn numbers_are_those_of_the_labels() {
    let folder = Folder::new();
    for (name, k) in [("wine", 6), ("diabetes", 8), ("iris", 8), ("copies_and_one_far", 8), ("heaped", 7)] {
        let out = folder.arg(&format!("{name}.csv"));
        let args = ["fit", &golden_table(name), "--raw", "--k", &k.to_string(), "--labels", &out, "--format", "json"];
        let fit = run(args).json();
        let labels: Vec<usize> =
            by_row(Path::new(&out)).into_iter().map(|label| label.unwrap().parse().unwrap()).collect();
        let defined = Defined::new(&standardised(name), &labels, k);
        let at = format!("{name}, k = {k}");
        close(&fit["total_ss"], defined.total, 1e-9, &at);
        close(&fit["wcss"], defined.wcss, 1e-9, &at);
        close(&fit["calinski_harabasz"], defined.calinski_harabasz, 1e-9, &at);
        close(&fit["davies_bouldin"], defined.davies_bouldin, 1e-9, &at);
        close(&fit["silhouette"]["value"], defined.silhouette, 1e-5, &at);
        for (j, cluster) in fit["clusters"].as_array().unwrap().iter().enumerate() {
            close(&cluster["wcss"], defined.cluster_wcss[j], 1e-7, &format!("{at}, cluster {j}"));
            let apart = number(&cluster["silhouette"]) - defined.cluster_silhouette[j];
            assert!(apart.abs() < 1e-5, "{at}, cluster {j}: {apart}");
        }
    }
}

/// The second opinion beside scikit-learn's GaussianMixture (tests/golden/make_mixture.py): the same BIC for one
/// component, which has no start, and the same k.
#[test]
fn a_mixture_chooses_what_scikit_learn_chooses() {
    let golden = golden("mixture");
    for table in golden["tables"].as_array().unwrap() {
        let name = table["table"].as_str().unwrap();
        let args = ["sweep", &golden_table(name), "--raw", "--k", "1..8", "--reference", "none", "--mixture"];
        let sweep = run(args.into_iter().chain(["--format", "json"])).json();
        let theirs = table["mixtures"].as_array().unwrap();
        let ours = sweep["sweep"].as_array().unwrap();
        close(&ours[0]["bic"], number(&theirs[0]["bic"]), 1e-6, name);
        // From one start: never better than what ten starts found by more than the tolerance of the fit leaves open.
        for (ours, theirs) in ours
            .iter()
            .zip(theirs)
            .filter(|(ours, theirs)| !ours["bic"].is_null() && number(&theirs["thinnest"]) > 1e-4)
        {
            let (bic, best) = (number(&ours["bic"]), number(&theirs["bic"]));
            assert!(
                bic >= best - 0.02 * best.abs() - 20.0,
                "{name}, k = {}: BIC {bic}, {best} is the best known",
                ours["k"]
            );
        }
        let criterion = sweep["verdict"]["criteria"].as_array().unwrap().last().unwrap();
        assert_eq!(criterion["name"], "BIC");
        assert_eq!(criterion["k"], table["k"], "{name}: {criterion}");
        assert!(criterion["why"].as_str().unwrap().contains("second opinion"), "{criterion}");
    }
    // It is asked only where somebody asks, and decides nothing.
    let sweep = |more: &[&str]| {
        let args = ["sweep", &golden_table("iris"), "--raw", "--k", "1..6", "--format", "json"];
        run(args.iter().chain(more)).json()
    };
    let (without, with) = (sweep(&[]), sweep(&["--mixture"]));
    assert!(without["sweep"][1]["bic"].is_null());
    for key in ["kind", "k", "suggested_k", "text"] {
        assert_eq!(without["verdict"][key], with["verdict"][key]);
    }
    let names = |sweep: &Value| sweep["verdict"]["criteria"].as_array().unwrap().len();
    assert_eq!(names(&with), names(&without) + 1);
}
