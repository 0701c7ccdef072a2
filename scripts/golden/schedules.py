"""schedules.json: learning rates (and momenta) of every schedule over three times its period."""

import math

import torch
from torch import nn
from torch.optim import SGD, Adam, lr_scheduler

from common import save

# A schedule is (name, positional arguments, options) with names in camelCase; formulas of the epoch are {"formula": …},
# schedules among the arguments are made of others. Adding a case is adding a row to ROWS.
RENAMED = {"tMult": "T_mult", "expRange": "exp_range"}


def snake(name):
    return RENAMED.get(name) or "".join("_" + c.lower() if c.isupper() else c for c in name)


def value(x):
    if isinstance(x, dict):
        return lambda epoch: eval(x["formula"], {"epoch": epoch, "min": min})
    if isinstance(x, list):
        return [value(v) for v in x]
    return RENAMED.get(x, x) if isinstance(x, str) else x


# What PyTorch 1.13 does not have, by its published formula.
def warmup_stable_decay(optimizer, w, s, d, start_factor=None, end_factor=0.0, decay="linear"):
    start = 1 / (w + 1) if start_factor is None else start_factor
    shape = {
        "linear": lambda t: 1 - t,
        "cosine": lambda t: (1 + math.cos(math.pi * t)) / 2,
        "sqrt": lambda t: 1 - math.sqrt(t),
    }[decay]

    def factor(e):
        if e < w:
            return start + (1 - start) * e / w
        if e <= w + s:
            return 1.0
        return end_factor + (1 - end_factor) * shape(min(1, (e - w - s) / d))

    return lr_scheduler.LambdaLR(optimizer, factor)


def inverse_sqrt(optimizer, w):
    return lr_scheduler.LambdaLR(optimizer, lambda e: min((e + 1) / w, math.sqrt(w / (e + 1))))


# warmup(scheduler, steps) before a schedule that PyTorch can put into a SequentialLR.
def warmup(optimizer, spec, steps, start_factor=None):
    start = 1 / (steps + 1) if start_factor is None else start_factor
    linear = lr_scheduler.LinearLR(optimizer, start_factor=start, total_iters=steps)
    return lr_scheduler.SequentialLR(optimizer, [linear, build(optimizer, spec)], milestones=[steps])


class WarmPlateau:
    """Linear warmup before a plateau: the metrics of the first calls do not count."""

    def __init__(self, optimizer, spec, steps, start_factor=None):
        self.optimizer, self.steps, self.count = optimizer, steps, 0
        self.start = 1 / (steps + 1) if start_factor is None else start_factor
        self.plateau = build(optimizer, spec)
        self.targets = [group["lr"] for group in optimizer.param_groups]
        self.set()

    def set(self):
        for group, target in zip(self.optimizer.param_groups, self.targets):
            group["lr"] = target * (self.start + (1 - self.start) * self.count / self.steps)

    def step(self, metric):
        self.count += 1
        if self.count <= self.steps:
            self.set()
        else:
            self.plateau.step(metric)


OWN = {"WarmupStableDecayLR": warmup_stable_decay, "InverseSqrtLR": inverse_sqrt}


def build(optimizer, spec):
    name, args, options = spec
    keywords = {snake(k): value(v) for k, v in options.items()}
    if name == "warmup":
        made = WarmPlateau if args[0][0] == "ReduceLROnPlateau" else warmup
        return made(optimizer, *args, **keywords)
    if name == "SequentialLR":
        return lr_scheduler.SequentialLR(optimizer, [build(optimizer, s) for s in args[0]], args[1])
    if name == "ChainedScheduler":
        return lr_scheduler.ChainedScheduler([build(optimizer, s) for s in args[0]])
    if name in OWN:
        return OWN[name](optimizer, *args, **keywords)
    return getattr(lr_scheduler, name)(optimizer, *[value(a) for a in args], **keywords)


def run(spec, steps, base=(0.1,), kind="SGD", metrics=None):
    groups = [{"params": [nn.Parameter(torch.zeros(1))], "lr": lr} for lr in base]
    optimizer = SGD(groups, lr=1.0, momentum=0.9) if kind == "SGD" else Adam(groups, lr=1.0)
    schedule = build(optimizer, spec)
    momentum = lambda group: group["momentum"] if kind == "SGD" else group["betas"][0]  # noqa: E731
    rates, momenta = [], []
    for k in range(steps + 1):
        rates.append([group["lr"] for group in optimizer.param_groups])
        momenta.append([momentum(group) for group in optimizer.param_groups])
        if k == steps:
            break
        optimizer.step()
        schedule.step(metrics[k]) if metrics else schedule.step()
    found = {"spec": spec, "optimizer": kind, "base": list(base), "rates": rates}
    if len({m for row in momenta for m in row}) > 1:
        found["momenta"] = momenta
    return {**found, "metrics": metrics} if metrics else found


TWO = (0.1, 0.003)
STEP, COSINE, EXPONENTIAL = ("StepLR", [4], {"gamma": 0.5}), ("CosineAnnealingLR", [6], {}), ("ExponentialLR", [0.9], {})
FLAT = [1.0, 0.8, 0.7] + [0.7] * 20 + [0.3] + [0.3] * 12
WAVE = [math.cos(0.4 * k) + 1.5 for k in range(40)]
NEGATIVE = [-1.0, -1.2, -1.3] + [-1.3] * 20 + [-1.29990] * 10
RISING = [0.1 * k for k in range(10)] + [0.9] * 25
STILL = [1 - 1e-4 * k for k in range(36)]

ROWS = [
    (("StepLR", [3], {}), 9, TWO),
    (("StepLR", [1], {"gamma": 0.9}), 5),
    (("StepLR", [10], {"gamma": 0.5}), 30),
    (("StepLR", [2], {"gamma": 1.1}), 6),
    (("MultiStepLR", [[2, 5, 5, 9]], {"gamma": 0.5}), 27, TWO),
    (("MultiStepLR", [[30, 80]], {}), 240),
    (("MultiStepLR", [[7, 3]], {"gamma": 0.3}), 21),
    (("ConstantLR", [], {}), 15, TWO),
    (("ConstantLR", [], {"factor": 0.5, "totalIters": 3}), 9),
    (("ConstantLR", [], {"factor": 1.0, "totalIters": 0}), 4),
    (("LinearLR", [], {}), 15, TWO),
    (("LinearLR", [], {"startFactor": 1.0, "endFactor": 0.1, "totalIters": 8}), 24),
    (("LinearLR", [], {"startFactor": 0.01, "totalIters": 1}), 3),
    (("ExponentialLR", [0.9], {}), 30, TWO),
    (("ExponentialLR", [0.5], {}), 60),
    (("ExponentialLR", [1.02], {}), 30),
    (("PolynomialLR", [], {}), 15, TWO),
    (("PolynomialLR", [], {"totalIters": 10, "power": 2.0}), 30),
    (("PolynomialLR", [], {"totalIters": 7, "power": 0.5}), 21, TWO),
    (("PolynomialLR", [], {"totalIters": 50, "power": 0.9}), 150),
    (("LambdaLR", [{"formula": "0.95 ** epoch"}], {}), 30, TWO),
    (("LambdaLR", [[{"formula": "1 / (1 + epoch)"}, {"formula": "min(1, (epoch + 1) / 5)"}]], {}), 30, TWO),
    (("MultiplicativeLR", [{"formula": "0.95"}], {}), 30, TWO),
    (("MultiplicativeLR", [[{"formula": "1 / (1 + epoch)"}, {"formula": "0.5 + epoch / 20"}]], {}), 30, TWO),
    (("CosineAnnealingLR", [10], {}), 30, TWO),
    (("CosineAnnealingLR", [50], {"etaMin": 1e-5}), 150, TWO),
    (("CosineAnnealingLR", [7], {"etaMin": 0.01}), 21),
    (("CosineAnnealingLR", [1], {"etaMin": 0.01}), 6),
    (("CosineAnnealingLR", [2], {}), 12),
    (("CosineAnnealingWarmRestarts", [5], {}), 15, TWO),
    (("CosineAnnealingWarmRestarts", [3], {"tMult": 2, "etaMin": 0.001}), 63),
    (("CosineAnnealingWarmRestarts", [1], {"tMult": 3}), 39, TWO),
    (("CosineAnnealingWarmRestarts", [1], {}), 4),
    (("CyclicLR", [0.01, 0.1], {"stepSizeUp": 4}), 24, TWO),
    (("CyclicLR", [0.01, 0.1], {"stepSizeUp": 4, "stepSizeDown": 6, "mode": "triangular2"}), 40),
    (("CyclicLR", [0.01, 0.1], {"stepSizeUp": 5, "mode": "expRange", "gamma": 0.98}), 30),
    (("CyclicLR", [[0.01, 0.02], [0.1, 0.3]], {"stepSizeUp": 3, "baseMomentum": 0.7, "maxMomentum": 0.95}), 18, TWO),
    (("CyclicLR", [0.01, 0.1], {"stepSizeUp": 4, "cycleMomentum": False}), 24, TWO, "Adam"),
    (("CyclicLR", [0.01, 0.1], {"stepSizeUp": 4, "scaleFn": {"formula": "1 / epoch"}}), 24),
    (
        ("CyclicLR", [0.01, 0.1],
         {"stepSizeUp": 4, "scaleFn": {"formula": "0.9 ** epoch"}, "scaleMode": "iterations"}), 24,
    ),
    (("OneCycleLR", [0.1], {"totalSteps": 30}), 30, TWO),
    (("OneCycleLR", [0.1], {"totalSteps": 30}), 30, TWO, "Adam"),
    (("OneCycleLR", [[0.1, 0.5]], {"epochs": 5, "stepsPerEpoch": 7, "annealStrategy": "linear"}), 34, TWO),
    (("OneCycleLR", [0.1], {"totalSteps": 40, "threePhase": True}), 40),
    (
        ("OneCycleLR", [0.1],
         {"totalSteps": 21, "threePhase": True, "annealStrategy": "linear", "pctStart": 0.4, "divFactor": 10.0}), 20,
        TWO, "Adam",
    ),
    (("OneCycleLR", [0.1], {"totalSteps": 17, "pctStart": 0.5, "finalDivFactor": 100.0, "cycleMomentum": False}), 17),
    (("OneCycleLR", [0.1], {"totalSteps": 11, "baseMomentum": 0.5, "maxMomentum": 0.9, "pctStart": 0.9}), 11),
    (("SequentialLR", [[("ConstantLR", [], {"factor": 0.1, "totalIters": 2}), EXPONENTIAL], [2]], {}), 20, TWO),
    (
        ("SequentialLR", [[("LinearLR", [], {"startFactor": 0.1, "totalIters": 3}), COSINE], [3]], {}), 27, TWO,
    ),
    (
        ("SequentialLR", [[("ConstantLR", [], {"factor": 0.5, "totalIters": 2}), EXPONENTIAL, STEP], [2, 5]], {}), 15,
    ),
    (("SequentialLR", [[EXPONENTIAL, ("PolynomialLR", [], {"totalIters": 4})], [5]], {}), 15, TWO),
    (("SequentialLR", [[STEP, ("MultiStepLR", [[2, 4]], {})], [9]], {}), 27),
    (("ChainedScheduler", [[("ConstantLR", [], {"factor": 0.1, "totalIters": 2}), EXPONENTIAL]], {}), 20, TWO),
    (("ChainedScheduler", [[STEP, EXPONENTIAL, ("LinearLR", [], {})]], {}), 20, TWO),
    (("ChainedScheduler", [[("PolynomialLR", [], {"totalIters": 12}), ("MultiplicativeLR", [{"formula": "0.9"}], {})]],
      {}), 36),
    (("ChainedScheduler", [[COSINE, STEP]], {}), 20, TWO),
    (("ReduceLROnPlateau", [], {"patience": 3}), 36, TWO, "SGD", FLAT),
    (("ReduceLROnPlateau", [], {"patience": 0, "factor": 0.5}), 36, TWO, "SGD", WAVE),
    (("ReduceLROnPlateau", [], {"patience": 2, "cooldown": 4, "factor": 0.3}), 36, TWO, "SGD", FLAT),
    (("ReduceLROnPlateau", [], {"patience": 2, "minLr": [0.02, 0.001]}), 36, TWO, "SGD", FLAT),
    (("ReduceLROnPlateau", [], {"patience": 1, "minLr": 0.01, "factor": 0.5}), 36, (0.1,), "SGD", FLAT),
    (("ReduceLROnPlateau", [], {"mode": "max", "patience": 3}), 35, TWO, "SGD", RISING),
    (("ReduceLROnPlateau", [], {"mode": "max", "patience": 2, "thresholdMode": "abs", "threshold": 0.15}), 35, TWO,
     "SGD", RISING),
    (("ReduceLROnPlateau", [], {"thresholdMode": "abs", "threshold": 0.05, "patience": 2}), 36, TWO, "Adam", WAVE),
    (("ReduceLROnPlateau", [], {"patience": 4}), 33, TWO, "SGD", NEGATIVE),
    (("ReduceLROnPlateau", [], {"patience": 4, "mode": "max"}), 33, TWO, "SGD", NEGATIVE),
    (("ReduceLROnPlateau", [], {"patience": 4, "thresholdMode": "abs"}), 33, TWO, "SGD", NEGATIVE),
    (("ReduceLROnPlateau", [], {"patience": 2, "threshold": 1e-3}), 36, TWO, "SGD", STILL),
    (("ReduceLROnPlateau", [], {"patience": 0, "eps": 0.005}), 36, TWO, "SGD", FLAT),
    (("WarmupStableDecayLR", [4, 6, 5], {}), 45, TWO),
    (("WarmupStableDecayLR", [0, 3, 8], {"decay": "cosine", "endFactor": 0.1}), 33),
    (("WarmupStableDecayLR", [5, 0, 10], {"decay": "sqrt", "startFactor": 0.0}), 45, TWO),
    (("InverseSqrtLR", [4], {}), 30, TWO),
    (("InverseSqrtLR", [1], {}), 30),
    (("warmup", [("CosineAnnealingLR", [10], {"etaMin": 0.001}), 5], {}), 45, TWO),
    (("warmup", [("StepLR", [4], {}), 3], {"startFactor": 0.1}), 21),
    (("warmup", [("ExponentialLR", [0.9], {}), 1], {}), 12, TWO),
    (("warmup", [("CosineAnnealingWarmRestarts", [4], {"tMult": 2}), 4], {}), 48),
    (("warmup", [("LambdaLR", [{"formula": "0.9 ** epoch"}], {}), 6], {"startFactor": 0.5}), 18, TWO),
    (("warmup", [("ReduceLROnPlateau", [], {"patience": 2, "factor": 0.5}), 4], {}), 36, TWO, "SGD", FLAT),
    (("warmup", [("ReduceLROnPlateau", [], {"patience": 1, "cooldown": 2}), 7], {"startFactor": 0.2}), 36, TWO, "Adam",
     WAVE),
]

save("schedules", {"cases": [run(*row) for row in ROWS]})
