import { expect, test } from "vitest";
import { nn, ones, optim } from "../../src/index.ts";
import { optimizerByName, schedulerByName } from "../../src/train/experiment/by-name.ts";

const weights = (): nn.Parameter[] => [new nn.Parameter(ones([2]))];
const schedule = (config: Record<string, unknown>): unknown =>
  schedulerByName(config as never, new optim.SGD(weights(), { lr: 0.1 }));

test("optimizers and schedules by name refuse options that are none", () => {
  expect(() => optimizerByName({ name: "AdamW", weight_decay: 0.5 }, weights())).toThrow('Did you mean "weightDecay"?');
  expect(() => optimizerByName({ name: "SGD", lr: "0.1" }, weights())).toThrow("Pass the number itself: lr: 0.1.");
  expect(() => schedule({ name: "CosineAnnealingLR", tMax: 5, etaMn: 1 })).toThrow('Did you mean "etaMin"?');
  expect(() => schedule({ name: "StepLR", stepSize: 5, warmupStep: 2 })).toThrow('Did you mean "warmupSteps"?');
});

test("LBFGS says why it has no name", () => {
  expect(() => optimizerByName({ name: "LBFGS" }, weights())).toThrow("in a loop of your own");
});

test("schedules with a warmup of their own have it, all others may have one before them", () => {
  expect(schedule({ name: "InverseSqrtLR", warmupSteps: 4 })).toMatchObject({ warmupSteps: 4, lastEpoch: 0 });
  const stable = { warmupSteps: 4, stableSteps: 5, decaySteps: 6 };
  expect(schedule({ name: "WarmupStableDecayLR", ...stable, endFactor: 0.1 })).toMatchObject(stable);
  expect(schedule({ name: "WarmupStableDecayLR", ...stable })).toBeInstanceOf(optim.lrScheduler.WarmupStableDecayLR);
  expect(schedule({ name: "StepLR", stepSize: 5, warmupSteps: 2 })).toBeInstanceOf(optim.lrScheduler.WarmupLR);
});
