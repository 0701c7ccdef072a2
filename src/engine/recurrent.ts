import type { View } from "./storage.ts";

/** What a recurrent layer computes at each time step. */
export type RecurrentMode = "lstm" | "gru" | "tanh" | "relu";

/** Gates that stand side by side in the rows of its weights. */
export const GATES: Readonly<Record<RecurrentMode, number>> = { lstm: 4, gru: 3, tanh: 1, relu: 1 };

/** A recurrent layer on a whole sequence. All views contiguous and float; rows are `time · batch`. */
export interface RecurrentRun {
  readonly mode: RecurrentMode;
  /** From the last time step to the first. */
  readonly reverse: boolean;
  /** What the state is multiplied by, `[gates · size, size]`. */
  readonly weight: View;
  /** The state before the first step, `[batch, size]`. */
  readonly h0: View;
  /** The same of the cells; LSTM only. */
  readonly c0: View | null;
  /** What the input gives to the gates, `[time · batch, gates · size]`; becomes the gates' activations. */
  readonly gates: View;
  /** What the state gives to them, of the same shape; GRU only. */
  readonly hidden: View | null;
  /** Cell states, `[time · batch, size]`; LSTM only. */
  readonly cells: View | null;
  /** States, `[time · batch, size]`; of an LSTM another batch of rows with the last cell state. */
  readonly out: View;
}

/** Where the gradients of a recurrent layer go. */
export interface RecurrentGradients {
  /** By what the input gives to the gates. */
  readonly gates: View;
  /** By what the state gives to them; GRU only, with the others it is the same. */
  readonly hidden: View | null;
  /** By the first state, `[batch, size]`. */
  readonly h0: View;
  /** By the first cell state; LSTM only. */
  readonly c0: View | null;
}
