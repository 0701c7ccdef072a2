import { stack, tensor } from "../ops/index.ts";
import { Tensor } from "../tensor/index.ts";
import { DataError } from "../util/index.ts";

/**
 * Samples joined into a batch, as PyTorch's default_collate does: tensors are stacked, numbers and
 * booleans become a 1-D tensor, arrays and plain objects are joined entry by entry.
 *
 * @param samples at least one, all of one structure
 * @throws {DataError} for values that are none of these
 * @example
 * data.defaultCollate([[x, 1], [x, 0]]); // [[2, 4, 4], [2]]
 */
export function defaultCollate(samples: readonly unknown[]): unknown {
  const first = samples[0];
  if (first instanceof Tensor) return stack(samples as readonly Tensor[]);
  if (typeof first === "number" || typeof first === "boolean") return tensor(samples as number[]);
  if (Array.isArray(first)) return first.map((_, i) => defaultCollate(samples.map((each) => (each as unknown[])[i])));
  if (typeof first === "object" && first !== null && Object.getPrototypeOf(first) === Object.prototype) {
    return Object.fromEntries(
      Object.keys(first).map((key) => [
        key,
        defaultCollate(samples.map((each) => (each as Record<string, unknown>)[key])),
      ]),
    );
  }
  throw new DataError(
    "DataLoader",
    `samples are of type ${first === null ? "null" : typeof first}`,
    "expected tensors, numbers, booleans, or arrays and plain objects of them",
    "Convert them in the dataset, or pass a collateFn.",
  );
}
