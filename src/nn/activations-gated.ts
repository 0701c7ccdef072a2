import type { DType, Generator } from "../engine/index.ts";
import { full, logSoftmax, softmax } from "../ops/index.ts";
import { Parameter, type Tensor } from "../tensor/index.ts";
import { checkedOptions, type OptionKinds } from "../util/index.ts";
import { checkNumeric, checkWhole } from "./check.ts";
import * as F from "./functional/activations-gated.ts";
import { Module } from "./module.ts";
import type { SameSize } from "./sizes.ts";

/** Options of `PReLU`. */
export interface PReLUOptions {
  /** 1 (default), or one for each channel. */
  numParameters?: number;
  /** Where the weight starts; default 0.25. */
  init?: number;
  /** Default float32. */
  dtype?: DType;
}

/** What each holds. */
export const PRELU_OPTIONS: OptionKinds<PReLUOptions> = { numParameters: "number", init: "number", dtype: "string" };

/**
 * x, or weight·x where x ≤ 0, with a learnt weight.
 *
 * @example
 * const out = new nn.PReLU({ init: 0.1 }).forward(tensor([-1, 0, 2])); // [-0.1, 0, 2]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.PReLU.html
 */
export class PReLU extends Module<[Tensor], Tensor> {
  declare readonly "~sizes": SameSize;
  /** `[numParameters]` */
  weight: Parameter;

  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: PReLUOptions = {}) {
    checkedOptions("nn.PReLU", options, PRELU_OPTIONS);
    super();
    const { numParameters = 1, init = 0.25 } = options;
    checkWhole("nn.PReLU", "numParameters", numParameters, 1);
    this.weight = new Parameter(
      full([numParameters], init, options.dtype === undefined ? {} : { dtype: options.dtype }),
    );
  }

  /** @param input `[N, C, ...]` */
  forward(input: Tensor): Tensor {
    return F.prelu(input, this.weight);
  }

  override extraRepr(): string {
    return `numParameters=${this.weight.length}`;
  }
}

const { training: _training, ...RRELU } = F.RRELU_OPTIONS;

/**
 * In training, a leaky ReLU with a slope drawn for each element; in evaluation, with the middle slope.
 *
 * @example
 * const layer = new nn.RReLU({ lower: 0.1, upper: 0.3 }).eval(); // in training, slopes are drawn
 * const out = layer.forward(tensor([-1, 2])); // [-0.2, 2]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.RReLU.html
 */
export class RReLU extends Module<[Tensor], Tensor> {
  declare readonly "~sizes": SameSize;
  readonly lower: number;
  readonly upper: number;
  readonly #generator: Generator | undefined;

  /**
   * @param options.lower smallest slope; default 1/8
   * @param options.upper largest slope; default 1/3
   * @throws {ConfigError} for an option that is none, or of the wrong kind
   */
  constructor(options: Omit<F.RReLUOptions, "training"> = {}) {
    checkedOptions("nn.RReLU", options, RRELU);
    super();
    this.lower = options.lower ?? 1 / 8;
    this.upper = options.upper ?? 1 / 3;
    this.#generator = options.generator;
  }

  forward(input: Tensor): Tensor {
    const from = this.#generator === undefined ? {} : { generator: this.#generator };
    return F.rrelu(input, { lower: this.lower, upper: this.upper, training: this.training, ...from });
  }

  override extraRepr(): string {
    return `lower=${this.lower}, upper=${this.upper}`;
  }
}

/** Layers that work along one dimension. */
abstract class AlongDim extends Module<[Tensor], Tensor> {
  readonly dim: number;

  constructor(dim: number) {
    checkNumeric(`nn.${new.target.name}`, "dim", dim);
    super();
    this.dim = dim;
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/**
 * a·sigmoid(b), with a and b the halves of the input along `dim` (default the last).
 *
 * @example
 * const out = new nn.GLU().forward(tensor([1, 2, 0, 5])); // [0.5, 1.987]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.GLU.html
 */
export class GLU extends AlongDim {
  constructor(dim = -1) {
    super(dim);
  }

  forward(input: Tensor): Tensor {
    return F.glu(input, this.dim);
  }
}

/**
 * eˣ / Σ eˣ along a dimension.
 *
 * @example
 * const out = new nn.Softmax(0).forward(tensor([1, 2, 3])); // [0.09003, 0.2447, 0.6652]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmax.html
 */
export class Softmax extends AlongDim {
  declare readonly "~sizes": SameSize;

  forward(input: Tensor): Tensor {
    return softmax(input, this.dim);
  }
}

/**
 * ln softmax along a dimension.
 *
 * @example
 * const out = new nn.LogSoftmax(0).forward(tensor([1, 2, 3])); // [-2.408, -1.408, -0.4076]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.LogSoftmax.html
 */
export class LogSoftmax extends AlongDim {
  declare readonly "~sizes": SameSize;

  forward(input: Tensor): Tensor {
    return logSoftmax(input, this.dim);
  }
}

/**
 * softmax(−x) along a dimension.
 *
 * @example
 * const out = new nn.Softmin(0).forward(tensor([1, 2, 3])); // [0.6652, 0.2447, 0.09003]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmin.html
 */
export class Softmin extends AlongDim {
  declare readonly "~sizes": SameSize;

  forward(input: Tensor): Tensor {
    return F.softmin(input, this.dim);
  }
}
