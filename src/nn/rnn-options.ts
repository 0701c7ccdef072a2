import type { DType, Generator } from "../engine/index.ts";
import type { OptionKinds } from "../util/index.ts";

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

/** What each holds. */
export const RECURRENT_OPTIONS: OptionKinds<RecurrentOptions> = {
  numLayers: "number",
  bias: "boolean",
  batchFirst: "boolean",
  dropout: "number",
  bidirectional: "boolean",
  dtype: "string",
  generator: "object",
};

/** Options of `RNN`. */
export interface RNNOptions extends RecurrentOptions {
  /** Default tanh. */
  nonlinearity?: "tanh" | "relu";
}

/** What each holds. */
export const RNN_OPTIONS: OptionKinds<RNNOptions> = { ...RECURRENT_OPTIONS, nonlinearity: "string" };

/** Options of the cells. */
export interface CellOptions {
  /** Add biases; default true. */
  bias?: boolean;
  /** Default float32. */
  dtype?: DType;
  /** Whose numbers the initial values are; default the one `manualSeed` seeds. */
  generator?: Generator;
}

/** What each holds. */
export const CELL_OPTIONS: OptionKinds<CellOptions> = { bias: "boolean", dtype: "string", generator: "object" };
