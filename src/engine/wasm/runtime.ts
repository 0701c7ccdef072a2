import { DtypeError, formatShape, ReleasedTensorError } from "../../util/index.ts";
import type { Backend } from "../backend.ts";
import { bytesIn, bytesOf, type DType } from "../dtype.ts";
import { clock, lifecycle, Storage, type View } from "../storage.ts";
import { Allocator } from "./allocator.ts";
import { BlasProducts } from "./blas-products.ts";
import { instantiate, type KernelBuild, type KernelInstance, type Sgemm } from "./instance.ts";
import type { KernelExports } from "./kernel-exports.ts";
import { EMPTY, HEAP_START, Memory } from "./memory.ts";
import { StridedPlan } from "./strided.ts";
import { Threads } from "./threads/index.ts";

/** What all dispatch functions share: the memory, the blocks on it, and the kernels in use. */
export class Runtime {
  readonly backend: Backend;
  readonly memory: Memory;
  readonly allocator: Allocator;
  readonly plan: StridedPlan;
  readonly blas: BlasProducts;
  readonly threads: Threads;
  kernels: KernelExports;
  private readonly sgemm: Sgemm;
  private readonly builds: Record<KernelBuild, KernelInstance | null> = { relaxed: null, strict: null };

  constructor(backend: Backend, build: KernelBuild, maximumPages?: number) {
    this.backend = backend;
    this.memory = new Memory(maximumPages);
    this.plan = new StridedPlan(this.memory);
    this.blas = new BlasProducts(this.memory);
    const { blas } = this;
    this.sgemm = (transA, transB, m, n, k, a, lda, b, ldb, beta, c, ldc) => {
      blas.sgemm(transA, transB, m, n, k, a, lda, b, ldb, beta, c, ldc);
    };
    const instance = instantiate(build, this.memory, HEAP_START, this.sgemm);
    this.builds[build] = instance;
    this.kernels = instance.kernels;
    const workBytes = Math.ceil(this.kernels.gemmWorkBytes() / 64) * 64;
    while (this.memory.bytes < HEAP_START + workBytes && this.memory.grow(workBytes));
    this.allocator = new Allocator(this.memory, HEAP_START + workBytes);
    this.threads = new Threads(this.memory, this.allocator, instance, workBytes);
    this.blas.limit(this.threads.asked);
  }

  /** Switches to a build of the kernels; both work on the same memory. */
  use(build: KernelBuild): void {
    const instance = this.builds[build] ?? instantiate(build, this.memory, HEAP_START, this.sgemm);
    this.builds[build] = instance;
    this.kernels = instance.kernels;
    this.threads.use(instance);
  }

  /** A new block on the memory. */
  alloc(dtype: DType, length: number, origin: string): Storage {
    if (dtype === "float64") {
      throw new DtypeError(
        origin,
        "dtype is float64",
        "expected float32, int32 or bool on the wasm backend",
        'Use float32, or engine.setBackend("reference") for float64.',
      );
    }
    const address = length === 0 ? EMPTY : this.allocator.allocate(dtype === "bool" ? length : length * 4, origin);
    return new Storage(this.backend, dtype, length, origin, address);
  }

  release(storage: Storage): void {
    const { address } = storage;
    if (address > 0 && storage.length > 0) this.allocator.free(address, storage.length * bytesOf(storage.dtype));
    storage.address = -1;
    storage.host = null;
  }

  /** A contiguous tensor for the length of one call; `release` its storage afterwards. */
  temporary(dtype: DType, shape: readonly number[], origin: string): View {
    return new TemporaryView(this, dtype, shape, origin);
  }

  /**
   * Brings a moved storage's elements back to the memory.
   *
   * @throws {ReleasedTensorError} when there are none; {DtypeError} for another backend's storage.
   */
  revive(storage: Storage, view: View, operation: string): number {
    const { host } = storage;
    if (storage.backend !== this.backend) {
      throw new DtypeError(
        operation,
        `a tensor on the ${storage.backend.name} backend`,
        "expected all tensors on the wasm backend",
        "Make the tensors of one computation on one backend.",
      );
    }
    if (host === null) throw releasedError(operation, view.shape, storage.origin);
    const bytes = storage.length * host.BYTES_PER_ELEMENT;
    const address = bytes === 0 ? EMPTY : this.allocator.allocate(bytes, storage.origin);
    this.memory.u8.set(bytesIn(host, storage.hostStart, storage.length), address);
    storage.address = address;
    storage.host = null;
    lifecycle.revived(storage);
    return address;
  }
}

class TemporaryView implements View {
  readonly storage: Storage;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number = 0;
  readonly length: number;
  readonly packed: boolean = true;

  constructor(runtime: Runtime, dtype: DType, shape: readonly number[], origin: string) {
    const strides = new Array<number>(shape.length);
    let length = 1;
    for (let i = shape.length - 1; i >= 0; i--) {
      strides[i] = length;
      length *= shape[i] as number;
    }
    this.dtype = dtype;
    this.shape = shape;
    this.strides = strides;
    this.length = length;
    this.storage = runtime.alloc(dtype, length, origin);
  }
}

/** Address of the first element of a float32 or int32 view, ready for a kernel. */
export function address4(runtime: Runtime, view: View, operation: string): number {
  const { storage } = view;
  storage.touched = clock.tick;
  const base = storage.address > 0 ? storage.address : runtime.revive(storage, view, operation);
  return base + view.offset * 4;
}

/** The same for a bool view. */
export function address1(runtime: Runtime, view: View, operation: string): number {
  const { storage } = view;
  storage.touched = clock.tick;
  const base = storage.address > 0 ? storage.address : runtime.revive(storage, view, operation);
  return base + view.offset;
}

/** The same for a view of any dtype. */
export function addressOf(runtime: Runtime, view: View, operation: string): number {
  return view.dtype === "bool" ? address1(runtime, view, operation) : address4(runtime, view, operation);
}

/**
 * How a kernel of flat operands reads `view` against an output of `length` elements: stride 1, stride 0
 * for a single element, or -1 where it takes a strided kernel.
 */
export function flatStride(view: View, length: number): number {
  if (!view.packed) return -1;
  return view.length === length ? 1 : view.length === 1 ? 0 : -1;
}

export function releasedError(operation: string, shape: readonly number[], origin: string): ReleasedTensorError {
  return new ReleasedTensorError(
    operation,
    `a released tensor of shape ${formatShape(shape)} made by ${origin}`,
    "expected one whose generation is still open",
    "Call .keep() on it, or read it (item(), data) before the loader's next batch, the next zeroGrad() or the end " +
      "of its scope.",
  );
}
