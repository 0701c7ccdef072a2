const scratch = new Float64Array(1);
const bits = new BigInt64Array(scratch.buffer);

/** `x + y`, rounded to odd: the last bit remembers that something was cut off. */
function addToOdd(x: number, y: number): number {
  const sum = x + y;
  const z = sum - x;
  const error = x - (sum - z) + (y - z);
  if (error === 0) return sum;
  scratch[0] = sum;
  const pattern = bits[0] as bigint;
  if ((pattern & 1n) === 1n) return sum;
  // Truncate towards the error's side: an even pattern becomes the odd neighbour that encloses the exact sum.
  bits[0] = error > 0 === sum > 0 ? pattern + 1n : pattern - 1n;
  return scratch[0] as number;
}

/** `a · b + c` of float32 values, rounded once to float32. */
export function fma32(a: number, b: number, c: number): number {
  return Math.fround(addToOdd(a * b, c));
}

/** `a · b + c` of float64 values, rounded once; for ordinary magnitudes (no overflow, no subnormals). */
export function fma64(a: number, b: number, c: number): number {
  const product = a * b;
  const [aHigh, aLow] = split(a);
  const [bHigh, bLow] = split(b);
  const productLow = aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
  // Boldo and Melquiond: the two low parts are added to odd, so that the last addition rounds correctly.
  const high = c + productLow;
  const z = high - c;
  const highLow = c - (high - z) + (productLow - z);
  const sum = product + high;
  const y = sum - product;
  const sumLow = product - (sum - y) + (high - y);
  return sum + addToOdd(highLow, sumLow);
}

/** Veltkamp's split of a float64 into two halves of 26 bits. */
function split(x: number): [number, number] {
  const scaled = 134217729 * x;
  const high = scaled - (scaled - x);
  return [high, x - high];
}
