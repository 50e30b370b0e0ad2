"""The verdict on tables whose groups are known: trial.py KSCOPE SEED [SEED ..] [--rows 1500] [--structureless] (needs numpy).

Makes the tables of tables.py, sweeps each, and prints a confusion table beside what single criteria would have said. Tables
whose groups overlap hopelessly (Bayes error above 15 %) count as right where no groups are claimed.
"""
import argparse, collections, csv, json, os, subprocess, sys, tempfile

def by(criteria, name): return next((c["k"] for c in criteria if c["name"] == name), None)

p = argparse.ArgumentParser(); p.add_argument("kscope"); p.add_argument("seeds", type=int, nargs="+"); p.add_argument("--rows", type=int, default=1500)
p.add_argument("--structureless", action="store_true", help="only the tables without groups")
a = p.parse_args(); here = os.path.dirname(os.path.abspath(__file__))
methods = {"verdict": lambda v: v["k"], "silhouette": lambda v: by(v["criteria"], "silhouette"), "gap": lambda v: by(v["criteria"], "gap"),
           "elbow": lambda v: by(v["criteria"], "elbow"), "prediction strength": lambda v: by(v["criteria"], "prediction strength")}
right, false, missed = collections.Counter(), collections.Counter(), []
confusion = collections.Counter(); groups = nothing = 0
for seed in a.seeds:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, os.path.join(here, "tables.py"), "--seed", str(seed), "--rows", str(a.rows), "--out", folder], check=True)
        for row in csv.DictReader(open(os.path.join(folder, "truth.csv"))):
            if a.structureless and row["kind"] == "groups": continue
            out = subprocess.run([a.kscope, "sweep", os.path.join(folder, row["name"] + ".csv"), "--format", "json"], check=True, capture_output=True)
            verdict = json.loads(out.stdout)["verdict"]
            true = int(row["k"]) if row["kind"] == "groups" and float(row["bayes_error"]) <= 0.15 else None
            groups, nothing = groups + (true is not None), nothing + (true is None)
            confusion[(true or "none", verdict["k"] or "none")] += 1
            if verdict["k"] != true: missed.append(f"{row['name']} (seed {seed}): {true} said {verdict['k']}")
            for name, of in methods.items():
                k = of(verdict); right[name] += true is not None and k == true; false[name] += true is None and k is not None
every = groups + nothing; wrong = len(missed)
print(f"{a.rows} rows, seeds {a.seeds}: {groups} tables with groups, {nothing} without; verdict right on {every - wrong} of {every}, {(every - wrong) / every:.0%}\n")
print(f"{'':20s} right k   a k where there are no groups")
for name in methods: print(f"{name:20s} {right[name]:3d} of {groups}   {false[name]:3d} of {nothing}")
print("\ntrue k → verdict: " + ", ".join(f"{t}→{v} {n}" for (t, v), n in sorted(confusion.items(), key=str)))
print("\n" + "\n".join(missed))
