#!/usr/bin/env python3
"""The same sweep by scikit-learn, for the ratios of `cargo bench`.

    sklearn_sweep.py FILE ROWS COLUMNS KMIN KMAX STARTS SEED f64|f32 [--intelex]

FILE holds the scaled matrix, row by row, as little-endian floats without a header. It runs KMeans
(k-means++, STARTS starts, default tolerance) for each k from KMIN to KMAX. Standard output is one JSON object a line:
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
    parser.add_argument("file")
    for name in ("rows", "columns", "kmin", "kmax", "starts", "seed"):
        parser.add_argument(name, type=int)
    parser.add_argument("dtype", choices=("f64", "f32"))
    parser.add_argument("--intelex", action="store_true")
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

    dtype = {"f64": "<f8", "f32": "<f4"}[args.dtype]
    values = np.fromfile(args.file, dtype=dtype).reshape(args.rows, args.columns)
    say(peer="scikit-learn", version=sklearn.__version__, numpy=np.__version__, intelex=args.intelex, dtype=args.dtype)
    for k in range(args.kmin, args.kmax + 1):
        start = time.perf_counter()
        fit = KMeans(k, init="k-means++", n_init=args.starts, random_state=args.seed).fit(values)
        say(k=k, seconds=time.perf_counter() - start, wcss=float(fit.inertia_), iterations=int(fit.n_iter_))


if __name__ == "__main__":
    main()
