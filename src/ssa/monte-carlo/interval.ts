/**
 * Wilson's 95 % interval of a proportion; sensible also at 0 hits.
 *
 * @source Wilson, J. Am. Stat. Assoc. 22 (1927)
 * @example
 * wilsonInterval(0, 100); // [0, 0.037]
 */
export function wilsonInterval(hits: number, trials: number): [number, number] {
  const z = 1.959963984540054;
  const p = hits / trials;
  const denominator = 1 + (z * z) / trials;
  const centre = (p + (z * z) / (2 * trials)) / denominator;
  const half = (z / denominator) * Math.sqrt((p * (1 - p)) / trials + (z * z) / (4 * trials * trials));
  return [hits === 0 ? 0 : Math.max(0, centre - half), hits === trials ? 1 : Math.min(1, centre + half)];
}
