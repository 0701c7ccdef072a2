import type { Generator } from "../../engine/index.ts";
import type { AnyModule } from "../../nn/index.ts";
import { noGrad } from "../../ops/index.ts";
import type { Optimizer } from "../../optim/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import type { NamedGenerators } from "../generators.ts";

/** Copies of everything that a few trial steps change: weights, buffers, modes, optimizer, generators. */
export class Snapshot {
  readonly #model: AnyModule;
  readonly #optimizer: Optimizer;
  readonly #weights: [Tensor, Tensor][];
  readonly #state: ReturnType<Optimizer["stateDict"]>;
  readonly #stepCount: number;
  readonly #skippedCount: number;
  readonly #nonfinite: Optimizer["nonfinite"];
  readonly #modes: [{ training: boolean }, boolean][];
  readonly #generators: [Generator, Uint8Array][];

  constructor(model: AnyModule, optimizer: Optimizer, generators: NamedGenerators) {
    this.#model = model;
    this.#optimizer = optimizer;
    const copy = (tensor: Tensor): Tensor => noGrad(() => tensor.detach().clone()).keep();
    this.#weights = [...model.parameters(), ...model.buffers()].map((each) => [each, copy(each)]);
    const { state, paramGroups } = optimizer.stateDict();
    const copies = [...state].map(([key, { step, tensors }]) => {
      const own = new Map([...tensors].map(([name, tensor]) => [name, copy(tensor)]));
      return [key, { step, tensors: own }] as const;
    });
    this.#state = { state: new Map(copies), paramGroups: structuredClone(paramGroups) };
    this.#stepCount = optimizer.stepCount;
    this.#skippedCount = optimizer.skippedCount;
    this.#nonfinite = optimizer.nonfinite;
    this.#modes = [...model.modules()].map((module) => [module, module.training]);
    this.#generators = [...generators.values()].map((each) => [each, each.getState()]);
  }

  /** Puts everything back, and forgets gradients. May be called again. */
  restore(): void {
    noGrad(() => {
      for (const [tensor, copy] of this.#weights) tensor.copy_(copy);
    });
    this.#optimizer.loadStateDict(this.#state);
    this.#optimizer.stepCount = this.#stepCount;
    this.#optimizer.skippedCount = this.#skippedCount;
    this.#optimizer.nonfinite = this.#nonfinite;
    this.#optimizer.zeroGrad();
    this.#model.zeroGrad();
    for (const [module, training] of this.#modes) module.training = training;
    for (const [generator, state] of this.#generators) generator.setState(state);
  }

  /** Frees the copies. */
  release(): void {
    for (const [, copy] of this.#weights) copy.release();
    for (const { tensors } of this.#state.state.values()) for (const tensor of tensors.values()) tensor.release();
  }
}
