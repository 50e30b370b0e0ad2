"""Tables with and without groups, by seed: what the verdict is tried on (needs numpy).

tables.py --seed S --rows N --out DIR writes 40 CSVs and truth.csv (name, kind, true k, Bayes error); fresh seeds make fresh
tables. "Hopeless" means a Bayes error above 15 %, computed here, before any run.
"""
import argparse, csv, os
import numpy as np

def centres(r, k, d, apart):
    """k centres in d dimensions, neighbours `apart` standard deviations from each other, none nearer."""
    found = [np.zeros(d)]
    while len(found) < k:
        step = r.normal(size=d); step *= apart * r.uniform(1, 1.25) / np.linalg.norm(step)
        new = found[r.integers(len(found))] + step
        if min(np.linalg.norm(new - c) for c in found) >= apart * 0.999: found.append(new)
    return np.array(found)

def mixture(r, n, c, shares, spreads, stretch=None):
    """Rows, labels and the Bayes error, by Monte Carlo over fresh rows of the same mixture."""
    k, d = c.shape; shares = np.array(shares) / np.sum(shares)
    covs = [np.eye(d) * s * s if stretch is None else stretch[i] * s * s for i, s in enumerate(spreads)]
    draw = lambda m: (lambda l: (np.vstack([r.multivariate_normal(c[i], covs[i], size=int((l == i).sum())) for i in range(k)]), np.sort(l)))(r.choice(k, m, p=shares))
    x, y = draw(n); e, l = draw(20000)
    dens = np.column_stack([np.log(shares[i]) - 0.5 * (np.linalg.slogdet(covs[i])[1] +
        np.einsum("ij,jk,ik->i", e - c[i], np.linalg.inv(covs[i]), e - c[i])) for i in range(k)])
    order = r.permutation(n)
    return x[order], y[order], float((dens.argmax(1) != l).mean())

def rotation(r, d):
    q, _ = np.linalg.qr(r.normal(size=(d, d))); return q

def make(seed, n):
    r = np.random.default_rng([seed, n]); out = []
    def groups(name, k, d, apart, shares=None, spreads=None, elongated=False, noise=0):
        c = centres(r, k, d, apart)
        stretch = None
        if elongated:
            stretch = []
            for _ in range(k):
                q = rotation(r, d); s = np.ones(d); s[0] = 2.0; stretch.append(q @ np.diag(s**2 / 1.0) @ q.T)
        x, y, err = mixture(r, n, c, shares or [1] * k, spreads or [1] * k, stretch)
        if noise: x = np.hstack([x, r.normal(size=(n, noise)) * x.std(0).mean()])
        out.append((name, "groups", k, err, x))
    for k, d in ((2, 2), (3, 3), (4, 4), (5, 3), (6, 5), (8, 6)): groups(f"far-{k}", k, d, 7)
    for k, d in ((2, 3), (3, 4), (4, 3), (5, 6), (7, 5)): groups(f"near-{k}", k, d, 4.5)
    for k, d in ((2, 4), (3, 3), (4, 6)): groups(f"hard-{k}", k, d, 3.4)
    for k in (2, 3): groups(f"unequal50-{k}", k, 3, 7, shares=[50] + [50 if i % 2 else 1 for i in range(k - 1)] if k > 2 else [50, 1])
    for k in (3, 4): groups(f"spread-{k}", k, 4, 9, spreads=[0.6 + 0.7 * i for i in range(k)])
    for k in (2, 3): groups(f"long-{k}", k, 3, 9, elongated=True)
    for k in (3, 4): groups(f"noise-columns-{k}", k, 3, 8, noise=3)
    groups("two-of-many", 3, 2, 7, noise=8)
    # Categories beside numbers: a job that goes with three groups, and categories that go with nothing.
    c = centres(r, 3, 2, 7); x, y, err = mixture(r, n, c, [1] * 3, [1] * 3)
    named = lambda codes, word: np.array([f"{word}{i}" for i in codes], dtype=object)
    job = named(np.where(r.random(n) < 0.9, y, r.integers(0, 6, n)), "job")
    out.append(("blocks-3", "groups", 3, err, np.column_stack([x.astype(object), job])))
    def continuum(name, x): out.append((name, "none", 1, 0.0, x))
    for d in (2, 4, 8): continuum(f"uniform-{d}", r.uniform(size=(n, d)))
    for d in (2, 5, 8): continuum(f"normal-{d}", r.normal(size=(n, d)))
    for rho in (0.5, 0.9):
        continuum(f"correlated-{rho}", r.multivariate_normal([0, 0, 0], np.full((3, 3), rho) + np.eye(3) * (1 - rho), size=n))
    t = r.uniform(0, 1, n); continuum("gradient", np.column_stack([t + 0.08 * r.normal(size=n), np.sqrt(t) + 0.08 * r.normal(size=n), t**2 + 0.08 * r.normal(size=n)]))
    t = r.uniform(0, np.pi, n); continuum("curve", np.column_stack([np.cos(t), np.sin(t)]) + 0.12 * r.normal(size=(n, 2)))
    continuum("heavy-tails", r.standard_t(3, size=(n, 3)))
    continuum("exponential", r.exponential(size=(n, 3)))
    pay = np.exp(r.normal(13.7, 0.83, n)); grid = np.where(pay > 2e6, 5e5, np.where(pay > 7e5, 1e5, 5e4)); years = np.floor(r.gamma(2, 2.2, n))
    continuum("heaped-lognormal", np.column_stack([np.log1p(np.round(pay / grid) * grid + 1000), years]))
    pay = np.exp(13.2 + 0.3 * np.log1p(years) + r.normal(0, 0.7, n)); continuum("pay-and-years", np.column_stack([np.log1p(np.round(pay / 1e5) * 1e5 + 1000), years]))
    continuum("ordinal", np.column_stack([r.binomial(6, 0.5, n), r.binomial(10, 0.4, n), r.normal(size=n)]).astype(float))
    level = lambda k, skew: named(np.minimum(r.geometric(skew, n), k), "level")
    continuum("blocks-and-numbers", np.column_stack([r.normal(size=(n, 2)).astype(object), level(5, 0.4), level(12, 0.25)]))
    return out

if __name__ == "__main__":
    p = argparse.ArgumentParser(); p.add_argument("--seed", type=int, required=True); p.add_argument("--rows", type=int, required=True); p.add_argument("--out", required=True)
    a = p.parse_args(); os.makedirs(a.out, exist_ok=True)
    with open(os.path.join(a.out, "truth.csv"), "w", newline="") as f:
        w = csv.writer(f); w.writerow(["name", "kind", "k", "bayes_error"])
        for name, kind, k, err, x in make(a.seed, a.rows):
            w.writerow([name, kind, k, round(err, 4)])
            fmt = ["%s" if isinstance(v, str) else "%.6g" for v in x[0]]
            np.savetxt(os.path.join(a.out, name + ".csv"), x, delimiter=",", header=",".join(f"x{i}" for i in range(x.shape[1])), comments="", fmt=fmt)
