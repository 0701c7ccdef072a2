import { readFileSync } from "node:fs";
import { tensor } from "../../src/ops/index.ts";
import { encodeCheckpoint, encodeSafetensors } from "../../src/train/storage/index.ts";

/** Files that are right, small enough to be read hundreds of thousands of times. */
export function seeds(): Uint8Array[] {
  const tensors = new Map([
    [
      "0.weight",
      tensor([
        [1, 2],
        [3, 4],
      ]),
    ],
    ["mask", tensor(Uint8Array.from([0, 1, 1]), { dtype: "bool" })],
    ["steps", tensor([7], { dtype: "int32" })],
  ]);
  const state = {
    step: 3,
    lr: 1e-3,
    best: Number.POSITIVE_INFINITY,
    list: [null, true, "\u00e9\n"],
    deep: { a: { b: [-0] } },
  };
  return [
    encodeSafetensors(tensors, { epoch: "3" }),
    encodeSafetensors(new Map()),
    encodeCheckpoint({ tensors, state }),
    new Uint8Array(readFileSync(new URL("../golden/safetensors-numpy.safetensors", import.meta.url))),
  ];
}
