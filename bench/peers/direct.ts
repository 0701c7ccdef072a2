// The BLAS library that the engine uses, called directly: what its matrix products are measured against.

import { findBlas } from "../../src/engine/blas/index.ts";
import { type Job, serve } from "./serve.ts";

const blas = findBlas("auto");

function product(n: number): Job {
  if (typeof blas === "string") throw new Error(blas);
  const bytes = new Uint8Array(3 * n * n * 4);
  const values = new Float32Array(bytes.buffer);
  for (let i = 0; i < values.length; i++) values[i] = Math.random();
  const base = blas.address(bytes);
  const [a, b, c] = [base, base + n * n * 4, base + 2 * n * n * 4];
  // The library keeps only the address.
  const run = (): void => blas.sgemm(0, 0, n, n, n, a, n, b, n, 0, c, n);
  return { run, finish: () => void values.length };
}

function make(id: string): Job {
  if (id.startsWith("matmul-")) return product(Number(id.slice("matmul-".length)));
  throw new Error("a matrix library has no such thing");
}

const name = typeof blas === "string" ? blas : `${blas.info.library} ${blas.info.version ?? ""} (${blas.info.core})`;
await serve(name, make);
