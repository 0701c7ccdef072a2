"""splits.json: samplers and randomSplit as PyTorch draws them, folds as scikit-learn makes them.

Folds need scikit-learn, which Debian's PyTorch does not come with: they are made by a second Python, named in the
variable SKLEARN_PYTHON (scikit-learn 1.9.1)."""

import json
import os
import subprocess

import torch
from torch.utils.data import (
    BatchSampler, DataLoader, RandomSampler, SubsetRandomSampler, TensorDataset, WeightedRandomSampler, random_split,
)
from torch.utils.data.distributed import DistributedSampler

from common import save

FOLDS = """
import json, numpy as np
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, TimeSeriesSplit
rng = np.random.default_rng(0)
labels = [int(v) for v in rng.integers(0, 3, 37)]
groups = [int(v) for v in rng.permutation(np.repeat(np.arange(8), [2, 3, 4, 5, 6, 7, 9, 11]))]
tied = [int(v) for v in rng.permutation(np.repeat([70, 3, 11, 25, 4, 9, 8], [3, 3, 5, 3, 5, 2, 3]))]
x = np.zeros(37)
def run(split, *args): return [[a.tolist(), b.tolist()] for a, b in split.split(*args)]
print(json.dumps({
    "labels": labels, "groups": groups,
    "kFold": run(KFold(5), x), "stratifiedKFold": run(StratifiedKFold(4), x, labels),
    "tied": tied, "groupKFoldTied": run(GroupKFold(3), np.zeros(24), None, tied),
    "groupKFold": run(GroupKFold(3), np.zeros(47), None, groups),
    "timeSeriesSplit": run(TimeSeriesSplit(4), x),
    "timeSeriesGap": run(TimeSeriesSplit(3, test_size=4, gap=2, max_train_size=10), x),
}))
"""

WEIGHTS = [0.1, 0.9, 0.0, 0.7, 3.0, 0.6, 1e-3, 2.5]


def own(seed):
    return None if seed is None else torch.Generator().manual_seed(seed)


def sampled(make, loader=None):
    """Two epochs through a DataLoader of batch 5, and what is left of both generators."""
    cases = []
    for seed in (None, 7):
        torch.manual_seed(42)
        generator = own(seed)
        sampler, n = make(generator)
        epochs = []
        for _ in range(2):
            batches = [b.tolist() for (b,) in DataLoader(TensorDataset(torch.arange(n)), batch_size=5, sampler=sampler)]
            left = torch.rand(1, generator=generator).item() if generator is not None else None
            epochs.append({"batches": batches, "nextDefault": torch.rand(1).item(), "nextOwn": left})
        cases.append({"ownSeed": None if seed is None else str(seed), "n": n, "epochs": epochs})
    return cases


def main():
    samplers = {
        "random": sampled(lambda g: (RandomSampler(range(12), generator=g), 12)),
        "twiceAndAHalf": sampled(lambda g: (RandomSampler(range(12), num_samples=30, generator=g), 12)),
        "replacement": sampled(lambda g: (RandomSampler(range(12), True, 70, generator=g), 12)),
        "replacement64": sampled(lambda g: (RandomSampler(range(12), True, 64, generator=g), 12)),
        "subset": sampled(lambda g: (SubsetRandomSampler([9, 2, 4, 11, 0, 7, 3], generator=g), 12)),
        "weighted": sampled(lambda g: (WeightedRandomSampler(WEIGHTS, 20, generator=g), 8)),
        "weightedWithout": sampled(lambda g: (WeightedRandomSampler(WEIGHTS, 6, False, generator=g), 8)),
        "weightedOne": sampled(lambda g: (WeightedRandomSampler(WEIGHTS, 1, generator=g), 8)),
    }
    distributed = []
    for n, replicas, shuffle, drop in ((10, 3, True, False), (10, 3, True, True), (9, 3, False, True), (2, 5, True, False)):
        for rank in range(replicas):
            sampler = DistributedSampler(range(n), replicas, rank, shuffle, 5, drop)
            epochs = []
            for epoch in range(2):
                sampler.set_epoch(epoch)
                epochs.append(list(sampler))
            distributed.append({"n": n, "numReplicas": replicas, "rank": rank, "shuffle": shuffle, "dropLast": drop, "epochs": epochs})
    splits = []
    for n, lengths in ((10, [3, 7]), (10, [0.8, 0.2]), (11, [0.5, 0.25, 0.25]), (101, [0.7, 0.2, 0.1]), (7, [1]), (5, [0, 5])):
        for seed in (None, 7):
            torch.manual_seed(42)
            args = {} if seed is None else {"generator": own(seed)}
            parts = [list(p.indices) for p in random_split(range(n), lengths, **args)]
            splits.append({"n": n, "lengths": lengths, "ownSeed": None if seed is None else str(seed), "parts": parts})
    folds = subprocess.run([os.environ["SKLEARN_PYTHON"], "-c", FOLDS], check=True, capture_output=True, text=True)
    save("splits", {"weights": WEIGHTS, "samplers": samplers, "distributed": distributed, "splits": splits, "folds": json.loads(folds.stdout)})


main()
