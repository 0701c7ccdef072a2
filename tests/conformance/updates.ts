import { expectClose } from "./check.ts";
import type { Suite } from "./suite.ts";

interface Options {
  lr: number;
  momentum: number;
  dampening: number;
  weightDecay: number;
  nesterov: boolean;
  maximize: boolean;
  betas: readonly [number, number];
  eps: number;
  decoupled: boolean;
  amsgrad: boolean;
}

const PLAIN: Options = {
  lr: 0.1,
  momentum: 0,
  dampening: 0,
  weightDecay: 0,
  nesterov: false,
  maximize: false,
  betas: [0.9, 0.999],
  eps: 1e-8,
  decoupled: false,
  amsgrad: false,
};

const SGD: readonly Partial<Options>[] = [
  {},
  { weightDecay: 0.1 },
  { momentum: 0.9 },
  { momentum: 0.9, dampening: 0.3 },
  { momentum: 0.8, nesterov: true },
  { momentum: 0.9, weightDecay: 0.05, maximize: true },
  { maximize: true },
  { momentum: 0.7, weightDecay: 0.01, nesterov: true, maximize: true },
];
const ADAM: readonly Partial<Options>[] = [
  {},
  { weightDecay: 0.1 },
  { weightDecay: 0.1, decoupled: true },
  { amsgrad: true },
  { maximize: true },
  { betas: [0.5, 0.7], eps: 1e-3 },
  { amsgrad: true, decoupled: true, weightDecay: 0.02, maximize: true },
];
const STEPS = 4;
const SHAPES = [[], [1], [0], [5], [67], [7, 13]];

export function updateTests(suite: Suite): void {
  const { backend } = suite;
  for (const dtype of suite.floats) {
    SGD.forEach((changes) => {
      suite.it(`update sgd ${dtype} ${JSON.stringify(changes)}`, (scratch) => {
        const o = { ...PLAIN, ...changes };
        for (const shape of SHAPES) {
          const parameter = scratch.input(dtype, shape, "offset");
          const buffer = o.momentum === 0 ? null : scratch.input(dtype, shape); // garbage until the first step
          const p = [...parameter.values];
          const b = new Array<number>(p.length).fill(0);
          for (let step = 1; step <= STEPS; step++) {
            const grad = scratch.input(dtype, shape);
            backend.update("sgd", parameter.view, grad.view, buffer ? [buffer.view] : [], [
              o.lr,
              o.momentum,
              o.dampening,
              o.weightDecay,
              Number(o.nesterov),
              Number(o.maximize),
              Number(step === 1),
            ]);
            grad.values.forEach((g, i) => {
              const d = (o.maximize ? -g : g) + o.weightDecay * (p[i] as number);
              b[i] = step === 1 ? d : o.momentum * (b[i] as number) + (1 - o.dampening) * d;
              const direction =
                o.momentum === 0 ? d : o.nesterov ? d + o.momentum * (b[i] as number) : (b[i] as number);
              p[i] = (p[i] as number) - o.lr * direction;
            });
            expectClose(scratch.values(parameter.view), p, dtype, `[${shape}] step ${step}`, allow(dtype));
            if (buffer)
              expectClose(scratch.values(buffer.view), b, dtype, `[${shape}] buffer, step ${step}`, allow(dtype));
            expectClose(scratch.values(grad.view), grad.values, dtype, "the gradient stays", { tolerance: 0 });
          }
        }
      });
    });

    ADAM.forEach((changes) => {
      suite.it(`update adam ${dtype} ${JSON.stringify(changes)}`, (scratch) => {
        const o = { ...PLAIN, ...changes };
        const [beta1, beta2] = o.betas;
        for (const shape of SHAPES) {
          const parameter = scratch.input(dtype, shape, "offset");
          const state = Array.from({ length: o.amsgrad ? 3 : 2 }, () =>
            scratch.input(dtype, shape, "contiguous", () => 0),
          );
          const p = [...parameter.values];
          const m = p.map(() => 0);
          const v = p.map(() => 0);
          const most = p.map(() => 0);
          for (let step = 1; step <= STEPS; step++) {
            const grad = scratch.input(dtype, shape, "contiguous", () => scratch.uniform(-3, 3) / step);
            backend.update(
              "adam",
              parameter.view,
              grad.view,
              state.map((x) => x.view),
              [o.lr, beta1, beta2, o.eps, o.weightDecay, Number(o.decoupled), Number(o.maximize), step],
            );
            grad.values.forEach((g, i) => {
              let d = o.maximize ? -g : g;
              if (o.decoupled) p[i] = (p[i] as number) - o.lr * o.weightDecay * (p[i] as number);
              else d += o.weightDecay * (p[i] as number);
              m[i] = beta1 * (m[i] as number) + (1 - beta1) * d;
              v[i] = beta2 * (v[i] as number) + (1 - beta2) * d * d;
              most[i] = Math.max(most[i] as number, v[i] as number);
              const mean = (m[i] as number) / (1 - beta1 ** step);
              const square = ((o.amsgrad ? most[i] : v[i]) as number) / (1 - beta2 ** step);
              p[i] = (p[i] as number) - (o.lr * mean) / (Math.sqrt(square) + o.eps);
            });
            expectClose(scratch.values(parameter.view), p, dtype, `[${shape}] step ${step}`, allow(dtype));
            [m, v, most].slice(0, state.length).forEach((values, k) => {
              const view = (state[k] as (typeof state)[number]).view;
              expectClose(scratch.values(view), values, dtype, `[${shape}] state ${k}, step ${step}`, allow(dtype));
            });
            expectClose(scratch.values(grad.view), grad.values, dtype, "the gradient stays", { tolerance: 0 });
          }
        }
      });
    });
  }

  suite.it("update float32: state below the smallest normal number is flushed to zero", (scratch) => {
    for (const size of [1, 4, 67]) {
      const same = (value: number): ReturnType<typeof scratch.given> =>
        scratch.given("float32", [size], new Array<number>(size).fill(value));
      const zeros = new Array<number>(size).fill(0);

      const parameter = same(1);
      const buffer = same(1.2e-38);
      backend.update("sgd", parameter.view, same(0).view, [buffer.view], [0.1, 0.9, 0, 0, 0, 0, 0]);
      expectClose(scratch.values(buffer.view), zeros, "float32", "momentum", { tolerance: 0 });

      // Decayed moments, and a gradient whose square underflows.
      for (const gradient of [0, 1e-21]) {
        const [mean, square, most] = [same(1.2e-38), same(1.17551e-38), same(0)] as const;
        backend.update(
          "adam",
          same(1).view,
          same(gradient).view,
          [mean.view, square.view, most.view],
          [0.1, 0.5, 0.9, 1e-8, 0, 0, 0, 3],
        );
        if (gradient === 0)
          expectClose(scratch.values(mean.view), zeros, "float32", "expAvg", { tolerance: 0, floor: 0 });
        expectClose(scratch.values(square.view), zeros, "float32", "expAvgSq", { tolerance: 0, floor: 0 });
        expectClose(scratch.values(most.view), zeros, "float32", "maxExpAvgSq", { tolerance: 0, floor: 0 });
      }
    }
  });
}

/** Four roundings of float32 may add up, and Adam divides by a small number. */
function allow(dtype: string): { tolerance?: number } {
  return dtype === "float32" ? { tolerance: 3e-6 } : { tolerance: 1e-12 };
}
