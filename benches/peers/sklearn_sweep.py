#!/usr/bin/env python3
"""The same sweep by scikit-learn, for the ratios of `cargo bench`.

    sklearn_sweep.py sweep FILE ROWS COLUMNS KMIN KMAX STARTS SEED f64|f32 [--intelex]
    sklearn_sweep.py silhouette FILE ROWS COLUMNS K SAMPLE SEED f64|f32 [--intelex]

FILE holds the scaled matrix, row by row, as little-endian floats without a header. `sweep` runs KMeans
(k-means++, STARTS starts, default tolerance) for each k from KMIN to KMAX; `silhouette` fits once, untimed, and
times silhouette_score on SAMPLE rows (all rows if SAMPLE >= ROWS). Standard output is one JSON object a line:
first what ran, then one for each measurement. `--intelex` patches in scikit-learn-intelex and exits with 3 if it
cannot be imported. Threads are limited from outside (OMP_NUM_THREADS).
"""

import argparse
import json
import sys
import time

import numpy as np


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    modes = parser.add_subparsers(dest="mode", required=True)
    for mode, numbers in (("sweep", ("kmin", "kmax", "starts", "seed")), ("silhouette", ("k", "sample", "seed"))):
        sub = modes.add_parser(mode)
        sub.add_argument("file")
        for name in ("rows", "columns", *numbers):
            sub.add_argument(name, type=int)
        sub.add_argument("dtype", choices=("f64", "f32"))
        sub.add_argument("--intelex", action="store_true")
    return parser.parse_args()


def say(**what):
    print(json.dumps(what), flush=True)


def main():
    args = arguments()
    if args.intelex:
        try:
            from sklearnex import patch_sklearn
        except ImportError as error:
            print(f"scikit-learn-intelex is not installed: {error}", file=sys.stderr)
            sys.exit(3)
        patch_sklearn(verbose=False)
    import sklearn
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    dtype = {"f64": "<f8", "f32": "<f4"}[args.dtype]
    values = np.fromfile(args.file, dtype=dtype).reshape(args.rows, args.columns)
    say(peer="scikit-learn", version=sklearn.__version__, numpy=np.__version__, intelex=args.intelex, dtype=args.dtype)
    if args.mode == "sweep":
        for k in range(args.kmin, args.kmax + 1):
            start = time.perf_counter()
            fit = KMeans(k, init="k-means++", n_init=args.starts, random_state=args.seed).fit(values)
            say(k=k, seconds=time.perf_counter() - start, wcss=float(fit.inertia_), iterations=int(fit.n_iter_))
    else:
        labels = KMeans(args.k, n_init=1, random_state=args.seed).fit_predict(values)
        sample = args.sample if args.sample < args.rows else None
        start = time.perf_counter()
        value = silhouette_score(values, labels, sample_size=sample, random_state=args.seed)
        say(k=args.k, seconds=time.perf_counter() - start, silhouette=float(value), of=sample or args.rows)


if __name__ == "__main__":
    main()
