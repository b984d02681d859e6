"""Reference trees by scikit-learn (DecisionTreeClassifier: gini, best-first by max_leaf_nodes) for internal/model.

Definitions agree where every column has at most 255 different values and no two splits of a node gain the same. Splits both
of whose leaves say the same are merged here as they are there. Run: /usr/bin/python3 generate.py > sklearn.json
"""
import json
import platform

import numpy
import sklearn
from sklearn.tree import DecisionTreeClassifier

CASES = [(400, 3, 6, 1, 4), (900, 5, 12, 20, 5), (1500, 4, 16, 15, 5), (250, 2, 4, 10, 2), (2000, 6, 9, 40, 4)]


def leaves(tree):
    def fold(i):
        left, right = tree.children_left[i], tree.children_right[i]
        n, share = int(tree.n_node_samples[i]), tree.value[i][0]
        said = int(share[1] > share[0])
        if left < 0:
            return [(n, said)]
        out = fold(left) + fold(right)
        if len(out) == 2 and out[0][1] == out[1][1]:
            return [(n, said)]
        return out

    return fold(0)


cases = []
for k, (rows, cols, most, least, depth) in enumerate(CASES):
    rng = numpy.random.default_rng(100 + k)
    x = rng.integers(0, 200, size=(rows, cols))
    logit = (x[:, 0] - 100) / 25 + numpy.where(x[:, 1] > 120, 1.5, -1.0) + (x[:, -1] < 40)
    y = (rng.random(rows) < 1 / (1 + numpy.exp(-logit))).astype(int)
    model = DecisionTreeClassifier(max_depth=depth, max_leaf_nodes=most, min_samples_leaf=least, random_state=0).fit(x, y)
    cases.append({
        "depth": depth, "leaves": most, "min_leaf": least, "columns": x.T.tolist(), "outcome": y.tolist(),
        "root_column": int(model.tree_.feature[0]), "root_threshold": float(model.tree_.threshold[0]),
        "merged": leaves(model.tree_), "predictions": "".join(map(str, model.predict(x))),
    })
print(json.dumps({
    "source": f"scikit-learn {sklearn.__version__}, numpy {numpy.__version__}, Python {platform.python_version()}",
    "cases": cases,
}, separators=(",", ":")))
