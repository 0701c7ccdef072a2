// The numbers of engine/opcodes.ts (positions in its lists), as constants a switch can fold.

// UNARY_OPS
export const NEG: i32 = 0;
export const ABS: i32 = 1;
export const SIGN: i32 = 2;
export const SQUARE: i32 = 3;
export const SQRT: i32 = 4;
export const RSQRT: i32 = 5;
export const RECIPROCAL: i32 = 6;
export const EXP: i32 = 7;
export const EXPM1: i32 = 8;
export const LOG: i32 = 9;
export const LOG1P: i32 = 10;
export const LOG2: i32 = 11;
export const LOG10: i32 = 12;
export const SIN: i32 = 13;
export const COS: i32 = 14;
export const TAN: i32 = 15;
export const ASIN: i32 = 16;
export const ACOS: i32 = 17;
export const ATAN: i32 = 18;
export const SINH: i32 = 19;
export const COSH: i32 = 20;
export const TANH: i32 = 21;
export const SIGMOID: i32 = 22;
export const RELU: i32 = 23;
export const ERF: i32 = 24;
export const FLOOR: i32 = 25;
export const CEIL: i32 = 26;
export const ROUND: i32 = 27;
export const TRUNC: i32 = 28;
export const SOFTPLUS: i32 = 29;

// BINARY_OPS
export const ADD: i32 = 0;
export const SUB: i32 = 1;
export const MUL: i32 = 2;
export const DIV: i32 = 3;
export const POW: i32 = 4;
export const MAXIMUM: i32 = 5;
export const MINIMUM: i32 = 6;
export const ATAN2: i32 = 7;
export const REMAINDER: i32 = 8;
export const FMOD: i32 = 9;
export const FLOOR_DIVIDE: i32 = 10;
export const RELU_GRAD: i32 = 11;
export const TANH_GRAD: i32 = 12;
export const SIGMOID_GRAD: i32 = 13;

// COMPARE_OPS
export const EQ: i32 = 0;
export const NE: i32 = 1;
export const LT: i32 = 2;
export const LE: i32 = 3;
export const GT: i32 = 4;
export const GE: i32 = 5;

// LOGICAL_OPS
export const AND: i32 = 0;
export const OR: i32 = 1;
export const XOR: i32 = 2;

// TEST_OPS
export const ISNAN: i32 = 0;
export const ISINF: i32 = 1;
export const ISFINITE: i32 = 2;

// REDUCE_OPS
export const SUM: i32 = 0;
export const MEAN: i32 = 1;
export const PROD: i32 = 2;
export const MAX: i32 = 3;
export const MIN: i32 = 4;
export const SUM_SQUARES: i32 = 5;
export const ANY: i32 = 6;
export const ALL: i32 = 7;

// POINTWISE_LOSSES
export const MSE: i32 = 0;
export const L1: i32 = 1;
export const HUBER: i32 = 2;
export const SMOOTH_L1: i32 = 3;
