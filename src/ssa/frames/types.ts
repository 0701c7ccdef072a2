/** Three components along the axes of one frame. */
export type Vector3 = readonly [number, number, number];

/** Rows of a matrix. */
export type Matrix = readonly (readonly number[])[];

/** Position [m] and velocity [m/s] in one inertial frame at one time. */
export interface State {
  /** [m] */
  readonly position: Vector3;
  /** [m/s] */
  readonly velocity: Vector3;
}

/** Two objects near their closest approach, in one inertial frame at one time, SI units throughout. */
export interface Conjunction {
  readonly state1: State;
  /** 6×6 (or 3×3, position alone, for the 2-D methods) in m², m²/s, m²/s². */
  readonly covariance1: Matrix;
  readonly state2: State;
  /** As covariance1; the two are taken to be independent. */
  readonly covariance2: Matrix;
  /** Sum of the two objects' radii [m], above 0. */
  readonly hardBodyRadius: number;
}
