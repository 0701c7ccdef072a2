import { zeros } from "innerloop";

type Call = () => unknown;

/** What the engine's calls go through, as far as they are noted here; none of it is public. */
interface Engine {
  kernels: Record<string, (...values: number[]) => number>;
  blas: { sgemm(...values: number[]): void; share(fn: () => void): void };
  threads: { run(...values: unknown[]): void };
}

function engine(): Engine {
  return (zeros([1]).storage.backend as unknown as { runtime: Engine }).runtime;
}

/**
 * The calls of kernels and of BLAS that `step` makes, in order, to be made again without anything around them: the
 * floor of a step. Regions of several threads, and calls in which they share the library, are noted as wholes. They
 * write where the step wrote.
 */
export function recordCalls(step: () => void): Call[] {
  const { kernels, blas, threads } = engine();
  const calls: Call[] = [];
  let within = false;
  const undo: (() => void)[] = [];
  const note = (owner: object, key: string): void => {
    const record = owner as Record<string, (...values: unknown[]) => unknown>;
    const own = Object.hasOwn(record, key);
    const original = record[key] as (...values: unknown[]) => unknown;
    record[key] = (...values: unknown[]) => {
      if (within) return original.apply(owner, values);
      calls.push(() => original.apply(owner, values));
      within = true;
      try {
        return original.apply(owner, values);
      } finally {
        within = false;
      }
    };
    undo.push(() => {
      if (own) record[key] = original;
      else delete record[key];
    });
  };
  for (const name of Object.keys(kernels)) note(kernels, name);
  note(blas, "sgemm");
  note(blas, "share");
  note(threads, "run");
  try {
    step();
  } finally {
    for (const each of undo) each();
  }
  return calls;
}
