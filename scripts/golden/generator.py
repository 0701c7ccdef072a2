"""generator.json: sequences of draws from the CPU generator."""

import base64

import torch
import torch.nn.functional as F

from common import array, digest, save

DTYPES = {"float32": torch.float32, "float64": torch.float64}
LARGE = 4096


def draw(op, **options):
    """One step: performs the draw on the default generator and records it."""
    dtype = DTYPES[options.get("dtype", "float32")]
    n = options.get("n")
    if op == "rand":
        out = torch.rand(n, dtype=dtype)
    elif op == "randn":
        out = torch.randn(n, dtype=dtype)
    elif op == "normal":
        out = torch.empty(n, dtype=dtype).normal_(options["mean"], options["std"])
    elif op == "uniform":
        out = torch.empty(n, dtype=dtype).uniform_(options["low"], options["high"])
    elif op == "randint":
        out = torch.randint(options["low"], options["high"], (n,))
    elif op == "randperm":
        out = torch.randperm(n)
    elif op == "bernoulli":
        out = torch.empty(n).bernoulli_(options["p"])
    elif op == "bernoulliFrom":
        out = torch.bernoulli(torch.full((n,), options["p"], dtype=dtype))
    elif op == "dropout":
        out = F.dropout(torch.ones(n), options["p"])
    elif op == "exponential":
        out = torch.empty(n, dtype=dtype).exponential_(options["lambd"])
    elif op == "random63":
        values = [str(torch.empty((), dtype=torch.int64).random_().item()) for _ in range(n)]
        return {"op": op, **options, "values": values}
    if op in ("bernoulli", "bernoulliFrom"):
        out = out.to(torch.uint8)
    return {"op": op, **options, "out": digest(out) if out.numel() > LARGE else array(out)}


def case(name, seed, steps):
    torch.manual_seed(seed)
    recorded = [draw(op, **options) for op, options in steps]
    state = base64.b64encode(bytes(torch.get_rng_state().tolist())).decode()
    return {
        "name": name,
        "seed": str(seed),
        "initialSeed": str(torch.initial_seed()),
        "steps": recorded,
        "state": state,
        "next": torch.rand(1).item(),
    }


def main():
    cases = []
    for seed in (0, 42, 1234567890123, -7, 2**63 + 12345):
        steps = [("rand", {"n": n}) for n in (1, 3, 15, 16, 17, 100, 8000)]
        cases.append(case("rand", seed, steps))
        steps = [("randn", {"n": n}) for n in (1, 3, 15, 16, 17, 100)]
        cases.append(case("randn", seed, steps))
    seed = 42
    sizes = (1, 32, 2, 15, 16, 3, 31, 1, 33, 1, 640, 5, 17, 7)
    cases.append(case("randn interleaved", seed, [("randn", {"n": n}) for n in sizes]))
    cases.append(case("randn large", seed, [("randn", {"n": n}) for n in (4000, 1999)]))
    doubles = [(op, {"n": n, "dtype": "float64"}) for n in (1, 5, 16, 37, 400) for op in ("rand", "randn")]
    cases.append(case("float64", seed, doubles))
    spans = ((0.0, 2.0), (-0.5, 0.5), (-0.1234, 0.71), (100.0, 101.0), (10000.0, 10001.0))
    cases.append(
        case(
            "uniform",
            seed,
            [("uniform", {"n": 200, "low": a, "high": b, "dtype": d}) for a, b in spans for d in DTYPES],
        )
    )
    cases.append(
        case(
            "normal",
            seed,
            [("normal", {"n": n, "mean": 0.7, "std": 3.1, "dtype": d}) for n in (3, 16, 50) for d in DTYPES],
        )
    )
    ranges = ((0, 10), (0, 2), (-5, 6), (0, 1), (1000, 2**31 - 1), (-(2**31), 2**31 - 1), (-(2**31), 2**31))
    cases.append(case("randint", seed, [("randint", {"n": 40, "low": a, "high": b}) for a, b in ranges]))
    cases.append(case("randperm", seed, [("randperm", {"n": n}) for n in (0, 1, 2, 10, 1000, 70000)]))
    coins = [("bernoulli", {"n": n, "p": p}) for p in (0.0, 0.1, 0.5, 0.9, 1.0) for n in (1, 7, 64, 1000)]
    cases.append(case("bernoulli", seed, coins))
    cases.append(
        case(
            "bernoulliFrom",
            seed,
            [("bernoulliFrom", {"n": n, "p": p, "dtype": d}) for p in (0.1, 0.5) for n in (9, 700) for d in DTYPES],
        )
    )
    cases.append(
        case("dropout", seed, [("dropout", {"n": n, "p": p}) for p in (0.1, 0.2, 0.5) for n in (1, 33, 64 * 32)])
    )
    cases.append(case("random63", seed, [("random63", {"n": 20})]))
    cases.append(
        case("exponential", seed, [("exponential", {"n": 50, "lambd": 1.5, "dtype": d}) for d in DTYPES])
    )
    mixed = [
        ("rand", {"n": 3}),
        ("randn", {"n": 5}),
        ("bernoulli", {"n": 311, "p": 0.3}),
        ("randperm", {"n": 20}),
        ("randn", {"n": 2}),
        ("random63", {"n": 3}),
        ("rand", {"n": 701}),
        ("rand", {"n": 7, "dtype": "float64"}),
        ("randn", {"n": 40}),
        ("randint", {"n": 9, "low": 0, "high": 7}),
        ("dropout", {"n": 625, "p": 0.25}),
        ("rand", {"n": 313, "dtype": "float64"}),
        ("randn", {"n": 1, "dtype": "float64"}),
        ("rand", {"n": 1}),
        ("randn", {"n": 1}),
        ("randint", {"n": 4, "low": -(2**31), "high": 2**31}),
        ("randn", {"n": 3}),
    ]
    cases += [case("mixed", s, mixed) for s in (42, -1)]
    cases.append(case("fresh", 42, []))
    save("generator", {"cases": cases})


main()
