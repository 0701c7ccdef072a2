"""tensor-functions.json: what a PyTorch user reaches for beside ops.json's operations, at its edges; and random draws.

Values and gradients in float64, inputs float32 numbers; draws in float32 and float64.
"""

import torch

from common import array, save

CASES = []
DRAWS = []
source = torch.Generator().manual_seed(77)
NAN = float("nan")
INF = float("inf")


def values(*shape):
    return torch.empty(shape).uniform_(-2, 2, generator=source).double()


def t(data, dtype=torch.float64):
    return torch.tensor(data, dtype=dtype)


def ints(data):
    return torch.tensor(data, dtype=torch.int64)


def bools(data):
    return torch.tensor(data, dtype=torch.bool)


def case(name, op, inputs, function, **options):
    """Inputs that are floats require gradients; `upstream` is what backward starts from, for outputs with a history."""
    leaves = [x.clone().requires_grad_() if x.is_floating_point() else x for x in inputs]
    results = function(*leaves)
    results = list(results) if isinstance(results, (tuple, list)) else [results]
    upstream = [values(*r.shape) if r.requires_grad else None for r in results]
    pairs = [(r, w) for r, w in zip(results, upstream) if w is not None]
    if pairs:
        torch.autograd.backward([r for r, _ in pairs], [w for _, w in pairs])
    CASES.append(
        {
            "name": name,
            "op": op,
            "inputs": [array(x) for x in inputs],
            "options": options,
            "outputs": [array(r) for r in results],
            "upstream": [None if w is None else array(w) for w in upstream],
            "grads": [array(x.grad) if x.is_floating_point() and x.grad is not None else None for x in leaves],
        }
    )


def order():
    x = values(3, 5)
    odd = t([[1, NAN, -0.0, 0, INF], [2, 2, -INF, NAN, 2]])
    for descending in (False, True):
        for dim in (0, 1):
            args = {"dim": dim, "descending": descending}
            case(f"sort {args}", "sort", [x], lambda a: tuple(torch.sort(a, dim=dim, descending=descending, stable=True)), **args)
            case(f"sort, equal and odd {args}", "sort", [odd], lambda a: tuple(torch.sort(a, dim=dim, descending=descending, stable=True)), **args)
        case(f"argsort {descending}", "argsort", [odd], lambda a: torch.argsort(a, dim=1, descending=descending, stable=True), dim=1, descending=descending)
        case(f"sort of whole numbers {descending}", "sort", [ints([3, -7, 3, 0, 2**31 - 1, -(2**31)])], lambda a: tuple(torch.sort(a, descending=descending, stable=True)), dim=0, descending=descending)
    case("sort of bools", "sort", [bools([True, False, True])], lambda a: tuple(torch.sort(a, stable=True)), dim=0, descending=False)
    case("sort of a scalar", "sort", [t(3.0)], lambda a: tuple(torch.sort(a)), dim=-1, descending=False)
    for largest in (True, False):
        case(f"topk {largest}", "topk", [x], lambda a: tuple(a.topk(2, 1, largest)), k=2, dim=1, largest=largest)
        case(f"topk down {largest}", "topk", [x], lambda a: tuple(a.topk(3, 0, largest)), k=3, dim=0, largest=largest)
        case(f"topk with NaN {largest}", "topk", [t([1, NAN, 3, -INF])], lambda a: tuple(a.topk(2, 0, largest)), k=2, dim=0, largest=largest)
    case("median of all", "median", [x], torch.median)
    case("median of all, even", "median", [values(2, 2)], torch.median)
    case("median of all, equal", "median", [t([1, 2, 2, 2, 3])], torch.median)
    case("median of all, NaN", "median", [t([1, NAN, 2])], torch.median)
    case("median of nothing", "median", [t([])], lambda a: torch.median(a).detach())
    case("median along", "median", [x], lambda a: tuple(a.median(1)), dim=1)
    case("median along, even, kept", "median", [values(4, 3)], lambda a: tuple(a.median(0, keepdim=True)), dim=0, keepdim=True)
    case("median along, NaN", "median", [t([[4, 1, NAN, NAN], [4, 1, 3, 2]])], lambda a: tuple(a.median(1)), dim=1)
    case("median of whole numbers", "median", [ints([5, 1, 3, 9])], torch.median)


def products():
    case("mm", "mm", [values(3, 4), values(4, 2)], torch.mm)
    case("mm, nothing inside", "mm", [values(3, 0), values(0, 2)], torch.mm)
    case("bmm", "bmm", [values(2, 3, 4), values(2, 4, 2)], torch.bmm)
    case("mv", "mv", [values(3, 4), values(4)], torch.mv)
    case("dot", "dot", [values(5), values(5)], torch.dot)
    case("dot of whole numbers", "dot", [ints([1, -2, 3]), ints([4, 5, 6])], torch.dot)
    case("outer", "outer", [values(3), values(2)], torch.outer)
    case("outer of whole numbers", "outer", [ints([1, 2]), ints([3, 4])], torch.outer)


def movement():
    x = values(3, 4)
    case("unbind", "unbind", [x], lambda a: a.unbind(), dim=0)
    case("unbind, last", "unbind", [x], lambda a: a.unbind(-1), dim=-1)
    case("movedim", "movedim", [values(2, 3, 4)], lambda a: a.movedim(0, -1), source=0, destination=-1)
    case("movedim, two", "movedim", [values(2, 3, 4)], lambda a: a.movedim((0, 1), (-1, 0)), source=[0, 1], destination=[-1, 0])
    case("roll as one row", "roll", [x], lambda a: a.roll(5), shifts=5)
    case("roll, two dims", "roll", [x], lambda a: a.roll((-1, 6), (0, 1)), shifts=[-1, 6], dims=[0, 1])
    case("roll of a scalar", "roll", [t(3.0)], lambda a: a.roll(1), shifts=1)
    for diagonal in (-5, -1, 0, 2, 9):
        case(f"tril {diagonal}", "tril", [values(2, 3, 4)], lambda a: a.tril(diagonal), diagonal=diagonal)
        case(f"triu {diagonal}", "triu", [values(2, 4, 3)], lambda a: a.triu(diagonal), diagonal=diagonal)
    case("tril of NaN", "tril", [t([[1, NAN], [NAN, INF]])], torch.tril, diagonal=0)
    case("triu of bools", "triu", [bools([[True, True], [True, True]])], torch.triu, diagonal=0)
    case("tril of whole numbers", "tril", [ints([[1, 2], [3, 4]])], torch.tril, diagonal=0)
    for indexing in ("ij", "xy"):
        grid = [values(2), values(3), values(2)]
        case(f"meshgrid {indexing}", "meshgrid", grid, lambda *g: torch.meshgrid(*g, indexing=indexing), indexing=indexing)
        case(f"meshgrid, scalar {indexing}", "meshgrid", [values(2), t(3.0)], lambda *g: torch.meshgrid(*g, indexing=indexing), indexing=indexing)


def rest():
    x = values(3, 4)
    for dim in (0, 1):
        case(f"cumprod {dim}", "cumprod", [x], lambda a: a.cumprod(dim), dim=dim)
    case("cumprod, a zero", "cumprod", [t([2, 0, 3, -4])], lambda a: a.cumprod(0), dim=0)
    case("cumprod, two zeros", "cumprod", [t([[2, 0, 3], [0, 5, 0]])], lambda a: a.cumprod(1), dim=1)
    case("cumprod of whole numbers", "cumprod", [ints([2, -3, 4])], lambda a: a.cumprod(0), dim=0)
    case("cumprod of a scalar", "cumprod", [t(3.0)], lambda a: a.cumprod(0), dim=0)
    case("logsumexp", "logsumexp", [x], lambda a: a.logsumexp((0, 1)), dim=[0, 1])
    case("var", "var", [x], lambda a: a.var(1), dim=1, unbiased=True)
    case("var of one", "var", [t([2.0])], lambda a: a.var(0).detach(), dim=0, unbiased=True)
    case("nonzero", "nonzero", [t([[0, 1, NAN], [-0.0, 0, -2]])], torch.nonzero)
    case("nonzero of a scalar", "nonzero", [t(5.0)], torch.nonzero)
    case("nonzero of zero", "nonzero", [t(0.0)], torch.nonzero)
    case("nonzero as a tuple", "nonzero", [bools([[True, False], [True, True]])], lambda a: torch.nonzero(a, as_tuple=True), asTuple=True)
    case("nonzero of a scalar as a tuple", "nonzero", [t(5.0)], lambda a: torch.nonzero(a, as_tuple=True), asTuple=True)
    case("maskedSelect", "maskedSelect", [x, x > 0], torch.masked_select)
    case("maskedSelect, a row", "maskedSelect", [x, bools([True, False, False, True])], torch.masked_select)
    case("maskedSelect, a larger mask", "maskedSelect", [values(2), bools([[True, False], [True, True]])], torch.masked_select)
    case("bincount", "bincount", [ints([1, 4, 1, 0])], torch.bincount)
    case("bincount, longer", "bincount", [ints([1])], lambda a: torch.bincount(a, minlength=4), minlength=4)
    case("bincount of nothing", "bincount", [ints([])], lambda a: torch.bincount(a, minlength=2), minlength=2)
    case("bincount, weights", "bincount", [ints([1, 4, 1]), t([0.5, 1, -2])], lambda a, w: torch.bincount(a, w.detach()))
    case("scatter", "scatter", [x, ints([[0, 2, 1], [3, 1, 0]]), values(2, 3)], lambda a, i, s: a.scatter(1, i, s), dim=1)
    case("scatter, a number", "scatter", [x, ints([[0, 2, 1, 1]])], lambda a, i: a.scatter(0, i, 7.0), dim=0, value=7)
    close = [t([1, 2, NAN, INF, INF, 0]), t([1 + 9e-6, 2.1, NAN, INF, -INF, 1e-8])]
    case("isclose", "isclose", close, torch.isclose)
    case("isclose, NaN", "isclose", close, lambda a, b: torch.isclose(a, b, equal_nan=True), equalNan=True)
    case("isclose, tolerances", "isclose", close, lambda a, b: torch.isclose(a, b, rtol=0.1, atol=0), rtol=0.1, atol=0)


def draw(name, op, inputs, function, seed=11, **options):
    torch.manual_seed(seed)
    out = function(*inputs)
    DRAWS.append(
        {
            "name": name,
            "op": op,
            "seed": seed,
            "inputs": [array(x) for x in inputs],
            "options": options,
            "out": array(out),
            "next": torch.rand(1).item(),
        }
    )


def draws():
    for dtype in (torch.float32, torch.float64):
        weights = torch.empty(4, 30).uniform_(0, 3, generator=source).to(dtype)
        for n in (1, 2, 30):
            draw(f"multinomial {n} {dtype}", "multinomial", [weights], lambda w: torch.multinomial(w, n), numSamples=n)
        for n in (1, 2, 50):
            draw(f"multinomial again {n} {dtype}", "multinomial", [weights], lambda w: torch.multinomial(w, n, True), numSamples=n, replacement=True)
        few = t([0, 1, 0, 5, 0], dtype)
        draw(f"multinomial of few {dtype}", "multinomial", [few], lambda w: torch.multinomial(w, 2), numSamples=2)
        draw(f"multinomial of few again {dtype}", "multinomial", [few], lambda w: torch.multinomial(w, 9, True), numSamples=9, replacement=True)
        for size in (7, 50):
            mean = torch.empty(size).uniform_(-2, 2, generator=source).to(dtype)
            std = torch.empty(size).uniform_(0, 2, generator=source).to(dtype)
            draw(f"normal {size} {dtype}", "normal", [mean, std], torch.normal)
            draw(f"normal, one deviation {size} {dtype}", "normal", [mean], lambda m: torch.normal(m, 1.7), std=1.7)
            draw(f"normal, one mean {size} {dtype}", "normal", [std], lambda s: torch.normal(0.3, s), mean=0.3)
        draw(f"normal, spread {dtype}", "normal", [mean[:3], std[:12].reshape(4, 3)], torch.normal)
    for size in ([2, 3], [5, 7]):
        draw(f"normal of a shape {size}", "normal", [], lambda: torch.normal(1.5, 2.0, size), mean=1.5, std=2, shape=size)
        draw(f"normal_ {size}", "normal_", [], lambda: torch.empty(size).normal_(0.5, 3.0), mean=0.5, std=3, shape=size)
        draw(f"uniform_ {size}", "uniform_", [], lambda: torch.empty(size).uniform_(-0.5, 3.0), low=-0.5, high=3, shape=size)


for family in (order, products, movement, rest, draws):
    family()
save("tensor-functions", {"cases": CASES, "draws": DRAWS})
print(len(CASES), "cases,", len(DRAWS), "draws")
