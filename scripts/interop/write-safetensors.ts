// Writes files for read-safetensors.py: `npx jiti scripts/interop/write-safetensors.ts <folder>`.
import { mkdirSync, writeFileSync } from "node:fs";
import { tensor } from "../../src/ops/index.ts";
import { encodeCheckpoint, encodeSafetensors } from "../../src/train/storage/index.ts";

const folder = process.argv[2] ?? "out";
mkdirSync(folder, { recursive: true });

const wave = Float32Array.from({ length: 30_000 }, (_, i) => Math.sin(i));
const tensors = new Map([
  ["mask", tensor(Uint8Array.from([1, 0, 1]), { dtype: "bool" })], // 3 bytes: what follows must stay aligned
  ["0.weight", tensor(wave).reshape([100, 300])],
  ["10", tensor([1, 2, 3])], // names that look like numbers keep their place
  ["2", tensor([[-5, 7]], { dtype: "int32" })],
  ["transposed", tensor(wave).reshape([100, 300]).transpose(0, 1)],
  ["scalar", tensor(2.5)],
  ["empty", tensor([])],
  ['größe \u{1f6f0} " \\', tensor([NaN, Infinity, -Infinity, -0])],
]);
writeFileSync(`${folder}/state.safetensors`, encodeSafetensors(tensors, { epoch: "3", note: 'ü " \\ \n' }));
const state = { step: 7, lr: 1e-3, nan: NaN, text: '"\\' };
writeFileSync(`${folder}/checkpoint.safetensors`, encodeCheckpoint({ tensors, state }));
writeFileSync(`${folder}/nothing.safetensors`, encodeSafetensors(new Map()));

const expected = [...tensors].map(([name, { shape, dtype, data }]) => ({
  name,
  shape,
  dtype,
  values: [...data].map(String),
}));
writeFileSync(`${folder}/expected.json`, JSON.stringify(expected));
console.log(`wrote ${tensors.size} tensors to ${folder}`);
