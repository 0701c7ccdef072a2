import { needsGrad, record, type Tensor } from "../tensor/index.ts";
import { ConfigError, ShapeError, sizeOf } from "../util/index.ts";
import { mul } from "./binary.ts";
import { emptyLike, viewOf } from "./common.ts";
import { readEquation } from "./einsum-equation.ts";
import { matmul } from "./matmul.ts";
import { expand, permute, reshape } from "./movement.ts";
import { sum } from "./reduce.ts";

/** A tensor and the label of each of its dimensions, all different. */
interface Labelled {
  readonly tensor: Tensor;
  readonly labels: readonly string[];
}

/**
 * Sums of products, written as an equation: `"ij,jk->ik"` is a matrix product.
 *
 * A letter names a dimension. Letters that are not behind the arrow are summed over; a letter twice in one operand takes the
 * diagonal; `...` covers dimensions without names, which broadcast. Without an arrow the output has the
 * letters that stand only once, in alphabetical order. Two operands at a time, from the left, go through `matmul`.
 *
 * @param equation letters of each operand, separated by commas, and, behind `->`, of the result
 * @throws {ConfigError} for an equation that is none
 * @throws {ShapeError} when a letter stands for two sizes
 * @example
 * const scores = einsum("bqd,bkd->bqk", rand([2, 3, 4]), rand([2, 5, 4])); // [2, 3, 5]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.einsum.html
 */
export function einsum(equation: string, ...operands: Tensor[]): Tensor {
  if (operands.length === 0) {
    throw new ConfigError("einsum", "no operands were given", "expected at least one", "Pass them after the equation.");
  }
  const {
    operands: labels,
    output,
    sizes,
  } = readEquation(
    equation,
    operands.map((operand) => operand.shape),
  );
  const parts = operands.map((tensor, i) => spread(diagonals({ tensor, labels: labels[i] as string[] }), sizes));
  let left = parts[0] as Labelled;
  for (let i = 1; i < parts.length; i++) {
    const later = new Set([...output, ...parts.slice(i + 1).flatMap((part) => part.labels)]);
    left = contract(left, parts[i] as Labelled, later);
  }
  left = reduceTo(left, new Set(output));
  return arrange(left, output);
}

// A letter twice: only where both positions agree.
function diagonals(part: Labelled): Labelled {
  const labels = [...new Set(part.labels)];
  if (labels.length === part.labels.length) return part;
  return { tensor: diagonal(part.tensor, part.labels, labels), labels };
}

function diagonal(input: Tensor, from: readonly string[], to: readonly string[]): Tensor {
  const shape = to.map((label) => {
    const sizes = new Set(from.flatMap((other, dim) => (other === label ? [input.shape[dim] as number] : [])));
    if (sizes.size > 1) {
      throw new ShapeError(
        "einsum",
        `"${label}" stands for sizes ${[...sizes].join(" and ")} of one operand`,
        "expected equal ones, whose diagonal is taken",
        "Use another letter.",
      );
    }
    return [...sizes][0] as number;
  });
  const window = (of: Tensor): Tensor => {
    const strides = to.map((label) =>
      from.reduce((step, other, dim) => (other === label ? step + (of.strides[dim] as number) : step), 0),
    );
    return viewOf(of, shape, strides, of.offset);
  };
  const out = window(input);
  if (!needsGrad(input)) return out;
  return record("diagonal", out, [input], null, (grad) => {
    const back = emptyLike(input, "diagonal");
    back.storage.backend.fill(back, 0);
    back.storage.backend.copy(grad, window(back));
    return back;
  });
}

// Sizes of 1 repeated to what the letter stands for.
function spread({ tensor, labels }: Labelled, sizes: ReadonlyMap<string, number>): Labelled {
  const shape = labels.map((label) => sizes.get(label) as number);
  return { tensor: shape.every((size, dim) => size === tensor.shape[dim]) ? tensor : expand(tensor, shape), labels };
}

function reduceTo(part: Labelled, keep: ReadonlySet<string>): Labelled {
  const dims = part.labels.flatMap((label, dim) => (keep.has(label) ? [] : [dim]));
  if (dims.length === 0) return part;
  return { tensor: sum(part.tensor, dims), labels: part.labels.filter((label) => keep.has(label)) };
}

function arrange({ tensor, labels }: Labelled, order: readonly string[]): Tensor {
  if (order.every((label, at) => labels[at] === label)) return tensor;
  return permute(
    tensor,
    order.map((label) => labels.indexOf(label)),
  );
}

// Both operands as [batch, left, shared] × [batch, shared, right], where batch letters are in both and
// needed later, shared ones are in both and summed over here.
function contract(first: Labelled, second: Labelled, later: ReadonlySet<string>): Labelled {
  const a = reduceTo(first, new Set([...later, ...second.labels]));
  const b = reduceTo(second, new Set([...later, ...first.labels]));
  const both = a.labels.filter((label) => b.labels.includes(label));
  const batch = both.filter((label) => later.has(label));
  const shared = both.filter((label) => !later.has(label));
  const left = a.labels.filter((label) => !both.includes(label));
  const right = b.labels.filter((label) => !both.includes(label));
  const labels = [...batch, ...left, ...right];
  const sizes = new Map<string, number>();
  for (const { tensor, labels: own } of [a, b]) {
    for (let dim = 0; dim < own.length; dim++) sizes.set(own[dim] as string, tensor.shape[dim] as number);
  }
  const shapeOf = (names: readonly string[]): number[] => names.map((label) => sizes.get(label) as number);
  if (shared.length === 0) {
    const x = reshape(arrange(a, [...batch, ...left]), [...shapeOf([...batch, ...left]), ...right.map(() => 1)]);
    const y = reshape(arrange(b, [...batch, ...right]), [...shapeOf(batch), ...left.map(() => 1), ...shapeOf(right)]);
    return { tensor: mul(x, y), labels };
  }
  const [n, m, k, p] = [batch, left, shared, right].map((names) => sizeOf(shapeOf(names))) as [
    number,
    number,
    number,
    number,
  ];
  const lead = batch.length === 0 ? [] : [n];
  const x = reshape(arrange(a, [...batch, ...left, ...shared]), [...lead, m, k]);
  const y = reshape(arrange(b, [...batch, ...shared, ...right]), [...lead, k, p]);
  return { tensor: reshape(matmul(x, y), shapeOf(labels)), labels };
}
