import type { OpCases } from "./harness.ts";
import { BINARY_CASES } from "./op-cases-binary.ts";
import { EINSUM_CASES } from "./op-cases-einsum.ts";
import { INPLACE_CASES, MOVEMENT_CASES } from "./op-cases-movement.ts";
import { NORMALIZE_CASES } from "./op-cases-normalize.ts";
import { PRODUCT_CASES } from "./op-cases-products.ts";
import { REDUCE_CASES } from "./op-cases-reduce.ts";
import { TORCH_CASES } from "./op-cases-torch.ts";
import { UNARY_CASES } from "./op-cases-unary.ts";
import { WINDOW_CASES } from "./op-cases-windows.ts";

/** Every exported op. */
export const OP_CASES: readonly OpCases[] = [
  ...UNARY_CASES,
  ...BINARY_CASES,
  ...REDUCE_CASES,
  ...MOVEMENT_CASES,
  ...INPLACE_CASES,
  ...PRODUCT_CASES,
  ...WINDOW_CASES,
  ...NORMALIZE_CASES,
  ...EINSUM_CASES,
  ...TORCH_CASES,
];
