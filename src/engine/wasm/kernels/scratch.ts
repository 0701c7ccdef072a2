// What an instance writes besides its operands. Threads have an instance each on one memory, so none of it may be
// static data: it lies in an area of the instance's own, whose address it imports. (An imported constant costs what
// an address in the code costs; a global of the module's own would be read again in every loop.)

/** Bytes of the area. */
export const SCRATCH_BYTES: i32 = 2048;

// @ts-ignore: decorator
@external("env", "scratch")
export declare const SCRATCH: usize;

/** Where the matrix product packs its operands: `gemmWorkBytes()` of the instance's own. */
// @ts-ignore: decorator
@external("env", "work")
export declare const WORK: usize;

/** 0 in the instance that the main thread calls, 1, 2, … in the workers': the areas lie side by side. */
// @ts-ignore: decorator
@inline
export function threadNumber(): i32 {
  return <i32>SCRATCH / SCRATCH_BYTES - FIRST_SCRATCH / SCRATCH_BYTES;
}
/** Where the first area begins, as memory.ts has it. */
const FIRST_SCRATCH: i32 = 65536;

// Parts, by their offset; 0 to 767 are the three blocks of lanes.ts.
export const TILE_AT: usize = 768;
export const COUNTERS_AT: usize = 960;
export const TABLE_AT: usize = 1024;
