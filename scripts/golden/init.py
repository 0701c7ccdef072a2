"""init.json: every function of torch.nn.init on its own seed, and what the generator gives next."""

import torch
from torch.nn import init

from common import array, save

# (function, shape, options). Adding a case is adding a row.
ROWS = [
    ("uniform_", [3, 4], {}), ("uniform_", [3], {"a": -2.0, "b": 0.5}), ("uniform_", [2, 3, 2], {"a": 1.0, "b": 1.0}),
    ("normal_", [3, 4], {}), ("normal_", [5, 7], {"mean": 2.0, "std": 0.3}), ("normal_", [3], {"mean": -1.0}),
    ("constant_", [2, 3], {"val": 0.3}), ("ones_", [2, 3], {}), ("zeros_", [4], {}),
    ("eye_", [3, 3], {}), ("eye_", [2, 5], {}), ("eye_", [4, 2], {}),
    ("dirac_", [3, 2, 3], {}), ("dirac_", [4, 4, 3, 5], {}), ("dirac_", [6, 2, 2, 4], {"groups": 3}),
    ("dirac_", [2, 3, 3, 1, 2], {}),
    ("xavier_uniform_", [4, 6], {}), ("xavier_uniform_", [4, 3, 3, 2], {"gain": 1.5}),
    ("xavier_normal_", [4, 6], {}), ("xavier_normal_", [2, 3], {"gain": 0.5}),
    ("kaiming_uniform_", [4, 6], {}), ("kaiming_uniform_", [4, 3, 3], {"mode": "fan_out", "nonlinearity": "relu"}),
    ("kaiming_uniform_", [4, 6], {"a": 5**0.5}), ("kaiming_uniform_", [4, 6], {"nonlinearity": "tanh"}),
    ("kaiming_normal_", [4, 6], {}), ("kaiming_normal_", [4, 3, 3], {"a": 0.2, "mode": "fan_out"}),
    ("kaiming_normal_", [3, 2], {"nonlinearity": "selu"}),
    ("orthogonal_", [4, 4], {}), ("orthogonal_", [3, 7], {}), ("orthogonal_", [7, 3], {"gain": 2.0}),
    ("orthogonal_", [4, 2, 3], {}), ("orthogonal_", [16, 16], {}), ("orthogonal_", [1, 5], {}),
    ("trunc_normal_", [4, 6], {}), ("trunc_normal_", [50], {"mean": 0.5, "std": 0.2, "a": 0.0, "b": 1.0}),
    ("trunc_normal_", [5, 5], {"std": 0.02}), ("trunc_normal_", [30], {"mean": 3.0, "a": -2.0, "b": 3.5}),
    ("sparse_", [6, 3], {"sparsity": 0.4}), ("sparse_", [4, 5], {"sparsity": 0.1, "std": 1.0}),
    ("sparse_", [3, 2], {"sparsity": 0.0}),
]


def case(seed, name, shape, options):
    torch.manual_seed(seed)
    t = getattr(init, name)(torch.full(shape, 7.0), **options)
    return {
        "function": name, "shape": shape, "options": options, "seed": str(seed),
        "out": array(t), "next": torch.rand(1).item(),
    }


save("init", {"cases": [case(seed, *row) for seed, row in enumerate(ROWS)]})
