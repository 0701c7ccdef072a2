"""metrics.json: what scikit-learn says for the metrics, with ties, classes that do not occur, one class only.

Needs scikit-learn (the stored file: 1.9.1) and numpy, not PyTorch:
    python3 -m venv build/sk && build/sk/bin/pip install scikit-learn && build/sk/bin/python scripts/golden/metrics.py
"""

import json
import math
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn import metrics as M

warnings.filterwarnings("ignore")
PATH = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "metrics.json"
rng = np.random.default_rng(42)


def number(value):
    value = float(value)
    return value if math.isfinite(value) else ("nan" if math.isnan(value) else "inf" if value > 0 else "-inf")


def regression(name, prediction, target):
    p, t = np.asarray(prediction, np.float32).astype(np.float64), np.asarray(target, np.float32).astype(np.float64)
    return {
        "name": name,
        "prediction": p.tolist(),
        "target": t.tolist(),
        "mae": number(M.mean_absolute_error(t, p)),
        "mse": number(M.mean_squared_error(t, p)),
        "rmse": number(np.sqrt(np.mean((t - p) ** 2))),
        "r2": number(M.r2_score(t, p)),
    }


def classes(name, predicted, target, labels=None):
    p, t = np.asarray(predicted), np.asarray(target)
    known = list(range(int(max(p.max(), t.max(), 1)) + 1)) if labels is None else labels
    out = {
        "name": name,
        "prediction": p.tolist(),
        "target": t.tolist(),
        "accuracy": number(M.accuracy_score(t, p)),
        "matrix": M.confusion_matrix(t, p, labels=known).tolist(),
    }
    figures = {"precision": M.precision_score, "recall": M.recall_score, "f1": M.f1_score}
    for key, figure in figures.items():
        out[key] = {a: number(figure(t, p, average=a, zero_division=0)) for a in ("macro", "micro", "weighted")}
        out[key]["none"] = [number(v) for v in figure(t, p, labels=known, average=None, zero_division=0)]
        if len(known) == 2:
            out[key]["binary"] = number(figure(t, p, average="binary", zero_division=0))
    return out


def area(name, scores, target):
    s, t = np.asarray(scores, np.float32).astype(np.float64), np.asarray(target)
    if s.ndim == 1:
        value = number(M.roc_auc_score(t, s))
        return {"name": name, "scores": s.tolist(), "target": t.tolist(), "macro": value}
    each = [number(M.roc_auc_score(t == c, s[:, c])) for c in range(s.shape[1])]
    return {
        "name": name,
        "scores": s.tolist(),
        "target": t.tolist(),
        # Not roc_auc_score(multi_class="ovr"), which wants rows that sum to 1 beyond float32; it is this mean.
        "macro": number(np.mean(each)),
        "none": each,
    }


def top(name, scores, target, k):
    s, t = np.asarray(scores, np.float64), np.asarray(target)
    value = M.top_k_accuracy_score(t, s, k=k, labels=list(range(s.shape[1])))
    return {"name": name, "scores": s.tolist(), "target": t.tolist(), "k": k, "value": number(value)}


x = rng.normal(size=37)
wide = rng.normal(size=(29, 3))
logits = rng.normal(size=(53, 4))
soft = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
rounded = np.round(rng.random(61) * 5) / 5

content = {
    "sklearn": sklearn.__version__,
    "regression": [
        regression("one column", x + rng.normal(size=37) * 0.3, x),
        regression("three columns", wide + rng.normal(size=(29, 3)) * 0.5, wide),
        regression("far from zero", 1e4 + x + rng.normal(size=37) * 0.1, 1e4 + x),
        regression("worse than the mean", -x, x),
        regression("exact", x, x),
        regression("constant target", [1.0, 2.0, 3.0], [2.0, 2.0, 2.0]),
        regression("constant target, exact", [2.0, 2.0, 2.0], [2.0, 2.0, 2.0]),
        regression("one sample", [1.0], [2.0]),
    ],
    "classes": [
        classes("two", rng.integers(0, 2, 41), rng.integers(0, 2, 41)),
        classes("four", rng.integers(0, 4, 67), rng.integers(0, 4, 67)),
        classes("a class never predicted", [0, 0, 2, 2, 0], [0, 1, 2, 1, 0]),
        classes("a class never wanted", [0, 1, 2, 2, 0], [0, 2, 2, 2, 0]),
        classes("a class in neither", [0, 3, 3, 1], [0, 3, 1, 1]),
        classes("all negative", [0, 0, 0], [0, 0, 0]),
        classes("all positive", [1, 1, 1], [1, 1, 1]),
        classes("nothing right", [1, 0, 1, 0], [0, 1, 0, 1]),
    ],
    "areas": [
        area("no ties", rng.random(47), rng.integers(0, 2, 47)),
        area("ties", rounded, rng.integers(0, 2, 61)),
        area("all tied", [0.5] * 9, [0, 1, 0, 1, 1, 0, 0, 1, 1]),
        area("textbook", [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]),
        area("backwards", [0.9, 0.8, 0.2, 0.1], [0, 0, 1, 1]),
        area("only positives", [0.1, 0.9], [1, 1]),
        area("only negatives", [0.1, 0.9], [0, 0]),
        area("four classes", soft, np.concatenate([np.arange(4), rng.integers(0, 4, 49)])),
    ],
    "top": [top(f"top {k}", logits, rng.integers(0, 4, 53), k) for k in (1, 2, 3)],
}

PATH.write_text(json.dumps(content, separators=(",", ":"), allow_nan=False) + "\n")
print(f"{PATH.name}: {PATH.stat().st_size:,} bytes")
