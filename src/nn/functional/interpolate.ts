import { add, checkFloat, fromTypedArray, indexSelect, mul } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { ConfigError, checkedOptions, formatShape, type OptionKinds, ShapeError } from "../../util/index.ts";

/** Options of `interpolate`: `size` or `scaleFactor` must be there. */
export interface InterpolateOptions {
  /** Spatial sizes of the result, 1 or more: one number, or one for each dimension. */
  size?: number | readonly number[];
  /** Factors on the spatial sizes, above 0: one number, or one for each dimension. Results are rounded down. */
  scaleFactor?: number | readonly number[];
  /** The nearest element (default), or straight lines between neighbours: linear for sequences, bilinear for images. */
  mode?: "nearest" | "linear" | "bilinear";
  /** Whether the outermost elements keep their places (lines only); by default the outermost edges do. */
  alignCorners?: boolean;
}

const INTERPOLATE_OPTIONS: OptionKinds<InterpolateOptions> = {
  size: "numbers",
  scaleFactor: "numbers",
  mode: "string",
  alignCorners: "boolean",
};

const NAME = "interpolate";

/**
 * Sequences or images of another size.
 *
 * @param input `[N, C, L]` or `[N, C, H, W]`, floating point
 * @returns `[N, C, ...sizes]`
 * @throws {ShapeError} for another number of dimensions
 * @throws {ConfigError} without a size or a factor, with both, or for a mode that does not fit the input
 * @example
 * const images = rand([2, 3, 8, 8]);
 * const twice = F.interpolate(images, { scaleFactor: 2 }); // [2, 3, 16, 16]
 * const small = F.interpolate(images, { size: [4, 6], mode: "bilinear" }); // [2, 3, 4, 6]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html
 */
export function interpolate(input: Tensor, options: InterpolateOptions): Tensor {
  const { mode = "nearest", size, scaleFactor, alignCorners } = checkedOptions(NAME, options, INTERPOLATE_OPTIONS);
  checkFloat(NAME, input);
  const rank = input.shape.length - 2;
  if (rank < 1 || rank > 2) {
    const is = `input has shape ${formatShape(input.shape)}`;
    throw new ShapeError(NAME, is, "expected [N, C, L] or [N, C, H, W]", "Add the dimensions that are missing.");
  }
  const linear = rank === 1 ? "linear" : "bilinear";
  if (mode !== "nearest" && mode !== linear) {
    throw new ConfigError(NAME, `mode is "${mode}"`, `expected "nearest" or "${linear}"`, "Choose one of them.");
  }
  if (mode === "nearest" && alignCorners !== undefined) {
    throw new ConfigError(NAME, "alignCorners with nearest", "expected it with lines only", `Use mode "${linear}".`);
  }
  if ((size === undefined) === (scaleFactor === undefined)) {
    const got = size === undefined ? "neither size nor scaleFactor" : "size and scaleFactor";
    throw new ConfigError(NAME, got, "expected one of them", "Pass e.g. { scaleFactor: 2 }.");
  }
  let out = input;
  for (let i = 0; i < rank; i++) {
    const before = input.shape[i + 2] as number;
    const factor = scaleFactor === undefined ? undefined : perDim("scaleFactor", scaleFactor, i, rank);
    const after = factor === undefined ? perDim("size", size as number, i, rank) : Math.floor(before * factor);
    if (!(Number.isInteger(after) && after >= 1 && before >= 1)) {
      const is = `${before} elements to ${after}`;
      throw new ConfigError(NAME, is, "expected sizes of 1 or more", "Correct size or scaleFactor.");
    }
    const ratio = factor === undefined ? before / after : 1 / factor;
    out =
      mode === "nearest"
        ? nearest(out, i + 2, after, ratio)
        : lines(
            out,
            i + 2,
            after,
            alignCorners === true ? (after > 1 ? (before - 1) / (after - 1) : 0) : ratio,
            alignCorners,
          );
  }
  return out;
}

function perDim(name: string, value: number | readonly number[], i: number, rank: number): number {
  if (typeof value === "number") return value;
  if (value.length === rank) return value[i] as number;
  const expected = `expected one, or one for each of ${rank} spatial dimensions`;
  throw new ConfigError(
    NAME,
    `${name} has ${value.length} numbers`,
    expected,
    "Pass a number, or a list of that length.",
  );
}

function nearest(input: Tensor, dim: number, after: number, ratio: number): Tensor {
  const last = (input.shape[dim] as number) - 1;
  // PyTorch multiplies in the input's precision, which decides at whole numbers.
  const at = input.dtype === "float64" ? (i: number) => i * ratio : (i: number) => Math.fround(i * Math.fround(ratio));
  return pick(input, dim, after, (i) => Math.min(Math.floor(at(i)), last));
}

// x[i₀]·(1 − w) + x[i₀ + 1]·w
function lines(input: Tensor, dim: number, after: number, ratio: number, aligned: boolean | undefined): Tensor {
  const last = (input.shape[dim] as number) - 1;
  const place = (i: number): number =>
    Math.min(last, aligned === true ? i * ratio : Math.max(0, (i + 0.5) * ratio - 0.5));
  const low = (i: number): number => Math.floor(place(i));
  const share = Float64Array.from({ length: after }, (_, i) => place(i) - low(i));
  const shape = input.shape.map((_, d) => (d === dim ? after : 1));
  const weight = (of: Float64Array): Tensor =>
    fromTypedArray(input.dtype === "float64" ? of : Float32Array.from(of), shape, { dtype: input.dtype });
  const before = mul(pick(input, dim, after, low), weight(share.map((w) => 1 - w)));
  const behind = mul(
    pick(input, dim, after, (i) => Math.min(low(i) + 1, last)),
    weight(share),
  );
  return add(before, behind);
}

function pick(input: Tensor, dim: number, after: number, from: (i: number) => number): Tensor {
  const index = Int32Array.from({ length: after }, (_, i) => from(i));
  return indexSelect(input, dim, fromTypedArray(index, [after], { dtype: "int32" }));
}
