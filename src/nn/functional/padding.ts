import { pad as padConstant } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { ConfigError, checkedOptions, formatShape, type OptionKinds, ShapeError } from "../../util/index.ts";
import { padAlong } from "../pad-mode.ts";

/** Options of `pad`. */
export interface PadOptions {
  /** What stands around: a constant (default), the mirror image, the border's values, or the other side's. */
  mode?: "constant" | "reflect" | "replicate" | "circular";
  /** The constant, with mode constant only; default 0. */
  value?: number;
}

const PAD_OPTIONS: OptionKinds<PadOptions> = { mode: "string", value: "number" };
const MODES: readonly string[] = ["constant", "reflect", "replicate", "circular"];

/**
 * A border around a tensor; negative sizes cut off.
 *
 * PyTorch restricts the modes besides the constant to the last dimensions of images; here any may be padded.
 *
 * @param input `[..., n₂, n₁]`
 * @param sizes `[before, behind]` of the last dimension, then of the one before it: `[left, right, top, bottom]`
 * @returns `[..., n₂ + top + bottom, n₁ + left + right]`
 * @throws {ShapeError} for sizes that are no pairs of whole numbers, or more than a mode has to give: n − 1 for reflect,
 *   n for circular
 * @throws {ConfigError} for an unknown mode, or a value without mode constant
 * @example
 * const image = rand([1, 3, 4, 4]);
 * const wider = F.pad(image, [1, 1], { mode: "reflect" }); // [1, 3, 4, 6]
 * const framed = F.pad(image, [1, 1, 1, 1], { value: -1 }); // [1, 3, 6, 6]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.pad.html
 */
export function pad(input: Tensor, sizes: readonly number[], options: PadOptions = {}): Tensor {
  const { mode = "constant", value = 0 } = checkedOptions("pad", options, PAD_OPTIONS);
  if (!MODES.includes(mode)) {
    throw new ConfigError("pad", `mode is "${mode}"`, `expected one of ${MODES.join(", ")}`, "Choose one of them.");
  }
  if (mode === "constant") return padConstant(input, sizes, value);
  if (value !== 0) {
    throw new ConfigError("pad", `value is ${value}, mode ${mode}`, "expected no value", "Only a constant has one.");
  }
  const rank = input.shape.length;
  const left = input.shape.map((size, dim) => size + at(sizes, rank - 1 - dim, 0) + at(sizes, rank - 1 - dim, 1));
  const pairs = Array.isArray(sizes) && sizes.length % 2 === 0 && sizes.length <= 2 * rank;
  if (!pairs || !sizes.every(Number.isInteger) || left.some((size) => size < 0)) {
    throw new ShapeError(
      "pad",
      `sizes ${formatShape(sizes)} for shape ${formatShape(input.shape)}`,
      "expected whole numbers in pairs, at most one pair a dimension, that leave no negative size",
      "List [before, behind] from the last dimension on.",
    );
  }
  let padded = input;
  for (let i = 0; i < sizes.length / 2; i++) {
    padded = padAlong(padded, rank - 1 - i, at(sizes, i, 0), at(sizes, i, 1), mode);
  }
  return padded;
}

// The size before (0) or behind (1) the i-th dimension from the end.
function at(sizes: readonly number[], i: number, side: 0 | 1): number {
  return sizes[2 * i + side] ?? 0;
}
