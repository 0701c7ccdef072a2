import { checkIndexDtype, indexSelect, reshape } from "../../ops/index.ts";
import { record, type Tensor } from "../../tensor/index.ts";
import { ConfigError, checkedOptions, formatShape, type OptionKinds, ShapeError } from "../../util/index.ts";

/** Options of `embedding`. */
export interface EmbeddingFunctionOptions {
  /** A row that gets no gradient; negative counts from the end. */
  paddingIdx?: number | null;
}

/** What each holds. */
export const EMBEDDING_FUNCTION_OPTIONS: OptionKinds<EmbeddingFunctionOptions> = { paddingIdx: "number?" };

/** The row that `paddingIdx` means. @throws {ConfigError} when there is none */
export function paddingRow(operation: string, paddingIdx: number, numEmbeddings: number): number {
  if (Number.isInteger(paddingIdx) && paddingIdx >= -numEmbeddings && paddingIdx < numEmbeddings) {
    return paddingIdx < 0 ? paddingIdx + numEmbeddings : paddingIdx;
  }
  throw new ConfigError(
    operation,
    `paddingIdx is ${paddingIdx}`,
    `expected a whole number from ${-numEmbeddings} to ${numEmbeddings - 1}`,
    "Pass the number of the row that stands for nothing.",
  );
}

/**
 * Rows of a table, one for each index.
 *
 * @param input indices of any shape, int32
 * @param weight the table, `[numEmbeddings, embeddingDim]`
 * @param options.paddingIdx a row that gets no gradient
 * @returns `[...input.shape, embeddingDim]`
 * @throws {DataError} for an index that is no row
 * @example
 * const out = F.embedding(tensor([2, 0], { dtype: "int32" }), tensor([[1, 2], [3, 4], [5, 6]])); // [[5, 6], [1, 2]]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.embedding.html
 */
export function embedding(input: Tensor, weight: Tensor, options: EmbeddingFunctionOptions = {}): Tensor {
  checkedOptions("embedding", options, EMBEDDING_FUNCTION_OPTIONS);
  checkIndexDtype("embedding", input);
  if (weight.shape.length !== 2) {
    throw new ShapeError(
      "embedding",
      `weight has shape ${formatShape(weight.shape)}`,
      "expected [numEmbeddings, embeddingDim]",
      "The indices come first: embedding(indices, weight).",
    );
  }
  const padding = options.paddingIdx ?? null;
  const table =
    padding === null ? weight : withoutRow(weight, paddingRow("embedding", padding, weight.shape[0] as number));
  const rows = indexSelect(table, 0, reshape(input, [-1]));
  return reshape(rows, [...input.shape, weight.shape[1] as number]);
}

// The same table; the gradient of one of its rows is lost on the way back.
function withoutRow(weight: Tensor, row: number): Tensor {
  const same = weight.detach();
  same.isView = true;
  return record("embedding", same, [weight], null, (grad) => {
    const kept = grad.clone();
    kept.narrow(0, row, 1).fill_(0);
    return kept;
  });
}
