"""losses.json: every loss with its options and reductions, and the gradients by its inputs."""

import torch
from torch.nn import functional as F

from common import array, save

SOURCE = torch.Generator().manual_seed(17)


# Inputs are float32 numbers computed with in float64, so that both precisions start from the same values.
def uniform(*shape, low=-3.0, high=3.0):
    return (torch.rand(shape, generator=SOURCE) * (high - low) + low).double()


def classes(*shape, of, ignored=None, value=-100):
    t = torch.randint(0, of, shape, generator=SOURCE)
    if ignored is not None:
        t.view(-1)[ignored] = value
    return t


def signs(*shape):
    return (torch.randint(0, 2, shape, generator=SOURCE) * 2 - 1).double()


def bits(*shape):
    return torch.randint(0, 2, shape, generator=SOURCE).double()


def counts(*shape):
    return torch.randint(0, 7, shape, generator=SOURCE).double()


def logs(*shape, dim=1):
    return uniform(*shape).log_softmax(dim).float().double()


def shares(*shape, dim=-1):
    return uniform(*shape).softmax(dim).float().double()


def fixed(*values):
    return torch.tensor(values, dtype=torch.float64)


FAR = fixed(-1e4, -1e3, -100.0, -30.0, -20.5, -1.0, 0.0, 1.0, 19.5, 30.0, 100.0, 1e3, 1e4).float().double()
N = len(FAR)
FEW = torch.tensor([[1, 3, -1, 0], [0, 1, 2, -1], [-1, 2, 2, 2]])

# (function in camelCase, inputs, options). A row is a case for each reduction; adding a case is adding a row. Inputs
# that PyTorch has a gradient for get one, apart from those whose positions stand in `still`.
ROWS = []


def row(op, inputs, still=(), **options):
    ROWS.append((op, inputs, still, options))


for shape in ((4, 3), (2, 3, 2), ()):
    row("mseLoss", [uniform(*shape), uniform(*shape)])
    row("l1Loss", [uniform(*shape), uniform(*shape)])
    row("smoothL1Loss", [uniform(*shape), uniform(*shape)])
    row("huberLoss", [uniform(*shape), uniform(*shape)])
for beta in (0.0, 0.3, 5.0):
    row("smoothL1Loss", [uniform(4, 3), uniform(4, 3)], beta=beta)
for delta in (0.3, 5.0):
    row("huberLoss", [uniform(4, 3), uniform(4, 3)], delta=delta)
for op in ("mseLoss", "l1Loss", "smoothL1Loss", "huberLoss"):
    row(op, [FAR, uniform(N)])

for op, scores in (("crossEntropy", uniform), ("nllLoss", logs)):
    row(op, [scores(5, 4), classes(5, of=4)])
    row(op, [scores(1, 4), classes(1, of=4)])
    row(op, [scores(5, 4), classes(5, of=4)], weight=uniform(4, low=0.2, high=2.0))
    row(op, [scores(5, 4), classes(5, of=4, ignored=2)])
    row(op, [scores(5, 4), classes(5, of=4, ignored=0, value=3)], ignoreIndex=3)
    row(op, [scores(5, 4), classes(5, of=4, ignored=1)], weight=uniform(4, low=0.2, high=2.0))
    row(op, [scores(2, 3, 4), classes(2, 4, of=3)])
    row(op, [scores(2, 3, 4), classes(2, 4, of=3, ignored=5)], weight=uniform(3, low=0.2, high=2.0))
    row(op, [scores(2, 3, 2, 3), classes(2, 2, 3, of=3, ignored=[1, 7])])
    row(op, [scores(4, dim=0) if scores is logs else scores(4), classes(of=4)])
for smoothing in (0.1, 1.0):
    row("crossEntropy", [uniform(5, 4), classes(5, of=4)], labelSmoothing=smoothing)
    row("crossEntropy", [uniform(5, 4), classes(5, of=4, ignored=3)], labelSmoothing=smoothing,
        weight=uniform(4, low=0.2, high=2.0))
    row("crossEntropy", [uniform(2, 3, 4), classes(2, 4, of=3, ignored=3)], labelSmoothing=smoothing)
    row("crossEntropy", [uniform(5, 4), shares(5, 4)], labelSmoothing=smoothing, weight=uniform(4, low=0.2, high=2.0))
row("crossEntropy", [uniform(5, 4), shares(5, 4)])
row("crossEntropy", [uniform(5, 4), shares(5, 4)], weight=uniform(4, low=0.2, high=2.0))
row("crossEntropy", [uniform(2, 3, 4), shares(2, 3, 4, dim=1)])
row("crossEntropy", [uniform(2, 3, 2, 2), shares(2, 3, 2, 2, dim=1)], weight=uniform(3, low=0.2, high=2.0),
    labelSmoothing=0.2)
row("crossEntropy", [uniform(4), shares(4)])
row("crossEntropy", [fixed(100.0, -100.0, 0.0, 1e4, -1e4, 0.0, -1e4, -1e4, -1e4).view(3, 3), classes(3, of=3)])
row("crossEntropy", [fixed(100.0, -100.0, 0.0, 1e4, -1e4, 0.0, -1e4, -1e4, -1e4).view(3, 3), classes(3, of=3)],
    labelSmoothing=0.1)

row("binaryCrossEntropy", [uniform(4, 3, low=0.01, high=0.99), uniform(4, 3, low=0.0, high=1.0)])
row("binaryCrossEntropy", [uniform(4, 3, low=0.01, high=0.99), bits(4, 3)], weight=uniform(3, low=0.2, high=2.0))
row("binaryCrossEntropy", [uniform(2, 3, 2, low=0.01, high=0.99), bits(2, 3, 2)], weight=uniform(2, 3, 2, low=0.2))
row("binaryCrossEntropy", [fixed(0.0, 1.0, 0.0, 1.0, 0.5), fixed(0.0, 1.0, 1.0, 0.0, 0.5)],
    still=(1,))  # by the target, PyTorch 1.13 forgets the bound of -100
row("binaryCrossEntropyWithLogits", [uniform(4, 3), uniform(4, 3, low=0.0, high=1.0)])
row("binaryCrossEntropyWithLogits", [uniform(4, 3), bits(4, 3)], posWeight=uniform(3, low=0.2, high=4.0))
row("binaryCrossEntropyWithLogits", [uniform(4, 3), bits(4, 3)], weight=uniform(3, low=0.2, high=2.0))
row("binaryCrossEntropyWithLogits", [uniform(2, 3, 2), uniform(2, 3, 2, low=0.0, high=1.0)],
    weight=uniform(2, 3, 2, low=0.2), posWeight=uniform(3, 1, low=0.2))
row("binaryCrossEntropyWithLogits", [uniform(), fixed(1.0)[0]])
for target in (torch.zeros(N), torch.ones(N), torch.full((N,), 0.25)):
    row("binaryCrossEntropyWithLogits", [FAR, target.double()])
    row("binaryCrossEntropyWithLogits", [FAR, target.double()], posWeight=fixed(3.0))

row("klDiv", [logs(4, 3), shares(4, 3)])
row("klDiv", [logs(4, 3), logs(4, 3)], logTarget=True)
row("klDiv", [logs(2, 3, 2), shares(2, 3, 2, dim=1)])
row("klDiv", [logs(2, 3), fixed(0.0, 1.0, 0.0, 0.5, 0.5, 0.0).view(2, 3)], still=(1,))
for variance in ((4, 3), (4, 1), (4,)):
    row("gaussianNllLoss", [uniform(4, 3), uniform(4, 3), uniform(*variance, low=0.1)])
    row("gaussianNllLoss", [uniform(4, 3), uniform(4, 3), uniform(*variance, low=0.1)], full=True)
row("gaussianNllLoss", [uniform(4, 3), uniform(4, 3), uniform(4, 3, low=0.0, high=0.5)], eps=0.25)
row("gaussianNllLoss", [uniform(5), uniform(5), uniform(5, low=0.1)])
row("gaussianNllLoss", [fixed(100.0, -1e4, 0.0), fixed(0.0, 1e4, 0.0), fixed(1.0, 1e8, 0.0)])
row("poissonNllLoss", [uniform(4, 3), counts(4, 3)], still=(1,))
row("poissonNllLoss", [uniform(4, 3), counts(4, 3)], still=(1,), full=True)
row("poissonNllLoss", [uniform(4, 3, low=0.1), counts(4, 3)], still=(1,), logInput=False)
row("poissonNllLoss", [uniform(4, 3, low=0.1), counts(4, 3)], still=(1,), logInput=False, full=True, eps=1e-3)
row("poissonNllLoss", [fixed(-1e4, -100.0, 0.0, 80.0), fixed(3.0, 0.0, 2.0, 1.0)], still=(1,))
row("poissonNllLoss", [uniform(3), fixed(1.5, 2.5, 3.5)], full=True)

for margin in (0.0, 0.4, -0.5):
    row("cosineEmbeddingLoss", [uniform(6, 4), uniform(6, 4), signs(6)], still=(2,), margin=margin)
row("cosineEmbeddingLoss", [uniform(4), uniform(4), fixed(-1.0)[0]], still=(2,))
row("cosineEmbeddingLoss", [torch.cat([uniform(2, 3), torch.zeros(1, 3).double()]), uniform(3, 3), fixed(1, -1, 1)],
    still=(2,))
for margin in (0.0, 0.7, -0.3):
    row("marginRankingLoss", [uniform(6), uniform(6), signs(6)], still=(2,), margin=margin)
row("marginRankingLoss", [uniform(2, 3), uniform(2, 3), signs(2, 3)], still=(2,))
row("marginRankingLoss", [FAR, FAR.flip(0), signs(N)], still=(2,), margin=0.5)
triplet = lambda: [uniform(5, 4), uniform(5, 4), uniform(5, 4)]  # noqa: E731
row("tripletMarginLoss", triplet())
for p in (1.0, 2.0, 3.0, "inf"):
    row("tripletMarginLoss", triplet(), p=p, margin=2.5)
    row("tripletMarginLoss", triplet(), p=p, swap=True, margin=2.0, eps=1e-4)
row("tripletMarginLoss", [uniform(4), uniform(4), uniform(4)], margin=3.0)
row("tripletMarginWithDistanceLoss", triplet())
row("tripletMarginWithDistanceLoss", triplet(), margin=3.0, swap=True)
for margin in (1.0, 2.5):
    row("hingeEmbeddingLoss", [uniform(5), signs(5)], still=(1,), margin=margin)
row("hingeEmbeddingLoss", [uniform(2, 3), fixed(1, -1, 0, 0.5, -1, 1).view(2, 3)], still=(1,))
row("hingeEmbeddingLoss", [FAR, signs(N)], still=(1,))
row("softMarginLoss", [uniform(4, 3), signs(4, 3)], still=(1,))
row("softMarginLoss", [uniform(4), uniform(4)], still=(1,))
row("softMarginLoss", [FAR[2:-2], signs(N - 4)], still=(1,))
row("multilabelSoftMarginLoss", [uniform(4, 3), bits(4, 3)], still=(1,))
row("multilabelSoftMarginLoss", [uniform(4, 3), bits(4, 3)], still=(1,), weight=uniform(3, low=0.2, high=2.0))
row("multilabelSoftMarginLoss", [uniform(3), bits(3)], still=(1,))
row("multilabelSoftMarginLoss", [FAR.view(1, N), bits(1, N)], still=(1,))
for options in ({}, {"p": 2}, {"margin": 0.5}, {"p": 2, "margin": 2.0}):
    row("multiMarginLoss", [uniform(5, 4), classes(5, of=4)], **options)
    row("multiMarginLoss", [uniform(5, 4), classes(5, of=4)], weight=uniform(4, low=0.2, high=2.0), **options)
row("multiMarginLoss", [uniform(4), classes(of=4)])
row("multilabelMarginLoss", [uniform(3, 4), FEW])
row("multilabelMarginLoss", [uniform(4), FEW[0]])

NAMES = {
    "nllLoss": "nll_loss", "klDiv": "kl_div", "mseLoss": "mse_loss", "l1Loss": "l1_loss",
    "smoothL1Loss": "smooth_l1_loss", "binaryCrossEntropyWithLogits": "binary_cross_entropy_with_logits",
}
MODULES = {
    "nllLoss": "NLLLoss", "klDiv": "KLDivLoss", "mseLoss": "MSELoss", "crossEntropy": "CrossEntropyLoss",
    "binaryCrossEntropy": "BCELoss", "binaryCrossEntropyWithLogits": "BCEWithLogitsLoss",
    "gaussianNllLoss": "GaussianNLLLoss", "poissonNllLoss": "PoissonNLLLoss",
    "multilabelSoftMarginLoss": "MultiLabelSoftMarginLoss", "multilabelMarginLoss": "MultiLabelMarginLoss",
}


def snake(name):
    return "".join("_" + c.lower() if c.isupper() else c for c in name)


def case(op, inputs, still, options, reduction):
    leaves = [x.clone().requires_grad_() if x.is_floating_point() and i not in still else x
              for i, x in enumerate(inputs)]
    keywords = {snake(k): float("inf") if v == "inf" else v for k, v in options.items()}
    function = getattr(F, NAMES.get(op, snake(op)))
    out = function(*leaves, reduction=reduction, **keywords)
    upstream = (torch.rand(out.shape, generator=torch.Generator().manual_seed(3)) + 0.5).double()
    wanted = [x for x in leaves if x.requires_grad]
    grads = iter(torch.autograd.grad(out, wanted, upstream, allow_unused=True))
    return {
        "op": op,
        "module": MODULES.get(op, op[0].upper() + op[1:]),
        "inputs": [array(x) for x in inputs],
        "options": {"reduction": reduction, **{k: array(v) if torch.is_tensor(v) else v for k, v in options.items()}},
        "output": array(out),
        "upstream": array(upstream),
        "grads": [array(next(grads)) if x.requires_grad else None for x in leaves],
    }


def cases():
    for op, inputs, still, options in ROWS:
        for reduction in ("none", "mean", "sum") + (("batchmean",) if op == "klDiv" else ()):
            yield case(op, inputs, still, options, reduction)


save("losses", {"cases": list(cases())})
