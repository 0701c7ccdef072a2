"""Files written by Python's safetensors library, for tests/golden/safetensors-*.safetensors.

Needs `pip install safetensors numpy` (made with safetensors 0.8.0, numpy 2.4.6).
"""

import json
import pathlib

import numpy as np
from safetensors import TensorSpec, serialize
from safetensors.numpy import save_file

GOLDEN = pathlib.Path(__file__).parents[2] / "tests/golden"

# What PyTorch saves: float weights, an int64 counter, halves, bytes, booleans, a scalar, an empty tensor.
save_file(
    {
        "0.weight": (np.arange(12, dtype=np.float32).reshape(3, 4) - 5.5) / 3,
        "0.bias": np.array([np.nan, np.inf, -np.inf], dtype=np.float32),
        "1.num_batches_tracked": np.array(123456, dtype=np.int64),
        "half": np.array([0, -0.0, 1, -2.5, 65504, 6e-8, 6.1e-5, np.inf, np.nan], dtype=np.float16),
        "i8": np.array([-128, 0, 127], dtype=np.int8),
        "u8": np.array([0, 255], dtype=np.uint8),
        "i16": np.array([-32768, 32767], dtype=np.int16),
        "u16": np.array([0, 65535], dtype=np.uint16),
        "i32": np.array([-(2**31), 2**31 - 1], dtype=np.int32),
        "u32": np.array([0, 2**31 - 1], dtype=np.uint32),
        "i64": np.array([-(2**31), -1, 0, 2**31 - 1], dtype=np.int64),
        "u64": np.array([0, 2**31 - 1], dtype=np.uint64),
        "mask": np.array([[True, False, True]]),
        "empty": np.zeros((0, 3), dtype=np.float32),
        "größe": np.array([1.5], dtype=np.float32),
    },
    GOLDEN / "safetensors-numpy.safetensors",
    metadata={"format": "np", "note": 'quotes " and \\ and ü'},
)

# Every small float there is, as raw bytes: bfloat16 in steps, and the two 8-bit kinds that others write.
bf16 = np.arange(0, 65536, 257, dtype=np.uint16)
e8 = np.arange(256, dtype=np.uint8)


def entry(dtype, array):
    return TensorSpec(dtype=dtype, shape=array.shape, data_ptr=array.ctypes.data, data_len=array.nbytes)


specs = {"bf16": entry("bfloat16", bf16), "e5m2": entry("float8_e5m2", e8), "e4m3": entry("float8_e4m3fn", e8)}
small = serialize(specs)
(GOLDEN / "safetensors-small-floats.safetensors").write_bytes(bytes(small))


def minifloat(byte, exponent_bits, mantissa_bits, fn):
    sign = -1.0 if byte >> (exponent_bits + mantissa_bits) else 1.0
    exponent = (byte >> mantissa_bits) & ((1 << exponent_bits) - 1)
    mantissa = byte & ((1 << mantissa_bits) - 1)
    bias = (1 << (exponent_bits - 1)) - 1
    top = exponent == (1 << exponent_bits) - 1
    if fn and (byte & 0x7F) == 0x7F:
        return "nan"
    if top and not fn:
        return "nan" if mantissa else ("inf" if sign > 0 else "-inf")
    scale = 2.0**mantissa_bits
    if exponent == 0:
        return sign * mantissa / scale * 2.0 ** (1 - bias)
    return sign * (1 + mantissa / scale) * 2.0 ** (exponent - bias)


def special(values):
    names = {float("inf"): "inf", float("-inf"): "-inf"}
    return ["nan" if v != v else names.get(float(v), float(v)) for v in values]


halves = np.array([0, -0.0, 1, -2.5, 65504, 6e-8, 6.1e-5, np.inf, np.nan], dtype=np.float16)
values = {
    "half": special(halves.astype(np.float64)),
    "bf16": special((bf16.astype(np.uint32) << 16).view(np.float32).astype(np.float64)),
    "e5m2": [minifloat(b, 5, 2, False) for b in range(256)],
    "e4m3": [minifloat(b, 4, 3, True) for b in range(256)],
}
(GOLDEN / "safetensors-values.json").write_text(json.dumps(values))
