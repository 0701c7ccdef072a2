import type { Generator } from "../engine/index.ts";
import { empty } from "../ops/index.ts";
import { Parameter, type Tensor } from "../tensor/index.ts";
import { checkedOptions } from "../util/index.ts";
import { checkWhole } from "./check.ts";
import { bilinear } from "./functional/bilinear.ts";
import { uniform_ } from "./init.ts";
import type { LinearOptions } from "./linear.ts";
import { LINEAR_OPTIONS } from "./linear.ts";
import { Module } from "./module.ts";

/**
 * Products of two inputs: `yₖ = x₁ᵀ·Wₖ·x₂ + bₖ`.
 *
 * Weight and bias start uniform in ±1/√in1, drawn in this order, as PyTorch draws them.
 *
 * @example
 * const layer = new nn.Bilinear(4, 3, 2);
 * const out = layer.forward(rand([8, 4]), rand([8, 3])); // [8, 2]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Bilinear.html
 */
export class Bilinear extends Module<[Tensor, Tensor], Tensor> {
  readonly in1Features: number;
  readonly in2Features: number;
  readonly outFeatures: number;
  /** `[out, in1, in2]` */
  weight: Parameter;
  /** `[out]`, or null */
  bias: Parameter | null;

  /**
   * @param in1Features size of the first input's last dimension, 1 or more
   * @param in2Features size of the second input's last dimension
   * @param outFeatures size of the output's last dimension
   * @throws {ConfigError} when a size is none
   */
  constructor(in1Features: number, in2Features: number, outFeatures: number, options: LinearOptions = {}) {
    checkedOptions("nn.Bilinear", options, LINEAR_OPTIONS);
    super();
    checkWhole("nn.Bilinear", "in1Features", in1Features, 1);
    checkWhole("nn.Bilinear", "in2Features", in2Features, 0);
    checkWhole("nn.Bilinear", "outFeatures", outFeatures, 0);
    this.in1Features = in1Features;
    this.in2Features = in2Features;
    this.outFeatures = outFeatures;
    const dtype = options.dtype === undefined ? {} : { dtype: options.dtype };
    this.weight = new Parameter(empty([outFeatures, in1Features, in2Features], dtype));
    this.bias = (options.bias ?? true) ? new Parameter(empty([outFeatures], dtype)) : null;
    this.resetParameters(options.generator);
  }

  /** Draws weight and bias anew. */
  resetParameters(generator?: Generator): void {
    const bound = 1 / Math.sqrt(this.in1Features);
    const from = { a: -bound, b: bound, ...(generator === undefined ? {} : { generator }) };
    uniform_(this.weight, from);
    if (this.bias !== null) uniform_(this.bias, from);
  }

  /**
   * @param input1 `[..., in1]`
   * @param input2 `[..., in2]`, with the same leading dimensions
   */
  forward(input1: Tensor, input2: Tensor): Tensor {
    return bilinear(input1, input2, this.weight, this.bias);
  }

  override extraRepr(): string {
    const { in1Features, in2Features, outFeatures, bias } = this;
    return `in1Features=${in1Features}, in2Features=${in2Features}, outFeatures=${outFeatures}, bias=${bias !== null}`;
  }
}
