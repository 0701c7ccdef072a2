"""optimizers.json: trajectories of 50 steps of every optimizer and its options.

PyTorch 1.13 itself, except where it lacks an optimizer or an option or has changed since. There the formula of
PyTorch's present source (2.9) is written out below: NAdam (1.13 multiplies the next momentum in twice), RAdam with
decoupled weight decay or maximize, Adafactor, Muon (in the parameter's dtype instead of bfloat16), and Lion from its
paper (arXiv 2302.06675). AdamW's and SGD's first runs stand in optim.json.
"""

import math

import torch
from torch import nn, optim

from common import array, save

STEPS = 50
KEPT = (1, 7, 50)
SHAPES = ((3, 4), (5,), (4, 3), (2, 2, 3))


class Formula:
    """An optimizer as a function of one parameter; options by group as in torch.optim."""

    defaults = {}

    def __init__(self, params, **options):
        groups = params if isinstance(params[0], dict) else [{"params": params}]
        self.param_groups = [{**self.defaults, **options, **group} for group in groups]
        self.state = {p: {} for group in self.param_groups for p in group["params"]}

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                state["step"] = state.get("step", 0) + 1
                self.update(p, -p.grad if group["maximize"] else p.grad.clone(), state, state["step"], group)


def moments(p, g, state, beta1, beta2):
    m = state.setdefault("m", torch.zeros_like(p))
    v = state.setdefault("v", torch.zeros_like(p))
    m.lerp_(g, 1 - beta1)
    v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
    return m, v


def decay(p, g, o):
    if o["weight_decay"] != 0:
        if o["decoupled_weight_decay"]:
            p.mul_(1 - o["lr"] * o["weight_decay"])
        else:
            g = g.add(p, alpha=o["weight_decay"])
    return g


class NAdam(Formula):
    defaults = dict(
        lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, momentum_decay=4e-3, decoupled_weight_decay=False,
        maximize=False,
    )

    def update(self, p, g, state, t, o):
        beta1, beta2 = o["betas"]
        g = decay(p, g, o)
        mu = beta1 * (1 - 0.5 * 0.96 ** (t * o["momentum_decay"]))
        following = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * o["momentum_decay"]))
        product = state["product"] = state.get("product", 1.0) * mu
        m, v = moments(p, g, state, beta1, beta2)
        denominator = v.div(1 - beta2**t).sqrt().add_(o["eps"])
        p.addcdiv_(g, denominator, value=-o["lr"] * (1 - mu) / (1 - product))
        p.addcdiv_(m, denominator, value=-o["lr"] * following / (1 - product * following))


class RAdam(Formula):
    defaults = dict(
        lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, decoupled_weight_decay=False, maximize=False
    )

    def update(self, p, g, state, t, o):
        beta1, beta2 = o["betas"]
        g = decay(p, g, o)
        m, v = moments(p, g, state, beta1, beta2)
        mean = m / (1 - beta1**t)
        correction = 1 - beta2**t
        most = 2 / (1 - beta2) - 1
        rho = most - 2 * t * beta2**t / correction
        if rho > 5:
            rectified = math.sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho))
            p.add_(mean * o["lr"] * (correction**0.5 / v.sqrt().add_(o["eps"])) * rectified, alpha=-1)
        else:
            p.add_(mean * o["lr"], alpha=-1)


class Lion(Formula):
    defaults = dict(lr=1e-4, betas=(0.9, 0.99), weight_decay=0, maximize=False)

    def update(self, p, g, state, t, o):
        beta1, beta2 = o["betas"]
        m = state.setdefault("m", torch.zeros_like(p))
        p.mul_(1 - o["lr"] * o["weight_decay"])
        p.add_((m * beta1 + g * (1 - beta1)).sign(), alpha=-o["lr"])
        m.mul_(beta2).add_(g, alpha=1 - beta2)


class Adafactor(Formula):
    defaults = dict(lr=1e-2, beta2_decay=-0.8, eps=(None, 1e-3), d=1.0, weight_decay=0, maximize=False)

    def update(self, p, g, state, t, o):
        eps1, eps2 = o["eps"]
        eps1 = torch.finfo(p.dtype).eps if eps1 is None else eps1
        fresh = t ** o["beta2_decay"]
        alpha = max(eps2, p.norm(2).item() / p.numel() ** 0.5) * min(o["lr"], 1 / t**0.5)
        if o["weight_decay"] != 0:
            p.mul_(1 - o["lr"] * o["weight_decay"])
        if p.dim() > 1:
            row = state.setdefault("row", p.new_zeros(*p.shape[:-1], 1))
            col = state.setdefault("col", p.new_zeros(*p.shape[:-2], 1, p.shape[-1]))
            row.lerp_((g * g).mean(-1, keepdim=True), fresh)
            col.lerp_((g * g).mean(-2, keepdim=True), fresh)
            estimate = row @ col
            estimate.div_(row.mean(-2, keepdim=True).clamp_(min=eps1))
        else:
            v = state.setdefault("v", torch.zeros_like(p))
            v.lerp_(g * g, fresh)
            estimate = v.clone()
        u = estimate.clamp_(min=eps1 * eps1).rsqrt_().mul_(g)
        p.add_(u, alpha=-alpha / max(1.0, u.norm(2).item() / (u.numel() ** 0.5 * o["d"])))


class Muon(Formula):
    defaults = dict(
        lr=1e-3, weight_decay=0.1, momentum=0.95, nesterov=True, ns_coefficients=(3.4445, -4.7750, 2.0315), eps=1e-7,
        ns_steps=5, adjust_lr_fn=None, maximize=False,
    )

    def update(self, p, g, state, t, o):
        buffer = state.setdefault("buffer", torch.zeros_like(p))
        buffer.lerp_(g, 1 - o["momentum"])
        x = g.lerp(buffer, o["momentum"]) if o["nesterov"] else buffer.clone()
        a, b, c = o["ns_coefficients"]
        rows, cols = p.shape
        if rows > cols:
            x = x.T
        x = x / x.norm().clamp(min=o["eps"])
        for _ in range(o["ns_steps"]):
            gram = x @ x.T
            x = a * x + (b * gram + c * gram @ gram) @ x
        if rows > cols:
            x = x.T
        matching = o["adjust_lr_fn"] == "match_rms_adamw"
        scale = 0.2 * math.sqrt(max(rows, cols)) if matching else math.sqrt(max(1, rows / cols))
        p.mul_(1 - o["lr"] * o["weight_decay"])
        p.add_(x, alpha=-o["lr"] * scale)


ALL = [0, 1, 2, 3]


def table():
    """name, kind, options common to its rows, its own rows, whether it has weight decay, a second group's options."""
    return [
        ("SGD", optim.SGD, {"lr": 0.05}, [{"momentum": 0.9}, {"momentum": 0.9, "dampening": 0.3},
            {"momentum": 0.9, "nesterov": True}, {"momentum": 0.9, "weight_decay": 0.1, "maximize": True}], True),
        ("Adam", optim.Adam, {"lr": 0.01}, [{"lr": 0.001}, {"betas": (0.8, 0.99)}, {"eps": 1e-3}, {"amsgrad": True},
            {"amsgrad": True, "weight_decay": 0.1, "maximize": True}], True),
        ("AdamW", optim.AdamW, {"lr": 0.01}, [{"betas": (0.8, 0.99)}, {"eps": 1e-3}, {"amsgrad": True},
            {"amsgrad": True, "weight_decay": 0.1, "maximize": True}], True),
        ("NAdam", NAdam, {"lr": 0.01}, [{"lr": 0.002}, {"betas": (0.8, 0.99)}, {"eps": 1e-3}, {"momentum_decay": 0.04},
            {"weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True}], True),
        ("RAdam", optim.RAdam, {"lr": 0.01}, [{"lr": 0.001}, {"betas": (0.8, 0.99)}, {"eps": 1e-3},
            {"betas": (0.9, 0.6)}], True),
        ("RAdam", RAdam, {"lr": 0.01}, [{"weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True}], False),
        ("Adamax", optim.Adamax, {"lr": 0.01}, [{"lr": 0.002}, {"betas": (0.8, 0.99)}, {"eps": 1e-3}], True),
        ("Adagrad", optim.Adagrad, {"lr": 0.01}, [{"lr": 0.1, "lr_decay": 0.05}, {"initial_accumulator_value": 0.2},
            {"eps": 1e-3}], True),
        ("Adadelta", optim.Adadelta, {"lr": 1.0}, [{"lr": 0.3, "rho": 0.8}, {"eps": 1e-3}], True),
        ("RMSprop", optim.RMSprop, {"lr": 0.01}, [{"alpha": 0.9}, {"eps": 1e-3}, {"momentum": 0.9}, {"centered": True},
            {"centered": True, "momentum": 0.8, "weight_decay": 0.1, "maximize": True}], True),
        ("Rprop", optim.Rprop, {"lr": 0.01}, [{"etas": (0.6, 1.1)}, {"step_sizes": (0.005, 0.02)}], False),
        ("ASGD", optim.ASGD, {"lr": 0.05}, [{"lambd": 0.1}, {"alpha": 0.5, "lambd": 0.05}, {"t0": 10}], True),
        ("Adafactor", Adafactor, {"lr": 0.05}, [{"lr": 0.01}, {"beta2_decay": -0.5}, {"eps": (0.1, 0.5)},
            {"d": 2.0}, {"d": 2.0, "weight_decay": 0.1, "maximize": True}], True),
        ("Lion", Lion, {"lr": 0.003}, [{"lr": 1e-4}, {"betas": (0.8, 0.95)}], True),
        ("Muon", Muon, {"lr": 0.01}, [{"lr": 0.001}, {"momentum": 0.8}, {"nesterov": False}, {"ns_steps": 3},
            {"ns_coefficients": (2.0, -1.5, 0.5)}, {"adjust_lr_fn": "match_rms_adamw"}], True),
    ]


def rows():
    """Every run: which parameters, in which groups, and which of them never has a gradient."""
    for name, kind, common, own, decays in table():
        used = [0, 2] if name == "Muon" else ALL
        missing = 2 if name == "Muon" else 1
        whole = [{"params": used}]
        first = "weight_decay" if decays else "lr"
        two = [{"params": used[:1], first: 0.02}, {"params": used[1:]}]
        if (name, kind) == ("RAdam", RAdam):
            yield name, kind, {**common, "maximize": True}, whole, None
        else:
            yield name, kind, common, whole, None
            if (name, kind) != ("RAdam", optim.RAdam):
                yield name, kind, {**common, "maximize": True}, whole, None
            if decays:
                yield name, kind, {**common, "weight_decay": 0.05}, whole, None
            yield name, kind, common, two, None
            yield name, kind, common, whole, missing
        for options in own:
            yield name, kind, {**common, **options}, whole, None


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def camels(options):
    return {camel(k): v for k, v in options.items() if k != "params"}


def run(kind, options, groups, missing, dtype, initial, grads):
    torch.set_default_dtype(dtype)  # ASGD keeps its step size as a tensor of the default dtype
    parameters = [nn.Parameter(p.to(dtype).clone()) for p in initial]
    optimizer = kind([{**g, "params": [parameters[i] for i in g["params"]]} for g in groups], **options)
    used = [i for g in groups for i in g["params"]]
    kept = {}
    for step in range(1, STEPS + 1):
        for i in used:
            parameters[i].grad = None if i == missing else grads[step - 1][i].to(dtype).clone()
        optimizer.step()
        if step in KEPT:
            kept[str(step)] = array(torch.cat([parameters[i].detach().flatten() for i in used]))
    torch.set_default_dtype(torch.float32)
    return kept


def trajectories():
    source = torch.Generator().manual_seed(11)
    initial = [torch.rand(s, generator=source) * 2 - 1 for s in SHAPES]
    # The gradients shrink, so that maxima and sums matter.
    grads = [[(torch.rand(s, generator=source) * 2 - 1) * 0.95**k for s in SHAPES] for k in range(STEPS)]
    runs = []
    for name, kind, options, groups, missing in rows():
        made = {str(d).removeprefix("torch."): run(kind, options, groups, missing, d, initial, grads)
                for d in (torch.float32, torch.float64)}
        groups = [{"params": g["params"], "options": camels(g)} for g in groups]
        runs.append({"optimizer": name, "options": camels(options), "groups": groups, "missing": missing, **made})
    return {"initial": [array(p) for p in initial], "grads": [array(torch.cat([g.flatten() for g in s])) for s in grads],
            "runs": runs}


LBFGS = [
    {"max_iter": 1, "lr": 0.1},
    {"max_iter": 2, "lr": 0.5, "history_size": 3},
    {"max_iter": 4, "lr": 0.02, "max_eval": 3},
    {"max_iter": 1, "line_search_fn": "strong_wolfe", "history_size": 2},
    {"max_iter": 3, "line_search_fn": "strong_wolfe"},
    {"line_search_fn": "strong_wolfe"},
    {"max_iter": 5, "lr": 0.05, "tolerance_grad": 0.5},
    {"max_iter": 5, "lr": 0.3, "tolerance_change": 0.02},
]


def lbfgs():
    """Objective: Σ a·(p - c)² + ¼·Σ (p - c)⁴ + ½·(Σ p)², over two parameters in one vector each."""
    source = torch.Generator().manual_seed(12)
    shapes = ((2, 3), (4,))
    initial, scale, centre = ([torch.rand(s, generator=source) * w + b for s in shapes]
                              for w, b in ((4, -2), (3, 0.1), (2, -1)))
    runs = []
    for options in LBFGS:
        for missing in (None, 1) if options.get("max_iter") == 1 else (None,):
            made = {}
            for dtype in (torch.float32, torch.float64):
                p = [nn.Parameter(x.to(dtype).clone()) for x in initial]
                a, c = ([x.to(dtype) for x in xs] for xs in (scale, centre))
                optimizer = optim.LBFGS(p, **options)

                def closure():
                    optimizer.zero_grad(set_to_none=True)
                    parts = [q.detach() if i == missing else q for i, q in enumerate(p)]
                    loss = sum((x * (q - y) ** 2).sum() + 0.25 * ((q - y) ** 4).sum() for q, x, y in zip(parts, a, c))
                    loss = loss + 0.5 * sum(q.sum() for q in parts) ** 2
                    loss.backward()
                    return loss

                kept = {}
                for step in range(1, STEPS + 1):
                    optimizer.step(closure)
                    if step in KEPT:
                        kept[str(step)] = array(torch.cat([q.detach().flatten() for q in p]))
                made[str(dtype).removeprefix("torch.")] = kept
            runs.append({"optimizer": "LBFGS", "options": camels(options), "missing": missing, **made})
    return {"initial": [array(x) for x in initial], "scale": [array(x) for x in scale],
            "centre": [array(x) for x in centre], "runs": runs}


def averages():
    """What AveragedModel holds after each of 10 changes of a parameter: SWA, and EMA with decay 0.9."""
    source = torch.Generator().manual_seed(13)
    values = [torch.rand(5, generator=source, dtype=torch.float64) * 2 - 1 for _ in range(10)]
    kinds = {"swa": None, "ema": lambda average, value, count: average * 0.9 + value * 0.1}
    model = nn.Linear(5, 1, bias=False).double()
    found = {}
    for kind, function in kinds.items():
        average = optim.swa_utils.AveragedModel(model, avg_fn=function)
        found[kind] = []
        for value in values:
            model.weight.data.copy_(value)
            average.update_parameters(model)
            found[kind].append(array(average.module.weight.detach().flatten()))
    rates = []
    for epochs, strategy, lrs in ((5, "cos", [0.05]), (10, "linear", [0.02, 0.3]), (0, "cos", [0.05]), (1, "linear", [0.4])):
        parameters = [nn.Parameter(torch.zeros(1)) for _ in lrs]
        optimizer = optim.SGD([{"params": [p], "lr": lr} for p, lr in zip(parameters, (0.1, 0.5))], lr=1.0)
        scheduler = optim.swa_utils.SWALR(optimizer, lrs if len(lrs) > 1 else lrs[0], epochs, strategy)
        run = []
        for _ in range(31):
            run.append([g["lr"] for g in optimizer.param_groups])
            optimizer.step()
            scheduler.step()
        rates.append({"annealEpochs": epochs, "annealStrategy": strategy, "swaLr": lrs, "rates": run})
    return {"values": [array(v) for v in values], **found, "swalr": rates}


save("optimizers", {"trajectories": trajectories(), "lbfgs": lbfgs(), "averages": averages()})
