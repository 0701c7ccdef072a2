import { expect } from "vitest";
import { POINTWISE_LOSSES, type PointwiseLoss } from "../../src/engine/opcodes.ts";
import { expectClose, expectOutput } from "./check.ts";
import type { Suite } from "./suite.ts";
import { KINDS, SHAPES } from "./views.ts";

const LOSSES: Record<PointwiseLoss, (d: number, p: number) => [value: number, slope: number]> = {
  mse: (d) => [d * d, 2 * d],
  l1: (d) => [Math.abs(d), Math.sign(d)],
  huber: (d, delta) => {
    if (d > delta) return [delta * (d - delta / 2), delta];
    return d < -delta ? [delta * (-d - delta / 2), -delta] : [(d * d) / 2, d];
  },
  smoothL1: (d, beta) => {
    if (d >= beta) return [d - beta / 2, Math.sign(d)];
    return d <= -beta ? [-d - beta / 2, -1] : [(d * d) / (2 * beta), d / beta];
  },
};

export function trainingTests(suite: Suite): void {
  const { backend } = suite;
  for (const dtype of suite.floats) {
    for (const kind of POINTWISE_LOSSES) {
      suite.it(`pointwiseLoss ${kind} ${dtype}`, (scratch) => {
        for (const shape of [...SHAPES, [1009]]) {
          for (const [i, viewKind] of KINDS.entries()) {
            const x = scratch.input(dtype, shape, viewKind);
            const targetKind = KINDS[(i * 3 + 1) % KINDS.length] as (typeof KINDS)[number];
            const y = scratch.input(dtype, shape, targetKind);
            const parameter = [1, 0.5, 2][i % 3] as number;
            const scale = i % 2 === 0 ? 1 / Math.max(x.values.length, 1) : 3;
            const parts = x.values.map((v, j) => LOSSES[kind](v - (y.values[j] as number), parameter));
            const total = scale * parts.reduce((sum, [value]) => sum + value, 0);
            const label = `${x.label}, ${y.label}, parameter ${parameter}`;

            const alone = scratch.output(dtype, []);
            backend.pointwiseLoss(kind, x.view, y.view, parameter, scale, alone, null);
            expectOutput(scratch, alone, [total], label);

            const out = scratch.output(dtype, []);
            const grad = scratch.output(dtype, shape);
            backend.pointwiseLoss(kind, x.view, y.view, parameter, scale, out, grad);
            expectOutput(scratch, out, [total], `${label}, with grad`);
            expectOutput(
              scratch,
              grad,
              parts.map(([, slope]) => scale * slope),
              `${label}: grad`,
            );
          }
        }
      });

      suite.it(`pointwiseLoss ${kind} ${dtype}: equal, far apart, not a number`, (scratch) => {
        const x = scratch.given(dtype, [5], [2, 100, -100, 1, 0]);
        const y = scratch.given(dtype, [5], [2, -100, 100, 0, 1]);
        const out = scratch.output(dtype, []);
        const grad = scratch.output(dtype, [5]);
        backend.pointwiseLoss(kind, x.view, y.view, 1, 1, out, grad);
        const parts = x.values.map((v, j) => LOSSES[kind](v - (y.values[j] as number), 1));
        expectOutput(scratch, out, [parts.reduce((sum, [value]) => sum + value, 0)], kind);
        expectOutput(
          scratch,
          grad,
          parts.map(([, slope]) => slope),
          `${kind}: grad`,
        );
        const bad = scratch.given(dtype, [5], [0, 0, Number.NaN, 0, 0]);
        backend.pointwiseLoss(kind, bad.view, y.view, 1, 1, out, null);
        expectOutput(scratch, out, [Number.NaN], `${kind} of NaN`);
      });
    }

    suite.it(`pointwiseLoss smoothL1 ${dtype} with beta 0 is l1`, (scratch) => {
      const x = scratch.given(dtype, [3], [1, -2, 0]);
      const y = scratch.given(dtype, [3], [0, 0, 0]);
      const out = scratch.output(dtype, []);
      const grad = scratch.output(dtype, [3]);
      backend.pointwiseLoss("smoothL1", x.view, y.view, 0, 1, out, grad);
      expectOutput(scratch, out, [3], "loss");
      expectOutput(scratch, grad, [1, -1, 0], "grad");
    });

    suite.it(`firstNonfinite ${dtype}`, (scratch) => {
      for (const shape of SHAPES) {
        for (const kind of KINDS) {
          const fine = scratch.input(dtype, shape, kind, () => scratch.uniform(-3e38, 3e38));
          expect(backend.firstNonfinite(fine.view), fine.label).toBe(-1);
          const bad = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
          const mixed = scratch.input(dtype, shape, kind, () =>
            scratch.random() < 0.05 ? (bad[scratch.whole(0, 2)] as number) : 1,
          );
          const first = mixed.values.findIndex((v) => !Number.isFinite(v));
          expect(backend.firstNonfinite(mixed.view), mixed.label).toBe(first);
        }
      }
    });

    for (const p of [2, 1, 3, Number.POSITIVE_INFINITY]) {
      suite.it(`clipNorm ${dtype} p ${p}`, (scratch) => {
        // Magnitudes whose squares and cubes leave float32's range on both sides.
        for (const size of [1, 1e25, 1e-25]) {
          for (const maxNorm of [0.5 * size, 1e4 * size, Number.POSITIVE_INFINITY]) {
            const draw = (): number => size * scratch.uniform(-1, 1);
            const views = [
              scratch.input(dtype, [33, 5], "contiguous", draw),
              scratch.input(dtype, [], "offset", draw),
              scratch.input(dtype, [67], "offset", draw),
              scratch.input(dtype, [0], "contiguous", draw),
              scratch.input(dtype, [4, 6], "transposed", draw),
            ];
            const norm = normOf(
              views.flatMap((x) => x.values),
              p,
            );
            const factor = Math.min(1, maxNorm / (norm + 1e-6));
            const out = scratch.output(dtype, []);
            backend.clipNorm(
              views.map((x) => x.view),
              maxNorm,
              p,
              out,
            );
            expectOutput(scratch, out, [norm], `norm of size ${size}`, { floor: 0 });
            for (const x of views) {
              const label = `${x.label} of size ${size} clipped to ${maxNorm}`;
              expectClose(
                scratch.values(x.view),
                x.values.map((v) => v * factor),
                dtype,
                label,
                {
                  floor: 0,
                  ...(factor === 1 && { tolerance: 0 }),
                },
              );
            }
          }
        }
      });
    }

    suite.it(`clipNorm ${dtype}: a norm that is not finite changes nothing`, (scratch) => {
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        for (const p of [1, 2, Number.POSITIVE_INFINITY]) {
          const first = scratch.given(dtype, [3], [1, 2, 3]);
          const second = scratch.given(dtype, [6], [4, 5, 6, bad, 7, 8]);
          const out = scratch.output(dtype, []);
          backend.clipNorm([first.view, second.view], 0.1, p, out);
          expectOutput(scratch, out, [Math.abs(bad)], `norm with ${bad}, p ${p}`);
          for (const x of [first, second]) {
            expectClose(scratch.values(x.view), x.values, dtype, `unchanged after ${bad}`, { tolerance: 0 });
          }
        }
      }
    });

    suite.it(`clipNorm ${dtype}: nothing, and zeros`, (scratch) => {
      const out = scratch.output(dtype, []);
      backend.clipNorm([], 1, 2, out);
      expectOutput(scratch, out, [0], "no views");
      const zeros = scratch.given(dtype, [4], [0, 0, 0, 0]);
      for (const p of [1, 2, 3, Number.POSITIVE_INFINITY]) {
        backend.clipNorm([zeros.view], 1, p, out);
        expectOutput(scratch, out, [0], `zeros, p ${p}`);
        expectClose(scratch.values(zeros.view), [0, 0, 0, 0], dtype, "zeros stay");
      }
    });
  }
}

function normOf(values: readonly number[], p: number): number {
  const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  if (p === Number.POSITIVE_INFINITY) return most;
  return most * values.reduce((sum, v) => sum + (Math.abs(v) / most) ** p, 0) ** (1 / p);
}
