import type { AttentionInputs } from "../attention.ts";
import type { View } from "../storage.ts";
import { binary, binaryScalar } from "./dispatch-binary.ts";
import { copy } from "./dispatch-copy.ts";
import { matmul } from "./dispatch-matmul.ts";
import { softmax, softmaxGrad } from "./dispatch-rows.ts";
import type { Runtime } from "./runtime.ts";

// Attention as products and a softmax, each for all heads: where heads are so large that BLAS multiplies them faster, or
// operands lie in ways that the kernel does not read.

/** What `attention` of the backend's contract does. */
export function attentionByParts(runtime: Runtime, inputs: AttentionInputs, weights: View, out: View): void {
  const { query, key, value, mask, scale } = inputs;
  const scores = runtime.temporary("float32", weights.shape, "attention");
  const result = runtime.temporary("float32", out.shape, "attention");
  try {
    matmul(runtime, query, turned(key), scores);
    binaryScalar(runtime, "mul", scores, scale, false, scores);
    if (mask !== null) binary(runtime, "add", scores, mask, scores);
    softmax(runtime, scores, 3, false, weights);
    matmul(runtime, weights, value, result);
    copy(runtime, result, out);
  } finally {
    runtime.release(scores.storage);
    runtime.release(result.storage);
  }
}

/** What `attentionGrad` of the backend's contract does. */
export function attentionGradByParts(
  runtime: Runtime,
  inputs: AttentionInputs,
  weights: View,
  grad: View,
  by: readonly [byQuery: View, byKey: View, byValue: View],
): void {
  const { query, key, value, scale } = inputs;
  const byWeights = runtime.temporary("float32", weights.shape, "attention");
  const byScores = runtime.temporary("float32", weights.shape, "attention");
  const into = (a: View, b: View, out: View): void => {
    const result = runtime.temporary("float32", out.shape, "attention");
    try {
      matmul(runtime, a, b, result);
      copy(runtime, result, out);
    } finally {
      runtime.release(result.storage);
    }
  };
  try {
    into(turned(weights), grad, by[2]);
    matmul(runtime, grad, turned(value), byWeights);
    softmaxGrad(runtime, byWeights, weights, 3, false, byScores);
    binaryScalar(runtime, "mul", byScores, scale, false, byScores);
    into(byScores, key, by[0]);
    into(turned(byScores), query, by[1]);
  } finally {
    runtime.release(byWeights.storage);
    runtime.release(byScores.storage);
  }
}

/** The last two dimensions swapped. */
function turned(x: View): View {
  const { storage, dtype, offset, length } = x;
  const [a, b, rows, columns] = x.shape as [number, number, number, number];
  const [toA, toB, down, across] = x.strides as [number, number, number, number];
  return {
    storage,
    dtype,
    offset,
    length,
    packed: false,
    shape: [a, b, columns, rows],
    strides: [toA, toB, across, down],
  };
}
