import { type AttentionInputs, type Backend, currentBackend, type RecurrentRun, type View } from "../engine/index.ts";
import { byteLength, noGrad, zeros } from "../ops/index.ts";
import { Tensor } from "../tensor/index.ts";
import { ConfigError, checkedOptions, formatShape, type OptionKinds, type Shape, sizeOf } from "../util/index.ts";
import type { AnyModule, Module } from "./module.ts";
import { formatTable } from "./summary-table.ts";

/** One module of a summary. */
export interface SummaryRow {
  /** Dotted name; "" for the model itself. */
  readonly name: string;
  /** Class. */
  readonly type: string;
  /** How deep it lies. */
  readonly depth: number;
  /** Shape of what it gave when it first ran, or null when it never ran or gave no tensor. */
  readonly outputShape: Shape | null;
  /** Its own parameters and those below it, shared ones once. */
  readonly parameters: number;
  /** Multiplications and additions (one of each counts once) in products and convolutions, all calls together. */
  readonly multiplyAdds: number;
}

/** What `summary` finds; `toString()` is the aligned text. */
export interface Summary {
  readonly rows: readonly SummaryRow[];
  readonly parameters: number;
  readonly trainableParameters: number;
  /** Bytes of all parameters and buffers. */
  readonly bytes: number;
  readonly multiplyAdds: number;
  toString(): string;
}

/** Options of `summary`. */
export interface SummaryOptions {
  /** What forward takes, instead of zeros of `inputShape`: for several inputs, or indices. */
  inputs?: readonly unknown[];
}

/** What each holds. */
export const SUMMARY_OPTIONS: OptionKinds<SummaryOptions> = { inputs: "any" };

interface Watched {
  readonly name: string;
  readonly module: AnyModule;
  shape: Shape | null;
  work: number;
}

/**
 * Layers, output shapes, parameters, bytes and multiply-adds of a model, as aligned text.
 *
 * Runs the model once, in evaluation and without recording. For that time only, each module's `forward` notes what
 * it gives and the backend's products count, so that nothing is slower before or after.
 *
 * @param inputShape with the batch: `[1, 4]`
 * @example
 * console.log(String(nn.summary(model, [1, 4])));
 */
export function summary(model: Module<never[], unknown>, inputShape: Shape, options: SummaryOptions = {}): Summary {
  checkedOptions("nn.summary", options, SUMMARY_OPTIONS);
  if (options.inputs !== undefined && !Array.isArray(options.inputs)) {
    const got = `inputs is ${typeof options.inputs === "string" ? JSON.stringify(options.inputs) : "no list"}`;
    throw new ConfigError("nn.summary", got, "expected the list of forward's arguments", "Pass { inputs: [x] }.");
  }
  const root = model as unknown as AnyModule;
  const parameters = [...root.parameters()];
  const first = parameters[0];
  const inputs = options.inputs ?? [zeros(inputShape, first === undefined ? {} : { dtype: first.dtype })];
  const watched = [...root.namedModules()].map(([name, module]) => ({ name, module, shape: null, work: 0 }) as Watched);
  const backend = first?.storage.backend ?? currentBackend();
  const training = watched.map(({ module }) => module.training);
  root.eval();
  try {
    noGrad(() => {
      watch(watched, backend, () => root.forward(...inputs));
    });
  } finally {
    watched.forEach(({ module }, i) => {
      module.training = training[i] as boolean;
    });
  }
  const rows = watched.map(({ name, module, shape, work }) => ({
    name,
    type: module.constructor.name,
    depth: name === "" ? 0 : name.split(".").length,
    outputShape: shape,
    parameters: count([...module.parameters()]),
    multiplyAdds: work,
  }));
  const bytes = [...parameters, ...root.buffers()].reduce((sum, tensor) => sum + byteLength(tensor), 0);
  const trainableParameters = count(parameters.filter((parameter) => parameter.requiresGrad));
  const total = { parameters: count(parameters), trainableParameters, bytes, multiplyAdds: rows[0]?.multiplyAdds ?? 0 };
  const text = formatTable(rows, total, options.inputs === undefined ? formatShape(inputShape) : null);
  return { rows, ...total, toString: () => text };
}

function count(tensors: readonly Tensor[]): number {
  return tensors.reduce((sum, tensor) => sum + tensor.length, 0);
}

/** The backend's products, and the multiply-adds of a call. */
const PRODUCTS: Readonly<Record<string, (operands: unknown[]) => number>> = {
  matmul: (operands) => productWork(operands[0] as View, operands[2] as View),
  linear: (operands) => productWork(operands[0] as View, operands[4] as View),
  attention: ([inputs, weights, out]) =>
    productWork((inputs as AttentionInputs).query, weights as View) + productWork(weights as View, out as View),
  recurrent: ([run]) => productWork((run as RecurrentRun).h0, (run as RecurrentRun).gates),
};

function productWork(left: View, out: View): number {
  return out.length * (left.shape.at(-1) as number);
}

// Runs with every forward and the backend's products replaced by properties that shadow them.
function watch(watched: readonly Watched[], backend: Backend, run: () => unknown): void {
  const running: Watched[] = [];
  const add = (work: number): void => {
    for (const each of new Set(running)) each.work += work;
  };
  const restore: (() => void)[] = [];
  try {
    for (const each of watched)
      restore.push(shadow(each.module, "forward", (forward) => follow(each, forward, running, add)));
    for (const [name, work] of Object.entries(PRODUCTS)) {
      restore.push(
        shadow(backend, name, (product) => (...operands: unknown[]) => {
          if (!running.some(({ module }) => isConvolution(module))) add(work(operands));
          return product(...operands);
        }),
      );
    }
    run();
  } finally {
    for (const back of restore) back();
  }
}

type Anything = (...args: never[]) => unknown;

/** Puts a property before a method, whether its own or inherited; returns what takes it away again. */
function shadow(
  object: object,
  name: string,
  wrap: (original: (...args: unknown[]) => unknown) => Anything,
): () => void {
  const own = Object.getOwnPropertyDescriptor(object, name);
  const original = (object as Record<string, Anything>)[name] as Anything;
  const value = wrap((...args) => original.apply(object, args as never[]));
  Object.defineProperty(object, name, { value, configurable: true, writable: true, enumerable: false });
  return () => {
    if (own === undefined) delete (object as Record<string, unknown>)[name];
    else Object.defineProperty(object, name, own);
  };
}

function follow(
  each: Watched,
  forward: (...args: unknown[]) => unknown,
  running: Watched[],
  add: (work: number) => void,
): Anything {
  return (...args: unknown[]): unknown => {
    running.push(each);
    try {
      const result = forward(...args);
      const output = firstTensor(result);
      if (output === null) return result;
      each.shape ??= output.shape;
      if (isConvolution(each.module)) add(convolutionWork(each.module, firstTensor(args), output));
      return result;
    } finally {
      running.pop();
    }
  };
}

function firstTensor(result: unknown): Tensor | null {
  if (result instanceof Tensor) return result;
  if (!Array.isArray(result)) return null;
  for (const part of result) {
    const found = firstTensor(part);
    if (found !== null) return found;
  }
  return null;
}

// Convolutions are counted by their kernels, however a backend computes them.
function isConvolution(module: AnyModule): boolean {
  return /^Conv(Transpose)?[123]d$/.test(module.constructor.name) && "weight" in module;
}

function convolutionWork(module: AnyModule, input: Tensor | null, output: Tensor): number {
  const { shape } = (module as unknown as { weight: Tensor }).weight;
  // Each output (of a transposed convolution: each input) meets one row of the weight, [channels, ...].
  const perElement = sizeOf(shape.slice(1));
  return (module.constructor.name.includes("Transpose") ? (input?.length ?? 0) : output.length) * perElement;
}
