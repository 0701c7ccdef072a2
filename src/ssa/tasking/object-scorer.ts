import { Linear, Module } from "../../nn/index.ts";
import { amax, cat, narrow, relu, sum } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { FEATURE_COUNT } from "./features.ts";

/** Options of `ObjectScorer`. */
export interface ObjectScorerOptions {
  /** Features of an object; the first is 1 where it may be chosen. Default `FEATURES.length`. */
  features?: number;
  /** Units of each layer. Default 64. */
  hidden?: number;
}

/**
 * A value for each object, by the same weights for all of them: `q = g(h(x_i), mean_j h(x_j), max_j h(x_j))`, mean and
 * maximum over the objects that may be chosen. The order of the objects does not matter and neither does their number,
 * so that a policy trained on 60 serves any catalogue.
 *
 * @source https://arxiv.org/abs/1703.06114 (functions of sets)
 * @example
 * const network = new ssa.ObjectScorer({ features: 4 });
 * console.log(network.forward(rand([2, 10, 4])).shape); // [ 2, 10 ]
 */
export class ObjectScorer extends Module<[Tensor], Tensor> {
  readonly embed: Linear;
  readonly refine: Linear;
  readonly own: Linear;
  readonly context: Linear;
  readonly value: Linear;

  constructor({ features = FEATURE_COUNT, hidden = 64 }: ObjectScorerOptions = {}) {
    super();
    this.embed = new Linear(features, hidden);
    this.refine = new Linear(hidden, hidden);
    this.own = new Linear(hidden, hidden);
    this.context = new Linear(2 * hidden, hidden);
    this.value = new Linear(hidden, 1);
  }

  /** @param input `[B, objects, features]` @returns `[B, objects]` */
  forward(input: Tensor): Tensor {
    const allowed = narrow(input, 2, 0, 1); //                                                    [B, N, 1]
    const each = relu(this.refine.forward(relu(this.embed.forward(input)))); //                    [B, N, H]
    const seen = each.mul(allowed); // (not negative: a masked 0 is no maximum's rival)
    const count = sum(allowed, 1, { keepdim: true }).clamp({ min: 1 }); //                          [B, 1, 1]
    const pooled = cat([sum(seen, 1, { keepdim: true }).div(count), amax(seen, 1, { keepdim: true })], 2); // [B, 1, 2H]
    const together = relu(this.own.forward(each).add(this.context.forward(pooled))); //             [B, N, H]
    return this.value.forward(together).squeeze(2);
  }
}
