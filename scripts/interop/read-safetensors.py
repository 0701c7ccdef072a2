"""Reads what write-safetensors.ts wrote with Python's safetensors, and compares every element."""

import json
import pathlib
import sys

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file

folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "out")
expected = json.loads((folder / "expected.json").read_text())
DTYPES = {"float32": np.float32, "int32": np.int32, "bool": np.bool_}
SPECIAL = {"NaN": np.nan, "Infinity": np.inf, "-Infinity": -np.inf}

for name in ("state", "checkpoint"):
    found = load_file(folder / f"{name}.safetensors")
    assert sorted(found) == sorted(each["name"] for each in expected), sorted(found)
    for each in expected:
        array = found[each["name"]]
        assert array.dtype == DTYPES[each["dtype"]] and list(array.shape) == each["shape"], each["name"]
        values = [SPECIAL[v] if v in SPECIAL else float(v) for v in each["values"]]
        wanted = np.array(values).astype(DTYPES[each["dtype"]]).reshape(each["shape"])
        assert np.array_equal(array, wanted, equal_nan=array.dtype == np.float32), each["name"]
with safe_open(folder / "state.safetensors", "numpy") as file:
    assert file.metadata() == {"epoch": "3", "note": 'ü " \\ \n'}, file.metadata()
with safe_open(folder / "checkpoint.safetensors", "numpy") as file:
    state = json.loads(file.metadata()["innerloop.state"])
    assert state["step"] == 7 and state["nan"] == {"$number": "NaN"} and state["text"] == '"\\', state
assert load_file(folder / "nothing.safetensors") == {}
print(f"Python reads all {len(expected)} tensors, names, shapes, values and metadata alike, of both files")
