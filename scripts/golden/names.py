"""names.json: the public names of torch.optim, torch.optim.lr_scheduler, torch.nn and torch.nn.functional.

Taken from the installed PyTorch; names that came later are listed below. docs/pytorch-map.md answers for each of them.
"""

import inspect

import torch
import torch.nn.functional as F
from torch import nn, optim
from torch.optim import lr_scheduler

from common import save

LATER = {
    "torch.optim": ["Adafactor", "Muon"],
    "torch.optim.lr_scheduler": ["LRScheduler"],
    "torch.nn": ["RMSNorm", "Buffer", "attention"],
    "torch.nn.functional": ["rms_norm", "scaled_dot_product_attention"],
}
# Imported into these modules for their own use.
HELPERS = {"TYPE_CHECKING", "Callable", "List", "Optional", "Tuple", "Union", "Tensor", "DType", "Counter", "Any", "Dict"}


def names(module, wanted):
    found = {name for name in dir(module) if not name.startswith("_") and name not in HELPERS and wanted(getattr(module, name))}
    return sorted(found | set(LATER[module.__name__]))


def of_functional(value):
    return callable(value) and not inspect.isclass(value) and getattr(value, "__module__", None) in (
        "torch.nn.functional", "torch._C._nn", "torch.functional", "torch._jit_internal", "torch", None,
    )


NOT_FUNCTIONS = {"boolean_dispatch", "has_torch_function", "has_torch_function_unary", "has_torch_function_variadic",
                 "handle_torch_function", "assert_int_or_pair"}


def main():
    classes = inspect.isclass
    modules = {
        "torch.optim": names(optim, classes),
        "torch.optim.lr_scheduler": [n for n in names(lr_scheduler, classes) if n not in ("Optimizer",)],
        "torch.nn": [n for n in names(nn, lambda v: classes(v) or inspect.ismodule(v)) if n not in ("common_types", "grad", "modules", "parameter", "backends")],
        "torch.nn.functional": [n for n in names(F, of_functional) if n not in NOT_FUNCTIONS],
    }
    save("names", {"modules": modules})
    print({key: len(value) for key, value in modules.items()})


main()
