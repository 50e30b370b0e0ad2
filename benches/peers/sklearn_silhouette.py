#!/usr/bin/env python3
"""silhouette_score of scikit-learn on given labels, for the ratios of `cargo bench`.

    sklearn_silhouette.py MATRIX LABELS ROWS COLUMNS

MATRIX holds the scaled rows as little-endian f64, row by row, LABELS one little-endian u16 a row, both without a
header. Standard output is one JSON object a line: first what ran, then seconds and value, and the largest resident
memory of this process in MB. Threads are limited from outside (OMP_NUM_THREADS).
"""

import json
import resource
import sys
import time

import numpy as np
import sklearn
from sklearn.metrics import silhouette_score


def main():
    matrix, labels, rows, columns = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    values = np.fromfile(matrix, dtype="<f8").reshape(rows, columns)
    clusters = np.fromfile(labels, dtype="<u2")
    print(json.dumps({"peer": "scikit-learn", "version": sklearn.__version__, "numpy": np.__version__}), flush=True)
    start = time.perf_counter()
    value = silhouette_score(values, clusters)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"seconds": seconds, "silhouette": float(value), "of": rows, "peak_mb": peak}))


if __name__ == "__main__":
    main()
