import { isFloat } from "../../engine/index.ts";
import { noGrad, tensor } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import {
  CheckpointError,
  ConfigError,
  checkedOptions,
  formatShape,
  type OptionKinds,
  sameShape,
} from "../../util/index.ts";
import { filledFor } from "../slot.ts";
import { isReleased } from "../state-dict.ts";
import { type AvgFn, getSwaMultiAvgFn, type MultiAvgFn } from "./averages.ts";

/** What can be averaged: an `nn.Module`, or anything with named parameters. */
export interface Averageable {
  namedParameters(): Iterable<[string, Tensor]>;
  namedBuffers?(): Iterable<[string, Tensor]>;
}

/** Options of `AveragedModel`; at most one of the functions. */
export interface AveragedModelOptions {
  /** The new average of one tensor; default: the mean of all values (SWA). */
  avgFn?: AvgFn;
  /** The same in place for all tensors at once: `getEmaMultiAvgFn(0.999)` for EMA. */
  multiAvgFn?: MultiAvgFn;
  /** Average the buffers too, instead of taking over the model's; default false. */
  useBuffers?: boolean;
}

/** What each holds. */
export const AVERAGED_MODEL_OPTIONS: OptionKinds<AveragedModelOptions> = {
  avgFn: "function",
  multiAvgFn: "function",
  useBuffers: "boolean",
};

type ForwardOf<M> = M extends { forward(...args: infer A): infer R } ? (...args: A) => R : never;

/**
 * Averages of a model's weights: stochastic weight averaging (Izmailov et al. 2018), or with
 * `multiAvgFn: getEmaMultiAvgFn()` an exponential moving average.
 *
 * PyTorch copies the module; here the averages stand beside the model's own weights, and `use` (or `forward`)
 * exchanges the two for the time of a call. The first `updateParameters` copies, the others average.
 *
 * @example
 * const { AveragedModel, getEmaMultiAvgFn } = optim.swaUtils;
 * const averaged = new AveragedModel(model, { multiAvgFn: getEmaMultiAvgFn(0.99) });
 * loss.backward();
 * optimizer.step();
 * averaged.updateParameters(); // after each step (EMA), or each epoch late in the run (SWA)
 * const validationLoss = averaged.use(() => F.mseLoss(model.forward(xVal), yVal).item());
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.swa_utils.AveragedModel.html
 */
export class AveragedModel<M extends Averageable = Averageable> {
  /** The model whose weights are averaged. */
  readonly module: M;
  /** Values averaged so far. */
  nAveraged = 0;
  readonly #parameters: Map<string, Tensor>;
  readonly #buffers: Map<string, Tensor>;
  readonly #avgFn: AvgFn | null;
  readonly #multiAvgFn: MultiAvgFn;
  readonly #useBuffers: boolean;
  #inUse = false;

  /** @throws {ConfigError} for a model without parameters, or both functions */
  constructor(model: M, options: AveragedModelOptions = {}) {
    checkedOptions("optim.swaUtils.AveragedModel", options, AVERAGED_MODEL_OPTIONS);
    if (options.avgFn !== undefined && options.multiAvgFn !== undefined) {
      throw refusal("avgFn and multiAvgFn", "one of them", "Leave one out.");
    }
    this.module = model;
    this.#avgFn = options.avgFn ?? null;
    this.#multiAvgFn = options.multiAvgFn ?? getSwaMultiAvgFn();
    this.#useBuffers = options.useBuffers ?? false;
    this.#parameters = copies(model.namedParameters());
    this.#buffers = copies(model.namedBuffers?.() ?? []);
    if (this.#parameters.size === 0) {
      throw refusal("the model has no parameters", "at least one", "Pass the model, such as an nn.Module.");
    }
  }

  /** The averages; `copy_` or `clone` them, do not train them. */
  parameters(): Iterable<Tensor> {
    return this.#parameters.values();
  }

  /** The averages by the model's names. */
  namedParameters(): Iterable<[string, Tensor]> {
    return this.#parameters;
  }

  /** The averaged, or latest, buffers by the model's names. */
  namedBuffers(): Iterable<[string, Tensor]> {
    return this.#buffers;
  }

  /**
   * Takes the model's present values into the averages.
   *
   * @param model another model with the same parameters; default the one averaged
   * @throws {ConfigError} when its parameters differ, or inside `use`
   */
  updateParameters(model: Averageable = this.module): void {
    this.#checkFree("updateParameters");
    const current = this.#match("parameter", this.#parameters, model.namedParameters());
    const buffers = this.#match("buffer", this.#buffers, model.namedBuffers?.() ?? []);
    noGrad(() => {
      this.#average(current);
      if (this.#useBuffers) this.#average(buffers);
      else for (const [to, from] of buffers) copyInto(to, from);
    });
    this.nAveraged++;
  }

  /**
   * Runs `fn` while the model holds the averages (and their buffers) instead of its own weights, which it gets back
   * afterwards, whatever happens. Changes that `fn` makes to buffers stay with the averages.
   *
   * @throws {ConfigError} when `fn` returns a promise, or inside another `use`
   */
  use<T>(fn: () => T): T {
    this.#checkFree("use");
    const pairs = [
      ...this.#match("parameter", this.#parameters, this.module.namedParameters()),
      ...this.#match("buffer", this.#buffers, this.module.namedBuffers?.() ?? []),
    ];
    exchange(pairs);
    this.#inUse = true;
    try {
      const result = fn();
      if (typeof (result as { then?: unknown } | null | undefined)?.then === "function") {
        throw refusal("use() with a promise", "a synchronous function", "Await first.");
      }
      return result;
    } finally {
      this.#inUse = false;
      exchange(pairs);
    }
  }

  /** The model's `forward` with the averages, without recording. */
  forward(...args: Parameters<ForwardOf<M>>): ReturnType<ForwardOf<M>> {
    const model = this.module as unknown as { forward(...all: unknown[]): ReturnType<ForwardOf<M>> };
    return noGrad(() => this.use(() => model.forward(...args)));
  }

  /** Writes averages and buffers into a model with the same parameters: the one to keep after training. */
  copyTo(model: Averageable): void {
    const pairs = [
      ...this.#match("parameter", this.#parameters, model.namedParameters()),
      ...this.#match("buffer", this.#buffers, model.namedBuffers?.() ?? []),
    ];
    for (const [from, to] of pairs) copyInto(to, from);
  }

  /** `n_averaged`, and averages and buffers as `module.…`: PyTorch's keys. They look at the averages' own memory. */
  stateDict(): Map<string, Tensor> {
    const state = new Map<string, Tensor>([["n_averaged", tensor(this.nAveraged, { dtype: "int32" })]]);
    for (const [name, value] of this.#all()) state.set(`module.${name}`, value.detach());
    return state;
  }

  /** Takes over a state. @throws {CheckpointError} listing all that differs; nothing is changed then */
  loadStateDict(state: ReadonlyMap<string, Tensor>): void {
    const problems: string[] = [];
    const own = new Map(this.#all().map(([name, value]) => [`module.${name}`, value]));
    for (const key of state.keys()) {
      if (key !== "n_averaged" && !own.has(key)) problems.push(`"${key}" is unexpected`);
    }
    const count = state.get("n_averaged");
    if (count === undefined || count.length !== 1) problems.push('"n_averaged" is missing or no number');
    for (const [key, to] of own) {
      const from = state.get(key);
      if (from === undefined) problems.push(`"${key}" is missing`);
      else if (isReleased(from)) problems.push(`"${key}" has been released`);
      else if (!sameShape(from.shape, to.shape) || from.dtype !== to.dtype) {
        const is = `${from.dtype} ${formatShape(from.shape)}`;
        problems.push(`"${key}" is ${is} instead of ${to.dtype} ${formatShape(to.shape)}`);
      }
    }
    if (problems.length > 0) {
      const fix = "Average the model that the state was saved from.";
      throw new CheckpointError(`${NAME}.loadStateDict`, problems.join("; "), "expected this model's averages", fix);
    }
    this.nAveraged = (count as Tensor).item();
    for (const [key, to] of own) copyInto(to, state.get(key) as Tensor);
  }

  #all(): [string, Tensor][] {
    return [...this.#parameters, ...this.#buffers];
  }

  #average(pairs: readonly (readonly [Tensor, Tensor])[]): void {
    const floats = pairs.filter(([average]) => isFloat(average.dtype));
    for (const [average, current] of pairs) {
      if (this.nAveraged === 0 || !isFloat(average.dtype)) copyInto(average, current);
    }
    if (this.nAveraged === 0) return;
    if (this.#avgFn === null) {
      const [averages, values] = [floats.map(([average]) => average), floats.map(([, current]) => current)];
      this.#multiAvgFn(averages, values, this.nAveraged);
      return;
    }
    for (const [average, current] of floats) {
      copyInto(average, this.#avgFn(average.detach(), current.detach(), this.nAveraged));
    }
  }

  // Averages beside the model's own, by name.
  #match(kind: string, own: Map<string, Tensor>, named: Iterable<[string, Tensor]>): [Tensor, Tensor][] {
    const pairs: [Tensor, Tensor][] = [];
    for (const [name, current] of named) {
      const average = own.get(name);
      if (average === undefined || !sameShape(average.shape, current.shape)) {
        const is = `${kind} "${name}" of shape ${formatShape(current.shape)}`;
        throw refusal(is, average === undefined ? "a known name" : formatShape(average.shape), "Pass the same model.");
      }
      pairs.push([average, current]);
    }
    if (pairs.length !== own.size) {
      throw refusal(`${pairs.length} ${kind}s`, `${own.size}`, "Pass the model that is averaged.");
    }
    return pairs;
  }

  #checkFree(what: string): void {
    if (this.#inUse) throw refusal(`${what}() inside use()`, "it outside", "The model holds the averages there.");
  }
}

const NAME = "optim.swaUtils.AveragedModel";

function refusal(got: string, expected: string, fix: string): ConfigError {
  return new ConfigError(NAME, got, `expected ${expected}`, fix);
}

function copies(named: Iterable<[string, Tensor]>): Map<string, Tensor> {
  const copied = new Map<string, Tensor>();
  for (const [name, value] of named) {
    const copy = filledFor(value);
    copyInto(copy, value);
    copied.set(name, copy);
  }
  return copied;
}

function copyInto(to: Tensor, from: Tensor): void {
  to.storage.backend.copy(from, to);
  to.storage.version++;
}

function exchange(pairs: readonly (readonly [Tensor, Tensor])[]): void {
  noGrad(() => {
    for (const [a, b] of pairs) {
      const kept = a.detach().clone();
      copyInto(a, b);
      copyInto(b, kept);
    }
  });
}
