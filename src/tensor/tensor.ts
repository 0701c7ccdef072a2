import { type DType, isFloat, type Storage, type View } from "../engine/index.ts";
import { DtypeError, GradientError, isContiguous, type Shape } from "../util/index.ts";
import { keepRoot, markShared, releaseRoot, unroot } from "./ambient.ts";
import { adopt } from "./generation.ts";
import type { GradHook, Node } from "./node.ts";

/**
 * An n-dimensional array: a strided window on a block of engine memory, and what autograd needs.
 *
 * This class holds the fields. Operations are functions in `ops/`, and each is also a method here
 * (`ops/fluent-*.ts` adds them): `x.matmul(w)` is `matmul(x, w)`.
 *
 * Where the memory goes is decided by generations; see docs/decisions/0001-memory-by-generation.md.
 *
 * @example
 * const w = tensor([[1, 2], [3, 4]], { requiresGrad: true });
 * w.square().sum().backward();
 * w.grad; // [[2, 4], [6, 8]]
 */
export class Tensor implements View {
  /** The block of elements; views share it. */
  readonly storage: Storage;
  readonly dtype: DType;
  /** Sizes, outermost dimension first. */
  readonly shape: Shape;
  /** In elements; 0 along broadcast dimensions. */
  readonly strides: readonly number[];
  /** Of the first element in the storage. */
  readonly offset: number;
  /** Number of elements. */
  readonly length: number;
  /** Row-major without holes. */
  readonly packed: boolean;

  /** The operation that made it, when `backward()` can pass through; null for leaves. */
  node: Node | null;
  /** Another view of the same storage made it (a narrow, a transpose). */
  isView: boolean;
  /** A recorded view of it exists. */
  hasViews: boolean;
  // Made for the few tensors that have a gradient; the many others stay small.
  private grads: GradState | null;
  private needsGradient: boolean;

  constructor(
    storage: Storage,
    shape: Shape,
    strides: readonly number[],
    offset: number,
    length: number,
    packed: boolean = isContiguous(shape, strides),
  ) {
    this.storage = storage;
    this.dtype = storage.dtype;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.length = length;
    this.packed = packed;
    this.node = null;
    this.isView = false;
    this.hasViews = false;
    this.grads = null;
    this.needsGradient = false;
  }

  /** Whether operations on it are recorded for `backward()`. */
  get requiresGrad(): boolean {
    return this.needsGradient;
  }

  set requiresGrad(on: boolean) {
    if (on && !isFloat(this.dtype)) {
      throw new DtypeError(
        "requiresGrad",
        `the tensor is ${this.dtype}`,
        "expected a floating-point tensor, since only those have gradients",
        'Convert it first: x.to("float32").',
      );
    }
    if (!on && this.node !== null) {
      throw new GradientError(
        "requiresGrad",
        `the tensor was computed by ${this.node.op}`,
        "expected a leaf, whose gradient can be switched off",
        "Use x.detach() to get the same values without a history.",
      );
    }
    this.needsGradient = on;
  }

  /** For `record()`: the tensor was computed by this node. */
  computedBy(node: Node): void {
    this.needsGradient = true;
    this.node = node;
  }

  /** Not computed from anything that requires a gradient: a parameter, data, a constant. */
  get isLeaf(): boolean {
    return this.node === null;
  }

  /** What the engine keeps about the gradient; null when there never was one. */
  get gradState(): GradState | null {
    return this.grads;
  }

  /** The same, made when it is not there. */
  needGradState(): GradState {
    this.grads ??= new GradState();
    return this.grads;
  }

  /** The gradient, for the engine: reading this does not count as handing it out. */
  get gradient(): Tensor | null {
    return this.grads === null ? null : this.grads.gradient;
  }

  /**
   * The gradient that `backward()` has accumulated here, of this tensor's shape; null before the first
   * and after `zeroGrad()`.
   */
  get grad(): Tensor | null {
    const grads = this.grads;
    if (grads === null || grads.gradient === null) return null;
    grads.seen = true;
    return grads.gradient;
  }

  set grad(value: Tensor | null) {
    if (value === null) {
      this.dropGrad();
      return;
    }
    if (value.dtype !== this.dtype || value.shape.join() !== this.shape.join()) {
      throw new GradientError(
        "grad",
        `the value is ${value.dtype} [${value.shape.join(", ")}]`,
        `expected ${this.dtype} [${this.shape.join(", ")}], as the tensor itself`,
        "Assign a gradient of the tensor's own shape and dtype, or null.",
      );
    }
    this.dropGrad();
    const grads = this.needGradState();
    grads.borrowed = value.storage.owner === null;
    keepRoot(value.storage);
    grads.gradient = value;
    grads.slot = null;
    grads.seen = true;
  }

  /** Forgets the gradient. Its memory is free at once, or, if somebody has read `.grad`, with the generation. */
  dropGrad(): void {
    const grads = this.grads;
    if (grads === null || grads.gradient === null) return;
    const { storage } = grads.gradient;
    grads.gradient = null;
    if (!grads.seen) {
      releaseRoot(storage);
      return;
    }
    if (!grads.borrowed) {
      unroot(storage);
      adopt(storage);
    }
    grads.borrowed = false;
    grads.seen = false;
    grads.slot = null;
  }

  /** Number of dimensions. */
  dim(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  numel(): number {
    return this.length;
  }

  /** Row-major without holes. */
  isContiguous(): boolean {
    return this.packed;
  }

  /**
   * Makes the memory a root: it outlives the batch, the scope or the step it was made in, until the
   * garbage collector finds it unreachable (or `release()`).
   */
  keep(): this {
    keepRoot(this.storage);
    return this;
  }

  /** Frees the memory now. Only ever needed for large kept tensors in a loop that never awaits. */
  release(): void {
    // Not left to the finalizer: what it knows of a block stays until the event loop turns.
    unroot(this.storage);
    this.storage.backend.release(this.storage);
  }

  /** The same elements without history: gradients do not flow through it. */
  detach(): Tensor {
    markShared(this.storage);
    return new Tensor(this.storage, this.shape, this.strides, this.offset, this.length, this.packed);
  }
}

/** What a tensor with a gradient has beside its elements. */
export class GradState {
  /** Of a leaf: the node that adds to `.grad`. */
  accumulator: Node | null = null;
  gradient: Tensor | null = null;
  /** Where the next gradient's block will be hung up; kept while nobody outside has seen it. */
  slot: Tensor | null = null;
  /** Somebody has read `.grad`. */
  seen = false;
  /** Assigned, and a root before that: dropping the gradient must not end it. */
  borrowed = false;
  /** A non-leaf whose gradient is wanted too (`retainGrad`). */
  retained = false;
  /** Called with this tensor's gradient during `backward()`. */
  hooks: GradHook[] | null = null;
}

/**
 * A tensor that a module learns: a root that requires a gradient.
 *
 * @example
 * class Scale extends nn.Module {
 *   factor = new nn.Parameter(ones([1]));
 *   forward(x: Tensor): Tensor { return x.mul(this.factor); }
 * }
 */
export class Parameter extends Tensor {
  /** The dotted name in the module that was last asked for its parameters, for messages and state dicts. */
  name = "";

  /**
   * @param data the initial value; the parameter takes over its memory
   * @param options.requiresGrad false for a parameter that is saved but not learnt
   */
  constructor(data: Tensor, options: { requiresGrad?: boolean } = {}) {
    super(data.storage, data.shape, data.strides, data.offset, data.length, data.packed);
    keepRoot(data.storage);
    this.requiresGrad = options.requiresGrad ?? true;
  }
}
