import type { KernelExports } from "../kernel-exports.ts";
import { DESCRIPTOR, MOST_TASK_DESCRIPTORS, TASK_DESCRIPTOR_BYTES, TASK_DESCRIPTORS } from "../memory.ts";
import type { Runtime } from "../runtime.ts";

/** A part of a strided walk: its descriptor, and where operands 0 to 2 and a packed result begin, in elements. */
export type StridedCall = (
  kernels: KernelExports,
  descriptor: number,
  a: number,
  b: number,
  c: number,
  done: number,
) => unknown;

const OPERANDS = 3;

/**
 * The walk that the descriptor tells of, cut along its first dimension; false where it is too small, and nothing ran.
 *
 * @param appended numbers that stand behind the descriptor
 */
export function inStridedRanges(
  runtime: Runtime,
  nanoseconds: number,
  operands: number,
  call: StridedCall,
  appended: number = 0,
): boolean {
  const { threads, memory } = runtime;
  if (!(nanoseconds >= threads.least)) return false;
  const { i32 } = memory;
  const from = DESCRIPTOR >>> 2;
  const rank = i32[from] as number;
  const rows = i32[from + 1] as number;
  if (rows < 2) return false;
  let inner = 1;
  for (let d = 1; d < rank; d++) inner *= i32[from + 1 + d] as number;
  const most = Math.min(threads.count * 4, MOST_TASK_DESCRIPTORS);
  const size = Math.ceil(rows / most);
  const words = 1 + rank * (1 + operands) + appended;
  const strides = [0, 0, 0];
  for (let k = 0; k < Math.min(operands, OPERANDS); k++) strides[k] = i32[from + 1 + rank * (k + 1)] as number;
  const [a = 0, b = 0, c = 0] = strides;
  for (let task = 0; task * size < rows; task++) {
    const to = (TASK_DESCRIPTORS + task * TASK_DESCRIPTOR_BYTES) >>> 2;
    i32.copyWithin(to, from, from + words);
    i32[to + 1] = Math.min(size, rows - task * size);
  }
  threads.run(Math.ceil(rows / size), (kernels, task) => {
    const first = task * size;
    const descriptor = TASK_DESCRIPTORS + task * TASK_DESCRIPTOR_BYTES;
    return call(kernels, descriptor, first * a, first * b, first * c, first * inner);
  });
  return true;
}
