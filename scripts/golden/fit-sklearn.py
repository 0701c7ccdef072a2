"""Tabular tasks for `innerloop fit`, and what scikit-learn's MLP reaches on them: tests/golden/fit/.

Run with a Python that has scikit-learn (1.9.1 made the committed files); nothing is downloaded:

    python scripts/golden/fit-sklearn.py

Each task is a CSV file with a column `split` that says train, validation or test for each row (seed 0, classes
stratified), so that both sides train and test on the same rows. Two ways to use scikit-learn are scored, each with ten
seeds, inputs standardised on the training rows, a regression's target too:

    plain   MLPRegressor / MLPClassifier as they are (max_iter 1000), on the training rows
    early   early_stopping=True, n_iter_no_change=40, on training and validation rows, of which it holds out as many as
            there are validation rows

The score is R² or accuracy on the test rows. The hidden layers are those that `fit` would choose.
"""

import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn import datasets
from sklearn.compose import TransformedTargetRegressor
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")
OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "fit"
SEEDS = range(10)


def made(function, **options):
    X, y = function(random_state=0, **options)
    return X, y, [f"x{i + 1}" for i in range(X.shape[1])]


def bundled(function):
    found = function()
    names = [str(name).replace(" ", "_") for name in found.feature_names]
    return found.data, found.target, names


TASKS = {
    "friedman1": ("regression", *made(datasets.make_friedman1, n_samples=1200, n_features=10, noise=1.0)),
    "diabetes": ("regression", *bundled(datasets.load_diabetes)),
    "breast-cancer": ("binary", *bundled(datasets.load_breast_cancer)),
    "wine": ("multiclass", *bundled(datasets.load_wine)),
    "digits": ("multiclass", *bundled(datasets.load_digits)),
    "blobs": (
        "multiclass",
        *made(
            datasets.make_classification,
            n_samples=1200, n_features=12, n_informative=6, n_redundant=2, n_classes=4, flip_y=0.05, class_sep=1.2,
        ),
    ),
}


def hidden_of(rows, features):
    units = 32 if rows < 500 else 64 if rows < 5000 else 128
    return [max(units, 64 if features > 32 else 0), units]


def model(task, hidden, seed, **options):
    make = MLPRegressor if task == "regression" else MLPClassifier
    net = make_pipeline(StandardScaler(), make(hidden_layer_sizes=hidden, max_iter=1000, random_state=seed, **options))
    return TransformedTargetRegressor(net, transformer=StandardScaler()) if task == "regression" else net


scores = {}
for name, (task, X, y, columns) in TASKS.items():
    X = np.round(X, 5)
    y = np.round(y, 5) if task == "regression" else y
    stratify = None if task == "regression" else y
    # A large test part: the noise of a small one would be larger than the differences that are looked for.
    rest, test = train_test_split(np.arange(len(y)), test_size=0.3, random_state=0, stratify=stratify)
    train, validation = train_test_split(
        rest, test_size=0.2, random_state=0, stratify=None if stratify is None else y[rest]
    )
    hidden = hidden_of(len(train), X.shape[1])
    both = np.concatenate([train, validation])
    plain = [model(task, hidden, seed).fit(X[train], y[train]).score(X[test], y[test]) for seed in SEEDS]
    stopping = dict(early_stopping=True, n_iter_no_change=40, validation_fraction=len(validation) / len(both))
    early = [model(task, hidden, seed, **stopping).fit(X[both], y[both]).score(X[test], y[test]) for seed in SEEDS]
    scores[name] = {
        "task": task, "target": "target", "hidden": hidden,
        "rows": [len(train), len(validation), len(test)],
        "plain": [round(float(s), 6) for s in plain], "early": [round(float(s), 6) for s in early],
    }
    part = np.empty(len(y), dtype=object)
    part[train], part[validation], part[test] = "train", "validation", "test"
    lines = [",".join([*columns, "target", "split"])]
    for row, value, where in zip(X, y, part):
        lines.append(",".join([*(f"{v:.6g}" for v in row), f"{value:.6g}" if task == "regression" else f"{value}", where]))
    (OUT / f"{name}.csv").write_text("\n".join(lines) + "\n")
    print(f"{name:14} {task:11} plain {np.mean(plain):.4f} ± {np.std(plain):.4f}  early {np.mean(early):.4f} ± {np.std(early):.4f}")

(OUT / "scores.json").write_text(json.dumps({"sklearn": sklearn.__version__, "tasks": scores}, indent=1) + "\n")
