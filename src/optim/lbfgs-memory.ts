import { dot, type FlatVector } from "./flat-vector.ts";

/** What L-BFGS remembers of a step: by how much the parameters and the gradient changed. */
export interface Correction {
  /** Change of the gradient. */
  readonly y: FlatVector;
  /** Change of the parameters. */
  readonly s: FlatVector;
  /** 1 / (y·s). */
  readonly rho: number;
}

/** All that L-BFGS goes on from. Its vectors are never changed in place. */
export interface LBFGSMemory {
  /** Iterations so far. */
  readonly iterations: number;
  /** Oldest first. */
  readonly corrections: readonly Correction[];
  /** The inverse Hessian to start from, times the identity. */
  readonly scale: number;
  /** The gradient before the last step, and the last step. */
  readonly last: { readonly grad: FlatVector; readonly step: FlatVector } | null;
}

export const NOTHING: LBFGSMemory = { iterations: 0, corrections: [], scale: 1, last: null };

/** The memory with the last step in it, as far as the curvature along it is positive. */
export function remember(
  memory: LBFGSMemory,
  grad: FlatVector,
  historySize: number,
): Pick<LBFGSMemory, "corrections" | "scale"> {
  const { corrections, scale, last } = memory;
  if (last === null) return { corrections: [], scale: 1 };
  const y = grad.sub(last.grad);
  const s = last.step;
  const curvature = dot(y, s);
  const length = dot(y, y);
  // The second condition: gradients of 1e19 overflow the products, and would leave NaN behind.
  if (!(curvature > 1e-10 && curvature < Infinity && length < Infinity)) return { corrections, scale };
  const kept =
    corrections.length >= historySize ? corrections.slice(corrections.length - historySize + 1) : corrections;
  return { corrections: [...kept, { y, s, rho: 1 / curvature }], scale: curvature / length };
}

/** Minus the inverse Hessian's estimate times the gradient, by the two-loop recursion. */
export function directionOf(grad: FlatVector, corrections: readonly Correction[], scale: number): FlatVector {
  let q = grad.neg();
  const shares: number[] = [];
  for (let i = corrections.length - 1; i >= 0; i--) {
    const { y, s, rho } = corrections[i] as Correction;
    const share = dot(s, q) * rho;
    shares[i] = share;
    q = q.sub(y.mul(share));
  }
  let d = q.mul(scale);
  corrections.forEach(({ y, s, rho }, i) => {
    d = d.add(s.mul((shares[i] as number) - dot(y, d) * rho));
  });
  return d;
}

/** Every vector that a memory holds. */
export function vectorsOf(memory: LBFGSMemory): Set<FlatVector> {
  const vectors = new Set<FlatVector>();
  for (const { y, s } of memory.corrections) vectors.add(y).add(s);
  if (memory.last !== null) vectors.add(memory.last.grad).add(memory.last.step);
  return vectors;
}
