import { checkFloat, checkSameBackend, mean, sum } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { ConfigError, DtypeError, formatShape, type OptionKinds, ShapeError, sameShape } from "../../util/index.ts";

/** How the losses of the elements (or samples) become one: their mean, their sum, or not at all. */
export type Reduction = "mean" | "sum" | "none";

/** Options that every loss takes. */
export interface ReductionOptions {
  /** Default mean. */
  reduction?: Reduction;
}

/** What each holds. */
export const REDUCTION_OPTIONS: OptionKinds<ReductionOptions> = { reduction: "string" };

/** @throws {ConfigError} for anything but the three. */
export function checkReduction(operation: string, reduction: Reduction = "mean"): Reduction {
  if (reduction === "mean" || reduction === "sum" || reduction === "none") return reduction;
  throw new ConfigError(
    operation,
    `reduction is ${JSON.stringify(reduction)}`,
    'expected "mean", "sum" or "none"',
    "Choose one of them.",
  );
}

/** The losses of the elements, reduced. */
export function reduceLosses(losses: Tensor, reduction: Reduction): Tensor {
  if (reduction === "none") return losses;
  return reduction === "mean" ? mean(losses) : sum(losses);
}

/** @throws when prediction and target do not match element by element. */
export function checkPair(operation: string, input: Tensor, target: Tensor): void {
  checkSameBackend(operation, input, target);
  checkFloat(operation, input);
  if (!sameShape(input.shape, target.shape)) {
    throw new ShapeError(
      operation,
      `input has shape ${formatShape(input.shape)}, target ${formatShape(target.shape)}`,
      "expected the same shape (nothing is broadcast: [N] against [N, 1] would compare every pair)",
      target.length === input.length
        ? `Reshape the target: target.reshape(${formatShape(input.shape)}).`
        : "Check how the batch was put together.",
    );
  }
  if (input.dtype !== target.dtype) {
    throw new DtypeError(
      operation,
      `input is ${input.dtype}, target ${target.dtype}`,
      "expected one dtype for both",
      `Convert the target: target.to("${input.dtype}").`,
    );
  }
}
