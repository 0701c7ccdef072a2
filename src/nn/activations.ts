import { relu, sigmoid, tanh } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { Module } from "./module.ts";
import type { SameSize } from "./sizes.ts";

/** max(x, 0), element by element. */
export class ReLU extends Module<[Tensor], Tensor> {
  declare readonly "~sizes": SameSize;

  forward(input: Tensor): Tensor {
    return relu(input);
  }
}

/** Hyperbolic tangent, element by element. */
export class Tanh extends Module<[Tensor], Tensor> {
  declare readonly "~sizes": SameSize;

  forward(input: Tensor): Tensor {
    return tanh(input);
  }
}

/** 1 / (1 + e⁻ˣ), element by element. */
export class Sigmoid extends Module<[Tensor], Tensor> {
  declare readonly "~sizes": SameSize;

  forward(input: Tensor): Tensor {
    return sigmoid(input);
  }
}

/** Gives back what it gets. */
export class Identity extends Module<[Tensor], Tensor> {
  declare readonly "~sizes": SameSize;

  forward(input: Tensor): Tensor {
    return input;
  }
}
