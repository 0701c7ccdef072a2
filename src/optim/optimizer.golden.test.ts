import { describe, expect, it } from "vitest";
import { decodeArray, type GoldenArray, readGolden } from "../../tests/golden/read.ts";
import { type BackendName, withBackend } from "../engine/index.ts";
import { fromTypedArray } from "../ops/index.ts";
import { Parameter, type Tensor } from "../tensor/index.ts";
import { Adam, AdamW, SGD } from "./index.ts";
import {
  CosineAnnealingLR,
  ExponentialLR,
  LambdaLR,
  type LRLambda,
  type LRScheduler,
  StepLR,
} from "./lr-scheduler/index.ts";

interface Run {
  optimizer: "SGD" | "Adam" | "AdamW";
  options: Record<string, number | boolean | [number, number]>;
  dtype: "float32" | "float64";
  after: Record<string, GoldenArray[]>;
}
interface Schedule {
  scheduler: string;
  options: Record<string, number> & { formula?: string };
  base: number[];
  rates: number[][];
}
interface Golden {
  trajectories: { initial: GoldenArray[]; grads: GoldenArray[][]; runs: Run[] };
  schedules: Schedule[];
}

const golden = readGolden<Golden>("optim");
const KINDS = { SGD, Adam, AdamW };

function make(array: GoldenArray, dtype: "float32" | "float64"): Tensor {
  return fromTypedArray(decodeArray(array), array.shape, { dtype });
}

function follow(run: Run, backend: BackendName): void {
  const { initial, grads } = golden.trajectories;
  const parameters = initial.map((array) => new Parameter(make(array, run.dtype)));
  const optimizer = new KINDS[run.optimizer](parameters, run.options);
  // The reference backend computes a step in float64 and rounds once, PyTorch after each operation.
  const tolerance = run.dtype === "float64" ? 1e-12 : backend === "wasm" ? 1e-6 : 2e-6;
  grads.forEach((step, i) => {
    optimizer.zeroGrad();
    step.forEach((array, j) => {
      (parameters[j] as Parameter).grad = make(array, run.dtype);
    });
    expect(optimizer.step()).toBe(true);
    run.after[String(i + 1)]?.forEach((array, j) => {
      const got = (parameters[j] as Parameter).data;
      decodeArray(array).forEach((want, k) => {
        if (Math.abs((got[k] as number) - want) < tolerance * Math.max(1, Math.abs(want))) return;
        expect.fail(`step ${i + 1}, parameter ${j}[${k}]: ${got[k]}, PyTorch ${want}`);
      });
    });
  });
}

describe("trajectories of 50 steps are PyTorch's", () => {
  for (const run of golden.trajectories.runs) {
    const backends: BackendName[] = run.dtype === "float32" ? ["wasm", "reference"] : ["reference"];
    for (const backend of backends) {
      it(`${run.optimizer} ${JSON.stringify(run.options)} ${run.dtype} on ${backend}`, () => {
        withBackend(backend, () => follow(run, backend));
      });
    }
  }
});

const FORMULAS: Record<string, LRLambda | LRLambda[]> = {
  "0.95 ** epoch": (epoch) => 0.95 ** epoch,
  "[1 / (1 + epoch), min(1, (epoch + 1) / 5)]": [(epoch) => 1 / (1 + epoch), (epoch) => Math.min(1, (epoch + 1) / 5)],
};

type Make = (optimizer: SGD, options: Schedule["options"]) => LRScheduler;
const SCHEDULERS: Record<string, Make> = {
  StepLR: (optimizer, o) => new StepLR(optimizer, o.stepSize as number, { gamma: o.gamma as number }),
  CosineAnnealingLR: (optimizer, o) =>
    new CosineAnnealingLR(optimizer, o.tMax as number, { etaMin: o.etaMin as number }),
  ExponentialLR: (optimizer, o) => new ExponentialLR(optimizer, o.gamma as number),
  LambdaLR: (optimizer, o) => new LambdaLR(optimizer, FORMULAS[o.formula as string] as LRLambda),
};

describe("schedules are PyTorch's to 1e-12", () => {
  for (const { scheduler, options, base, rates } of golden.schedules) {
    const create = SCHEDULERS[scheduler];
    if (create === undefined) continue; // schedules of the later toolbox
    const start = (): SGD => {
      const zero = (): Parameter => new Parameter(fromTypedArray(new Float32Array(1), [1]));
      return new SGD(
        base.map((lr) => ({ params: [zero()], lr })),
        { lr: 1 },
      );
    };
    it(`${scheduler} ${JSON.stringify(options)}`, () => {
      const optimizer = start();
      const schedule = create(optimizer, options);
      for (const [epoch, want] of rates.entries()) {
        optimizer.paramGroups.forEach((group, i) => {
          expect(Math.abs(group.lr - (want[i] as number)), `epoch ${epoch}`).toBeLessThanOrEqual(1e-12);
        });
        expect(schedule.getLastLr()).toEqual(optimizer.paramGroups.map((group) => group.lr));
        schedule.step();
      }
    });

    it(`${scheduler} ${JSON.stringify(options)}, saved and loaded at every epoch`, () => {
      let optimizer = start();
      let schedule = create(optimizer, options);
      for (const want of rates) {
        const saved = JSON.parse(JSON.stringify(schedule.stateDict()));
        const optimizerState = optimizer.stateDict();
        optimizer = start();
        schedule = create(optimizer, options);
        optimizer.loadStateDict(optimizerState);
        schedule.loadStateDict(saved);
        optimizer.paramGroups.forEach((group, i) => {
          expect(Math.abs(group.lr - (want[i] as number))).toBeLessThanOrEqual(1e-12);
        });
        schedule.step();
      }
    });
  }
});
