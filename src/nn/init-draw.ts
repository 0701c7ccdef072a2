import { defaultGenerator, type Generator, isFloat, newTypedArray } from "../engine/index.ts";
import { fromTypedArray } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { DtypeError, type OptionKinds } from "../util/index.ts";

/** Whose numbers to draw; default the generator that `manualSeed` seeds. */
export interface InitOptions {
  generator?: Generator;
}

/** What each holds. */
export const INIT_OPTIONS: OptionKinds<InitOptions> = { generator: "object" };

/** Fills a tensor with what `draw` puts into an array of its length and dtype. */
export function fillDrawn(
  operation: string,
  target: Tensor,
  options: InitOptions,
  draw: (generator: Generator, values: Float32Array | Float64Array) => void,
): Tensor {
  if (!isFloat(target.dtype)) {
    throw new DtypeError(
      operation,
      `the tensor is ${target.dtype}`,
      "expected a floating-point tensor",
      'Make it with { dtype: "float32" }.',
    );
  }
  const values = newTypedArray(target.dtype, target.length) as Float32Array | Float64Array;
  draw(options.generator ?? defaultGenerator, values);
  const { storage } = target;
  if (target.packed) storage.backend.write(storage, target.offset, values);
  else storage.backend.copy(fromTypedArray(values, target.shape, { dtype: target.dtype }), target);
  storage.version++;
  return target;
}
