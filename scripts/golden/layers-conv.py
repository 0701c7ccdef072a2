"""layers-conv.json: convolutions, pools, normalisations and channel dropout as layers; a row of CASES is a case."""

import re

import torch
from torch import nn

from common import array, save


class RMSNorm(nn.Module):
    """torch.nn.RMSNorm came after 1.13: x / sqrt(mean(x^2) + eps) * weight over the last dimensions (its documentation)."""

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True):
        super().__init__()
        self.shape = [normalized_shape] if isinstance(normalized_shape, int) else list(normalized_shape)
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(self.shape)) if elementwise_affine else None

    def forward(self, x):
        eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
        y = x * torch.rsqrt(x.pow(2).mean([-1 - i for i in range(len(self.shape))], keepdim=True) + eps)
        return y if self.weight is None else y * self.weight


# layer, positional arguments, options (in camelCase), shape of the input; {"eval": True} runs one training step first.
CASES = [
    ("Conv1d", [2, 3, 3], {}, [2, 2, 7]),
    ("Conv1d", [4, 6, 4], {"stride": 2, "padding": 3, "dilation": 2, "groups": 2}, [3, 4, 11]),
    ("Conv1d", [3, 2, 4], {"padding": "same", "bias": False}, [2, 3, 9]),
    ("Conv1d", [3, 2, 5], {"padding": "valid"}, [1, 3, 5]),
    ("Conv1d", [2, 3, 1], {}, [2, 2, 5]),
    ("Conv1d", [2, 3, 3], {"padding": 2, "paddingMode": "circular"}, [2, 2, 5]),
    ("Conv1d", [2, 3, 3], {}, [2, 6]),
    ("Conv2d", [1, 4, 3], {}, [2, 1, 7, 7]),
    ("Conv2d", [3, 4, 3], {"padding": 1}, [2, 3, 5, 6]),
    ("Conv2d", [3, 4, 3], {"padding": 1, "bias": False}, [1, 3, 5, 5]),
    ("Conv2d", [3, 2, [2, 5]], {"stride": [2, 1], "padding": [1, 2]}, [2, 3, 8, 7]),
    ("Conv2d", [4, 6, [3, 2]], {"stride": 2, "padding": 2, "dilation": [2, 3], "groups": 2}, [2, 4, 9, 8]),
    ("Conv2d", [4, 8, 3], {"groups": 4, "padding": 1}, [2, 4, 5, 5]),
    ("Conv2d", [4, 4, 3], {"groups": 4, "stride": 2}, [1, 4, 7, 9]),
    ("Conv2d", [6, 3, 1], {}, [2, 6, 4, 5]),
    ("Conv2d", [6, 4, 1], {"stride": 2, "groups": 2}, [2, 6, 5, 5]),
    ("Conv2d", [2, 3, [4, 3]], {"padding": "same"}, [2, 2, 5, 6]),
    ("Conv2d", [2, 3, [2, 4]], {"padding": "same", "dilation": 2}, [2, 2, 7, 7]),
    ("Conv2d", [2, 3, 5], {"padding": "valid"}, [1, 2, 5, 5]),
    ("Conv2d", [2, 2, 3], {"padding": [1, 2], "paddingMode": "reflect"}, [2, 2, 4, 5]),
    ("Conv2d", [2, 2, 3], {"padding": 2, "paddingMode": "replicate"}, [1, 2, 3, 4]),
    ("Conv2d", [2, 2, [2, 3]], {"padding": "same", "paddingMode": "circular"}, [1, 2, 4, 4]),
    ("Conv2d", [3, 2, 2], {"padding": 1}, [3, 4, 5]),
    ("Conv2d", [16, 8, 3], {"padding": 1}, [2, 16, 6, 6]),
    ("Conv2d", [1, 2, 3], {"stride": 3}, [2, 1, 10, 8]),
    ("Conv2d", [1, 1, 7], {"padding": 3}, [1, 1, 2, 3]),
    ("ConvTranspose1d", [2, 3, 3], {}, [2, 2, 5]),
    ("ConvTranspose1d", [4, 6, 4], {"stride": 3, "padding": 1, "outputPadding": 2, "groups": 2, "dilation": 2}, [2, 4, 5]),
    ("ConvTranspose2d", [2, 3, 3], {}, [2, 2, 4, 5]),
    ("ConvTranspose2d", [3, 2, 2], {"stride": 2, "bias": False}, [2, 3, 3, 4]),
    ("ConvTranspose2d", [2, 4, [3, 4]], {"stride": [2, 3], "padding": [1, 2], "outputPadding": [1, 2]}, [2, 2, 4, 3]),
    ("ConvTranspose2d", [4, 6, 3], {"stride": 2, "padding": 1, "outputPadding": 1, "groups": 2}, [1, 4, 3, 3]),
    ("ConvTranspose2d", [2, 3, 2], {"dilation": 3, "outputPadding": 2}, [1, 2, 3, 3]),
    ("ConvTranspose2d", [3, 2, 1], {}, [2, 3, 4, 4]),
    ("ConvTranspose2d", [3, 2, 3], {"padding": 1}, [3, 4, 5]),
    ("MaxPool1d", [2], {}, [2, 3, 7]),
    ("MaxPool1d", [3], {"stride": 2, "padding": 1, "dilation": 2, "ceilMode": True}, [2, 2, 10]),
    ("MaxPool2d", [2], {}, [2, 3, 6, 7]),
    ("MaxPool2d", [3], {"stride": 2, "padding": 1}, [2, 2, 7, 8]),
    ("MaxPool2d", [[2, 3]], {"stride": [3, 1], "ceilMode": True}, [2, 2, 6, 7]),
    ("MaxPool2d", [3], {"stride": 2, "padding": 1, "ceilMode": True}, [1, 2, 6, 6]),
    ("MaxPool2d", [[3, 2]], {"stride": 1, "dilation": [2, 3]}, [1, 2, 7, 6]),
    ("MaxPool2d", [2], {}, [3, 5, 5]),
    ("AvgPool1d", [3], {"stride": 2, "padding": 1}, [2, 3, 8]),
    ("AvgPool1d", [3], {"padding": 1, "countIncludePad": False, "ceilMode": True}, [2, 2, 8]),
    ("AvgPool2d", [2], {}, [2, 3, 6, 7]),
    ("AvgPool2d", [3], {"stride": 2, "padding": 1}, [2, 2, 6, 8]),
    ("AvgPool2d", [3], {"stride": 2, "padding": 1, "countIncludePad": False}, [2, 2, 6, 7]),
    ("AvgPool2d", [[3, 2]], {"stride": 2, "padding": 1, "ceilMode": True}, [1, 2, 6, 6]),
    ("AvgPool2d", [[3, 2]], {"stride": 2, "padding": 1, "ceilMode": True, "countIncludePad": False}, [1, 2, 6, 6]),
    ("AvgPool2d", [2], {"divisorOverride": 3}, [1, 2, 5, 5]),
    ("AdaptiveAvgPool1d", [3], {}, [2, 3, 7]),
    ("AdaptiveAvgPool2d", [1], {}, [2, 3, 5, 4]),
    ("AdaptiveAvgPool2d", [[3, 5]], {}, [2, 2, 7, 4]),
    ("AdaptiveAvgPool2d", [[None, 2]], {}, [1, 2, 3, 5]),
    ("AdaptiveMaxPool1d", [3], {}, [2, 3, 7]),
    ("AdaptiveMaxPool2d", [[3, 2]], {}, [2, 2, 7, 5]),
    ("BatchNorm1d", [5], {}, [4, 5]),
    ("BatchNorm1d", [5], {"eval": True}, [1, 5]),
    ("BatchNorm1d", [6], {"momentum": 0.3, "eps": 1e-3}, [7, 6]),
    ("BatchNorm1d", [3], {}, [2, 3, 5]),
    ("BatchNorm1d", [3], {"affine": False}, [3, 3, 2]),
    ("BatchNorm1d", [4], {"momentum": None}, [5, 4]),
    ("BatchNorm1d", [4], {"trackRunningStats": False}, [5, 4]),
    ("BatchNorm1d", [4], {"trackRunningStats": False, "eval": True}, [5, 4]),
    ("BatchNorm2d", [3], {}, [2, 3, 4, 5]),
    ("BatchNorm2d", [3], {"eval": True}, [1, 3, 4, 5]),
    ("BatchNorm2d", [3], {}, [1, 3, 3, 3]),
    ("BatchNorm2d", [4], {"affine": False, "eval": True}, [2, 4, 3, 3]),
    ("BatchNorm2d", [2], {"momentum": None, "affine": False}, [3, 2, 3, 3]),
    ("LayerNorm", [7], {}, [3, 7]),
    ("LayerNorm", [7], {"eps": 1e-2}, [1, 7]),
    ("LayerNorm", [[3, 5]], {}, [2, 4, 3, 5]),
    ("LayerNorm", [16], {"elementwiseAffine": False}, [2, 3, 16]),
    ("GroupNorm", [2, 6], {}, [3, 6, 4]),
    ("GroupNorm", [3, 6], {"affine": False}, [2, 6, 3, 3]),
    ("GroupNorm", [4, 4], {}, [2, 4, 5]),
    ("GroupNorm", [1, 4], {"eps": 1e-3}, [1, 4, 3, 3]),
    ("GroupNorm", [2, 8], {}, [3, 8]),
    ("InstanceNorm1d", [3], {}, [2, 3, 6]),
    ("InstanceNorm2d", [3], {"affine": True}, [2, 3, 4, 4]),
    ("RMSNorm", [8], {}, [3, 8]),
    ("RMSNorm", [[2, 5]], {"eps": 1e-3}, [4, 2, 5]),
    ("RMSNorm", [6], {"elementwiseAffine": False}, [2, 3, 6]),
]

INITIAL = [
    (42, [("Conv2d", [1, 16, 3], {"padding": 1}), ("Conv2d", [16, 32, 3], {}), ("Conv1d", [3, 5, 4], {"bias": False})]),
    (0, [("Conv2d", [4, 8, [3, 2]], {"groups": 4}), ("BatchNorm2d", [8], {}), ("ConvTranspose2d", [8, 4, 3], {"groups": 2})]),
    (7, [("Conv1d", [1, 1, 1], {}), ("ConvTranspose1d", [3, 2, 5], {}), ("GroupNorm", [2, 4], {}), ("LayerNorm", [3], {})]),
]

DROPOUT = [
    (42, "Dropout2d", 0.5, [3, 5, 2, 3]),
    (42, "Dropout2d", 0.2, [2, 16, 2, 2]),
    (1, "Dropout2d", 0.5, [4, 6, 3]),
    (1, "Dropout1d", 0.3, [4, 6, 3]),
    (2, "Dropout1d", 0.5, [9, 3]),
    (3, "Dropout2d", 1.0, [2, 2, 2, 2]),
]


def snake(name):
    return re.sub("[A-Z]", lambda match: "_" + match.group().lower(), name)


def make(layer, args, options):
    kwargs = {snake(key): value for key, value in options.items() if key != "eval"}
    kind = RMSNorm if layer == "RMSNorm" else getattr(nn, layer)
    return kind(*[tuple(arg) if isinstance(arg, list) else arg for arg in args], **kwargs)


def state_of(module):
    return {key: value.clone() for key, value in module.state_dict().items()}


def arrays(state, dtype=None):
    return {key: array(value if dtype is None or not value.is_floating_point() else value.to(dtype)) for key, value in state.items()}


def main():
    cases = []
    for seed, (layer, args, options, shape) in enumerate(CASES):
        torch.manual_seed(seed)
        module = make(layer, args, options)
        for parameter in module.parameters():
            nn.init.uniform_(parameter, -1, 1)
        before = state_of(module)
        module = module.double()
        steps = 2 if layer.startswith("BatchNorm") else 1
        batch = shape if shape[0] > 1 or not options.get("eval") else [3, *shape[1:]]
        inputs = [torch.randn(batch if i < steps - 1 else shape) for i in range(steps)]
        for x in inputs[:-1]:
            module(x.double())
        if options.get("eval"):
            module.eval()
        x = inputs[-1].double().requires_grad_()
        out = module(x)
        upstream = torch.randn(out.shape)
        out.backward(upstream.double())
        names = ", ".join(f"{key} {value}" for key, value in options.items())
        cases.append({
            "name": f"{layer}({', '.join(map(str, args))}{', ' if names else ''}{names}) on {shape}",
            "layer": layer,
            "args": args,
            "options": {key: value for key, value in options.items() if key != "eval"},
            "eval": bool(options.get("eval")),
            "state": arrays(before, torch.float32),
            "inputs": [array(x) for x in inputs],
            "output": array(out),
            "upstream": array(upstream),
            "gradInput": array(x.grad),
            "grads": {name: array(parameter.grad) for name, parameter in module.named_parameters()},
            "after": arrays({key: value for key, value in module.state_dict().items() if "running" in key or "num_" in key}),
        })

    initial = []
    for seed, layers in INITIAL:
        torch.manual_seed(seed)
        made = [{"layer": layer, "args": args, "options": options, "state": arrays(make(layer, args, options).state_dict())}
                for layer, args, options in layers]
        initial.append({"seed": str(seed), "layers": made, "next": torch.rand(1).item()})

    dropout = []
    for seed, layer, p, shape in DROPOUT:
        torch.manual_seed(seed)
        out = getattr(nn, layer)(p)(torch.ones(shape))
        dropout.append({"seed": str(seed), "layer": layer, "p": p, "shape": shape, "out": array(out), "next": torch.rand(1).item()})
    save("layers-conv", {"cases": cases, "initial": initial, "dropout": dropout})


main()
