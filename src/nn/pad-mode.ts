import { fromTypedArray, indexSelect } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { ConfigError, formatShape, ShapeError } from "../util/index.ts";

/** What stands around an image: zeros, its mirror, its border, or its other side. */
export type PaddingMode = "zeros" | "reflect" | "replicate" | "circular";

const MODES: readonly PaddingMode[] = ["zeros", "reflect", "replicate", "circular"];

/** @throws {ConfigError} for anything but the four */
export function checkPaddingMode(operation: string, mode: PaddingMode): void {
  if (MODES.includes(mode)) return;
  throw new ConfigError(
    operation,
    `paddingMode is ${JSON.stringify(mode)}`,
    `expected ${MODES.join(", ")}`,
    "Choose one.",
  );
}

function source(mode: PaddingMode, i: number, size: number): number {
  if (mode === "replicate") return Math.min(Math.max(i, 0), size - 1);
  if (mode === "circular") return (i + size) % size;
  return i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i;
}

/**
 * Rows (or columns) added before and behind along `dim`, taken from the input itself.
 *
 * @throws {ShapeError} when more are asked for than the input has to give
 */
export function padAlong(input: Tensor, dim: number, before: number, behind: number, mode: PaddingMode): Tensor {
  if (before === 0 && behind === 0) return input;
  const size = input.shape.at(dim) as number;
  const most = mode === "reflect" ? size - 1 : mode === "circular" ? size : Number.POSITIVE_INFINITY;
  if (Math.max(before, behind) > most || size === 0) {
    throw new ShapeError(
      "pad",
      `${mode} padding of ${Math.max(before, behind)} on an input of shape ${formatShape(input.shape)}`,
      `expected at most ${Math.min(most, size)} along dimension ${dim}`,
      'Use less padding, or paddingMode "zeros".',
    );
  }
  const index = Int32Array.from({ length: size + before + behind }, (_, i) => source(mode, i - before, size));
  return indexSelect(input, dim, fromTypedArray(index, [index.length], { dtype: "int32" }));
}
