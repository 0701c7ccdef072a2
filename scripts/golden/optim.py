"""optim.json: optimizer trajectories, learning-rate schedules and gradient clipping."""

import math

import torch
from torch import nn
from torch.optim import SGD, Adam, AdamW, lr_scheduler

from common import array, number, save

STEPS = 50
KEPT = (1, 2, 3, 10, 25, 50)

OPTIMIZERS = [
    ("SGD", SGD, {"lr": 0.05}),
    ("SGD", SGD, {"lr": 0.05, "momentum": 0.9}),
    ("SGD", SGD, {"lr": 0.05, "momentum": 0.9, "dampening": 0.3}),
    ("SGD", SGD, {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
    ("SGD", SGD, {"lr": 0.05, "weight_decay": 0.1}),
    ("SGD", SGD, {"lr": 0.05, "momentum": 0.8, "weight_decay": 0.1, "nesterov": True}),
    ("SGD", SGD, {"lr": 0.05, "momentum": 0.9, "maximize": True}),
    ("SGD", SGD, {"lr": 0.05, "momentum": 0.9, "dampening": 0.1, "weight_decay": 0.02, "maximize": True}),
    ("Adam", Adam, {}),
    ("Adam", Adam, {"lr": 0.01, "betas": [0.8, 0.99]}),
    ("Adam", Adam, {"lr": 0.01, "eps": 1e-3}),
    ("Adam", Adam, {"lr": 0.01, "weight_decay": 0.1}),
    ("Adam", Adam, {"lr": 0.01, "amsgrad": True}),
    ("Adam", Adam, {"lr": 0.01, "amsgrad": True, "weight_decay": 0.05}),
    ("Adam", Adam, {"lr": 0.01, "maximize": True}),
    ("AdamW", AdamW, {"lr": 0.01}),
    ("AdamW", AdamW, {"lr": 0.01, "weight_decay": 0.2, "amsgrad": True}),
]


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def trajectories():
    source = torch.Generator().manual_seed(5)
    shapes = ((3, 4), (5,))
    initial = [torch.rand(s, generator=source) * 2 - 1 for s in shapes]
    # The gradients shrink, so that amsgrad's maximum matters.
    grads = [[(torch.rand(s, generator=source) * 2 - 1) * 0.95**k for s in shapes] for k in range(STEPS)]
    runs = []
    for name, kind, options in OPTIMIZERS:
        for dtype in (torch.float32, torch.float64):
            parameters = [nn.Parameter(p.to(dtype).clone()) for p in initial]
            keywords = {k: tuple(v) if isinstance(v, list) else v for k, v in options.items()}
            keywords.setdefault("lr", 1e-3)
            optimizer = kind(parameters, **keywords)
            kept = {}
            for step in range(1, STEPS + 1):
                for parameter, grad in zip(parameters, grads[step - 1]):
                    parameter.grad = grad.to(dtype).clone()
                optimizer.step()
                if step in KEPT:
                    kept[str(step)] = [array(p) for p in parameters]
            runs.append(
                {
                    "optimizer": name,
                    "options": {camel(k): v for k, v in options.items()},
                    "dtype": str(dtype).removeprefix("torch."),
                    "after": kept,
                }
            )
    return {
        "initial": [array(p) for p in initial],
        "grads": [[array(g) for g in step] for step in grads],
        "runs": runs,
    }


def schedule(name, make, epochs, base, **options):
    parameters = [nn.Parameter(torch.zeros(1)) for _ in base]
    optimizer = SGD([{"params": [p], "lr": lr} for p, lr in zip(parameters, base)], lr=1.0)
    scheduler = make(optimizer)
    rates = []
    for _ in range(epochs + 1):
        rates.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step()
        scheduler.step()
    return {"scheduler": name, "options": options, "base": base, "rates": rates}


def schedules():
    found = []
    for size, gamma in ((3, 0.1), (1, 0.9), (10, 0.5)):
        found.append(
            schedule(
                "StepLR", lambda o: lr_scheduler.StepLR(o, size, gamma), 30, [0.1, 0.003], stepSize=size, gamma=gamma
            )
        )
    for t_max, eta in ((10, 0.0), (50, 1e-5), (7, 0.01)):
        found.append(
            schedule(
                "CosineAnnealingLR", lambda o: lr_scheduler.CosineAnnealingLR(o, t_max, eta), 3 * t_max, [0.1, 0.001],
                tMax=t_max, etaMin=eta,
            )
        )
    found.append(
        schedule(
            "LambdaLR", lambda o: lr_scheduler.LambdaLR(o, lambda e: 0.95**e), 20, [0.1], formula="0.95 ** epoch"
        )
    )
    found.append(
        schedule(
            "LambdaLR", lambda o: lr_scheduler.LambdaLR(o, [lambda e: 1 / (1 + e), lambda e: min(1, (e + 1) / 5)]), 20,
            [0.1, 0.02], formula="[1 / (1 + epoch), min(1, (epoch + 1) / 5)]",
        )
    )
    found.append(schedule("ExponentialLR", lambda o: lr_scheduler.ExponentialLR(o, 0.9), 20, [0.1], gamma=0.9))
    found.append(
        schedule(
            "MultiStepLR", lambda o: lr_scheduler.MultiStepLR(o, [2, 5, 5, 9], 0.5), 12, [0.1],
            milestones=[2, 5, 5, 9], gamma=0.5,
        )
    )
    return found


def clipping():
    source = torch.Generator().manual_seed(6)
    base = [torch.rand(s, generator=source) * 4 - 2 for s in ((3, 4), (5,), ())]
    cases = []
    for p in (1.0, 2.0, math.inf, 3.0):
        for maximum in (0.5, 1.0, 100.0):
            parameters = [nn.Parameter(torch.zeros_like(g)) for g in base]
            for parameter, grad in zip(parameters, base):
                parameter.grad = grad.clone()
            total = nn.utils.clip_grad_norm_(parameters, maximum, p)
            cases.append(
                {
                    "function": "clipGradNorm_",
                    "maxNorm": maximum,
                    "normType": number(p),
                    "total": total.item(),
                    "grads": [array(q.grad) for q in parameters],
                }
            )
    for limit in (0.3, 5.0):
        parameters = [nn.Parameter(torch.zeros_like(g)) for g in base]
        for parameter, grad in zip(parameters, base):
            parameter.grad = grad.clone()
        nn.utils.clip_grad_value_(parameters, limit)
        cases.append(
            {"function": "clipGradValue_", "clipValue": limit, "grads": [array(q.grad) for q in parameters]}
        )
    return {"base": [array(g) for g in base], "cases": cases}


save("optim", {"trajectories": trajectories(), "schedules": schedules(), "clipping": clipping()})
