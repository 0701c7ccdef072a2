import { GATES, type Generator, type RecurrentMode } from "../engine/index.ts";
import { empty, select, squeeze, unsqueeze, zeros } from "../ops/index.ts";
import { Parameter, type Tensor } from "../tensor/index.ts";
import { checkedOptions, formatShape, type OptionKinds, ShapeError, sameShape } from "../util/index.ts";
import { checkWhole } from "./check.ts";
import { recurrentLayer } from "./functional/recurrent.ts";
import { uniform_ } from "./init.ts";
import { Module } from "./module.ts";
import { checkNonlinearity } from "./recurrent.ts";
import type { CellOptions } from "./rnn-options.ts";
import { CELL_OPTIONS } from "./rnn-options.ts";

/** One time step: what RNNCell, LSTMCell and GRUCell share. */
abstract class Cell<State, Out> extends Module<[Tensor, State?], Out> {
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** `[gates · size, in]` */
  weightIh: Parameter;
  /** `[gates · size, size]` */
  weightHh: Parameter;
  /** `[gates · size]`, or null */
  biasIh: Parameter | null;
  /** `[gates · size]`, or null */
  biasHh: Parameter | null;
  readonly #operation: string;
  readonly #mode: RecurrentMode;

  constructor(operation: string, mode: RecurrentMode, inputSize: number, hiddenSize: number, options: CellOptions) {
    super();
    checkWhole(operation, "inputSize", inputSize, 1);
    checkWhole(operation, "hiddenSize", hiddenSize, 1);
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.#operation = operation;
    this.#mode = mode;
    const wide = GATES[mode] * hiddenSize;
    const make = (key: string, shape: readonly number[]): Parameter => {
      const dtype = options.dtype === undefined ? {} : { dtype: options.dtype };
      return this.registerParameter(key, new Parameter(empty(shape, dtype)));
    };
    const bias = options.bias ?? true;
    this.weightIh = make("weight_ih", [wide, inputSize]);
    this.weightHh = make("weight_hh", [wide, hiddenSize]);
    this.biasIh = bias ? make("bias_ih", [wide]) : null;
    this.biasHh = bias ? make("bias_hh", [wide]) : null;
    this.resetParameters(options.generator);
  }

  /** Draws all parameters anew, uniform in ±1/√hiddenSize, in PyTorch's order. */
  resetParameters(generator?: Generator): void {
    const bound = 1 / Math.sqrt(this.hiddenSize);
    const from = { a: -bound, b: bound, ...(generator === undefined ? {} : { generator }) };
    for (const parameter of this.parameters()) uniform_(parameter, from);
  }

  /** The next state(s), from an input of one or two dimensions. */
  protected step(input: Tensor, h: Tensor | undefined, c: Tensor | undefined): Tensor[] {
    const single = input.shape.length === 1;
    const x = single ? unsqueeze(input, 0) : input;
    const lstm = this.#mode === "lstm";
    const shape = [x.shape[0] as number, this.hiddenSize];
    const [h0, c0] = [h, c].map((state) =>
      state === undefined ? zeros(shape, { dtype: x.dtype }) : single ? unsqueeze(state, 0) : state,
    ) as [Tensor, Tensor];
    const fits = x.shape.length === 2 && x.shape[1] === this.inputSize;
    if (!fits || !sameShape(h0.shape, shape) || !sameShape(c0.shape, shape)) {
      throw new ShapeError(
        this.#operation,
        `input has shape ${formatShape(input.shape)}, the state ${formatShape(h0.shape)}`,
        `expected [batch, ${this.inputSize}] and [batch, ${this.hiddenSize}]`,
        "Check inputSize and hiddenSize.",
      );
    }
    const out = recurrentLayer(this.#mode, unsqueeze(x, 0), h0, lstm ? c0 : null, this, false, false);
    const states = lstm ? [select(out, 0, 0), select(out, 0, 1)] : [select(out, 0, 0)];
    return single ? states.map((state) => squeeze(state, 0)) : states;
  }

  override extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}${this.biasIh === null ? ", bias=false" : ""}`;
  }
}

const RNN_CELL: OptionKinds<CellOptions & { nonlinearity?: "tanh" | "relu" }> = {
  ...CELL_OPTIONS,
  nonlinearity: "string",
};

/**
 * One step of an RNN: `h′ = tanh(W·x + b + U·h + b′)`.
 *
 * @example
 * const cell = new nn.RNNCell(4, 8);
 * let hidden: Tensor | undefined;
 * for (let t = 0; t < 3; t++) hidden = cell.forward(x, hidden); // [4, 8]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.RNNCell.html
 */
export class RNNCell extends Cell<Tensor, Tensor> {
  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(inputSize: number, hiddenSize: number, options: CellOptions & { nonlinearity?: "tanh" | "relu" } = {}) {
    checkedOptions("nn.RNNCell", options, RNN_CELL);
    const mode = checkNonlinearity("nn.RNNCell", options.nonlinearity ?? "tanh");
    super("nn.RNNCell", mode, inputSize, hiddenSize, options);
  }

  /**
   * @param input `[batch, in]` or `[in]`
   * @param hidden `[batch, size]` or `[size]`; default zeros
   */
  forward(input: Tensor, hidden?: Tensor): Tensor {
    return this.step(input, hidden, undefined)[0] as Tensor;
  }
}

/**
 * One step of a GRU.
 *
 * @example
 * const cell = new nn.GRUCell(4, 8);
 * let hidden: Tensor | undefined;
 * for (let t = 0; t < 3; t++) hidden = cell.forward(x, hidden); // [4, 8]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.GRUCell.html
 */
export class GRUCell extends Cell<Tensor, Tensor> {
  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    checkedOptions("nn.GRUCell", options, CELL_OPTIONS);
    super("nn.GRUCell", "gru", inputSize, hiddenSize, options);
  }

  /**
   * @param input `[batch, in]` or `[in]`
   * @param hidden `[batch, size]` or `[size]`; default zeros
   */
  forward(input: Tensor, hidden?: Tensor): Tensor {
    return this.step(input, hidden, undefined)[0] as Tensor;
  }
}

/**
 * One step of an LSTM.
 *
 * @example
 * const cell = new nn.LSTMCell(4, 8);
 * let state: [Tensor, Tensor] | undefined;
 * for (let t = 0; t < 3; t++) state = cell.forward(x, state);
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTMCell.html
 */
export class LSTMCell extends Cell<readonly [Tensor, Tensor], [h: Tensor, c: Tensor]> {
  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    checkedOptions("nn.LSTMCell", options, CELL_OPTIONS);
    super("nn.LSTMCell", "lstm", inputSize, hiddenSize, options);
  }

  /**
   * @param input `[batch, in]` or `[in]`
   * @param state `[h, c]`, each `[batch, size]` or `[size]`; default zeros
   */
  forward(input: Tensor, state?: readonly [Tensor, Tensor]): [h: Tensor, c: Tensor] {
    return this.step(input, state?.[0], state?.[1]) as [Tensor, Tensor];
  }
}
