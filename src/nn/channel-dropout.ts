import type { Generator } from "../engine/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { checkedOptions } from "../util/index.ts";
import { checkProbability } from "./check.ts";
import type { DropoutLayerOptions } from "./dropout.ts";
import { DROPOUT_LAYER_OPTIONS } from "./dropout.ts";
import { dropout1d, dropout2d } from "./functional/channel-dropout.ts";
import type { DropoutOptions } from "./functional/dropout.ts";
import { Module } from "./module.ts";
import type { SameSize } from "./sizes.ts";

/** What Dropout1d and Dropout2d share: a probability and the training switch. */
abstract class ChannelDropout extends Module<[Tensor], Tensor> {
  declare readonly "~sizes": SameSize;
  p: number;
  readonly #generator: Generator | undefined;

  constructor(name: string, p: number, options: DropoutLayerOptions) {
    super();
    checkProbability(name, p);
    this.p = p;
    this.#generator = options.generator;
  }

  protected options(): DropoutOptions {
    const generator = this.#generator === undefined ? {} : { generator: this.#generator };
    return { training: this.training, ...generator };
  }

  override extraRepr(): string {
    return `p=${this.p}`;
  }
}

/**
 * In training, sets whole channels of sequences to zero with probability p and multiplies the others by 1/(1 − p).
 *
 * @example
 * const layer = new nn.Dropout1d(0.2);
 * const out = layer.forward(rand([8, 3, 10])); // whole sequences of 10 are zero or multiplied by 1.25
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout1d.html
 */
export class Dropout1d extends ChannelDropout {
  /** @throws {ConfigError} when p is no probability */
  constructor(p = 0.5, options: DropoutLayerOptions = {}) {
    checkedOptions("nn.Dropout1d", options, DROPOUT_LAYER_OPTIONS);
    super("nn.Dropout1d", p, options);
  }

  /** @param input `[N, C, L]` or `[C, L]` */
  forward(input: Tensor): Tensor {
    return dropout1d(input, this.p, this.options());
  }
}

/**
 * In training, sets whole channels of images to zero with probability p and multiplies the others by 1/(1 − p).
 *
 * @example
 * const layer = new nn.Dropout2d(0.2);
 * const out = layer.forward(rand([8, 3, 4, 4])); // whole images of 4 × 4 are zero or multiplied by 1.25
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout2d.html
 */
export class Dropout2d extends ChannelDropout {
  /** @throws {ConfigError} when p is no probability */
  constructor(p = 0.5, options: DropoutLayerOptions = {}) {
    checkedOptions("nn.Dropout2d", options, DROPOUT_LAYER_OPTIONS);
    super("nn.Dropout2d", p, options);
  }

  /** @param input `[N, C, H, W]` */
  forward(input: Tensor): Tensor {
    return dropout2d(input, this.p, this.options());
  }
}
