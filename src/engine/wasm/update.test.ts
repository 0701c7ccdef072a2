import { setFlagsFromString } from "node:v8";
import { describe, expect, it } from "vitest";
import { relaxedKernels, strictKernels } from "./kernels.gen.ts";

setFlagsFromString("--experimental-wasm-relaxed-simd");

type Kernel = (...values: number[]) => number;
const SMALLEST = 2 ** -126;
const N = 37; // nine vectors and a tail
const at = (k: number): number => 65536 + 256 * k; // parameter, gradient, and three state buffers

interface AdamOptions {
  weightDecay: number;
  decoupled: number;
  maximize: number;
  amsgrad: boolean;
}

for (const [name, base64] of [
  ["strict", strictKernels],
  ["relaxed", relaxedKernels],
] as const) {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2 });
  const module = new WebAssembly.Module(Buffer.from(base64, "base64"));
  const kernels = new WebAssembly.Instance(module, { env: { memory, scratch: 32768, work: 0, sgemm: () => undefined } })
    .exports as Record<string, Kernel>;
  const view = (k: number): Float32Array => new Float32Array(memory.buffer, at(k), N);
  const gradient = (step: number, i: number): number => Math.fround(Math.sin(step * 1.3 + i * 0.7) * (1 + (i % 5)));
  const reset = (): void => {
    for (let k = 0; k < 5; k++) view(k).fill(0);
    for (let i = 0; i < N; i++) view(0)[i] = Math.cos(i);
  };
  const close = (k: number, expected: Float64Array): void => {
    for (let i = 0; i < N; i++) {
      const e = expected[i] as number;
      expect(Math.abs((view(k)[i] as number) - e), `element ${i}`).toBeLessThan(3e-6 * Math.max(1, Math.abs(e)));
    }
  };

  describe(`${name} updates`, () => {
    it.each<AdamOptions>([
      { weightDecay: 0, decoupled: 0, maximize: 0, amsgrad: false },
      { weightDecay: 0.1, decoupled: 0, maximize: 0, amsgrad: false },
      { weightDecay: 0.1, decoupled: 1, maximize: 1, amsgrad: true },
    ])("adam is PyTorch's formula with %o", ({ weightDecay, decoupled, maximize, amsgrad }) => {
      reset();
      const p = Float64Array.from(view(0));
      const [m, v, top] = [new Float64Array(N), new Float64Array(N), new Float64Array(N)];
      const [lr, b1, b2, eps] = [0.01, 0.9, 0.999, 1e-8];
      for (let t = 1; t <= 20; t++) {
        for (let i = 0; i < N; i++) {
          let g = gradient(t, i);
          let w = p[i] as number;
          view(1)[i] = g;
          if (maximize) g = -g;
          if (decoupled) w *= 1 - lr * weightDecay;
          else g += weightDecay * w;
          m[i] = b1 * (m[i] as number) + (1 - b1) * g;
          v[i] = b2 * (v[i] as number) + (1 - b2) * g * g;
          top[i] = Math.max(top[i] as number, v[i] as number);
          const root = Math.sqrt((amsgrad ? top[i] : v[i]) as number) / Math.sqrt(1 - b2 ** t);
          p[i] = w - ((lr / (1 - b1 ** t)) * (m[i] as number)) / (root + eps);
        }
        const best = amsgrad ? at(4) : 0;
        (kernels.adamUpdate as Kernel)(
          at(0),
          at(1),
          at(2),
          at(3),
          best,
          N,
          lr,
          b1,
          b2,
          eps,
          weightDecay,
          decoupled,
          maximize,
          t,
        );
      }
      close(0, p);
      close(2, m);
      close(3, v);
    });

    it.each([0, 1])("sgd with momentum and weight decay is PyTorch's formula, nesterov %i", (nesterov) => {
      reset();
      const p = Float64Array.from(view(0));
      const buffer = new Float64Array(N);
      const dampening = nesterov ? 0 : 0.2;
      for (let t = 0; t < 20; t++) {
        for (let i = 0; i < N; i++) {
          view(1)[i] = gradient(t, i);
          const g = gradient(t, i) + 0.01 * (p[i] as number);
          buffer[i] = t === 0 ? g : 0.9 * (buffer[i] as number) + (1 - dampening) * g;
          p[i] = (p[i] as number) - 0.05 * (nesterov ? g + 0.9 * (buffer[i] as number) : (buffer[i] as number));
        }
        (kernels.sgdUpdate as Kernel)(at(0), at(1), at(2), N, 0.05, 0.9, dampening, 0.01, nesterov, 0, t === 0 ? 1 : 0);
      }
      close(0, p);
      close(2, buffer);
    });

    it("never leaves a subnormal number in the state while moments decay", () => {
      reset();
      for (let t = 1; t <= 2000; t++) {
        // ordinary, then tiny, then no gradients
        for (let i = 0; i < N; i++) view(1)[i] = t < 5 ? gradient(t, i) : t < 50 ? gradient(t, i) * 10 ** (-i - 5) : 0;
        (kernels.adamUpdate as Kernel)(at(0), at(1), at(2), at(3), 0, N, 1e-3, 0.9, 0.99, 1e-8, 0, 0, 0, t);
        (kernels.sgdUpdate as Kernel)(at(0), at(1), at(4), N, 1e-3, 0.9, 0, 0, 0, 0, t === 1 ? 1 : 0);
        for (const k of [2, 3, 4]) {
          for (const value of view(k)) {
            if (value !== 0 && Math.abs(value) < SMALLEST) expect.fail(`step ${t}: state ${k} holds ${value}`);
          }
        }
      }
      expect(view(2).every((value) => value === 0)).toBe(true);
      expect(view(0).every(Number.isFinite)).toBe(true);
    });

    // States: 2 and 3, and where there is a third, 4. The rest are hyper-parameters, with t for the step.
    const decaying: [string, (t: number) => void][] = [
      ["adamLike", () => call("adamLikeUpdate", 2, [0.9, 0.99, 1e-4, 1e-3, 1, 1e-8, 0, 1, 0])],
      ["adamax", () => call("adamaxUpdate", 2, [1e-3, 0.9, 0.99, 1e-8, 0, 0])],
      ["adagrad", () => call("adagradUpdate", 1, [1e-2, 1e-10, 0, 0])],
      ["adadelta", () => call("adadeltaUpdate", 2, [1, 0.9, 1e-6, 0, 0])],
      ["rmsprop", () => call("rmspropUpdate", 3, [1e-2, 0.9, 1e-8, 0, 0.9, 0])],
      ["asgd", () => call("asgdUpdate", 1, [1e-2, 0.9, 0.5, 0, 0])],
      ["lion", () => call("lionUpdate", 1, [0, 0.9, 0.99, 1, 0])],
      ["lerp", () => call("lerpUpdate", 0, [0.1, 0])],
      ["adafactor", (t) => call("adafactorUpdate", 2, [Math.max(t ** -0.8, 0.1), 1e-2, 1e-7, 1e-3, 1, 1, 0, 1, 1, N])],
    ];
    const call = (kernel: string, states: number, hyper: number[]): void => {
      const addresses = [2, 3, 4].slice(0, states).map(at);
      (kernels[kernel] as Kernel)(at(0), at(1), ...addresses, N, ...hyper);
    };
    it.each(decaying)("%s never leaves a subnormal number in the state while it decays", (rule, step) => {
      reset();
      for (let t = 1; t <= 2000; t++) {
        for (let i = 0; i < N; i++) view(1)[i] = t < 5 ? gradient(t, i) : t < 50 ? gradient(t, i) * 10 ** (-i - 5) : 0;
        step(t);
        for (const k of rule === "lerp" || rule === "asgd" ? [2] : [2, 3, 4]) {
          for (const value of view(k)) {
            if (value !== 0 && Math.abs(value) < SMALLEST) expect.fail(`step ${t}: state ${k} holds ${value}`);
          }
        }
      }
      expect(view(0).every(Number.isFinite)).toBe(true);
    });
  });
}
