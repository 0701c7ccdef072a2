import { cosine, log, pair, sincos, sine } from "./math";

// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a counter and a key in, four
// words out, so that sample number k has the same numbers whichever thread draws it.

let w0: u32 = 0, w1: u32 = 0, w2: u32 = 0, w3: u32 = 0;

/** The four words of one counter and key; for tests, `which` of them. */
export function philox(c0: u32, c1: u32, c2: u32, c3: u32, k0: u32, k1: u32, which: i32): u32 {
  words(c0, c1, c2, c3, k0, k1);
  return which == 0 ? w0 : which == 1 ? w1 : which == 2 ? w2 : w3;
}

// @ts-ignore: decorator
@inline
function words(c0: u32, c1: u32, c2: u32, c3: u32, k0: u32, k1: u32): void {
  for (let round = 0; round < 10; round++) {
    const p = <u64>c0 * 0xd2511f53;
    const q = <u64>c2 * 0xcd9e8d57;
    c0 = <u32>(q >> 32) ^ c1 ^ k0;
    c2 = <u32>(p >> 32) ^ c3 ^ k1;
    c1 = <u32>q;
    c3 = <u32>p;
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  w0 = c0; w1 = c1; w2 = c2; w3 = c3;
}

export let normalA: v128 = f64x2.splat(0);
export let normalB: v128 = f64x2.splat(0);

/** Two standard normals for each of the two objects (lanes), by Box and Muller; 32 bits each, so none beyond 6.8. */
// @ts-ignore: decorator
@inline
export function normals(lo: u32, hi: u32, block: u32, k0: u32, k1: u32): void {
  words(lo, hi, block, 0, k0, k1);
  const unit: f64 = 1.0 / 4294967296.0;
  const u = f64x2.replace_lane(pair((<f64>w0 + 0.5) * unit), 1, (<f64>w1 + 0.5) * unit);
  const t = f64x2.replace_lane(pair(<f64>w2), 1, <f64>w3);
  sincos(f64x2.mul(t, pair(6.283185307179586 * unit)));
  const radius = f64x2.sqrt(f64x2.mul(log(u), pair(-2)));
  normalA = f64x2.mul(radius, cosine);
  normalB = f64x2.mul(radius, sine);
}
