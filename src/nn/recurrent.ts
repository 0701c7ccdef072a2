import { GATES, type Generator, type RecurrentMode } from "../engine/index.ts";
import { cat, empty, narrow, select, stack, transpose, unsqueeze, zeros } from "../ops/index.ts";
import { Parameter, type Tensor } from "../tensor/index.ts";
import { ConfigError, formatShape, ShapeError, sameShape } from "../util/index.ts";
import { checkProbability, checkWhole } from "./check.ts";
import { dropout } from "./functional/dropout.ts";
import { type RecurrentWeights, recurrentLayer } from "./functional/recurrent.ts";
import { uniform_ } from "./init.ts";
import { Module } from "./module.ts";
import type { RecurrentOptions } from "./rnn-options.ts";

type WeightName = `weightIhL${string}` | `weightHhL${string}` | `biasIhL${string}` | `biasHhL${string}`;

/** What the layers leave behind: outputs of the last one, and the final states of all. */
interface Unrolled {
  readonly output: Tensor;
  readonly hN: Tensor;
  readonly cN: Tensor | null;
}

/**
 * What RNN, LSTM and GRU share: the parameters of all layers and directions, under PyTorch's keys
 * (`weight_ih_l0`, `bias_hh_l1_reverse`; the properties are `weightIhL0`, `biasHhL1Reverse`), and the loop over them.
 */
export abstract class Recurrent<State, Out> extends Module<[Tensor, State?], Out> {
  /** `weightIhL0`, `weightHhL0`, `biasIhL0`, `biasHhL0`, `weightIhL0Reverse`, …, `weightIhL1`, … */
  [name: WeightName]: Parameter;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  dropout: number;
  readonly bidirectional: boolean;
  readonly #mode: RecurrentMode;
  readonly #generator: Generator | undefined;

  constructor(
    operation: string,
    mode: RecurrentMode,
    inputSize: number,
    hiddenSize: number,
    options: RecurrentOptions,
  ) {
    super();
    const { numLayers = 1, dropout: p = 0, dtype, generator } = options;
    checkWhole(operation, "inputSize", inputSize, 1);
    checkWhole(operation, "hiddenSize", hiddenSize, 1);
    checkWhole(operation, "numLayers", numLayers, 1);
    checkProbability(operation, p);
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.numLayers = numLayers;
    this.bias = options.bias ?? true;
    this.batchFirst = options.batchFirst ?? false;
    this.dropout = p;
    this.bidirectional = options.bidirectional ?? false;
    this.#mode = mode;
    this.#generator = generator;
    const wide = GATES[mode] * hiddenSize;
    const make = (key: string, property: WeightName, shape: readonly number[]): void => {
      this[property] = this.registerParameter(key, new Parameter(empty(shape, dtype === undefined ? {} : { dtype })));
    };
    for (let layer = 0; layer < numLayers; layer++) {
      const inSize = layer === 0 ? inputSize : hiddenSize * this.#directions;
      for (let direction = 0; direction < this.#directions; direction++) {
        const [key, name] = direction === 0 ? [`l${layer}`, `${layer}`] : [`l${layer}_reverse`, `${layer}Reverse`];
        make(`weight_ih_${key}`, `weightIhL${name}`, [wide, inSize]);
        make(`weight_hh_${key}`, `weightHhL${name}`, [wide, hiddenSize]);
        if (!this.bias) continue;
        make(`bias_ih_${key}`, `biasIhL${name}`, [wide]);
        make(`bias_hh_${key}`, `biasHhL${name}`, [wide]);
      }
    }
    this.resetParameters(generator);
  }

  get #directions(): number {
    return this.bidirectional ? 2 : 1;
  }

  /** Draws all parameters anew, uniform in ±1/√hiddenSize, in PyTorch's order. */
  resetParameters(generator?: Generator): void {
    const bound = 1 / Math.sqrt(this.hiddenSize);
    const from = { a: -bound, b: bound, ...(generator === undefined ? {} : { generator }) };
    for (const parameter of this.parameters()) uniform_(parameter, from);
  }

  /** All layers over a sequence; `h` and `c` are `[layers · directions, batch, size]`, or undefined for zeros. */
  protected unroll(operation: string, input: Tensor, h: Tensor | undefined, c: Tensor | undefined): Unrolled {
    const single = input.shape.length === 2;
    this.#checkInput(operation, input);
    const batched = single ? unsqueeze(input, 1) : this.batchFirst ? transpose(input, 0, 1) : input;
    const states = [h, c].map((state) => (state === undefined ? undefined : single ? unsqueeze(state, 1) : state));
    const batch = batched.shape[1] as number;
    for (const state of states) this.#checkState(operation, state, batch);
    const { output, hN, cN } = this.#layers(batched, states[0], states[1]);
    if (single)
      return { output: select(output, 1, 0), hN: select(hN, 1, 0), cN: cN === null ? null : select(cN, 1, 0) };
    return { output: this.batchFirst ? transpose(output, 0, 1) : output, hN, cN };
  }

  #layers(input: Tensor, h: Tensor | undefined, c: Tensor | undefined): Unrolled {
    const [steps, batch] = input.shape as [number, number];
    const lstm = this.#mode === "lstm";
    const none =
      h === undefined || (lstm && c === undefined) ? zeros([batch, this.hiddenSize], { dtype: input.dtype }) : null;
    const hs: Tensor[] = [];
    const cs: Tensor[] = [];
    let x = input;
    for (let layer = 0; layer < this.numLayers; layer++) {
      const outputs: Tensor[] = [];
      for (let direction = 0; direction < this.#directions; direction++) {
        const at = layer * this.#directions + direction;
        const h0 = h === undefined ? (none as Tensor) : select(h, 0, at);
        const c0 = !lstm ? null : c === undefined ? (none as Tensor) : select(c, 0, at);
        const out = recurrentLayer(
          this.#mode,
          x,
          h0,
          c0,
          this.#weights(layer, direction),
          direction === 1,
          h === undefined,
        );
        outputs.push(lstm ? narrow(out, 0, 0, steps) : out);
        hs.push(select(out, 0, direction === 1 ? 0 : steps - 1));
        if (lstm) cs.push(select(out, 0, steps));
      }
      x = outputs.length === 1 ? (outputs[0] as Tensor) : cat(outputs, 2);
      if (this.dropout > 0 && this.training && layer < this.numLayers - 1) {
        x = dropout(x, this.dropout, this.#generator === undefined ? {} : { generator: this.#generator });
      }
    }
    return { output: x, hN: stack(hs), cN: lstm ? stack(cs) : null };
  }

  #weights(layer: number, direction: number): RecurrentWeights {
    const name = direction === 0 ? `${layer}` : `${layer}Reverse`;
    return {
      weightIh: this[`weightIhL${name}`] as Parameter,
      weightHh: this[`weightHhL${name}`] as Parameter,
      biasIh: this[`biasIhL${name}`] ?? null,
      biasHh: this[`biasHhL${name}`] ?? null,
    };
  }

  #checkInput(operation: string, input: Tensor): void {
    const rank = input.shape.length;
    const layout = this.batchFirst ? "[batch, time, features]" : "[time, batch, features]";
    const time = input.shape[rank === 3 && this.batchFirst ? 1 : 0] as number;
    if ((rank === 2 || rank === 3) && input.shape[rank - 1] === this.inputSize && time > 0) return;
    throw new ShapeError(
      operation,
      `input has shape ${formatShape(input.shape)}`,
      `expected ${layout}, or [time, features], with ${this.inputSize} features and at least one time step`,
      "Check inputSize and batchFirst.",
    );
  }

  #checkState(operation: string, state: Tensor | undefined, batch: number): void {
    const expected = [this.numLayers * this.#directions, batch, this.hiddenSize];
    if (state === undefined || sameShape(state.shape, expected)) return;
    throw new ShapeError(
      operation,
      `the state has shape ${formatShape(state.shape)}`,
      `expected ${formatShape(expected)}: layers times directions, batch, hiddenSize`,
      "The batch stands second also with batchFirst.",
    );
  }

  override extraRepr(): string {
    const { numLayers, bias, batchFirst, dropout: p, bidirectional } = this;
    const parts = [`${this.inputSize}, ${this.hiddenSize}`];
    if (numLayers !== 1) parts.push(`numLayers=${numLayers}`);
    if (!bias) parts.push("bias=false");
    if (batchFirst) parts.push("batchFirst=true");
    if (p !== 0) parts.push(`dropout=${p}`);
    if (bidirectional) parts.push("bidirectional=true");
    return parts.join(", ");
  }
}

/** @throws {ConfigError} for a nonlinearity other than tanh and relu */
export function checkNonlinearity(operation: string, nonlinearity: string): "tanh" | "relu" {
  if (nonlinearity === "tanh" || nonlinearity === "relu") return nonlinearity;
  throw new ConfigError(operation, `nonlinearity is "${nonlinearity}"`, 'expected "tanh" or "relu"', "Choose one.");
}
