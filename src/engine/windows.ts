// How windows of convolutions and pools lie on the last two dimensions, and how elements share the
// parameters of a normalisation.

/** A number for each of the last two dimensions. */
export type Pair = readonly [vertical: number, horizontal: number];

/** A window that slides over the last two dimensions of `[N, C, H, W]`. */
export interface Window2d {
  readonly kernel: Pair;
  readonly stride: Pair;
  /** Rows before the first and columns before the first; what lies behind the last follows from the output's size. */
  readonly padding: Pair;
  readonly dilation: Pair;
}

/** What an average is divided by: the elements inside the input, those and the padding, or a number. */
export type AverageOver = number | "inside" | "padded";

/**
 * A tensor seen as rows of `size` neighbouring elements, each normalised for itself. Element j of row r
 * has parameter number `(r mod groups) · size / inner + floor(j / inner)`.
 */
export interface RowNorm {
  readonly size: number;
  /** Rows after which the parameters begin again. */
  readonly groups: number;
  /** Neighbouring elements that share a parameter. */
  readonly inner: number;
  readonly eps: number;
  /** Subtract the mean and divide by the standard deviation; otherwise divide by the root mean square. */
  readonly centered: boolean;
}
