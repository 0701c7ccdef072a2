import { describe, expect, it } from "vitest";
import { readGolden } from "../../../tests/golden/read.ts";
import { zeros } from "../../ops/index.ts";
import { Parameter } from "../../tensor/index.ts";
import { Adam, SGD } from "../index.ts";
import * as lrScheduler from "./index.ts";

// Every case is a row of scripts/golden/schedules.py; a new one needs no code here.

type Spec = readonly [name: string, args: readonly unknown[], options: Record<string, unknown>];

interface Case {
  spec: Spec;
  optimizer: "SGD" | "Adam";
  base: number[];
  rates: number[][];
  momenta?: number[][];
  metrics?: number[];
}

type Kind = "plain" | "composite" | "own";

const CLASSES: Record<string, unknown> = { ...lrScheduler };
const { cases } = readGolden<{ cases: Case[] }>("schedules");

function makeOptimizer({ optimizer, base }: Case): SGD | Adam {
  const groups = base.map((lr) => ({ params: [new Parameter(zeros([1]))], lr }));
  return optimizer === "SGD" ? new SGD(groups, { momentum: 0.9 }) : new Adam(groups);
}

function isSpec(value: unknown): value is Spec {
  return Array.isArray(value) && value.length === 3 && typeof value[0] === "string";
}

// Formulas become functions, specifications schedules.
function decode(optimizer: SGD | Adam, value: unknown): unknown {
  if (isSpec(value)) return build(optimizer, value);
  if (Array.isArray(value)) return value.map((item) => decode(optimizer, item));
  if (typeof value !== "object" || value === null || !("formula" in value)) return value;
  const compute = new Function("epoch", "min", `return ${value.formula}`) as (epoch: number, min: unknown) => number;
  return (epoch: number) => compute(epoch, Math.min);
}

function build(optimizer: SGD | Adam, [name, args, options]: Spec): lrScheduler.LRScheduler {
  const decoded = args.map((arg) => decode(optimizer, arg));
  const chosen = Object.fromEntries(Object.entries(options).map(([key, value]) => [key, decode(optimizer, value)]));
  const kind: Kind = name === "warmup" ? "own" : name === "ChainedScheduler" ? "composite" : "plain";
  if (kind === "own") return lrScheduler.warmup(decoded[0] as never, decoded[1] as never, chosen);
  const make = CLASSES[name] as new (...all: unknown[]) => lrScheduler.LRScheduler;
  return kind === "composite" ? new make(...decoded, chosen) : new make(optimizer, ...decoded, chosen);
}

const momentumOf = (group: object): number =>
  (group as { momentum?: number }).momentum ?? ((group as { betas: readonly [number, number] }).betas[0] as number);

let worst = 0;

function expectAt(test: Case, optimizer: SGD | Adam, schedule: lrScheduler.LRScheduler, epoch: number): void {
  optimizer.paramGroups.forEach((group, i) => {
    const errors = [Math.abs(group.lr - (test.rates[epoch]?.[i] as number))];
    const momentum = test.momenta?.[epoch]?.[i];
    if (momentum !== undefined) errors.push(Math.abs(momentumOf(group) - momentum));
    for (const error of errors) {
      worst = Math.max(worst, error);
      if (error < 1e-12) continue; // (expect would take most of this file's time)
      expect.fail(`epoch ${epoch}, group ${i}: ${group.lr}, PyTorch ${test.rates[epoch]?.[i]}`);
    }
  });
  const last = schedule.getLastLr();
  const same = optimizer.paramGroups.every((group, i) => Object.is(group.lr, last[i]));
  if (!same || last.length !== optimizer.paramGroups.length) expect.fail(`epoch ${epoch}: getLastLr() is ${last}`);
}

describe("schedules are PyTorch's to 1e-12 over three periods", () => {
  for (const test of cases) {
    const title = `${test.optimizer} ${JSON.stringify(test.spec)}`;

    it(title, () => {
      const optimizer = makeOptimizer(test);
      const schedule = build(optimizer, test.spec);
      for (let epoch = 0; epoch < test.rates.length; epoch++) {
        if (epoch > 0) schedule.step(test.metrics?.[epoch - 1]);
        expectAt(test, optimizer, schedule, epoch);
      }
    });

    it(`${title}, saved and loaded at every step`, () => {
      let optimizer = makeOptimizer(test);
      let schedule = build(optimizer, test.spec);
      for (let epoch = 0; epoch < test.rates.length; epoch++) {
        if (epoch > 0) schedule.step(test.metrics?.[epoch - 1]);
        const saved = JSON.parse(JSON.stringify(schedule.stateDict()));
        const optimizerState = optimizer.stateDict();
        optimizer = makeOptimizer(test);
        schedule = build(optimizer, test.spec);
        optimizer.loadStateDict(optimizerState);
        schedule.loadStateDict(saved);
        expectAt(test, optimizer, schedule, epoch);
      }
    });

    it(`${title}, previewed from the start and from the middle`, () => {
      const optimizer = makeOptimizer(test);
      const schedule = build(optimizer, test.spec);
      const middle = Math.floor(test.rates.length / 2);
      for (let epoch = 0; epoch <= middle; epoch++) {
        if (epoch > 0) schedule.step(test.metrics?.[epoch - 1]);
        if (epoch !== 0 && epoch !== middle) continue;
        const groups = structuredClone(optimizer.paramGroups.map(({ params, ...options }) => options));
        const before = schedule.stateDict();
        const metric = (step: number): number => test.metrics?.[epoch + step - 1] ?? 0;
        const rates = lrScheduler.previewLr(schedule, test.rates.length - epoch, metric);
        rates.forEach((row, i) => {
          row.forEach((lr, group) => {
            expect(Math.abs(lr - (test.rates[epoch + i]?.[group] as number))).toBeLessThan(1e-12);
          });
        });
        expect(optimizer.paramGroups.map(({ params, ...options }) => options)).toEqual(groups);
        expect(schedule.stateDict()).toEqual(before);
      }
    });
  }

  it("covers every schedule that is exported", () => {
    const abstract = ["LRScheduler", "CompositeLR", "WarmupLR", "previewLr"];
    const names = Object.keys(lrScheduler).filter((name) => !abstract.includes(name));
    const tested = new Set(cases.map(({ spec }) => spec[0]));
    expect(names.filter((name) => !tested.has(name))).toEqual([]);
    if (process.env.GOLDEN_REPORT === "1") console.log(`schedules: ${cases.length} cases, worst error ${worst}`);
  });
});
