"""Writes drift.json and cells.json beside this file. Run: python3 generate_drift.py (numpy, scipy)."""
import json
import warnings
import numpy as np
import scipy
import scipy.stats as st
from scipy.spatial.distance import jensenshannon

warnings.simplefilter("ignore")  # kstwo of size 0
rng = np.random.default_rng(20261125)
SP = f"scipy {scipy.__version__}, numpy {np.__version__}"


def write(name, source, cases):
    with open(name + ".json", "w") as f:
        json.dump({"source": source, "cases": cases}, f, indent=0)
        f.write("\n")


pairs = {
    "one and one": ([1.0], [2.0]), "one and one, equal": ([1.0], [1.0]), "tiny": ([3.0, 1.0, 2.0], [2.5, 0.5]),
    "constants": ([4.0] * 7, [4.0] * 3), "two constants": ([4.0] * 7, [5.0] * 12), "zeros of both signs": ([0.0, -0.0, 1.0], [-0.0, 2.0]),
    "tied": (list(rng.integers(0, 5, 80).astype(float)), list(rng.integers(1, 6, 60).astype(float))),
    "tied with continuous": (list(np.round(rng.normal(size=90), 1)), list(rng.normal(0.3, 1, 40))),
    "normal, shifted": (list(rng.normal(size=100)), list(rng.normal(0.8, 1, 120))),
    "normal, same": (list(rng.normal(size=300)), list(rng.normal(size=300))),
    "normal, wider": (list(rng.normal(size=250)), list(rng.normal(0, 2, 410))),
    "log-normal": (list(rng.lognormal(10, 1, 200)), list(rng.lognormal(10.2, 1.1, 333))),
    "few against many": (list(rng.normal(size=8)), list(rng.normal(0.2, 1, 700))),
    "apart": (list(rng.uniform(0, 1, 50)), list(rng.uniform(2, 3, 70))),
    "negative": (list(-rng.exponential(1, 64)), list(-rng.exponential(1.5, 65))),
    "large numbers, close together": (list(1e9 + rng.normal(size=700) * 1e-3), list(1e9 + rng.normal(0.2, 1, 650) * 1e-3)),
    "past the radix threshold": (list(np.round(rng.normal(size=900), 6)), list(np.round(rng.normal(0.1, 1, 1100), 6))),
}
cases = []
for name, (a, b) in pairs.items():
    e, s = st.ks_2samp(a, b, method="exact"), st.ks_2samp(a, b, method="asymp")
    cases.append({"name": name, "before": [float(v) for v in a], "now": [float(v) for v in b], "statistic": e.statistic,
                  "exact": float(e.pvalue), "asymp": float(s.pvalue) if np.isfinite(s.pvalue) else None, "wasserstein": st.wasserstein_distance(a, b), "std": float(np.std(a))})
write("drift", SP + ": ks_2samp (exact, asymp), wasserstein_distance, std", cases)

# p-values by the limit: scipy's asymp is the exact one-sample distribution at n = round(nm/(n+m)).
limits = []
for n, m in [(3000, 3000), (5000, 2500), (20000, 40000), (1000000, 1000000), (100, 1000000)]:
    for z in (0.4, 0.6, 0.8, 1.0, 1.3, 1.8, 2.5, 3.5):
        steps = int(z * np.sqrt((n + m) / (n * m)) * n * m)
        en = n * m / (n + m)
        limits.append({"n": n, "m": m, "steps": steps, "p": float(st.kstwo.sf(steps / (n * m), np.round(en)))})
write("kolmogorov", SP + ": kstwo.sf(D, round(nm/(n+m))), which is what ks_2samp(method='asymp') returns", limits)

cells = []
for before, now in [([10, 20, 30], [12, 18, 33]), ([1, 0, 5], [0, 4, 5]), ([100], [7]), ([50, 50], [50, 50]), ([90, 10], [10, 90]), ([5, 0], [0, 5]),
                    ([1000000, 3, 70], [900000, 10, 60])] + [(rng.integers(1, 500, k).tolist(), rng.integers(1, 300, k).tolist()) for k in (2, 5, 10, 10, 40)]:
    p, q = np.array(before) / sum(before), np.array(now) / sum(now)
    psi = float(np.sum((q - p) * np.log(q / p))) if (p > 0).all() and (q > 0).all() else None
    cells.append({"before": before, "now": now, "js": float(jensenshannon(p, q, base=2)), "tv": float(np.abs(p - q).sum() / 2), "psi": psi})
write("cells", SP + ": scipy.spatial.distance.jensenshannon(base=2); total variation and PSI by numpy", cells)

tails = []
for df in (1, 3, 9, 40):
    for nc in (0.0, 0.5, 3.0, 20.0, 150.0, 4000.0):
        for f in (0.4, 0.8, 1.0, 1.2, 1.6):
            x = float((df + nc) * f)
            tails.append({"x": x, "df": df, "nc": nc, "p": float(st.ncx2.sf(x, df, nc) if nc else st.chi2.sf(x, df))})
write("noncentral", SP + ": ncx2.sf", tails)
