"""Writes the reference vectors *.json beside this file. Run: python3 generate.py (numpy, scipy, statsmodels, sklearn)."""
import json
import numpy as np
import scipy
import scipy.stats as st
import sklearn
import statsmodels
import statsmodels.api as sm
from sklearn.metrics import roc_auc_score
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

rng = np.random.default_rng(20261122)
SM, SP, SK = f"statsmodels {statsmodels.__version__}", f"scipy {scipy.__version__}", f"scikit-learn {sklearn.__version__}"


def num(x):
    x = float(x)
    return repr(x) if np.isinf(x) or np.isnan(x) else x


def write(name, source, cases):
    with open(name + ".json", "w") as f:
        json.dump({"source": source, "cases": cases}, f, indent=0)
        f.write("\n")


# One and two rates.
pairs = [(56, 70, 48, 80), (9, 10, 3, 10), (6, 7, 2, 7), (5, 56, 1, 29), (36, 40, 16, 80), (2, 8, 11, 12), (1, 30, 1, 30),
         (150, 400, 90, 300), (5123, 10000, 4987, 10050), (3, 100000, 9, 120000), (999, 1000, 1, 1000), (412, 1_000_000, 98123, 250_000)]
for _ in range(20):
    n1, n2 = (int(v) for v in rng.integers(5, 400, 2))
    pairs.append((int(rng.integers(1, n1)), n1, int(rng.integers(1, n2)), n2))
rates = []
for k1, n1, k2, n2 in pairs:
    for level in (0.9, 0.95, 0.999):
        a = 1 - level
        rates.append({
            "k1": k1, "n1": n1, "k2": k2, "n2": n2, "level": level,
            "wilson": [num(v) for v in proportion_confint(k1, n1, a, "wilson")],
            "clopper": [num(v) for v in proportion_confint(k1, n1, a, "beta")],
            "newcombe": [num(v) for v in confint_proportions_2indep(k1, n1, k2, n2, method="newcomb", compare="diff", alpha=a)],
            "koopman": [num(v) for v in confint_proportions_2indep(k1, n1, k2, n2, method="score", compare="ratio", alpha=a, correction=False)],
            "z": [num(v) for v in proportions_ztest([k1, k2], [n1, n2])],
        })
write("rates", SM + ": proportion_confint, confint_proportions_2indep (newcomb; score without correction), proportions_ztest", rates)

# Tables.
tables = []
for t in ([[8, 2], [1, 5]], [[3, 1], [1, 3]], [[10, 0], [0, 12]], [[100, 90], [80, 130]], [[0, 5], [7, 9]], [[1200, 3400], [1100, 3900]],
          [[1, 99999], [9, 100001]], [[50000, 51000], [49000, 52000]], [[0, 0], [3, 4]]):
    tables.append({"table": t, "p": num(st.fisher_exact(t)[1])})
write("fisher", SP + ": fisher_exact", tables)

chi = []
for t in ([[10, 20, 30], [15, 15, 31]], [[100, 90], [80, 130]], [[5, 0, 3], [2, 8, 1], [9, 4, 7], [0, 6, 2]],
          rng.integers(0, 2000, (12, 5)).tolist(), rng.integers(50, 60, (3, 40)).tolist()):
    a = np.array(t)
    x, p, df, e = st.chi2_contingency(a, correction=False)
    v = st.contingency.association(a, method="cramer")
    chi.append({"table": a.tolist(), "statistic": num(x), "p": num(p), "df": int(df), "v": num(v), "sparse": int((e < 5).sum())})
write("independence", SP + ": chi2_contingency without correction, contingency.association", chi)

gof = []
for c, s in (([10, 20, 30, 40], [.25, .25, .25, .25]), ([512, 488], [.5, .5]), ([3, 9, 27, 1], [.1, .2, .6, .1])):
    x, p = st.chisquare(c, np.array(s) * sum(c))
    gof.append({"counts": c, "shares": s, "statistic": num(x), "p": num(p)})
write("goodness", SP + ": chisquare", gof)

tail = [{"x": x, "df": df, "p": num(st.chi2.sf(x, df))} for df in (1, 2, 3, 7, 30, 199, 2500)
        for x in (0.001, 0.5, 1.0, 3.84, 12.0, 40.0, 210.0, 2600.0)]
write("chisquare_tail", SP + ": chi2.sf", tail)

beta = [{"a": a, "b": b, "x": x, "i": num(scipy.special.betainc(a, b, x))} for a, b in
        ((0.5, 0.5), (1, 1), (2.5, 7.25), (20, 3), (1000, 4000), (0.3, 900), (65000, 60000), (1.0, 1e6)) for x in (1e-6, 0.01, 0.2, 0.5, 0.52, 0.9)]
write("beta", SP + ": special.betainc", beta)

# Stratified.
ucb = [[[512, 313], [89, 19]], [[353, 207], [17, 8]], [[120, 205], [202, 391]], [[138, 279], [131, 244]], [[53, 138], [94, 299]], [[22, 351], [24, 317]]]
rabbits = [[[0, 6], [0, 5]], [[3, 3], [0, 6]], [[6, 0], [2, 4]], [[5, 1], [6, 0]], [[2, 0], [5, 0]]]
strata = []
for name, t in (("UCB admissions (Bickel, Hammel and O'Connell 1975)", ucb), ("penicillin and rabbits (Agresti 1990, p. 231), strata with both rows and columns", rabbits[1:4]),
                ("random", [rng.integers(1, 60, (2, 2)).tolist() for _ in range(9)]), ("random, large", [rng.integers(900, 9000, (2, 2)).tolist() for _ in range(30)])):
    s = StratifiedTable([np.array(x, dtype=float) for x in t])
    lo, hi = s.oddsratio_pooled_confint(0.05)
    strata.append({
        "name": name, "tables": t, "odds_ratio": num(s.oddsratio_pooled), "log_se": num(s.logodds_pooled_se), "interval": [num(lo), num(hi)],
        "cmh": num(s.test_null_odds(False).statistic), "cmh_p": num(s.test_null_odds(False).pvalue),
        "cmh_corrected": num(s.test_null_odds(True).statistic), "breslow_day": num(s.test_equal_odds(False).statistic),
        "tarone": num(s.test_equal_odds(True).statistic), "tarone_p": num(s.test_equal_odds(True).pvalue),
    })
write("strata", SM + ": StratifiedTable", strata)

# Multiplicity.
mult = []
for p in ([0.01, 0.04, 0.03, 0.005], [0.5], [0.2, 0.2, 0.2], rng.uniform(0, 1, 40).round(4).tolist(), (rng.uniform(0, 1, 60) ** 4).round(6).tolist()):
    mult.append({"p": p, "holm": multipletests(p, method="holm")[1].tolist(), "bh": multipletests(p, method="fdr_bh")[1].tolist()})
write("multiple", SM + ": multipletests", mult)

# Scores.
auc = []
for n, ties in ((12, 3), (60, 10), (250, 1000), (400, 4)):
    y = rng.integers(0, 2, n)
    s = np.round((rng.normal(size=n) + 0.8 * y) * ties) / ties
    auc.append({"scores": s.tolist(), "labels": y.tolist(), "auc": num(roc_auc_score(y, s))})
write("auc", SK + ": roc_auc_score", auc)

cal = []
for n, a, b in ((200, 0.0, 1.0), (500, 0.4, 0.7), (1500, -0.8, 1.6)):
    s = rng.beta(1.5, 2.0, n).round(6)
    s[:3] = [0.0, 1.0, 0.5]
    x = np.log(np.clip(s, 1e-6, 1 - 1e-6) / (1 - np.clip(s, 1e-6, 1 - 1e-6)))
    y = (rng.uniform(size=n) < 1 / (1 + np.exp(-(a + b * x)))).astype(int)
    y[0], y[1] = 0, 1
    m = sm.Logit(y, sm.add_constant(x)).fit(disp=0, tol=1e-13, maxiter=100)
    cal.append({"scores": s.tolist(), "labels": y.tolist(), "intercept": num(m.params[0]), "slope": num(m.params[1]), "intercept_se": num(m.bse[0]), "slope_se": num(m.bse[1])})
write("calibration", SM + ": Logit on the logit of the score clamped to [1e-6, 1 − 1e-6]", cal)

# Clusters: linearised variance of a ratio by its definition, from rows.
clus = []
for n, c in ((60, 20), (300, 40), (1000, 250)):
    ids, g = rng.integers(0, c, n), rng.integers(0, 3, n)
    y = (rng.uniform(size=n) < 0.2 + 0.6 * ((ids * 7919) % 13) / 13).astype(int)
    effects = []
    for k in range(3):
        i = g == k
        m = np.bincount(ids[i], minlength=c)
        t = np.bincount(ids[i], y[i], minlength=c)
        used, N, p = m > 0, i.sum(), y[i].mean()
        C = used.sum()
        fit = sm.OLS(y[i], np.ones(N)).fit(cov_type="cluster", cov_kwds={"groups": ids[i], "use_correction": False})
        v = float(fit.cov_params()[0, 0]) * C / (C - 1)
        effects.append(max(1.0, v / (p * (1 - p) / (N - 1))))
    clus.append({"clusters": ids.tolist(), "groups": g.tolist(), "labels": y.tolist(), "effects": effects})
write("clusters", SM + ": OLS on a constant with cluster-robust covariance, scaled by C/(C−1)", clus)
