"""Shared by the golden scripts: arrays as base64, one JSON file each, the torch version inside."""

import base64
import hashlib
import json
import math
import pathlib

import torch

torch.set_num_threads(1)

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden"
CODES = {torch.float32: "f4", torch.float64: "f8", torch.int32: "i4", torch.uint8: "u1"}


def raw(tensor):
    """Little-endian bytes of a tensor; int64 goes down to int32 and bool to bytes."""
    t = tensor.detach()
    if t.dtype == torch.int64:
        assert t.numel() == 0 or (t.min() >= -(2**31) and t.max() < 2**31)
        t = t.to(torch.int32)
    if t.dtype == torch.bool:
        t = t.to(torch.uint8)
    t = t.contiguous()
    return t, t.numpy().tobytes()


def array(tensor):
    """{"type", "shape", "data"}: the format described in README.md."""
    t, data = raw(tensor)
    return {"type": CODES[t.dtype], "shape": list(t.shape), "data": base64.b64encode(data).decode()}


def digest(tensor):
    """{"type", "shape", "sha256"} for arrays that are only compared whole."""
    t, data = raw(tensor)
    return {"type": CODES[t.dtype], "shape": list(t.shape), "sha256": hashlib.sha256(data).hexdigest()}


def number(value):
    """A JSON number; infinities and NaN as strings, since JSON has none."""
    value = float(value)
    return value if math.isfinite(value) else {math.inf: "inf", -math.inf: "-inf"}.get(value, "nan")


def save(name, content):
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.json"
    body = {"torch": torch.__version__, **content}
    path.write_text(json.dumps(body, separators=(",", ":"), allow_nan=False) + "\n")
    print(f"{path.name}: {path.stat().st_size:,} bytes")
