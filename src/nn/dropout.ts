import type { Generator } from "../engine/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { checkedOptions, type OptionKinds } from "../util/index.ts";
import { checkProbability } from "./check.ts";
import { dropout } from "./functional/dropout.ts";
import { Module } from "./module.ts";
import type { SameSize } from "./sizes.ts";

/** Options of `Dropout`. */
export interface DropoutLayerOptions {
  /** Whose numbers decide; default the one `manualSeed` seeds. */
  generator?: Generator;
}

/** What each holds. */
export const DROPOUT_LAYER_OPTIONS: OptionKinds<DropoutLayerOptions> = { generator: "object" };

/**
 * In training, sets each element to zero with probability p and multiplies the others by 1/(1 − p);
 * in evaluation, gives back what it gets.
 *
 * @example
 * const layer = new nn.Dropout(0.5);
 * const dropped = layer.forward(ones([8])); // zeros and twos
 * const kept = layer.eval().forward(ones([8])); // ones
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout.html
 */
export class Dropout extends Module<[Tensor], Tensor> {
  declare readonly "~sizes": SameSize;
  p: number;
  /** Whose numbers decide; undefined for the default one. */
  readonly generator: Generator | undefined;

  /**
   * @param p chance of a zero, 0 … 1
   * @throws {ConfigError} outside
   */
  constructor(p = 0.5, options: DropoutLayerOptions = {}) {
    checkedOptions("nn.Dropout", options, DROPOUT_LAYER_OPTIONS);
    super();
    checkProbability("nn.Dropout", p);
    this.p = p;
    this.generator = options.generator;
  }

  forward(input: Tensor): Tensor {
    const generator = this.generator === undefined ? {} : { generator: this.generator };
    return dropout(input, this.p, { training: this.training, ...generator });
  }

  override extraRepr(): string {
    return `p=${this.p}`;
  }
}
