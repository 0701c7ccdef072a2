import { Tensor } from "../../tensor/index.ts";
import { ConfigError, DataError, formatShape, InnerloopError } from "../../util/index.ts";
import type { Trainer } from "../trainer.ts";

/**
 * What a step stumbled over, in words. Only asked when one has failed, so that steps that work are not looked at: an
 * error of the engine is given back as it is, and so is one of the program's own code.
 */
export function explainStep(error: unknown, batch: unknown, trainer: Trainer): unknown {
  if (!(error instanceof TypeError) || error instanceof InnerloopError) return error;
  const { loss } = trainer.options;
  if (loss === undefined) {
    return /backward is not a function|reading 'backward'/.test(error.message)
      ? notScalar("the objective gave no tensor", "Return the mean loss of the batch from the objective.", error)
      : error;
  }
  const isPair = Array.isArray(batch) && batch[0] instanceof Tensor && batch[1] instanceof Tensor;
  if (!isPair) {
    return new DataError(
      "Trainer.fit",
      `a batch is ${inWords(batch)}`,
      "expected [input, target], two tensors",
      "Give the loader a dataset of pairs (new data.TensorDataset(X, y)), or pass an objective that takes such batches.",
    );
  }
  if (!/backward is not a function|reading 'backward'/.test(error.message)) return error;
  return notScalar(
    "the loss gave no tensor",
    "Return the mean loss of the batch, a tensor (and not its item()).",
    error,
  );
}

function notScalar(got: string, fix: string, cause: Error): ConfigError {
  const made = new ConfigError("Trainer.fit", got, "expected a scalar tensor", fix);
  made.cause = cause;
  return made;
}

function inWords(batch: unknown): string {
  if (batch instanceof Tensor) return `a tensor ${formatShape(batch.shape)}`;
  if (Array.isArray(batch)) return `an array of ${batch.length} (${batch.map(kindOf).join(", ")})`;
  return kindOf(batch);
}

function kindOf(value: unknown): string {
  if (value === null || typeof value !== "object") return value === null ? "null" : `a ${typeof value}`;
  return value instanceof Tensor ? "a tensor" : `an object (${value.constructor?.name ?? "without a class"})`;
}
