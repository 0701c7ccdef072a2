"""ops.json: forward results and gradients of core operations, computed in float64.

Inputs are float32 numbers, so a float32 backend starts from the same values.
"""

import torch
import torch.nn.functional as F

from common import array, save

CASES = []
source = torch.Generator().manual_seed(2024)
INF = float("inf")
NAN = float("nan")


def values(*shape, low=-2.0, high=2.0):
    """Float32 numbers as float64."""
    return torch.empty(shape).uniform_(low, high, generator=source).double()


def t(data, dtype=torch.float64):
    plain = torch.tensor(data, dtype=torch.float32 if dtype == torch.float64 else dtype)
    return plain.to(dtype)


def ints(data):
    return torch.tensor(data, dtype=torch.int64)


def option(value):
    """JSON has no infinities."""
    if isinstance(value, float) and value in (INF, -INF):
        return "inf" if value > 0 else "-inf"
    return value


def case(op, inputs, function, name=None, **options):
    leaves = [x.clone().requires_grad_() if x.is_floating_point() else x for x in inputs]
    results = function(*leaves)
    results = list(results) if isinstance(results, (tuple, list)) else [results]
    upstream = []
    for result in results:
        if result.requires_grad:
            upstream.append(values(*result.shape, low=-1.0, high=1.0))
        else:
            upstream.append(None)
    pairs = [(r, w) for r, w in zip(results, upstream) if w is not None]
    if pairs:
        torch.autograd.backward([r for r, _ in pairs], [w for _, w in pairs])
    CASES.append(
        {
            "name": name or op,
            "op": op,
            "inputs": [array(x) for x in inputs],
            "options": {key: option(value) for key, value in options.items()},
            "outputs": [array(r) for r in results],
            "upstream": [None if w is None else array(w) for w in upstream],
            "grads": [array(x.grad) if x.is_floating_point() and x.grad is not None else None for x in leaves],
        }
    )


def elementwise():
    x, y = values(3, 4), values(3, 4)
    row, column = values(4), values(3, 1)
    positive = values(3, 4, low=0.25, high=3.0)
    for op in ("neg", "abs", "exp", "sin", "cos", "tanh", "sigmoid", "relu", "square", "expm1", "sign", "floor", "erf"):
        case(op, [x], getattr(torch, op))
    for op in ("log", "log1p", "log2", "sqrt", "rsqrt", "reciprocal"):
        case(op, [positive], getattr(torch, op))
    case("ceil", [x], torch.ceil)
    case("round", [t([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.4, -0.6])], torch.round, "round, halves to even")
    for op in ("add", "sub", "mul", "div", "maximum", "minimum"):
        fn = getattr(torch, op)
        case(op, [x, y if op != "div" else positive], fn)
        case(op, [x, row if op != "div" else positive[0]], fn, f"{op}, row broadcast")
        case(op, [column, row if op != "div" else positive[0]], fn, f"{op}, column by row")
    case("maximum", [t([1, 2, 3]), t([1, 3, 2])], torch.maximum, "maximum, tie")
    case("minimum", [t([1, 2, 3]), t([1, 3, 2])], torch.minimum, "minimum, tie")
    case("pow", [positive, y], torch.pow)
    for e in (2, 3, 0.5, -1, 0):
        case("pow", [positive], lambda a, e=e: a.pow(e), f"pow, exponent {e}", exponent=e)
    case("pow", [t([0, 0, 2]), t([0, 2, 0])], torch.pow, "pow at zero")
    edge = t([-100, -20, -1e-4, -0.0, 0.0, 1e-4, 20, 100, INF, -INF, NAN])
    for op in ("relu", "tanh", "sigmoid", "abs", "exp", "sign"):
        case(op, [edge], getattr(torch, op), f"{op}, edges")
    smooth = {"softplus": F.softplus, "gelu": F.gelu, "silu": F.silu, "elu": F.elu, "logSigmoid": F.logsigmoid}
    for op, fn in smooth.items():
        case(op, [values(3, 5, low=-4, high=4)], fn)
    case("softplus", [t([-50, 0, 19.9, 20.1, 50])], F.softplus, "softplus, edges")
    case("leakyRelu", [t([-2, -0.5, 0, 1])], lambda a: F.leaky_relu(a, 0.1), negativeSlope=0.1)
    c = t([-3, -1, -0.5, 0, 1, 2, NAN])
    case("clamp", [c], lambda a: a.clamp(-1, 1), "clamp, both", min=-1, max=1)
    case("clamp", [c], lambda a: a.clamp(min=0), "clamp, min", min=0)
    case("clamp", [c], lambda a: a.clamp(max=0), "clamp, max", max=0)
    mask = torch.tensor([[True, False, True, False]])
    case("where", [mask, x, y], torch.where)
    case("where", [mask, x, column], torch.where, "where, broadcast")
    case("maskedFill", [x, mask], lambda a, m: a.masked_fill(m, 7.0), value=7.0)
    for op in ("eq", "ne", "lt", "le", "gt", "ge"):
        case(op, [t([1, 2, 3, NAN]), t([1, 3, 2, NAN])], getattr(torch, op))


def reductions():
    x = values(2, 3, 4)
    for op in ("sum", "mean"):
        fn = getattr(torch, op)
        case(op, [x], fn, f"{op}, all")
        case(op, [x], lambda a, f=fn: f(a, 1), f"{op}, dim 1", dim=1)
        case(op, [x], lambda a, f=fn: f(a, (0, -1), keepdim=True), f"{op}, dims kept", dim=[0, -1], keepdim=True)
    for op in ("var", "std"):
        fn = getattr(torch, op)
        for unbiased in (True, False):
            case(
                op, [x], lambda a, f=fn, u=unbiased: f(a, unbiased=u), f"{op}, all, unbiased {unbiased}",
                unbiased=unbiased,
            )
            case(
                op, [x], lambda a, f=fn, u=unbiased: f(a, dim=-1, unbiased=u), f"{op}, dim, unbiased {unbiased}",
                dim=-1, unbiased=unbiased,
            )
    for p in (1, 2, 3, 0.5, INF, 0):
        case("norm", [x], lambda a, p=p: torch.norm(a, p), f"norm {p}, all", p=float(p))
        case("norm", [x], lambda a, p=p: torch.norm(a, p, dim=1), f"norm {p}, dim 1", p=float(p), dim=1)
    case("norm", [t([0, 0, 0])], lambda a: torch.norm(a, 2), "norm of zeros", p=2.0)
    case("norm", [t([2, -2, 1])], lambda a: torch.norm(a, INF), "norm inf, tie", p=INF)
    case("prod", [x], torch.prod, "prod, all")
    case("prod", [x], lambda a: a.prod(1), "prod, dim 1", dim=1)
    case("prod", [t([2, 0, 3])], torch.prod, "prod, one zero")
    case("prod", [t([[2, 0, 0], [1, 0, 3]])], lambda a: a.prod(1), "prod, zeros by row", dim=1)
    case("cumsum", [x], lambda a: a.cumsum(1), dim=1)
    case("cumprod", [x], lambda a: a.cumprod(-1), dim=-1)
    case("logsumexp", [x], lambda a: a.logsumexp(1), dim=1)
    case("logsumexp", [t([[1000, 1000], [-1000, 0]])], lambda a: a.logsumexp(-1), "logsumexp, large", dim=-1)
    case("logsumexp", [t([[-INF, -INF], [0, -INF]])], lambda a: a.logsumexp(1), "logsumexp, -inf", dim=1)
    for op, fn in (("softmax", torch.softmax), ("logSoftmax", torch.log_softmax)):
        case(op, [x], lambda a, f=fn: f(a, -1), f"{op}, last", dim=-1)
        case(op, [x], lambda a, f=fn: f(a, 0), f"{op}, first", dim=0)
        case(op, [t([[1000, 1001], [-1000, 5]])], lambda a, f=fn: f(a, 1), f"{op}, large", dim=1)
    ties = t([[1, 3, 3], [2, 2, 2], [5, 4, 5]])
    for op in ("max", "min"):
        fn = getattr(torch, op)
        case(op, [ties], fn, f"{op}, all, ties")
        case(op, [ties], lambda a, f=fn: tuple(f(a, 1)), f"{op}, dim 1, ties: values and indices", dim=1)
        case(op, [x], lambda a, f=fn: tuple(f(a, 0, keepdim=True)), f"{op}, dim 0 kept", dim=0, keepdim=True)
        am = getattr(torch, f"a{op}")
        case(f"a{op}", [ties], lambda a, f=am: f(a, 1), f"a{op}, dim 1, ties", dim=1)
        case(f"a{op}", [ties], am, f"a{op}, all, ties")
        case(f"arg{op}", [ties], getattr(torch, f"arg{op}"), f"arg{op}, all, ties")
        case(f"arg{op}", [ties], lambda a, o=op: getattr(torch, f"arg{o}")(a, dim=1), f"arg{op}, dim 1, ties", dim=1)
    nans = t([[1, NAN, 3], [NAN, 2, NAN]])
    case("max", [nans], lambda a: tuple(a.max(1)), "max, NaN wins", dim=1)
    case("argmax", [nans], lambda a: a.argmax(1), "argmax, first NaN", dim=1)
    flags = torch.tensor([[True, False], [True, True]])
    case("any", [flags], torch.any)
    case("all", [flags], lambda a: a.all(1), dim=1)


def movement():
    x = values(3, 4)
    case("reshape", [x], lambda a: a.reshape(2, 6), shape=[2, 6])
    case("transpose", [x], lambda a: a.transpose(0, 1), dim0=0, dim1=1)
    case("permute", [values(2, 3, 4)], lambda a: a.permute(2, 0, 1), dims=[2, 0, 1])
    case("expand", [values(3, 1)], lambda a: a.expand(2, 3, 4), shape=[2, 3, 4])
    case("flip", [x], lambda a: a.flip(0, 1), dims=[0, 1])
    case("roll", [x], lambda a: a.roll(1, 1), shifts=1, dim=1)
    case("narrow", [x], lambda a: a.narrow(1, 1, 2), dim=1, start=1, length=2)
    case("repeat", [x], lambda a: a.repeat(2, 1, 2), sizes=[2, 1, 2])
    case("tril", [x], lambda a: a.tril(1), diagonal=1)
    case("triu", [x], lambda a: a.triu(-1), diagonal=-1)
    case("cat", [x, values(1, 4)], lambda a, b: torch.cat([a, b], 0), dim=0)
    case("stack", [x, values(3, 4)], lambda a, b: torch.stack([a, b], -1), dim=-1)
    case("split", [values(5, 2)], lambda a: a.split(2), splitSize=2, dim=0)
    case("chunk", [values(5, 2)], lambda a: a.chunk(3), chunks=3, dim=0)
    case("pad", [x], lambda a: F.pad(a, (1, 2)), "pad, last dim", pad=[1, 2])
    case("pad", [x], lambda a: F.pad(a, (1, 0, 2, 1), value=9.0), "pad, two dims", pad=[1, 0, 2, 1], value=9.0)
    case("pad", [x], lambda a: F.pad(a, (-1, 1)), "pad, cropping", pad=[-1, 1])


def indexing():
    x = values(4, 3)
    case("indexSelect", [x, ints([2, 0, 2])], lambda a, i: a.index_select(0, i), "indexSelect, repeats", dim=0)
    case("indexSelect", [x, ints([1, 1])], lambda a, i: a.index_select(1, i), "indexSelect, dim 1", dim=1)
    case("indexAdd", [x, ints([2, 0, 2]), values(3, 3)], lambda a, i, s: a.index_add(0, i, s), dim=0)
    case("gather", [x, ints([[0, 3, 1], [2, 2, 2]])], lambda a, i: a.gather(0, i), "gather, dim 0", dim=0)
    case("gather", [x, ints([[2], [0], [1], [1]])], lambda a, i: a.gather(1, i), "gather, dim 1", dim=1)
    index = ints([[0, 1, 2], [2, 2, 0]])
    case("scatterAdd", [x, index, values(2, 3)], lambda a, i, s: a.scatter_add(0, i, s), "scatterAdd, dim 0", dim=0)
    case("scatter", [x, ints([[0, 2, 1]]), values(1, 3)], lambda a, i, s: a.scatter(1, i, s), dim=1)
    case("oneHot", [ints([2, 0, 1])], lambda i: F.one_hot(i, 4), numClasses=4)
    case("embedding", [ints([[1, 3], [1, 0]]), x], F.embedding)
    case("sort", [t([3, 1, 2, 1.5])], lambda a: tuple(a.sort(descending=True)), dim=-1, descending=True)
    case("topk", [t([[3, 1, 2], [4, 6, 5]])], lambda a: tuple(a.topk(2)), k=2)


def products():
    shapes = [
        ((4,), (4,)),
        ((3, 4), (4,)),
        ((4,), (4, 2)),
        ((3, 4), (4, 2)),
        ((2, 3, 4), (2, 4, 5)),
        ((2, 3, 4), (4, 5)),
        ((3, 4), (2, 4, 5)),
        ((5, 1, 3, 4), (2, 4, 2)),
        ((4,), (2, 4, 3)),
        ((2, 3, 4), (4,)),
        ((1, 0), (0, 2)),
    ]
    for a, b in shapes:
        case("matmul", [values(*a), values(*b)], torch.matmul, f"matmul {list(a)} by {list(b)}")
    case("linear", [values(5, 3), values(2, 3), values(2)], F.linear, "linear, bias")
    case("linear", [values(2, 5, 3), values(2, 3)], F.linear, "linear, no bias, 3-D")
    case("outer", [values(3), values(4)], torch.outer)
    signal = [values(2, 3, 7), values(4, 3, 3), values(4)]
    case("conv1d", signal, lambda x, w, b: F.conv1d(x, w, b, 2, 1), stride=2, padding=1)
    image = [values(2, 2, 5, 4), values(3, 2, 3, 2), values(3)]
    case("conv2d", image, lambda x, w, b: F.conv2d(x, w, b, 1, 1), padding=1)
    case("maxPool2d", [values(1, 2, 4, 6)], lambda x: F.max_pool2d(x, 2), kernelSize=2)
    case("avgPool2d", [values(1, 2, 4, 6)], lambda x: F.avg_pool2d(x, 2), kernelSize=2)
    rows = [values(3, 5), values(5), values(5)]
    case("layerNorm", rows, lambda x, w, b: F.layer_norm(x, (5,), w, b), normalizedShape=[5])
    columns = [values(6, 3), values(3), values(3)]
    case("batchNorm", columns, lambda x, w, b: F.batch_norm(x, None, None, w, b, True), training=True)


def losses():
    x, y = values(4, 3), values(4, 3)
    probability = values(4, 3, low=0.05, high=0.95)
    target01 = (values(4, 3) > 0).double()
    classes = ints([2, 0, 1, 2])
    for reduction in ("mean", "sum", "none"):
        r = {"reduction": reduction}
        case("mseLoss", [x, y], lambda a, b: F.mse_loss(a, b, **r), f"mseLoss, {reduction}", **r)
        case("l1Loss", [x, y], lambda a, b: F.l1_loss(a, b, **r), f"l1Loss, {reduction}", **r)
        case(
            "huberLoss", [x, y], lambda a, b: F.huber_loss(a, b, delta=0.7, **r), f"huberLoss, {reduction}",
            delta=0.7, **r,
        )
        case(
            "smoothL1Loss", [x, y], lambda a, b: F.smooth_l1_loss(a, b, beta=0.5, **r), f"smoothL1Loss, {reduction}",
            beta=0.5, **r,
        )
        case("crossEntropy", [x, classes], lambda a, b: F.cross_entropy(a, b, **r), f"crossEntropy, {reduction}", **r)
        logs = torch.log_softmax(x, 1)
        case("nllLoss", [logs, classes], lambda a, b: F.nll_loss(a, b, **r), f"nllLoss, {reduction}", **r)
        case(
            "binaryCrossEntropy", [probability, target01], lambda a, b: F.binary_cross_entropy(a, b.detach(), **r),
            f"binaryCrossEntropy, {reduction}", **r,
        )
        case(
            "binaryCrossEntropyWithLogits", [x, target01],
            lambda a, b: F.binary_cross_entropy_with_logits(a, b.detach(), **r),
            f"binaryCrossEntropyWithLogits, {reduction}", **r,
        )
    case(
        "klDiv", [torch.log_softmax(x, 1), torch.softmax(y, 1)],
        lambda a, b: F.kl_div(a, b.detach(), reduction="batchmean"), reduction="batchmean",
    )
    case(
        "crossEntropy", [x, classes], lambda a, b: F.cross_entropy(a, b, label_smoothing=0.1), "crossEntropy, smoothed",
        labelSmoothing=0.1,
    )
    case("crossEntropy", [x, torch.softmax(y, 1)], F.cross_entropy, "crossEntropy, soft targets")
    case("crossEntropy", [x, ints([2, -100, 1, 2])], F.cross_entropy, "crossEntropy, ignored target")
    case("mseLoss", [t([1, 2]), t([1, 2])], F.mse_loss, "mseLoss, zero")
    case("huberLoss", [t([1, -1, 0]), t([0, 0, 0])], lambda a, b: F.huber_loss(a, b), "huberLoss, at delta", delta=1.0)


for family in (elementwise, reductions, movement, indexing, products, losses):
    family()
save("ops", {"cases": CASES})
print(len(CASES), "cases")
