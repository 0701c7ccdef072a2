import type { Tensor } from "../tensor/index.ts";
import type { OptionKinds } from "../util/index.ts";
import { Activation } from "./activation-layer.ts";
import { checkNumeric } from "./check.ts";
import * as F from "./functional/activations-piecewise.ts";
import { Module } from "./module.ts";
import type { SameSize } from "./sizes.ts";

/**
 * x brought into `[0, 6]`.
 *
 * @example
 * const out = new nn.ReLU6().forward(tensor([-1, 3, 9])); // [0, 3, 6]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.ReLU6.html
 */
export class ReLU6 extends Activation {
  forward(input: Tensor): Tensor {
    return F.relu6(input);
  }
}

/**
 * x, or negativeSlope·x where x ≤ 0.
 *
 * @example
 * const out = new nn.LeakyReLU({ negativeSlope: 0.1 }).forward(tensor([-1, 0, 2])); // [-0.1, 0, 2]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.LeakyReLU.html
 */
export class LeakyReLU extends Activation<F.LeakyReLUOptions> {
  protected static override readonly optionKinds: OptionKinds<F.LeakyReLUOptions> = F.LEAKY_RELU_OPTIONS;

  forward(input: Tensor): Tensor {
    return F.leakyRelu(input, this.options);
  }
}

/**
 * x brought into `[minVal, maxVal]`.
 *
 * @example
 * const out = new nn.Hardtanh({ minVal: -2, maxVal: 2 }).forward(tensor([-5, 0.5, 5])); // [-2, 0.5, 2]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Hardtanh.html
 */
export class Hardtanh extends Activation<F.HardtanhOptions> {
  protected static override readonly optionKinds: OptionKinds<F.HardtanhOptions> = F.HARDTANH_OPTIONS;

  forward(input: Tensor): Tensor {
    return F.hardtanh(input, this.options);
  }
}

/**
 * x/6 + 1/2 brought into `[0, 1]`.
 *
 * @example
 * const out = new nn.Hardsigmoid().forward(tensor([-5, 0, 1.5])); // [0, 0.5, 0.75]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Hardsigmoid.html
 */
export class Hardsigmoid extends Activation {
  forward(input: Tensor): Tensor {
    return F.hardsigmoid(input);
  }
}

/**
 * x·hardsigmoid(x).
 *
 * @example
 * const out = new nn.Hardswish().forward(tensor([-5, 1, 5])); // [0, 0.6667, 5]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Hardswish.html
 */
export class Hardswish extends Activation {
  forward(input: Tensor): Tensor {
    return F.hardswish(input);
  }
}

/**
 * x moved by lambd towards 0, and 0 within lambd of it.
 *
 * @example
 * const out = new nn.Softshrink({ lambd: 1 }).forward(tensor([-3, 0.5, 2])); // [-2, 0, 1]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Softshrink.html
 */
export class Softshrink extends Activation<F.ShrinkOptions> {
  protected static override readonly optionKinds: OptionKinds<F.ShrinkOptions> = F.SHRINK_OPTIONS;

  forward(input: Tensor): Tensor {
    return F.softshrink(input, this.options);
  }
}

/**
 * x, and 0 within lambd of 0.
 *
 * @example
 * const out = new nn.Hardshrink({ lambd: 1 }).forward(tensor([-3, 0.5, 2])); // [-3, 0, 2]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Hardshrink.html
 */
export class Hardshrink extends Activation<F.ShrinkOptions> {
  protected static override readonly optionKinds: OptionKinds<F.ShrinkOptions> = F.SHRINK_OPTIONS;

  forward(input: Tensor): Tensor {
    return F.hardshrink(input, this.options);
  }
}

/**
 * x where it is above a threshold, else a value.
 *
 * @example
 * const out = new nn.Threshold(0.1, 20).forward(tensor([-1, 0.5, 2])); // [20, 0.5, 2]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Threshold.html
 */
export class Threshold extends Module<[Tensor], Tensor> {
  declare readonly "~sizes": SameSize;
  readonly threshold: number;
  readonly value: number;

  /**
   * @param threshold the largest x that is replaced
   * @param value what replaces it
   */
  constructor(threshold: number, value: number) {
    checkNumeric("nn.Threshold", "threshold", threshold);
    checkNumeric("nn.Threshold", "value", value);
    super();
    this.threshold = threshold;
    this.value = value;
  }

  forward(input: Tensor): Tensor {
    return F.threshold(input, this.threshold, this.value);
  }

  override extraRepr(): string {
    return `threshold=${this.threshold}, value=${this.value}`;
  }
}
