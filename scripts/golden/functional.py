"""functional.json: functions of nn.functional that are no losses, with the gradients by their inputs."""

import torch
from torch.nn import functional as F

from common import array, save

SOURCE = torch.Generator().manual_seed(23)


# Inputs are float32 numbers computed with in float64, so that both precisions start from the same values.
def uniform(*shape, low=-2.0, high=2.0):
    return (torch.rand(shape, generator=SOURCE) * (high - low) + low).double()


# (function in camelCase, input, positional arguments, options)
ROWS = []


def row(op, x, *args, **options):
    ROWS.append((op, x, args, options))


for sizes in ([1, 2], [0, 3], [-1, 2], [-1, -1], [1, 1, 2, 0]):
    row("pad", uniform(2, 3, 4), sizes)
    row("pad", uniform(2, 3, 4), sizes, value=1.5)
for mode in ("reflect", "replicate", "circular"):
    row("pad", uniform(2, 3, 4), [1, 2], mode=mode)
    row("pad", uniform(2, 3, 4), [3, 0], mode=mode)
    row("pad", uniform(1, 2, 3, 4), [1, 2, 2, 1], mode=mode)
    row("pad", uniform(1, 2, 4, 3), [0, 1, 3, 0], mode=mode)
row("pad", uniform(1, 2, 3), [4, 5], mode="replicate")
row("pad", uniform(1, 2, 5), [-2, 1], mode="reflect")

for shape in ((4, 3), (2, 3, 4)):
    row("normalize", uniform(*shape))
    row("normalize", uniform(*shape), p=1, dim=0)
    row("normalize", uniform(*shape), p=3, dim=-1)
    row("normalize", uniform(*shape), p=float("inf"))
    row("normalize", uniform(*shape), eps=100.0)
zero = uniform(3, 3)
zero[1] = 0
row("normalize", zero)

for size in (1, 2, 3, 5, 7, 8, 13):
    row("interpolate", uniform(2, 2, 5), size=size)
    row("interpolate", uniform(2, 2, 5), size=size, mode="linear")
    row("interpolate", uniform(2, 2, 5), size=size, mode="linear", alignCorners=True)
    row("interpolate", uniform(1, 2, 4, 5), size=[size, 3])
    row("interpolate", uniform(1, 2, 4, 5), size=[3, size], mode="bilinear")
    row("interpolate", uniform(1, 2, 4, 5), size=[size, 6], mode="bilinear", alignCorners=True)
for factor in (2.0, 0.5, 1.7, 0.6, 3.0):
    row("interpolate", uniform(1, 2, 5), scaleFactor=factor)
    row("interpolate", uniform(1, 2, 4, 5), scaleFactor=factor)
    row("interpolate", uniform(1, 2, 4, 5), scaleFactor=factor, mode="bilinear")
row("interpolate", uniform(1, 2, 4, 5), scaleFactor=[2.0, 0.5], mode="bilinear", alignCorners=True)

NAMES = {"scaleFactor": "scale_factor", "alignCorners": "align_corners"}


def case(op, x, args, options):
    x = x.detach().requires_grad_()
    call = {NAMES.get(key, key): tuple(v) if isinstance(v, list) else v for key, v in options.items()}
    out = getattr(F, op)(x, *args, **call)
    upstream = uniform(*out.shape)
    out.backward(upstream)
    shown = {key: "inf" if value == float("inf") else value for key, value in options.items()}
    return {
        "op": op,
        "input": array(x.detach().float()),
        "args": list(args),
        "options": shown,
        "output": array(out.detach()),
        "upstream": array(upstream),
        "grad": array(x.grad),
    }


# Gumbel's draws come from the default generator; in float32, in which the stream is the same everywhere.
def draw(seed, shape, options):
    x = uniform(*shape).float().requires_grad_()
    torch.manual_seed(seed)
    out = F.gumbel_softmax(x, **options)
    following = torch.rand(1).item()
    upstream = uniform(*out.shape).float()
    out.backward(upstream)
    return {
        "seed": str(seed),
        "input": array(x.detach()),
        "options": options,
        "output": array(out.detach()),
        "upstream": array(upstream),
        "grad": array(x.grad),
        "next": following,
    }


DRAWS = [
    draw(1, (4, 3), {}),
    draw(2, (4, 3), {"tau": 0.3}),
    draw(3, (4, 3), {"hard": True}),
    draw(4, (2, 3, 4), {"hard": True, "dim": 1, "tau": 2.0}),
    draw(5, (40,), {"tau": 0.5}),
]

save("functional", {"cases": [case(*each) for each in ROWS], "draws": DRAWS})
