import type { DType, Generator } from "../engine/index.ts";
import { empty, linear } from "../ops/index.ts";
import { Parameter, type Tensor } from "../tensor/index.ts";
import { checkedOptions, type OptionKinds } from "../util/index.ts";
import { checkWhole } from "./check.ts";
import { kaimingUniform_, uniform_ } from "./init.ts";
import { Module } from "./module.ts";
import type { Sizes } from "./sizes.ts";

/** Options of `Linear`. */
export interface LinearOptions {
  /** Add a bias; default true. */
  bias?: boolean;
  /** Default float32. */
  dtype?: DType;
  /** Whose numbers the initial values are; default the one `manualSeed` seeds. */
  generator?: Generator;
}

/** What each holds. */
export const LINEAR_OPTIONS: OptionKinds<LinearOptions> = { bias: "boolean", dtype: "string", generator: "object" };

/**
 * A dense layer: `y = x·Wᵀ + b`.
 *
 * Weight and bias start uniform in ±1/√in, drawn in this order, as PyTorch draws them.
 *
 * @example
 * const layer = new nn.Linear(4, 64); // [B, 4] → [B, 64]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html
 */
export class Linear<In extends number = number, Out extends number = number> extends Module<[Tensor], Tensor> {
  declare readonly "~sizes": Sizes<In, Out>;
  readonly inFeatures: In;
  readonly outFeatures: Out;
  /** `[out, in]` */
  weight: Parameter;
  /** `[out]`, or null */
  bias: Parameter | null;

  /**
   * @param inFeatures size of the input's last dimension
   * @param outFeatures size of the output's last dimension
   * @throws {ConfigError} when a size is no whole number of 0 or more
   */
  constructor(inFeatures: In, outFeatures: Out, options: LinearOptions = {}) {
    checkedOptions("nn.Linear", options, LINEAR_OPTIONS);
    super();
    checkWhole("nn.Linear", "inFeatures", inFeatures, 0);
    checkWhole("nn.Linear", "outFeatures", outFeatures, 0);
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    const dtype = options.dtype === undefined ? {} : { dtype: options.dtype };
    this.weight = new Parameter(empty([outFeatures, inFeatures], dtype));
    this.bias = (options.bias ?? true) ? new Parameter(empty([outFeatures], dtype)) : null;
    this.resetParameters(options.generator);
  }

  /** Draws weight and bias anew. */
  resetParameters(generator?: Generator): void {
    const from = generator === undefined ? {} : { generator };
    kaimingUniform_(this.weight, { a: Math.sqrt(5), ...from });
    if (this.bias === null) return;
    const bound = this.inFeatures > 0 ? 1 / Math.sqrt(this.inFeatures) : 0;
    uniform_(this.bias, { a: -bound, b: bound, ...from });
  }

  /** @param input `[..., in]` */
  forward(input: Tensor): Tensor {
    return linear(input, this.weight, this.bias);
  }

  override extraRepr(): string {
    return `inFeatures=${this.inFeatures}, outFeatures=${this.outFeatures}, bias=${this.bias !== null}`;
  }
}
