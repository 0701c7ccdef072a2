import type { Tensor } from "../tensor/index.ts";
import { Activation } from "./activation-layer.ts";
import * as F from "./functional/activations-piecewise.ts";
import { Module } from "./module.ts";
import type { SameSize } from "./sizes.ts";

/** x brought into `[0, 6]`. */
export class ReLU6 extends Activation {
  forward(input: Tensor): Tensor {
    return F.relu6(input);
  }
}

/** x, or negativeSlope·x where x ≤ 0. */
export class LeakyReLU extends Activation<F.LeakyReLUOptions> {
  forward(input: Tensor): Tensor {
    return F.leakyRelu(input, this.options);
  }
}

/** x brought into `[minVal, maxVal]`. */
export class Hardtanh extends Activation<F.HardtanhOptions> {
  forward(input: Tensor): Tensor {
    return F.hardtanh(input, this.options);
  }
}

/** x/6 + 1/2 brought into `[0, 1]`. */
export class Hardsigmoid extends Activation {
  forward(input: Tensor): Tensor {
    return F.hardsigmoid(input);
  }
}

/** x·hardsigmoid(x). */
export class Hardswish extends Activation {
  forward(input: Tensor): Tensor {
    return F.hardswish(input);
  }
}

/** x moved by lambd towards 0, and 0 within lambd of it. */
export class Softshrink extends Activation<F.ShrinkOptions> {
  forward(input: Tensor): Tensor {
    return F.softshrink(input, this.options);
  }
}

/** x, and 0 within lambd of 0. */
export class Hardshrink extends Activation<F.ShrinkOptions> {
  forward(input: Tensor): Tensor {
    return F.hardshrink(input, this.options);
  }
}

/** x where it is above a threshold, else a value. */
export class Threshold extends Module<[Tensor], Tensor> {
  declare readonly "~sizes": SameSize;
  readonly threshold: number;
  readonly value: number;

  /**
   * @param threshold the largest x that is replaced
   * @param value what replaces it
   */
  constructor(threshold: number, value: number) {
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
