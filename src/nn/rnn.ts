import type { Tensor } from "../tensor/index.ts";
import { checkedOptions } from "../util/index.ts";
import { checkNonlinearity, Recurrent } from "./recurrent.ts";
import type { RecurrentOptions, RNNOptions } from "./rnn-options.ts";
import { RECURRENT_OPTIONS, RNN_OPTIONS } from "./rnn-options.ts";

/**
 * Elman's recurrent network: `hₜ = tanh(W·xₜ + b + U·hₜ₋₁ + b′)`.
 *
 * All parameters start uniform in ±1/√hiddenSize, drawn in PyTorch's order.
 *
 * @example
 * const rnn = new nn.RNN(4, 8, { nonlinearity: "relu" });
 * const [output, hN] = rnn.forward(rand([5, 2, 4])); // [5, 2, 8] and [1, 2, 8]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.RNN.html
 */
export class RNN extends Recurrent<Tensor, [output: Tensor, hN: Tensor]> {
  /**
   * @param inputSize features of the input
   * @param hiddenSize features of the state
   * @throws {ConfigError} when a size is none, or the nonlinearity unknown
   */
  constructor(inputSize: number, hiddenSize: number, options: RNNOptions = {}) {
    checkedOptions("nn.RNN", options, RNN_OPTIONS);
    const mode = checkNonlinearity("nn.RNN", options.nonlinearity ?? "tanh");
    super("nn.RNN", mode, inputSize, hiddenSize, options);
  }

  /**
   * @param input `[time, batch, in]` (`[batch, time, in]` with batchFirst), or `[time, in]`
   * @param hidden `[layers · directions, batch, size]`; default zeros
   */
  forward(input: Tensor, hidden?: Tensor): [output: Tensor, hN: Tensor] {
    const { output, hN } = this.unroll("nn.RNN", input, hidden, undefined);
    return [output, hN];
  }
}

/**
 * Gated recurrent units (Cho et al. 2014), in PyTorch's form: the reset gate multiplies `U·h + b′`.
 *
 * @example
 * const gru = new nn.GRU(4, 8, { numLayers: 2, bidirectional: true, batchFirst: true });
 * const [output, hN] = gru.forward(rand([2, 5, 4])); // [2, 5, 16] and [4, 2, 8]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html
 */
export class GRU extends Recurrent<Tensor, [output: Tensor, hN: Tensor]> {
  /**
   * @param inputSize features of the input
   * @param hiddenSize features of the state
   * @throws {ConfigError} when a size is none
   */
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    checkedOptions("nn.GRU", options, RECURRENT_OPTIONS);
    super("nn.GRU", "gru", inputSize, hiddenSize, options);
  }

  /**
   * @param input `[time, batch, in]` (`[batch, time, in]` with batchFirst), or `[time, in]`
   * @param hidden `[layers · directions, batch, size]`; default zeros
   */
  forward(input: Tensor, hidden?: Tensor): [output: Tensor, hN: Tensor] {
    const { output, hN } = this.unroll("nn.GRU", input, hidden, undefined);
    return [output, hN];
  }
}

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997): gates i, f, g, o stand in this order in the weights.
 *
 * @example
 * const lstm = new nn.LSTM(4, 8);
 * const [output, [hN, cN]] = lstm.forward(rand([5, 2, 4])); // [5, 2, 8], [1, 2, 8], [1, 2, 8]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html
 */
export class LSTM extends Recurrent<readonly [Tensor, Tensor], [output: Tensor, state: [hN: Tensor, cN: Tensor]]> {
  /**
   * @param inputSize features of the input
   * @param hiddenSize features of the state
   * @throws {ConfigError} when a size is none
   */
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    checkedOptions("nn.LSTM", options, RECURRENT_OPTIONS);
    super("nn.LSTM", "lstm", inputSize, hiddenSize, options);
  }

  /**
   * @param input `[time, batch, in]` (`[batch, time, in]` with batchFirst), or `[time, in]`
   * @param state `[h, c]`, each `[layers · directions, batch, size]`; default zeros
   */
  forward(input: Tensor, state?: readonly [Tensor, Tensor]): [output: Tensor, state: [hN: Tensor, cN: Tensor]] {
    const { output, hN, cN } = this.unroll("nn.LSTM", input, state?.[0], state?.[1]);
    return [output, [hN, cN as Tensor]];
  }
}
