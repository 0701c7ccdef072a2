import fc from "fast-check";
import { describe, it } from "vitest";
import type { Backend } from "../../src/engine/backend.ts";
import { BINARY_OPS, REDUCE_OPS, UNARY_OPS } from "../../src/engine/opcodes.ts";
import { ReferenceBackend } from "../../src/engine/reference/index.ts";
import type { View } from "../../src/engine/storage.ts";
import { expectOutput } from "./check.ts";
import { drawsFor } from "./elementwise-binary.ts";
import { drawFor } from "./elementwise-unary.ts";
import { type Sample, Scratch } from "./scratch.ts";
import { dimSets, KINDS, without } from "./views.ts";

const RUNS = { seed: 20240229, numRuns: 50 };

const size = fc.integer({ min: 0, max: 9 });
const shapes = fc.oneof(
  fc.array(size, { maxLength: 4 }),
  fc.tuple(fc.integer({ min: 1, max: 70 })),
  fc.tuple(size, fc.integer({ min: 1, max: 70 })),
);
const kinds = fc.constantFrom(...KINDS);
const seeds = fc.integer();

/**
 * Declares tests that a single-precision backend agrees with the float64 reference on random shapes,
 * views and values, shrunk to the smallest disagreement. Seeds are fixed.
 */
export function agreement(name: string, makeBackend: () => Backend): void {
  describe(`${name}: agreement with the float64 reference`, () => {
    const backend = makeBackend();
    const reference = new ReferenceBackend();

    /** Runs `kernel` on both and compares what it wrote. */
    const compare = (
      scratch: Scratch,
      exact: Scratch,
      inputs: readonly Sample[],
      shape: readonly number[],
      kernel: (engine: Backend, inputs: readonly View[], out: View) => void,
      closeness: { tolerance?: number; scale?: number } = {},
    ): void => {
      const out = scratch.output("float32", shape);
      kernel(
        backend,
        inputs.map((x) => x.view),
        out,
      );
      const twins = inputs.map((x) => {
        const dtype = x.view.dtype === "float32" ? "float64" : x.view.dtype;
        return exact.given(dtype, x.view.shape, x.values).view;
      });
      const wanted = exact.output("float64", shape);
      kernel(reference, twins, wanted);
      const expected = exact.outputValues(wanted);
      expectOutput(scratch, out, expected, inputs.map((x) => x.label).join(", "), {
        ...(closeness.tolerance !== undefined && { tolerance: closeness.tolerance }),
        ...(closeness.scale !== undefined && { scale: expected.map(() => closeness.scale as number) }),
      });
    };

    const withScratch = (seed: number, body: (scratch: Scratch, exact: Scratch) => void): void => {
      const scratch = new Scratch(backend, seed);
      const exact = new Scratch(reference, seed);
      try {
        body(scratch, exact);
      } finally {
        scratch.releaseAll();
        exact.releaseAll();
      }
    };

    it.each(UNARY_OPS)("unary %s", (op) => {
      fc.assert(
        fc.property(shapes, kinds, seeds, (shape, kind, seed) => {
          withScratch(seed, (scratch, exact) => {
            const x = scratch.input("float32", shape, kind, drawFor(op, scratch));
            compare(scratch, exact, [x], shape, (engine, [a], out) => engine.unary(op, a as View, out));
          });
        }),
        RUNS,
      );
    });

    it.each(BINARY_OPS)("binary %s", (op) => {
      const masks = fc.integer({ min: 0, max: 15 });
      fc.assert(
        fc.property(shapes, kinds, kinds, masks, masks, seeds, (shape, kindA, kindB, maskA, maskB, seed) => {
          withScratch(seed, (scratch, exact) => {
            const [drawA, drawB] = drawsFor(op, "float32", scratch);
            // A size of 1 where the mask says so, unless both would have it.
            const a = scratch.input(
              "float32",
              shape.map((s, d) => (maskA & (1 << d) ? 1 : s)),
              kindA,
              drawA,
            );
            const b = scratch.input(
              "float32",
              shape.map((s, d) => (maskB & ~maskA & (1 << d) ? 1 : s)),
              kindB,
              drawB,
            );
            compare(scratch, exact, [a, b], shape, (engine, [x, y], out) =>
              engine.binary(op, x as View, y as View, out),
            );
          });
        }),
        RUNS,
      );
    });

    it.each(REDUCE_OPS.filter((op) => op !== "any" && op !== "all"))("reduce %s", (op) => {
      fc.assert(
        fc.property(shapes, kinds, fc.nat(), seeds, (shape, kind, choice, seed) => {
          const sets = dimSets(shape.length);
          const dims = sets[choice % sets.length] as number[];
          const count = dims.reduce((product, dim) => product * (shape[dim] as number), 1);
          if ((op === "max" || op === "min") && count === 0) return;
          withScratch(seed, (scratch, exact) => {
            const draw = op === "prod" ? () => scratch.uniform(0.8, 1.2) : () => scratch.uniform(-3, 3);
            const x = scratch.input("float32", shape, kind, draw);
            const scale = op === "sum" ? 1.5 * count : 1;
            compare(
              scratch,
              exact,
              [x],
              without(shape, dims),
              (engine, [a], out) => engine.reduce(op, a as View, dims, out),
              {
                scale,
                tolerance: count > 100 ? 1e-5 : 1e-6,
              },
            );
          });
        }),
        RUNS,
      );
    });

    it.each(["softmax", "logSoftmax", "cumsum", "logSumExp"] as const)("%s", (kernel) => {
      fc.assert(
        fc.property(shapes, kinds, fc.nat(), seeds, (shape, kind, choice, seed) => {
          if (shape.length === 0) return;
          const dim = choice % shape.length;
          withScratch(seed, (scratch, exact) => {
            const x = scratch.input("float32", shape, kind, () => scratch.uniform(-10, 10));
            const outShape = kernel === "logSumExp" ? without(shape, [dim]) : shape;
            compare(
              scratch,
              exact,
              [x],
              outShape,
              (engine, [a], out) => {
                if (kernel === "cumsum") engine.cumsum(a as View, dim, seed % 2 === 0, out);
                else if (kernel === "logSumExp") engine.logSumExp(a as View, [dim], out);
                else engine.softmax(a as View, dim, kernel === "logSoftmax", out);
              },
              { scale: kernel === "cumsum" ? 5 * (shape[dim] as number) : 1 },
            );
          });
        }),
        RUNS,
      );
    });

    it.each(["plain", "bias", "accumulate"] as const)("matmul, %s", (mode) => {
      const extent = fc.integer({ min: 0, max: 40 });
      const batches = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 });
      fc.assert(
        fc.property(batches, extent, extent, extent, kinds, kinds, seeds, (batch, m, k, n, kindA, kindB, seed) => {
          withScratch(seed, (scratch, exact) => {
            const shape = [...batch, m, n];
            const a = scratch.input("float32", [...batch, m, k], kindA);
            const b = scratch.input("float32", [...batch, k, n], kindB);
            const extra = scratch.input("float32", mode === "accumulate" ? shape : [n], "contiguous");
            compare(
              scratch,
              exact,
              [a, b, extra],
              shape,
              (engine, [x, y, z], out) => {
                if (mode === "accumulate") engine.copy(z as View, out);
                const options =
                  mode === "bias" ? { bias: z as View } : mode === "accumulate" ? { accumulate: true } : {};
                engine.matmul(x as View, y as View, out, options);
              },
              { tolerance: 1e-5, scale: 2.25 * k },
            );
          });
        }),
        RUNS,
      );
    });

    it.each(["gather", "scatter", "scatter add", "indexSelect", "indexAdd"] as const)("%s", (kernel) => {
      fc.assert(
        fc.property(
          shapes,
          kinds,
          kinds,
          fc.nat(),
          fc.integer({ min: 0, max: 12 }),
          seeds,
          (shape, kind, indexKind, choice, count, seed) => {
            if (shape.length === 0 || shape.includes(0)) return;
            const dim = choice % shape.length;
            const extent = shape[dim] as number;
            withScratch(seed, (scratch, exact) => {
              const along = shape.map((s, d) => (d === dim ? count : s));
              const flat = kernel === "indexSelect" || kernel === "indexAdd";
              const index = scratch.input("int32", flat ? [count] : along, indexKind, () =>
                scratch.whole(-extent, extent - 1),
              );
              const x = scratch.input("float32", shape, kind);
              const source = scratch.input("float32", along, kind);
              const reads = kernel === "gather" || kernel === "indexSelect";
              compare(
                scratch,
                exact,
                [x, index, source],
                reads ? along : shape,
                (engine, views, out) => {
                  const [a, i, s] = views as [View, View, View];
                  if (kernel === "gather") return engine.gather(a, dim, i, out);
                  if (kernel === "indexSelect") return engine.indexSelect(a, dim, i, out);
                  engine.copy(a, out);
                  if (kernel === "indexAdd") return engine.indexAdd(out, dim, i, s);
                  return engine.scatter(out, dim, i, s, kernel === "scatter add");
                },
                { scale: 3 * (count + 1) },
              );
            });
          },
        ),
        RUNS,
      );
    });
  });
}
