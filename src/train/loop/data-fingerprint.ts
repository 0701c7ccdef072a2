import { data, noGrad } from "../../ops/index.ts";
import { Tensor } from "../../tensor/index.ts";
import { createSha256, type Sha256 } from "../storage/sha256.ts";
import type { Setup } from "./setup.ts";

/** Elements that are hashed at a time. */
const PIECE = 1 << 20;
/** Pieces of a tensor that are hashed, evenly spread when it has more: 256 MB. */
const MOST_PIECES = 64;

/**
 * What tells whether a run is resumed on other data than it began with: a hash of the tensors of both sources, for
 * those whose tensors are in memory (a `TensorDataset`, also inside a `Subset` or a `ConcatDataset`; an array of
 * batches). Nothing for the others.
 */
export function dataSetup(train: unknown, validation: unknown): Setup {
  const [ofTrain, ofValidation] = [fingerprintOf(train), fingerprintOf(validation)];
  return {
    ...(ofTrain === null ? {} : { "data.train": ofTrain }),
    ...(ofValidation === null ? {} : { "data.validation": ofValidation }),
  };
}

function fingerprintOf(source: unknown): string | null {
  const hash = createSha256();
  const held = typeof source === "object" && source !== null && "dataset" in source ? source.dataset : source;
  return add(hash, held) ? `sha256:${hash.hex().slice(0, 32)}` : null;
}

/** Returns whether everything in `part` is known. */
function add(hash: Sha256, part: unknown): boolean {
  if (part instanceof Tensor) {
    addTensor(hash, part);
    return true;
  }
  if (typeof part !== "object" || part === null) return false;
  if (Array.isArray(part)) return part.length > 0 && part.every((each) => add(hash, each));
  const { tensors, dataset, indices, datasets } = part as Record<string, unknown>;
  if (Array.isArray(tensors)) return add(hash, tensors);
  if (Array.isArray(datasets)) return add(hash, datasets);
  if (dataset === undefined || !(indices instanceof Int32Array)) return false;
  hash.update(bytesOf(indices));
  return add(hash, dataset);
}

function addTensor(hash: Sha256, tensor: Tensor): void {
  hash.update(new TextEncoder().encode(`${tensor.dtype} [${tensor.shape.join(", ")}]`));
  const rows = tensor.shape[0];
  if (tensor.length === 0) return;
  if (rows === undefined) {
    hash.update(bytesOf(data(tensor)));
    return;
  }
  const each = Math.max(1, Math.floor((PIECE * rows) / tensor.length));
  const pieces = Math.ceil(rows / each);
  const taken = Math.min(pieces, MOST_PIECES);
  for (let i = 0; i < taken; i++) {
    const piece = taken === 1 ? 0 : Math.round((i * (pieces - 1)) / (taken - 1));
    const first = piece * each;
    noGrad(() => hash.update(bytesOf(data(tensor.narrow(0, first, Math.min(each, rows - first))))));
  }
}

function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
