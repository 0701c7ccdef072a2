import { GradientError, ReleasedTensorError } from "../util/index.ts";
import { isGradEnabled } from "./grad-mode.ts";
import type { Tensor } from "./tensor.ts";

/** Sees a gradient on its way; what it returns (if anything) takes its place. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks needs no return
export type GradHook = (grad: Tensor) => Tensor | undefined | void;

/** From the gradient by an op's output to those by its inputs, in their order; null where none is needed. */
export type Backward = (grad: Tensor) => Tensor | null | readonly (Tensor | null)[];

let recorded = 0;

/** One recorded operation: an edge from an output back to its inputs. */
export class Node {
  readonly op: string;
  /** Position in the order of recording. */
  readonly sequence: number;
  /** Of an in-place change: the tensor with the history that it had before. */
  replaced: Tensor | null;
  /** Null once `backward()` has consumed the node. */
  inputs: readonly Tensor[] | null;
  /** Null once consumed; what it closes over is then free. */
  backward: Backward | null;
  /** The tensors whose values `backward` reads, and the versions they had. */
  saved: readonly Tensor[] | null;
  readonly savedVersions: readonly number[] | null;
  /** The tensor this node made (or, for an accumulator, the leaf it feeds). */
  output: Tensor | null;

  // State of a running backward(), see backward.ts.
  pending: Tensor | null;
  pendingFresh: boolean;
  emitted: boolean;
  visit: number;

  constructor(
    op: string,
    inputs: readonly Tensor[],
    output: Tensor,
    saved: readonly Tensor[] | null,
    backward: Backward | null,
  ) {
    this.op = op;
    this.sequence = ++recorded;
    this.replaced = null;
    this.inputs = inputs;
    this.output = output;
    this.backward = backward;
    this.saved = saved;
    this.savedVersions = saved === null ? null : versionsOf(saved);
    this.pending = null;
    this.pendingFresh = false;
    this.emitted = false;
    this.visit = 0;
  }
}

function versionsOf(saved: readonly Tensor[]): number[] {
  const versions: number[] = [];
  for (let i = 0; i < saved.length; i++) versions.push((saved[i] as Tensor).storage.version);
  return versions;
}

/** Whether an op with these inputs is being recorded. Ops ask before saving anything. */
export function needsGrad(a: Tensor, b?: Tensor | null, c?: Tensor | null): boolean {
  if (!isGradEnabled()) return false;
  return a.requiresGrad || b?.requiresGrad === true || c?.requiresGrad === true;
}

/**
 * Records an op: `output` was computed from `inputs`, and `backward` turns its gradient into theirs.
 * Does nothing when no input requires a gradient or recording is off.
 *
 * @param saved tensors whose values `backward` reads; changing one in place before is an error
 * @returns `output`
 */
export function record(
  op: string,
  output: Tensor,
  inputs: readonly Tensor[],
  saved: readonly Tensor[] | null,
  backward: Backward,
): Tensor {
  if (!isGradEnabled()) return output;
  for (let i = 0; i < inputs.length; i++) {
    if ((inputs[i] as Tensor).requiresGrad) {
      output.computedBy(new Node(op, inputs, output, saved, backward));
      if (output.isView) (inputs[0] as Tensor).hasViews = true;
      return output;
    }
  }
  return output;
}

/**
 * An input as the node knew it: gradients of what read a tensor before an in-place change must not
 * pass through that change.
 */
export function asKnownTo(node: Node, input: Tensor): Tensor {
  let tensor = input;
  while (tensor.node !== null && tensor.node.replaced !== null && tensor.node.sequence >= node.sequence) {
    tensor = tensor.node.replaced;
  }
  return tensor;
}

/**
 * @throws {GradientError} when the graph through this node was consumed, or a value it saved was changed.
 * @throws {ReleasedTensorError} when a value it saved is gone
 */
export function checkNode(node: Node): void {
  if (node.backward === null) {
    throw new GradientError(
      "backward",
      `the graph through ${node.op} was already consumed`,
      "expected a graph that no backward() has passed",
      "Compute the loss again, or pass { retainGraph: true } to the first backward().",
    );
  }
  if (node.saved === null || node.savedVersions === null) return;
  for (let i = 0; i < node.saved.length; i++) {
    const tensor = node.saved[i] as Tensor;
    if (tensor.storage.address < 0 && tensor.storage.host === null) {
      throw new ReleasedTensorError(
        "backward",
        `a released tensor of shape [${tensor.shape.join(", ")}] made by ${tensor.storage.origin}, which ${node.op} saved`,
        "expected it alive until backward()",
        "Call backward() before the loader's next batch or the end of the scope, or keep() the tensor.",
      );
    }
    if (tensor.storage.version !== node.savedVersions[i]) {
      throw new GradientError(
        "backward",
        `a tensor of shape [${tensor.shape.join(", ")}] that ${node.op} saved was changed in place since (version ${tensor.storage.version}, saved at ${node.savedVersions[i]})`,
        "expected it unchanged until backward()",
        "Use the operation without the underscore, or clone() the tensor before changing it.",
      );
    }
  }
}
