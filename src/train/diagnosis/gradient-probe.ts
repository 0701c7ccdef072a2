import type { Module } from "../../nn/index.ts";
import { data } from "../../ops/index.ts";

interface Seen {
  norms: number;
  /** Of each row of a weight (a unit): whether any observed step gave it a gradient. */
  reached: Uint8Array | null;
}

/** What a probe found over an epoch. */
export interface ProbeResult {
  /** Mean gradient norm of each parameter, from the input to the output. */
  parameterGradNorms: Record<string, number>;
  /** Share of each hidden layer's units without any gradient, by the name of the weight. */
  deadUnits: Record<string, number>;
}

/**
 * Looks at the gradients of every parameter after some steps of an epoch, for `diagnose`: norms show vanishing
 * gradients, rows of a weight that are exactly 0 show dead units. It reads each gradient once for each step it
 * observes; a handful of steps for each epoch is enough.
 *
 * The last weight is left out of the dead units: its rows are outputs.
 *
 * @example
 * const probe = new train.GradientProbe(model);
 * train.trainStep(optimizer, () => F.mseLoss(model.forward(X), y));
 * probe.observe();
 * console.log(probe.take().deadUnits);
 */
export class GradientProbe {
  readonly #model: Module<never[], unknown>;
  readonly #seen = new Map<string, Seen>();
  #steps = 0;

  constructor(model: Module<never[], unknown>) {
    this.#model = model;
  }

  /** Steps observed since the last `take`. */
  get steps(): number {
    return this.#steps;
  }

  /** Takes in the gradients as they are: call it after a step and before the gradients are cleared. */
  observe(): void {
    this.#steps++;
    for (const [name, parameter] of this.#model.namedParameters()) {
      const { gradient } = parameter; // not .grad: looking must not count as handing the gradient out
      if (gradient === null) continue;
      const values = data(gradient);
      const rows = parameter.shape.length >= 2 ? (parameter.shape[0] as number) : 0;
      let seen = this.#seen.get(name);
      if (seen === undefined) {
        seen = { norms: 0, reached: rows > 0 ? new Uint8Array(rows) : null };
        this.#seen.set(name, seen);
      }
      const width = rows > 0 ? values.length / rows : values.length;
      let total = 0;
      for (let start = 0, row = 0; start < values.length; start += width, row++) {
        let squares = 0;
        for (let i = start; i < start + width; i++) squares += (values[i] as number) ** 2;
        total += squares;
        if (seen.reached !== null && squares !== 0) seen.reached[row] = 1;
      }
      seen.norms += Math.sqrt(total);
    }
  }

  /** The findings since the last `take`. */
  take(): ProbeResult {
    const parameterGradNorms: Record<string, number> = {};
    const deadUnits: Record<string, number> = {};
    const weights = [...this.#seen].filter(([, { reached }]) => reached !== null).map(([name]) => name);
    for (const [name, { norms, reached }] of this.#seen) {
      parameterGradNorms[name] = norms / this.#steps;
      if (reached === null || name === weights.at(-1)) continue;
      deadUnits[name] = reached.reduce((dead, each) => dead + (each === 0 ? 1 : 0), 0) / reached.length;
    }
    this.#seen.clear();
    this.#steps = 0;
    return { parameterGradNorms, deadUnits };
  }
}
