"""clipping.json: gradients from 1e-30 to 1e19 clipped to norms of every kind, computed in float64."""

import math

import torch
from torch import nn

from common import array, number, save

SOURCE = torch.Generator().manual_seed(23)
BASE = [torch.rand(s, generator=SOURCE) * 4 - 2 for s in ((3, 4), (5,), (), (0, 2))]

# (norm type, scale of the gradients, largest norm). Adding a case is adding a row.
ROWS = [
    (p, scale, most)
    for p in (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 10.0, math.inf)
    for scale, most in ((1e-30, 1.0), (1e-3, 1e-3), (1.0, 0.5), (1.0, 1e3), (1e19, 1.0), (2e19, 0.0))
]


def norm_of(flat, p):
    """In float64, the largest taken out, so that no power leaves its range."""
    largest = flat.abs().max().item() if flat.numel() else 0.0
    if largest == 0 or math.isinf(p):
        return largest
    return largest * ((flat.abs() / largest) ** p).sum().item() ** (1 / p)


def case(p, scale, most):
    grads = [(g * scale).double() for g in BASE]
    parameters = [nn.Parameter(torch.zeros_like(g)) for g in grads if g.numel()]  # PyTorch's maximum needs an element
    for parameter, grad in zip(parameters, grads):
        parameter.grad = grad.clone()
    # One norm over all elements: the norm of norms that PyTorch takes is the same number.
    total = norm_of(torch.cat([g.reshape(-1) for g in grads]), p)
    returned = nn.utils.clip_grad_norm_(parameters, most, p)
    assert scale < 1e-9 or abs(returned / total - 1) < 1e-9
    factor = min(1.0, most / (total + 1e-6))
    return {
        "normType": number(p), "scale": scale, "maxNorm": most, "total": total,
        "norms": [norm_of(g.reshape(-1), p) for g in grads],
        "grads": [array(g.float()) for g in grads], "clipped": [array(g * factor) for g in grads],
    }


save("clipping", {"cases": [case(*row) for row in ROWS]})
