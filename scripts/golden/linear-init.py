"""linear-init.json: default initialisation of Linear layers, in construction order after one seed."""

import torch
from torch import nn

from common import array, save

SEQUENCES = [
    (42, [(4, 64, True), (64, 64, True), (64, 1, True)]),
    (0, [(3, 5, False), (1, 1, True), (7, 3, True)]),
    (1234567890123, [(16, 10, True)]),
    (-7, [(784, 4, False), (2, 2, True)]),
]


def main():
    sequences = []
    for seed, layers in SEQUENCES:
        torch.manual_seed(seed)
        recorded = []
        for inputs, outputs, bias in layers:
            layer = nn.Linear(inputs, outputs, bias=bias)
            recorded.append(
                {
                    "in": inputs,
                    "out": outputs,
                    "weight": array(layer.weight),
                    "bias": array(layer.bias) if bias else None,
                }
            )
        sequences.append({"seed": str(seed), "layers": recorded, "next": torch.rand(1).item()})
    save("linear-init", {"sequences": sequences})


main()
