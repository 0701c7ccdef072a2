import { describe, expect, it } from "vitest";
import { type BackendName, withBackend } from "../engine/index.ts";
import { tensor } from "../ops/index.ts";
import { Parameter } from "../tensor/index.ts";
import { GradientError } from "../util/index.ts";
import * as optim from "./index.ts";

// Gradients at the ends of float32 through every optimizer.

type Make = (parameters: Parameter[], nonfinite?: "throw" | "skip") => optim.Optimizer;
interface Kind {
  name: string;
  make: Make;
  /** Why one huge gradient slows a weight down for good, where it does by definition. */
  neverForgets?: string;
}

const KINDS: Kind[] = [
  { name: "SGD", make: (p, nonfinite = "throw") => new optim.SGD(p, { lr: 0.01, momentum: 0.9, nonfinite }) },
  {
    name: "Adam",
    make: (p, nonfinite = "throw") => new optim.Adam(p, { lr: 0.01, betas: [0.8, 0.9], weightDecay: 0.1, nonfinite }),
  },
  {
    name: "Adam with amsgrad",
    make: (p, nonfinite = "throw") => new optim.Adam(p, { amsgrad: true, betas: [0.8, 0.9], nonfinite }),
    neverForgets: "amsgrad divides by the largest second moment so far",
  },
  { name: "AdamW", make: (p, nonfinite = "throw") => new optim.AdamW(p, { lr: 0.01, betas: [0.8, 0.9], nonfinite }) },
  { name: "NAdam", make: (p, nonfinite = "throw") => new optim.NAdam(p, { lr: 0.01, betas: [0.8, 0.9], nonfinite }) },
  { name: "RAdam", make: (p, nonfinite = "throw") => new optim.RAdam(p, { lr: 0.01, betas: [0.8, 0.9], nonfinite }) },
  { name: "Adamax", make: (p, nonfinite = "throw") => new optim.Adamax(p, { lr: 0.01, betas: [0.8, 0.9], nonfinite }) },
  {
    name: "Adagrad",
    make: (p, nonfinite = "throw") => new optim.Adagrad(p, { nonfinite }),
    neverForgets: "Adagrad's sum of squares never decays",
  },
  { name: "Adadelta", make: (p, nonfinite = "throw") => new optim.Adadelta(p, { rho: 0.8, nonfinite }) },
  { name: "RMSprop", make: (p, nonfinite = "throw") => new optim.RMSprop(p, { alpha: 0.9, nonfinite }) },
  {
    name: "RMSprop, centered with momentum",
    make: (p, nonfinite = "throw") => {
      return new optim.RMSprop(p, { lr: 0.01, alpha: 0.9, centered: true, momentum: 0.5, nonfinite });
    },
  },
  { name: "Rprop", make: (p, nonfinite = "throw") => new optim.Rprop(p, { lr: 0.01, nonfinite }) },
  { name: "ASGD", make: (p, nonfinite = "throw") => new optim.ASGD(p, { lr: 0.01, nonfinite }) },
  {
    name: "Adafactor",
    make: (p, nonfinite = "throw") => new optim.Adafactor(p, { nonfinite }),
    neverForgets: "Adafactor's decay nears 1, so that its moments become plain averages",
  },
  { name: "Lion", make: (p, nonfinite = "throw") => new optim.Lion(p, { lr: 0.01, nonfinite }) },
  { name: "Muon", make: (p, nonfinite = "throw") => new optim.Muon(p, { lr: 0.01, nonfinite }) },
];
const FINITE = [0, 1e-45, -1e-45, 1e-38, 1e19, 2e19, -2e19, 3.4e38];
const NONFINITE = [Number.NaN, Infinity, -Infinity];

function parameter(): Parameter {
  const p = new Parameter(
    tensor([
      [1, -2, 3],
      [0.5, 1, -1],
    ]),
  );
  p.name = "weight";
  return p;
}

function setGrad(p: Parameter, first: number, rest = 0.5): void {
  p.grad = tensor([
    [first, rest, -rest],
    [rest, rest, rest],
  ]);
}

function everything(p: Parameter, optimizer: optim.Optimizer): number[] {
  const { state } = optimizer.stateDict();
  const tensors = [...state.values()].flatMap(({ step, tensors: own }) => [
    step,
    ...[...own.values()].map((t) => t.data),
  ]);
  return [
    optimizer.stepCount,
    ...p.data,
    ...tensors.flatMap((values) => (typeof values === "number" ? [values] : [...values])),
  ];
}

describe.each(KINDS)("$name", ({ make, neverForgets }) => {
  it.each(FINITE)("stays finite at a gradient of %f, alike on both backends", (gradient) => {
    const run = (backend: BackendName): number[] =>
      withBackend(backend, () => {
        const p = parameter();
        const optimizer = make([p]);
        for (let step = 0; step < 8; step++) {
          setGrad(p, step === 3 ? gradient : 0.25, step === 3 ? 0.5 : 0.5 / (step + 1));
          expect(optimizer.step()).toBe(true);
        }
        const all = everything(p, optimizer);
        expect(all.every(Number.isFinite), all.join()).toBe(true);
        return [...p.data];
      });
    const [fast, exact] = [run("wasm"), run("reference")];
    fast.forEach((value, i) => {
      expect(Math.abs(value - (exact[i] as number)) / Math.max(1, Math.abs(value))).toBeLessThan(2e-5);
    });
  });

  it.runIf(neverForgets === undefined)("forgets a gradient of 2e19", () => {
    const p = parameter();
    const optimizer = make([p]);
    setGrad(p, 2e19);
    optimizer.step();
    p.detach().copy_(parameter().detach()); // SGD and its like have gone as far as they were told
    for (let step = 0; step < 2000; step++) {
      setGrad(p, Math.sin(step) * 0.5);
      optimizer.step();
    }
    p.detach().fill_(1);
    for (let step = 0; step < 80; step++) {
      setGrad(p, 0.5);
      optimizer.step();
    }
    expect(p.data[0]).toBeLessThan(0.999);
  });

  it("leaves parameters and state bit-unchanged at a gradient that is not finite, and says so", () => {
    const p = parameter();
    const optimizer = make([p]);
    setGrad(p, 0.25);
    optimizer.step();
    const before = everything(p, optimizer);
    for (const bad of NONFINITE) {
      optimizer.nonfinite = "throw";
      setGrad(p, bad);
      expect(() => optimizer.step()).toThrow(GradientError);
      expect(() => optimizer.step()).toThrow(/gradient of weight is (NaN|-?Infinity) at \[0, 0\]/);
      optimizer.nonfinite = "skip";
      expect(optimizer.step()).toBe(false);
      expect(everything(p, optimizer)).toEqual(before);
    }
    setGrad(p, 0.25);
    expect(optimizer.step()).toBe(true);
  });
});

describe("LBFGS", () => {
  const make = (options: optim.LBFGSOptions = {}): { p: Parameter; optimizer: optim.LBFGS } => {
    const p = parameter();
    return { p, optimizer: new optim.LBFGS([p], { lr: 0.1, maxIter: 4, ...options }) };
  };
  // Σ p² with a gradient of one's own at the evaluation given
  const closure =
    (p: Parameter, at = -1, bad = 0, count = { of: 0 }) =>
    () => {
      p.dropGrad();
      const loss = p.square().sum();
      loss.backward();
      if (count.of++ === at) setGrad(p, bad);
      return loss;
    };

  it("refuses the whole step wherever a gradient is not finite, bit for bit", () => {
    for (const bad of NONFINITE) {
      for (const at of [0, 1, 2]) {
        const { p, optimizer } = make();
        optimizer.step(closure(p));
        const before = everything(p, optimizer);
        expect(() => optimizer.step(closure(p, at, bad))).toThrow(GradientError);
        expect(everything(p, optimizer)).toEqual(before);
        optimizer.nonfinite = "skip";
        expect(optimizer.step(closure(p, at, bad))).toBe(false);
        expect(everything(p, optimizer)).toEqual(before);
        expect(optimizer.step(closure(p))).toBe(true);
      }
    }
  });

  it("stays finite at huge and tiny gradients, and still learns", () => {
    for (const lineSearchFn of [null, "strong_wolfe"] as const) {
      for (const gradient of FINITE) {
        const { p, optimizer } = make({ lineSearchFn, nonfinite: "skip" });
        for (let step = 0; step < 25; step++) optimizer.step(closure(p, step === 2 ? 0 : -1, gradient));
        const all = everything(p, optimizer);
        expect(all.every(Number.isFinite), `${gradient}: ${all.join()}`).toBe(true);
        if (Math.abs(gradient) <= 1) expect(p.square().sum().item()).toBeLessThan(1e-3);
      }
    }
  });

  it("takes a trial that is not finite as too far", () => {
    const { p, optimizer } = make({ lr: 1e6, lineSearchFn: "strong_wolfe" });
    const steep = (): ReturnType<typeof p.sum> => {
      p.dropGrad();
      const loss = p.square().exp().sum();
      loss.backward();
      return loss;
    };
    for (let step = 0; step < 20; step++) optimizer.step(steep);
    expect(optimizer.lastLoss).toBeLessThan(6.001);
  });

  it("refuses a second group, mixed dtypes and a step without a closure", () => {
    const { p, optimizer } = make();
    expect(() => optimizer.addParamGroup({ params: [parameter()] })).toThrow(/a second group/);
    expect(() => optimizer.step()).toThrow(/without a closure/);
    const before = everything(p, optimizer);
    const foreign = make().optimizer.stateDict();
    foreign.state.get("weight")?.tensors.set("more", tensor([1]));
    expect(() => optimizer.loadStateDict(foreign)).toThrow(/unexpected/);
    expect(() => optimizer.loadStateDict({ state: new Map(), paramGroups: [] })).toThrow();
    expect(everything(p, optimizer)).toEqual(before);
  });
});
