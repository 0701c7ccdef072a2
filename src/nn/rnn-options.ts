import type { DType, Generator } from "../engine/index.ts";

/** Options of `LSTM` and `GRU`. */
export interface RecurrentOptions {
  /** Layers one on the other; default 1. */
  numLayers?: number;
  /** Add biases; default true. */
  bias?: boolean;
  /** Sequences are `[batch, time, features]` instead of `[time, batch, features]`; states stay as they are. */
  batchFirst?: boolean;
  /** Dropout between layers, in training; default 0. */
  dropout?: number;
  /** A second run from the end; its outputs stand behind the first's. */
  bidirectional?: boolean;
  /** Default float32. */
  dtype?: DType;
  /** Whose numbers the initial values and the dropout are; default the one `manualSeed` seeds. */
  generator?: Generator;
}

/** Options of `RNN`. */
export interface RNNOptions extends RecurrentOptions {
  /** Default tanh. */
  nonlinearity?: "tanh" | "relu";
}

/** Options of the cells. */
export interface CellOptions {
  /** Add biases; default true. */
  bias?: boolean;
  /** Default float32. */
  dtype?: DType;
  /** Whose numbers the initial values are; default the one `manualSeed` seeds. */
  generator?: Generator;
}
