import {
  BINARY_OPS,
  type BinaryOp,
  COMPARE_OPS,
  type CompareOp,
  LOGICAL_OPS,
  type LogicalOp,
  POINTWISE_LOSSES,
  type PointwiseLoss,
  REDUCE_OPS,
  type ReduceOp,
  TEST_OPS,
  type TestOp,
  UNARY_OPS,
  type UnaryOp,
} from "../opcodes.ts";

// The number by which the kernels know an operation: its position in the list.
function codesOf<Op extends string>(ops: readonly Op[]): Record<Op, number> {
  return Object.fromEntries(ops.map((op, index) => [op, index])) as Record<Op, number>;
}

export const UNARY: Record<UnaryOp, number> = codesOf(UNARY_OPS);
export const BINARY: Record<BinaryOp, number> = codesOf(BINARY_OPS);
export const COMPARE: Record<CompareOp, number> = codesOf(COMPARE_OPS);
export const LOGICAL: Record<LogicalOp, number> = codesOf(LOGICAL_OPS);
export const TEST: Record<TestOp, number> = codesOf(TEST_OPS);
export const REDUCE: Record<ReduceOp, number> = codesOf(REDUCE_OPS);
export const LOSS: Record<PointwiseLoss, number> = codesOf(POINTWISE_LOSSES);
