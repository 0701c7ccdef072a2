import type { Tensor } from "../tensor/index.ts";
import { ConfigError, DtypeError, formatShape, type OptionKinds, ShapeError } from "../util/index.ts";
import { checkSameBackend } from "./common.ts";
import type { SpatialSizes } from "./windows.ts";

/** Options of convolutions; sizes are one number, or one for each spatial dimension. */
export interface ConvOptions {
  /** Steps from window to window; default 1. */
  stride?: SpatialSizes;
  /**
   * Zeros around the input; default 0. `"valid"` is 0; `"same"` keeps the size (stride 1 only), the odd one going behind.
   */
  padding?: SpatialSizes | "same" | "valid";
  /** Distance between the elements a window sees; default 1. */
  dilation?: SpatialSizes;
  /** Channels are split into this many groups, each with filters of its own; default 1. */
  groups?: number;
}

/** What each holds. */
export const CONV_OPTIONS: OptionKinds<ConvOptions> = {
  stride: "numbers",
  padding: "any",
  dilation: "numbers",
  groups: "number",
};

/** @throws {ConfigError} or {ShapeError} or {DtypeError} when weight, bias, padding or groups do not fit the input. */
export function checkConv(
  operation: string,
  rank: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: { padding?: unknown; stride?: SpatialSizes; groups?: number },
  transposed: boolean,
): void {
  checkDtypes(operation, input, weight, bias);
  checkPadding(operation, options.padding, options.stride);
  const groups = options.groups ?? 1;
  const first = weight.shape[0] as number;
  if (weight.shape.length !== rank + 2 || weight.shape.slice(2).includes(0)) {
    throw new ShapeError(
      operation,
      `weight has shape ${formatShape(weight.shape)}`,
      `expected ${transposed ? "[C, O / groups" : "[O, C / groups"}${rank === 1 ? ", K]" : ", KH, KW]"}, no kernel of size 0`,
      "Give the weight two dimensions for channels, then those of the kernel.",
    );
  }
  if (!Number.isInteger(groups) || groups < 1 || first % groups !== 0) {
    throw new ConfigError(
      operation,
      `groups is ${groups}, the weight's first dimension ${first}`,
      "expected a whole number that divides it",
      "Choose groups that divide both numbers of channels.",
    );
  }
  const channels = input.shape[input.shape.length - rank - 1] as number;
  const wanted = transposed ? first : (weight.shape[1] as number) * groups;
  if (channels !== wanted) {
    throw new ShapeError(
      operation,
      `input has ${channels} channels`,
      `weight expects ${wanted} (input ${formatShape(input.shape)}, weight ${formatShape(weight.shape)}, groups ${groups})`,
      "Check the number of channels of the layer before it.",
    );
  }
  const filters = transposed ? (weight.shape[1] as number) * groups : first;
  if (bias !== null && (bias.shape.length !== 1 || bias.shape[0] !== filters)) {
    throw new ShapeError(
      operation,
      `bias has shape ${formatShape(bias.shape)}`,
      `expected [${filters}], one for each output channel`,
      "Give the bias one element for each output channel.",
    );
  }
}

function checkPadding(operation: string, padding: unknown, stride: SpatialSizes | undefined): void {
  if (typeof padding !== "string") return;
  if (padding !== "same" && padding !== "valid") {
    throw new ConfigError(
      operation,
      `padding is ${JSON.stringify(padding)}`,
      'expected numbers, "same" or "valid"',
      "Choose one of them.",
    );
  }
  const steps = typeof stride === "number" ? [stride] : (stride ?? [1]);
  if (padding === "same" && steps.some((step) => step !== 1)) {
    throw new ConfigError(
      operation,
      `padding is "same" and stride ${typeof stride === "number" ? stride : formatShape(steps)}`,
      "expected stride 1, with which the size can stay the same",
      "Pass the padding as numbers.",
    );
  }
}

function checkDtypes(operation: string, input: Tensor, weight: Tensor, bias: Tensor | null): void {
  for (const [name, other] of [
    ["weight", weight],
    ["bias", bias],
  ] as const) {
    if (other === null) continue;
    checkSameBackend(operation, input, other);
    if (other.dtype === input.dtype) continue;
    throw new DtypeError(
      operation,
      `input is ${input.dtype}, ${name} ${other.dtype}`,
      "expected one floating-point dtype for all",
      `Convert the input: x.to("${other.dtype}").`,
    );
  }
}
