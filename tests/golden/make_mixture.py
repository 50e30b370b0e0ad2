#!/usr/bin/env python3
"""Make the golden BIC of Gaussian mixtures with scikit-learn.

    pip install -r requirements.txt && python make_mixture.py

For each table (tables/NAME.csv, made by make_golden.py) under StandardScaler and for k = 1..8 it writes to
mixture.json the BIC of GaussianMixture with full covariances: `bic` of the best of 10 starts, and `thinnest`, the
least variance across any component. Where that comes down to the regularisation (1e-6) a component lies in a plane
and the BIC has no meaning; `k` is the k with the smallest BIC of the others.
"""

import json
import os
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # a fixed order of the sums

import numpy as np
import sklearn
from sklearn.mixture import GaussianMixture
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).parent
TABLES = ["iris", "wine", "blobs_far", "blobs_near", "blobs_unequal", "diabetes"]
KS = range(1, 9)
STARTS = 10
THIN = 2e-6


def one_k(values, k):
    """BIC and thinnest component of the best of some starts."""
    fit = GaussianMixture(k, covariance_type="full", n_init=STARTS, max_iter=1000, random_state=0).fit(values)
    thinnest = min(float(np.linalg.eigvalsh(covariance)[0]) for covariance in fit.covariances_)
    return {"k": k, "bic": float(fit.bic(values)), "thinnest": thinnest}


def main():
    tables = []
    for name in TABLES:
        values = np.loadtxt(HERE / "tables" / f"{name}.csv", delimiter=",", skiprows=1)
        scaled = StandardScaler().fit_transform(values)
        found = [one_k(scaled, k) for k in KS]
        sound = [row for row in found if row["thinnest"] > THIN]
        chosen = min(sound, key=lambda row: row["bic"])["k"]
        tables.append({"table": name, "k": chosen, "mixtures": found})
        print(f"{name}: {chosen}")
    rows = ",\n".join(json.dumps(table) for table in tables)
    (HERE / "mixture.json").write_text(f'{{"sklearn": "{sklearn.__version__}", "tables": [\n{rows}\n]}}\n')


if __name__ == "__main__":
    main()
