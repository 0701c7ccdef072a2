import type { State } from "../environment.ts";
import { StateReader } from "../state.ts";

/** Mean and variance of each element, and of how many arrays: as plain values. */
export type Statistics = {
  readonly mean: readonly number[];
  readonly variance: readonly number[];
  readonly count: number;
};

/** Mean and variance of a stream of arrays, element by element, as Gymnasium's `RunningMeanStd` computes them. */
export class RunningMoments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  #count = 1e-4;

  constructor(size: number) {
    this.mean = new Float64Array(size);
    this.variance = new Float64Array(size).fill(1);
  }

  update(values: ArrayLike<number>): void {
    const count = this.#count;
    const total = count + 1;
    for (let i = 0; i < this.mean.length; i++) {
      const delta = (values[i] as number) - (this.mean[i] as number);
      const squares = (this.variance[i] as number) * count + (delta * delta * count) / total;
      this.mean[i] = (this.mean[i] as number) + delta / total;
      this.variance[i] = squares / total;
    }
    this.#count = total;
  }

  stateDict(): State {
    return { mean: this.mean.slice(), variance: this.variance.slice(), count: this.#count };
  }

  loadStateDict(state: State): void {
    const reader = new StateReader("RunningMoments.loadStateDict", state);
    const [mean, variance] = [reader.float64("mean", this.mean.length), reader.float64("variance", this.mean.length)];
    this.#count = reader.number("count");
    this.mean.set(mean);
    this.variance.set(variance);
  }

  toPlain(): Statistics {
    return { mean: [...this.mean], variance: [...this.variance], count: this.#count };
  }

  /** @throws {CheckpointError} */
  fromPlain({ mean, variance, count }: Statistics): void {
    const arrays = { mean: Float64Array.from(mean ?? []), variance: Float64Array.from(variance ?? []) };
    this.loadStateDict({ ...arrays, count });
  }
}
