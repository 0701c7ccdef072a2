import { Flatten, Linear, Module, ReLU, Sequential } from "../nn/index.ts";
import { mean } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { checkedOptions } from "../util/index.ts";
import type { Environment } from "./environment.ts";
import type { QNetwork } from "./policy.ts";

/**
 * A value of the state, and what each action is better than the average: `q = v + a - mean(a)`.
 *
 * @source https://arxiv.org/abs/1511.06581
 * @example
 * const head = new rl.DuelingHead(4, 2);
 * console.log(head.forward(x).shape); // [ 4, 2 ]
 */
export class DuelingHead extends Module<[Tensor], Tensor> {
  readonly value: Linear;
  readonly advantage: Linear;

  /** @param features size of the input's last dimension @param actions how many */
  constructor(features: number, actions: number) {
    super();
    this.value = new Linear(features, 1);
    this.advantage = new Linear(features, actions);
  }

  /** @param input `[B, features]` @returns `[B, actions]` */
  forward(input: Tensor): Tensor {
    const advantages = this.advantage.forward(input);
    return advantages.sub(mean(advantages, 1, { keepdim: true })).add(this.value.forward(input));
  }
}

/** Options of `qNetwork`. */
export interface QNetworkOptions {
  /** Units of each hidden layer. Default `[120, 84]`. */
  hidden?: readonly number[];
  /** End in a `DuelingHead`. Default false. */
  dueling?: boolean;
}

/**
 * A network of dense layers with ReLU for an environment's spaces.
 *
 * @example
 * const network = rl.qNetwork(rl.make("Acrobot-v1"), { hidden: [64], dueling: true });
 */
export function qNetwork(
  env: Pick<Environment, "observationSpace" | "actionSpace">,
  options: QNetworkOptions = {},
): QNetwork {
  const { hidden = [120, 84], dueling = false } = checkedOptions("qNetwork", options, {
    hidden: "numbers",
    dueling: "boolean",
  });
  const layers: Module<[Tensor], Tensor>[] = env.observationSpace.shape.length > 1 ? [new Flatten()] : [];
  let size = env.observationSpace.size;
  for (const units of hidden) {
    layers.push(new Linear(size, units), new ReLU());
    size = units;
  }
  const { n } = env.actionSpace;
  layers.push(dueling ? new DuelingHead(size, n) : new Linear(size, n));
  return new Sequential(...layers);
}
