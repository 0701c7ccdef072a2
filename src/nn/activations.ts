import { relu, sigmoid, tanh } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { Activation } from "./activation-layer.ts";
import { Module } from "./module.ts";
import type { SameSize } from "./sizes.ts";

/**
 * max(x, 0), element by element.
 *
 * @example
 * const out = new nn.ReLU().forward(tensor([-1, 0, 2])); // [0, 0, 2]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.ReLU.html
 */
export class ReLU extends Activation {
  forward(input: Tensor): Tensor {
    return relu(input);
  }
}

/**
 * Hyperbolic tangent, element by element.
 *
 * @example
 * const out = new nn.Tanh().forward(tensor([-1, 0, 2])); // [-0.7616, 0, 0.964]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Tanh.html
 */
export class Tanh extends Activation {
  forward(input: Tensor): Tensor {
    return tanh(input);
  }
}

/**
 * 1 / (1 + e⁻ˣ), element by element.
 *
 * @example
 * const out = new nn.Sigmoid().forward(tensor([-1, 0, 2])); // [0.2689, 0.5, 0.8808]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html
 */
export class Sigmoid extends Activation {
  forward(input: Tensor): Tensor {
    return sigmoid(input);
  }
}

/**
 * Gives back what it gets.
 *
 * @example
 * const out = new nn.Identity().forward(tensor([-1, 0, 2])); // [-1, 0, 2]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Identity.html
 */
export class Identity extends Module<[Tensor], Tensor> {
  declare readonly "~sizes": SameSize;

  forward(input: Tensor): Tensor {
    return input;
  }
}
