"""Small data files for the readers' tests, written by NumPy and PyArrow.

Needs numpy and pyarrow (`pip install numpy pyarrow` in an environment of its own; written with 2.4.6 and 26.0.1).
Writes tests/golden/data/; the expected values stand in src/data/readers/*.test.ts.
"""

import datetime
import gzip
import os
import struct

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq

out = os.path.join(os.path.dirname(__file__), "../../tests/golden/data/")
os.makedirs(out, exist_ok=True)

# Every dtype: 0, 1, 2 … (halves for floats), shape [2, 3], little- and big-endian, C and Fortran order.
arrays = {}
for code in ["b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"]:
    values = np.arange(6).reshape(2, 3)
    values = values % 2 if code == "b1" else values / 2 - 1 if code[0] == "f" else values
    arrays[code] = values.astype("<" + code)
    arrays[code + "_big"] = values.astype(">" + code)
    arrays[code + "_fortran"] = np.asfortranarray(values.astype(code))
np.savez_compressed(out + "dtypes.npz", **arrays)
np.savez(out + "stored.npz", x=np.arange(3.0), scalar=np.float32(7))
np.save(out + "cube.npy", np.asfortranarray(np.arange(24, dtype=np.float32).reshape(2, 3, 4)))
np.save(out + "objects.npy", np.array([{}, None], dtype=object), allow_pickle=True)
np.save(out + "text.npy", np.array(["a", "bc"]))

images = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
idx = struct.pack(">BBBB3I", 0, 0, 8, 3, *images.shape) + images.tobytes()
open(out + "images-idx3-ubyte", "wb").write(idx)
open(out + "images-idx3-ubyte.gz", "wb").write(gzip.compress(idx, mtime=0))
floats = struct.pack(">BBBBI2f", 0, 0, 13, 1, 2, 1.5, -2.25)
open(out + "floats-idx1", "wb").write(floats)

n = 10
day = datetime.datetime(2024, 5, 31, 12, tzinfo=datetime.timezone.utc)
table = pa.table(
    {
        "number": pa.array([None if i == 3 else i / 4 for i in range(n)], pa.float64()),
        "single": pa.array([i / 2 for i in range(n)], pa.float32()),
        "whole": pa.array([i * 10_000_000_000 for i in range(n)], pa.int64()),
        "small": pa.array([None if i == 5 else i for i in range(n)], pa.int16()),
        "yes": pa.array([i % 3 == 0 for i in range(n)], pa.bool_()),
        "kind": pa.array([None if i == 7 else "abc"[i % 3] for i in range(n)], pa.string()),
        "coded": pa.array(["xy"[i % 2] for i in range(n)], pa.string()).dictionary_encode(),
        "seen": pa.array([day + datetime.timedelta(days=i) for i in range(n)], pa.timestamp("ms", "UTC")),
        "micro": pa.array([day + datetime.timedelta(milliseconds=i) for i in range(n)], pa.timestamp("us", "UTC")),
        "day": pa.array([(day + datetime.timedelta(days=i)).date() for i in range(n)], pa.date32()),
        "list": pa.array([[i] for i in range(n)], pa.list_(pa.int32())),
    }
)
for codec in ["none", "snappy", "gzip", "zstd", "brotli", "lz4"]:
    pq.write_table(table, out + f"table-{codec}.parquet", row_group_size=4, compression=codec)
with pa.ipc.new_file(out + "table.arrow", table.schema) as writer:
    writer.write_table(table, max_chunksize=4)
with pa.ipc.new_stream(out + "table-stream.arrow", table.schema) as writer:
    writer.write_table(table, max_chunksize=4)
pa.feather.write_feather(table, out + "table-zstd.feather", compression="zstd")
