#!/usr/bin/env python3
"""Make the golden numbers for K-Means and its quality indices with scikit-learn.

    pip install -r requirements.txt && python make_golden.py

For each table it writes tables/NAME.csv and NAME.json. Under StandardScaler and for k = 1..8 the JSON holds
the best of 10 x 50 k-means++ starts, run to full convergence, and on that one partition:

    wcss                sum of squared distances to the centroid of the final label
    silhouette          mean over all rows, Euclidean (null at k = 1)
    calinski_harabasz   (null at k = 1)
    davies_bouldin      (null at k = 1)
    labels              cluster of each row, numbered by first appearance (tables of at most 2,000 rows)
    runner_up           best WCSS of the worst of the ten batches: equal to wcss where the optimum is easy

Floats are written by repr, so that reading the CSV gives exactly the numbers that scikit-learn saw.
"""

import json
import os
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # a fixed order of the sums

import numpy as np
import sklearn
from sklearn import datasets
from sklearn.cluster import KMeans
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).parent
KS = range(1, 9)
STARTS = 50
SEEDS = range(10)
LABELS_UP_TO = 2000


def shipped(loader, **options):
    """A table that scikit-learn ships: column names and values."""
    table = loader(**options)
    return [str(name) for name in table.feature_names], table.data


def blobs(spread, sizes, seed):
    """Round groups in four dimensions, on the corners of a box with sides of 2."""
    rng = np.random.default_rng(seed)
    corners = np.array([[0, 0, 0, 0], [2, 0, 2, 0], [0, 2, 0, 2], [2, 2, 0, 0], [0, 0, 2, 2]], float)
    parts = [corners[i] + spread * rng.standard_normal((n, 4)) for i, n in enumerate(sizes)]
    return ["a", "b", "c", "d"], rng.permutation(np.concatenate(parts).round(4))


def heaped():
    """Pay and years: correlated, skewed, typed as round numbers, so that many rows are equal."""
    rng = np.random.default_rng(5)
    years = np.minimum(rng.negative_binomial(2, 0.3, 1500), 30)
    pay = np.exp(13.4 + 0.05 * years + 0.7 * rng.standard_normal(1500))
    grid = np.where(rng.random(1500) < 0.8, 100_000, 10_000)
    return ["log1p_pay", "years"], np.column_stack([np.log1p(np.maximum(pay / grid, 1).round() * grid), years])


def copies_and_one_far():
    """200 rows, each three times, and one row far from all others (a cluster of one)."""
    rng = np.random.default_rng(6)
    rows = np.repeat(rng.standard_normal((200, 3)).round(2), 3, axis=0)
    return ["x", "y", "z"], np.concatenate([rng.permutation(rows), [[25.0, -30.0, 40.0]]])


TABLES = {
    "diabetes": lambda: shipped(datasets.load_diabetes, scaled=False),
    "digits": lambda: shipped(datasets.load_digits),
    "iris": lambda: shipped(datasets.load_iris),
    "wine": lambda: shipped(datasets.load_wine),
    "blobs_far": lambda: blobs(0.15, [160, 160, 160, 160, 160], 1),
    "blobs_near": lambda: blobs(0.7, [160, 160, 160, 160, 160], 2),
    "blobs_unequal": lambda: blobs(0.3, [900, 45, 45], 3),
    "heaped": heaped,
    "copies_and_one_far": copies_and_one_far,
}


def by_first_appearance(labels):
    """The same partition, numbered in the order in which the clusters appear."""
    number = {}
    return [number.setdefault(int(label), len(number)) for label in labels]


def golden(name, columns, values):
    """All numbers of one table."""
    scaled = StandardScaler().fit_transform(values)
    result = {
        "table": name,
        "sklearn": sklearn.__version__,
        "numpy": np.__version__,
        "rows": len(values),
        "distinct_rows": len(np.unique(values, axis=0)),
        "columns": len(columns),
        "scale": "standard",
        "total_ss": float(((scaled - scaled.mean(axis=0)) ** 2).sum()),
        "sweep": [],
    }
    for k in KS:
        fits = [
            KMeans(k, n_init=STARTS, tol=0, max_iter=1000, algorithm="lloyd", random_state=seed).fit(scaled)
            for seed in SEEDS
        ]
        best = min(fits, key=lambda fit: fit.inertia_)
        labels = best.labels_
        indices = (silhouette_score, calinski_harabasz_score, davies_bouldin_score)
        silhouette, ch, db = (float(index(scaled, labels)) if k > 1 else None for index in indices)
        row = {
            "k": k,
            "wcss": float(best.inertia_),
            "runner_up": max(float(fit.inertia_) for fit in fits),
            "silhouette": silhouette,
            "calinski_harabasz": ch,
            "davies_bouldin": db,
            "sizes": sorted(np.bincount(labels).tolist(), reverse=True),
        }
        if len(values) <= LABELS_UP_TO:
            row["labels"] = by_first_appearance(labels)
        result["sweep"].append(row)
    return result


def one_k_a_line(result):
    """JSON that a diff can be read in."""
    sweep = ",\n".join(json.dumps(row, separators=(",", ":")) for row in result["sweep"])
    head = json.dumps({**result, "sweep": []}, indent=1).removesuffix("[]\n}")
    return f"{head}[\n{sweep}\n]}}\n"


def main():
    (HERE / "tables").mkdir(exist_ok=True)
    for name, make in TABLES.items():
        columns, values = make()
        header = ",".join(column.replace(",", " ") for column in columns)
        lines = [",".join(repr(float(x)) for x in row) for row in values]
        (HERE / "tables" / f"{name}.csv").write_text("\n".join([header, *lines, ""]))
        result = golden(name, columns, np.asarray(values, float))
        (HERE / f"{name}.json").write_text(one_k_a_line(result))
        print(f"{name}: {result['rows']} x {result['columns']}")


if __name__ == "__main__":
    main()
