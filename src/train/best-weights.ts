import type { Module } from "../nn/index.ts";
import { noGrad } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";

/**
 * A copy of a model's weights and buffers, overwritten whenever the model is better than before.
 *
 * @example
 * const best = new train.BestWeights(model);
 * best.save(); // whenever the model is better than before
 * best.restore(); // at the end
 */
export class BestWeights {
  readonly #model: Module<never[], unknown>;
  #copy: Map<string, Tensor> | null = null;

  constructor(model: Module<never[], unknown>) {
    this.#model = model;
  }

  /** Copies the model's present state; into the memory of the copy before, if there is one. */
  save(): void {
    this.load(this.#model.stateDict());
  }

  /** Takes over weights from elsewhere, by PyTorch's names. */
  load(state: ReadonlyMap<string, Tensor>): void {
    noGrad(() => {
      if (this.#copy === null) {
        this.#copy = new Map([...state].map(([name, value]) => [name, value.clone().keep()]));
      } else {
        for (const [name, value] of state) this.#copy.get(name)?.copy_(value);
      }
    });
  }

  /** The copy, by PyTorch's names; null before the first `save`. */
  get state(): ReadonlyMap<string, Tensor> | null {
    return this.#copy;
  }

  /** Puts the copy back into the model; does nothing before the first `save`. */
  restore(): void {
    if (this.#copy !== null) this.#model.loadStateDict(this.#copy);
  }
}
