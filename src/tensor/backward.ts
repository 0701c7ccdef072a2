import { transferBlock } from "../engine/index.ts";
import { contiguousStrides, formatShape, GradientError, sameShape } from "../util/index.ts";
import { beginStep, markConsumed, registerRoot } from "./ambient.ts";
import {
  allocate,
  closeGeneration,
  discardGeneration,
  type Generation,
  insideBatch,
  liveWith,
  MOVED_LENGTH,
  openGeneration,
} from "./generation.ts";
import { setGradEnabled } from "./grad-mode.ts";
import { asKnownTo, checkNode, Node } from "./node.ts";
import { Tensor } from "./tensor.ts";

/** Options of `backward`. */
export interface BackwardOptions {
  /** The gradient to start from, of the tensor's shape; needed when the tensor is no scalar. */
  gradient?: Tensor;
  /** Keep what the graph saved, so that it can be passed again. */
  retainGraph?: boolean;
}

let visits = 0;

/**
 * Computes the gradient of a tensor by every leaf it was computed from, and adds it to the leaves'
 * `.grad`. The graph is consumed, unless `retainGraph`.
 *
 * Every check runs before the first gradient is written, so a refused call changes nothing.
 *
 * @param root a scalar (usually the loss), or any tensor together with `options.gradient`
 * @throws {GradientError} when there is no graph, it was consumed, or a saved value was changed in place;
 *   when `root` has more than one element and no `gradient` is given
 * @source https://docs.pytorch.org/docs/stable/generated/torch.Tensor.backward.html
 * @example
 * const w = tensor([1, 2], { requiresGrad: true });
 * backward(w.square().sum());
 * w.grad; // [2, 4]
 */
export function backward(root: Tensor, options: BackwardOptions = {}): void {
  if (!root.requiresGrad) {
    throw new GradientError(
      "backward",
      "the tensor has no history that requires a gradient",
      "expected one computed from parameters while recording was on",
      "Check that its inputs have requiresGrad, and that it was not computed inside noGrad().",
    );
  }
  checkStart(root, options.gradient);
  const order = collect(root);
  if (!insideBatch()) beginStep(MOVED_LENGTH);

  const generation = openGeneration();
  const recording = setGradEnabled(false);
  let seenOutside = false;
  try {
    const start = nodeOf(root);
    start.pending = options.gradient ?? onesLike(root);
    start.pendingFresh = false;
    for (const node of order) {
      const grad = node.pending;
      if (grad === null) continue;
      node.pending = null;
      const seen = runNode(node, grad, node.pendingFresh, generation);
      seenOutside = seenOutside || seen;
      if (node.backward !== null && options.retainGraph !== true) consume(node);
    }
  } finally {
    for (const node of order) node.pending = null;
    setGradEnabled(recording);
    // A hook may have kept hold of a gradient: then small ones must stay readable.
    if (seenOutside) closeGeneration(generation);
    else discardGeneration(generation);
  }
}

function checkStart(root: Tensor, gradient: Tensor | undefined): void {
  if (gradient === undefined) {
    if (root.length === 1) return;
    throw new GradientError(
      "backward",
      `the tensor has shape ${formatShape(root.shape)}`,
      "expected a scalar, or a gradient to start from",
      "Reduce it first (mean(), sum()), or pass { gradient } of the same shape.",
    );
  }
  if (!sameShape(gradient.shape, root.shape) || gradient.dtype !== root.dtype) {
    throw new GradientError(
      "backward",
      `the gradient is ${gradient.dtype} ${formatShape(gradient.shape)}`,
      `expected ${root.dtype} ${formatShape(root.shape)}, as the tensor itself`,
      "Pass a gradient of the tensor's own shape and dtype.",
    );
  }
}

/** The node gradients of a tensor are delivered to: the op that made it, or the leaf's accumulator. */
function nodeOf(tensor: Tensor): Node {
  if (tensor.node !== null) return tensor.node;
  const grads = tensor.needGradState();
  grads.accumulator ??= new Node("accumulate", [], tensor, null, null);
  return grads.accumulator;
}

/** Every node from the root down, checked, in an order where each comes after all that feed it. */
function collect(root: Tensor): Node[] {
  const visit = ++visits;
  const order: Node[] = [];
  // Depth first without recursion: a node is emitted after its inputs, and the list is read backwards.
  const stack: Node[] = [nodeOf(root)];
  while (stack.length > 0) {
    const node = stack[stack.length - 1] as Node;
    if (node.visit === visit) {
      stack.pop();
      if (!node.emitted) {
        node.emitted = true;
        order.push(node);
      }
      continue;
    }
    node.visit = visit;
    node.emitted = false;
    if (node.op === "accumulate" && node.inputs?.length === 0) continue;
    checkNode(node);
    const inputs = node.inputs as readonly Tensor[];
    for (let i = 0; i < inputs.length; i++) {
      const input = asKnownTo(node, inputs[i] as Tensor);
      if (!input.requiresGrad) continue;
      const next = nodeOf(input);
      if (next.visit !== visit) stack.push(next);
    }
  }
  return order.reverse();
}

/** Passes one node's gradient on. Returns whether code outside the engine saw it. */
function runNode(node: Node, incoming: Tensor, incomingFresh: boolean, generation: Generation): boolean {
  let grad = incoming;
  let fresh = incomingFresh;
  let seen = false;
  const output = node.output as Tensor;
  const hooks = output.gradState?.hooks ?? null;
  if (hooks !== null) {
    seen = true;
    fresh = false;
    for (const hook of [...hooks]) grad = checkHook(hook(grad) ?? grad, grad);
  }
  if (node.backward === null) {
    accumulate(output, grad, fresh);
    return seen;
  }
  if (output.gradState?.retained === true) {
    accumulate(output, grad, false);
    fresh = false;
  }
  const made = generation.storages.length;
  const result = node.backward(grad);
  const inputs = node.inputs as readonly Tensor[];
  if (result === null || result instanceof Tensor) {
    if (result !== null) deliver(asKnownTo(node, inputs[0] as Tensor), result, isFresh(result, grad, generation, made));
    return seen;
  }
  for (let i = 0; i < inputs.length; i++) {
    const part = result[i];
    if (part == null) continue;
    let partFresh = isFresh(part, grad, generation, made);
    for (let j = 0; partFresh && j < result.length; j++) {
      if (j !== i && result[j]?.storage === part.storage) partFresh = false;
    }
    deliver(asKnownTo(node, inputs[i] as Tensor), part, partFresh);
  }
  return seen;
}

function checkHook(result: Tensor, grad: Tensor): Tensor {
  if (sameShape(result.shape, grad.shape) && result.dtype === grad.dtype) return result;
  throw new GradientError(
    "backward",
    `a hook returned ${result.dtype} ${formatShape(result.shape)}`,
    `expected ${grad.dtype} ${formatShape(grad.shape)}, as the gradient it was given`,
    "Return a tensor of the gradient's own shape and dtype, or nothing.",
  );
}

/** Whether a gradient's memory was made in this very call of an op's backward, and is all its own. */
function isFresh(grad: Tensor, incoming: Tensor, generation: Generation, made: number): boolean {
  if (!grad.packed || grad.storage.length !== grad.length || grad.storage === incoming.storage) return false;
  for (let i = generation.storages.length - 1; i >= made; i--) {
    if (generation.storages[i] === grad.storage) return true;
  }
  return false;
}

/** Adds a gradient to what waits for a tensor's node. */
function deliver(input: Tensor, grad: Tensor, fresh: boolean): void {
  if (!input.requiresGrad) return;
  const node = nodeOf(input);
  const waiting = node.pending;
  if (waiting === null) {
    node.pending = grad;
    node.pendingFresh = fresh;
    return;
  }
  const backend = grad.storage.backend;
  if (node.pendingFresh) {
    backend.binary("add", waiting, grad, waiting);
    return;
  }
  const sum = emptyLike(waiting, "backward");
  backend.binary("add", waiting, grad, sum);
  node.pending = sum;
  node.pendingFresh = true;
}

/** Adds to `.grad`, or becomes it: memory that nobody else sees is taken over without a copy. */
function accumulate(leaf: Tensor, grad: Tensor, fresh: boolean): void {
  const backend = grad.storage.backend;
  const grads = leaf.needGradState();
  if (grads.gradient?.packed === false) {
    // Only an assigned one can be strided, and kernels write contiguous results. Whoever assigned it
    // may still hold it, so it stays a root.
    const packed = emptyLike(grads.gradient, "grad");
    backend.copy(grads.gradient, packed);
    liveWith(packed.storage, leaf.storage);
    grads.gradient = packed;
  }
  if (grads.gradient !== null) {
    backend.binary("add", grads.gradient, grad, grads.gradient);
    grads.gradient.storage.version++;
    return;
  }
  const slot = grads.slot;
  if (fresh && slot !== null && slot.storage.address < 0 && slot.storage.backend === backend) {
    transferBlock(grad.storage, slot.storage);
    registerRoot(slot.storage);
    grads.gradient = slot;
    return;
  }
  let own = grad;
  if (!fresh) {
    own = emptyLike(grad, "grad");
    backend.copy(grad, own);
  }
  // The gradient of a parameter is a root; that of an input in a loader's batch dies with the batch.
  liveWith(own.storage, leaf.storage);
  grads.gradient = own;
  grads.slot = leaf.storage.owner === null ? own : null;
}

/** The graph lets go of everything that this node held. */
function consume(node: Node): void {
  const output = node.output;
  if (output !== null) markConsumed(output.storage);
  node.inputs = null;
  node.backward = null;
  node.saved = null;
  node.output = null;
}

function emptyLike(tensor: Tensor, origin: string): Tensor {
  const storage = allocate(tensor.dtype, tensor.length, origin);
  return new Tensor(storage, tensor.shape, contiguousStrides(tensor.shape), 0, tensor.length, true);
}

const INITIAL = "backward's start";

/** Whether a gradient is the 1 that `backward()` starts from, so that an op need not multiply by it. */
export function isInitialGradient(grad: Tensor): boolean {
  return grad.storage.origin === INITIAL && grad.storage.version === 0;
}

function onesLike(tensor: Tensor): Tensor {
  const ones = emptyLike(tensor, INITIAL);
  tensor.storage.backend.fill(ones, 1);
  return ones;
}
