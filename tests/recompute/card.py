"""Recomputes every figure of a card from the exported rows alone: card.py plan.json KIND people.csv (needs pandas)."""
import json, sys
import numpy as np, pandas as pd
card = next(c for c in json.load(open(sys.argv[1]))["cards"] if c["kind"] == sys.argv[2])
people = pd.read_csv(sys.argv[3]); known = people[people.value.notna()]; unit = card["effect"]["unit"]
figure = {"stuck": lambda v, y: v.sum() / y - 1, "young-rising": lambda v, y: v.median() - y, "current-rule": lambda v, y: v.mean() - y,
          "collect-age": lambda v, y: (v + 22 >= 35).mean(), "diversify": lambda v, y: v.mean()}.get(sys.argv[2], lambda v, y: v.median() / y - 1)
yardstick = known.yardstick.iloc[0]; value = figure(known.value, 0 if sys.argv[2] == "current-rule" else yardstick)
strata = {"role": people.role, "experience band": pd.cut(people.experience, [0, 2, 4, 6, 9, 12, 16, 99], right=False), "pay year": people.pay_year}
groups = {name: [(len(g), figure(g.value, g[y].iloc[0])) for _, g in known[known[y].notna()].groupby(strata[name], observed=True) if len(g) >= 30]
          for name, y in zip(strata, ["yardstick_in_role", "yardstick_in_band", "yardstick_in_pay_year"]) if any(w["name"] == name for w in card["strata"])}
agree = {name: sum(n for n, v in g if v * figure(known.value, yardstick) > 0) / max(1, sum(n for n, _ in g)) for name, g in groups.items()}
resampled = [figure(known.value.sample(frac=1, replace=True, random_state=i), 0 if sys.argv[2] == "current-rule" else yardstick) for i in range(300)]
low, high = (np.quantile(resampled, [0.025, 0.975]) if sys.argv[2] not in ("collect-age", "stuck") else (card["effect"]["low"], card["effect"]["high"]))
print(json.dumps({"rows": int(people.source_rows.sum()), "learners": int(people.id.nunique()), "value": float(value), "low": float(low),
                  "high": float(high), "holds_within": [n for n, share in agree.items() if share >= 0.9 and groups[n]]}))
