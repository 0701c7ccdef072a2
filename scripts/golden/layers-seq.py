"""layers-seq.json: recurrent and attention layers, embeddings, activations, einsum.

A case is a call on inputs with given parameters: outputs, and gradients by inputs and parameters, computed in float64 on
float32 numbers. `init` holds the parameters that PyTorch draws for a seed, in float32, bit for bit.
"""

import torch
import torch.nn.functional as F
from torch import nn

from common import array, save

CASES = []
INIT = []
source = torch.Generator().manual_seed(77)
INF = float("inf")


def values(*shape, low=-1.5, high=1.5):
    return torch.empty(shape).uniform_(low, high, generator=source).double()


def single(x):
    """What is a float32 number anyway, in half the space."""
    return array(x.float() if x.is_floating_point() else x)


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def number(value):
    if isinstance(value, float) and value in (INF, -INF):
        return "inf" if value > 0 else "-inf"
    return list(value) if isinstance(value, tuple) else value


def named(options):
    return {camel(key): number(value) for key, value in options.items()}


def record(name, kind, target, args, options, call, inputs, results, params, seed=None, training=True):
    """`inputs` in call order; `call` holds the options of the call itself."""
    results = [r for r in results if r is not None]
    upstream = [values(*r.shape, low=-1, high=1) if r.requires_grad else None for r in results]
    pairs = [(r, w) for r, w in zip(results, upstream) if w is not None]
    if pairs:
        torch.autograd.backward([r for r, _ in pairs], [w for _, w in pairs])
    CASES.append(
        {
            "name": name, "kind": kind, "target": target, "args": args, "options": named(options), "call": call,
            "seed": seed, "training": training,
            "params": {key: single(p) for key, p in params.items()},
            "inputs": [single(x) for x in inputs],
            "needs": [bool(x.is_floating_point() and x.requires_grad) for x in inputs],
            "outputs": [array(r) for r in results],
            "upstream": [None if w is None else single(w) for w in upstream],
            "grads": [array(x.grad) if x.is_floating_point() and x.grad is not None else None for x in inputs],
            "paramGrads": {key: single(p.grad) for key, p in params.items() if p.grad is not None},
        }
    )


def flat(result):
    if isinstance(result, torch.Tensor) or result is None:
        return [result]
    return [leaf for part in result for leaf in flat(part)]


def leaf(x):
    return x.clone().requires_grad_() if x.is_floating_point() else x


def layer(name, cls, args, options, inputs, forward=None, call=None, seed=None, training=True, target=None):
    """A module with parameters drawn here (not by its initialisation), called in float64."""
    module = cls(*args, **options).double().train(training)
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(values(*p.shape, low=-0.6, high=0.6))
    leaves = [leaf(x) for x in inputs]
    if seed is not None:
        torch.manual_seed(seed)
    out = (forward or (lambda m, *xs: m(*xs)))(module, *leaves)
    record(name, "module", target or cls.__name__, list(args), options, call or {}, leaves, flat(out),
           dict(module.named_parameters()), seed, training)


def function(name, target, inputs, fn, options=None, args=None, training=True, seed=None):
    leaves = [leaf(x) for x in inputs]
    if seed is not None:
        torch.manual_seed(seed)
    record(name, "function", target, args or [], options or {}, {}, leaves, flat(fn(*leaves)), {}, seed, training)


def init(name, cls, args, options, target=None):
    torch.manual_seed(123)
    module = cls(*args, **options)
    INIT.append(
        {
            "name": name, "target": target or cls.__name__, "args": list(args), "options": named(options), "seed": "123",
            "state": [[key, array(value)] for key, value in module.state_dict().items()],
            "next": torch.rand(1).item(),
        }
    )


def recurrent():
    for cls, many in ((nn.RNN, False), (nn.LSTM, True), (nn.GRU, False)):
        n = cls.__name__
        for options in (
            {},
            {"num_layers": 2},
            {"bidirectional": True},
            {"batch_first": True},
            {"bias": False},
            {"num_layers": 2, "bidirectional": True, "batch_first": True},
            {"num_layers": 3, "bias": False, "bidirectional": True},
        ) + (({"nonlinearity": "relu"}, {"nonlinearity": "relu", "num_layers": 2, "bidirectional": True}) if cls is nn.RNN else ()):
            label = ", ".join(f"{k}={v}" for k, v in options.items()) or "plain"
            first = options.get("batch_first", False)
            x = values(2, 4, 3) if first else values(4, 2, 3)
            size = 3 if "num_layers" in options else 5
            layer(f"{n}, {label}", cls, (3, size), options, [x])
            depth = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
            state = [values(depth, 2, size) for _ in range(2 if many else 1)]
            pack = (lambda m, x, h, c: m(x, (h, c))) if many else None
            layer(f"{n}, {label}, with a state", cls, (3, size), options, [x, *state], pack)
        layer(f"{n}, batch 1, one step", cls, (1, 1), {}, [values(1, 1, 1)])
        layer(f"{n}, size 8, in evaluation", cls, (7, 8), {"dropout": 0.5, "num_layers": 2, "bias": False}, [values(3, 3, 7)], training=False)
        layer(f"{n}, dropout", cls, (3, 3), {"dropout": 0.4, "num_layers": 3, "bidirectional": True}, [values(4, 2, 3)], seed=5)
        layer(f"{n}, without a batch", cls, (3, 4), {"num_layers": 2}, [values(5, 3)])
        layer(f"{n}, without a batch, with a state", cls, (3, 4), {}, [values(5, 3), *[values(1, 4) for _ in range(2 if many else 1)]],
              (lambda m, x, h, c: m(x, (h, c))) if many else None)
        init(n, cls, (3, 5), {})
        init(f"{n}, layers and directions", cls, (4, 6), {"num_layers": 2, "bidirectional": True})
        init(f"{n}, no bias", cls, (2, 3), {"bias": False})
    for cls, many in ((nn.RNNCell, False), (nn.LSTMCell, True), (nn.GRUCell, False)):
        n = cls.__name__
        pack = (lambda m, x, h, c: m(x, (h, c))) if many else None
        state = lambda *shape: [values(*shape) for _ in range(2 if many else 1)]
        layer(n, cls, (3, 5), {}, [values(4, 3)])
        layer(f"{n}, with a state", cls, (3, 5), {}, [values(4, 3), *state(4, 5)], pack)
        layer(f"{n}, no bias", cls, (3, 4), {"bias": False}, [values(1, 3), *state(1, 4)], pack)
        layer(f"{n}, without a batch", cls, (3, 4), {}, [values(3), *state(4)], pack)
        init(n, cls, (3, 5), {})
    layer("RNNCell, relu", nn.RNNCell, (3, 5), {"nonlinearity": "relu"}, [values(4, 3), values(4, 5)])


def attention():
    def sdpa(q, k, v, mask=None, causal=False, scale=None):
        scores = q @ k.transpose(-2, -1) * (q.shape[-1] ** -0.5 if scale is None else scale)
        if causal:
            mask = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool).tril()
        if mask is not None:
            scores = scores.masked_fill(~mask, -INF) if mask.dtype == torch.bool else scores + mask
        return torch.softmax(scores, -1) @ v

    # scaled_dot_product_attention is newer than 1.13: the formula of its documentation
    q, k, v = values(2, 3, 4), values(2, 5, 4), values(2, 5, 6)
    see = torch.tensor([[1, 0, 1, 1, 0], [1, 1, 1, 1, 1], [0, 0, 0, 0, 1]], dtype=torch.bool)
    target = "scaledDotProductAttention"
    function("attention", target, [q, k, v], sdpa)
    function("attention, bool mask", target, [q, k, v, see], sdpa, {"attn_mask": "input"})
    function("attention, float mask", target, [q, k, v, values(3, 5)], sdpa, {"attn_mask": "input"})
    function("attention, causal", target, [q, k, v], lambda *x: sdpa(*x, causal=True), {"is_causal": True})
    function("attention, scale", target, [q, k, v], lambda *x: sdpa(*x, scale=0.3), {"scale": 0.3})
    heads = [values(2, 2, 3, 4), values(2, 2, 5, 4), values(2, 2, 5, 4)]
    function("attention, heads", target, heads, sdpa)
    function("attention, heads, causal, long", target, [values(1, 2, 7, 3) for _ in range(3)], lambda *x: sdpa(*x, causal=True), {"is_causal": True})

    def self_attention(**call):
        return lambda m, x, *rest: m(x, x, x, **call)

    n = nn.MultiheadAttention
    pad = torch.tensor([[0, 0, 1, 0], [0, 0, 0, 1]], dtype=torch.bool)
    ban = torch.ones(4, 4, dtype=torch.bool).triu(1)
    for options in ({}, {"batch_first": True}, {"bias": False}):
        label = ", ".join(options) or "plain"
        first = options.get("batch_first", False)
        x = values(2, 4, 6) if first else values(4, 2, 6)
        other = values(2, 3, 6) if first else values(3, 2, 6)
        layer(f"self-attention, {label}", n, (6, 2), options, [x], self_attention(), {"form": "self"})
        layer(f"attention to another sequence, {label}", n, (6, 3), options, [x, other], lambda m, x, y: m(x, y, y), {"form": "cross"})
        third = values(*other.shape)
        layer(f"attention, three inputs, {label}", n, (6, 3), options, [x, other, third], lambda m, x, y, z: m(x, y, z), {"form": "three"})
    x = values(4, 2, 6)
    layer("self-attention, padding", n, (6, 2), {}, [x, pad], lambda m, x, p: m(x, x, x, key_padding_mask=p),
          {"form": "self", "masks": ["keyPaddingMask"]})
    layer("self-attention, attention mask", n, (6, 2), {}, [x, ban], lambda m, x, a: m(x, x, x, attn_mask=a),
          {"form": "self", "masks": ["attnMask"]})
    layer("self-attention, both masks", n, (6, 2), {}, [x, pad, ban],
          lambda m, x, p, a: m(x, x, x, key_padding_mask=p, attn_mask=a), {"form": "self", "masks": ["keyPaddingMask", "attnMask"]})
    layer("self-attention, float mask", n, (6, 2), {}, [x, values(4, 4)], lambda m, x, a: m(x, x, x, attn_mask=a),
          {"form": "self", "masks": ["attnMask"]})
    layer("self-attention, a mask a head", n, (6, 2), {}, [x, values(4, 4, 4)], lambda m, x, a: m(x, x, x, attn_mask=a),
          {"form": "self", "masks": ["attnMask"]})
    layer("self-attention, no weights", n, (6, 2), {}, [x], self_attention(need_weights=False), {"form": "self", "needWeights": False})
    layer("self-attention, weights of each head", n, (6, 2), {}, [x], self_attention(average_attn_weights=False),
          {"form": "self", "averageAttnWeights": False})
    layer("self-attention, dropout", n, (6, 2), {"dropout": 0.3}, [x], self_attention(), {"form": "self"}, seed=9)
    layer("self-attention, in evaluation", n, (6, 2), {"dropout": 0.3}, [x], self_attention(), {"form": "self"}, training=False)
    layer("self-attention, without a batch", n, (6, 2), {}, [values(5, 6)], self_attention(), {"form": "self"})
    layer("attention, kdim and vdim", n, (6, 2), {"kdim": 3, "vdim": 5}, [x, values(3, 2, 3), values(3, 2, 5)],
          lambda m, x, y, z: m(x, y, z), {"form": "three"})
    for options in ({}, {"bias": False}, {"kdim": 3, "vdim": 5}):
        init("MultiheadAttention" + "".join(f", {k}" for k in options), n, (8, 2), options)

    t = nn.TransformerEncoderLayer
    for options in ({}, {"norm_first": True}, {"activation": "gelu"}, {"batch_first": True, "norm_first": True}):
        label = ", ".join(options) or "plain"
        x = values(2, 4, 6) if options.get("batch_first") else values(4, 2, 6)
        full = {"dim_feedforward": 9, "dropout": 0.0, **options}
        layer(f"encoder layer, {label}", t, (6, 2), full, [x])
        layer(f"encoder layer, {label}, masks", t, (6, 2), full, [x, ban, pad],
              lambda m, x, a, p: m(x, src_mask=a, src_key_padding_mask=p), {"masks": ["srcMask", "srcKeyPaddingMask"]})
    layer("encoder layer, dropout", t, (6, 2), {"dim_feedforward": 9, "dropout": 0.2}, [values(4, 2, 6)], seed=3)
    layer("encoder layer, in evaluation", t, (6, 2), {"dim_feedforward": 9}, [values(4, 1, 6)], training=False)
    init("TransformerEncoderLayer", t, (8, 2), {"dim_feedforward": 12})

    def encoder(d, heads, layers, norm=False, **options):
        return nn.TransformerEncoder(t(d, heads, **options), layers, norm=nn.LayerNorm(d) if norm else None)

    for norm in (False, True):
        layer(f"encoder, norm {norm}", encoder, (6, 2, 2), {"norm": norm, "dim_feedforward": 8, "dropout": 0.0}, [values(3, 2, 6)],
              target="TransformerEncoder")
    layer("encoder, masks", encoder, (6, 2, 2), {"dim_feedforward": 8, "dropout": 0.0}, [values(4, 2, 6), ban, pad],
          lambda m, x, a, p: m(x, mask=a, src_key_padding_mask=p), {"masks": ["mask", "srcKeyPaddingMask"]}, target="TransformerEncoder")
    init("TransformerEncoder: copies of one layer", encoder, (8, 2, 2), {"norm": True, "dim_feedforward": 12}, target="TransformerEncoder")


def others():
    ids = torch.tensor([[1, 4, 1], [0, 3, 4]])
    layer("Embedding", nn.Embedding, (5, 3), {}, [ids])
    layer("Embedding, paddingIdx", nn.Embedding, (5, 3), {"padding_idx": 1}, [ids])
    layer("Embedding, paddingIdx from the end", nn.Embedding, (5, 3), {"padding_idx": -1}, [ids])
    layer("Embedding, one index", nn.Embedding, (5, 3), {}, [torch.tensor(2)])
    init("Embedding", nn.Embedding, (7, 5), {})
    init("Embedding, paddingIdx", nn.Embedding, (7, 5), {"padding_idx": 2})
    init("Embedding, small", nn.Embedding, (3, 2), {})
    layer("Bilinear", nn.Bilinear, (3, 4, 5), {}, [values(2, 3), values(2, 4)])
    layer("Bilinear, no bias, more dimensions", nn.Bilinear, (3, 4, 5), {"bias": False}, [values(2, 3, 3), values(2, 3, 4)])
    layer("Bilinear, without a batch", nn.Bilinear, (3, 4, 2), {}, [values(3), values(4)])
    init("Bilinear", nn.Bilinear, (3, 4, 5), {})
    init("Bilinear, no bias", nn.Bilinear, (3, 4, 5), {"bias": False})
    layer("Flatten", nn.Flatten, (), {}, [values(2, 3, 4)])
    layer("Flatten, dims", nn.Flatten, (0, 1), {}, [values(2, 3, 4)])
    layer("Unflatten", nn.Unflatten, (1, (2, 3)), {}, [values(2, 6)])
    layer("Identity", nn.Identity, (), {}, [values(2, 3)])


def activations():
    x = values(3, 5, low=-4, high=4)
    edges = torch.tensor([-100.0, -30, -6, -3, -1, -0.5, -1e-3, 0, 1e-3, 0.5, 1, 3, 6, 19.5, 21, 30, 100], dtype=torch.float32).double()
    rows = [
        ("ReLU6", {}), ("LeakyReLU", {}), ("LeakyReLU", {"negative_slope": 0.2}), ("ELU", {}), ("ELU", {"alpha": 0.7}), ("CELU", {}),
        ("CELU", {"alpha": 1.6}), ("SELU", {}), ("GELU", {}), ("GELU", {"approximate": "tanh"}), ("SiLU", {}), ("Mish", {}),
        ("Softplus", {}), ("Softplus", {"beta": 2.0, "threshold": 5.0}), ("Softplus", {"beta": 0.5}), ("Softsign", {}), ("Hardtanh", {}),
        ("Hardtanh", {"min_val": -2.0, "max_val": 0.5}), ("Hardsigmoid", {}), ("Hardswish", {}), ("LogSigmoid", {}), ("Tanhshrink", {}),
        ("Softshrink", {}), ("Softshrink", {"lambd": 1.0}), ("Hardshrink", {}), ("Hardshrink", {"lambd": 1.0}), ("ReLU", {}), ("Tanh", {}),
        ("Sigmoid", {}),
    ]
    for name, options in rows:
        label = name + "".join(f", {k} {v}" for k, v in options.items())
        layer(label, getattr(nn, name), (), options, [x])
        layer(f"{label}, edges", getattr(nn, name), (), options, [edges])
    for name, args in (("Threshold", (0.1, 20.0)), ("Softmax", (1,)), ("LogSoftmax", (0,)), ("Softmin", (-1,)), ("GLU", (0,)), ("GLU", (-1,))):
        layer(f"{name} {args}", getattr(nn, name), args, {}, [values(4, 6, low=-3, high=3)])
    layer("PReLU", nn.PReLU, (), {}, [x])
    layer("PReLU, edges", nn.PReLU, (), {}, [edges])
    layer("PReLU, channels", nn.PReLU, (), {"num_parameters": 3}, [values(2, 3, 4)])
    layer("RReLU, in training", nn.RReLU, (), {"lower": 0.1, "upper": 0.4}, [x], seed=11)
    layer("RReLU, in evaluation", nn.RReLU, (), {}, [x], training=False)


def einsums():
    a, b, square = values(2, 3), values(3, 4), values(3, 3)
    rows = [
        ("ij,jk->ik", [a, b]), ("ij,jk", [a, b]), ("ij->ji", [a]), ("ij->", [a]), ("ij->i", [a]), ("ba", [a]), ("ii->i", [square]), ("ii", [square]),
        ("ii->", [square]), ("iij->ij", [values(2, 2, 3)]), ("i,j->ij", [values(3), values(4)]), ("i,i->", [values(4), values(4)]),
        ("ij,ij->ij", [a, values(2, 3)]), ("ij,ij->", [a, values(2, 3)]), ("bij,bjk->bik", [values(2, 3, 4), values(2, 4, 5)]),
        ("...ij,...jk->...ik", [values(2, 3, 4), values(2, 4, 5)]), ("...ij,...jk->...ik", [values(2, 1, 3, 4), values(5, 4, 2)]),
        ("...,...->...", [values(2, 3), values(3)]), ("i...->...", [values(2, 3, 4)]), ("...ii->...i", [values(2, 3, 3)]),
        ("bn,anm,bm->ba", [values(2, 3), values(5, 3, 4), values(2, 4)]), ("ij,jk,kl->il", [a, b, values(4, 2)]),
        ("ij,jk,kl,lm->mi", [a, b, values(4, 2), values(2, 3)]), ("bqhd,bkhd->bhqk", [values(2, 3, 2, 4), values(2, 5, 2, 4)]),
        ("bhqk,bkhd->bqhd", [values(2, 2, 3, 5), values(2, 5, 2, 4)]), ("ij,k->", [a, values(4)]), ("ij,jk->k", [a, b]),
        (" i j , j k -> i k ", [a, b]), ("ijk,jil->kl", [values(2, 3, 4), values(3, 2, 5)]), ("Ab,bC->AC", [a, b]), ("ab,ab,ab->b", [a, values(2, 3), values(2, 3)]),
        ("ij,jk", [values(1, 1), values(1, 2)]), ("i,->i", [values(3), values()]),
    ]
    for equation, operands in rows:
        function(f"einsum {equation} {[list(o.shape) for o in operands]}", "einsum", operands, lambda *xs: torch.einsum(equation, *xs), {"equation": equation})


def main():
    recurrent()
    attention()
    others()
    activations()
    einsums()
    save("layers-seq", {"cases": CASES, "init": INIT})
    print(len(CASES), "cases,", len(INIT), "initialisations")


main()
