import { F, nn, optim, rand, train } from "innerloop";
import { describe, expect, it } from "vitest";
import { lossesOf, score, storedRuns } from "../../scripts/diagnosis/judge.ts";

const { diagnose, GradientProbe, LiveDiagnosis } = train;

function curves(
  epochs: readonly number[],
  training: readonly number[],
  validation?: readonly number[],
): train.DiagnosisInput {
  return {
    epochs: epochs.map((epoch, i) => ({
      epoch,
      trainLoss: training[i] as number,
      valLoss: validation?.[i] ?? null,
    })),
  };
}
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const kinds = (input: train.DiagnosisInput): string[] => diagnose(input).map(({ kind }) => kind);

describe("the curves that every course shows", () => {
  it("overfitting, best epoch 30", () => {
    const found = diagnose(
      curves([1, 10, 20, 30, 40, 50], [0.85, 0.12, 0.05, 0.03, 0.02, 0.015], [0.87, 0.135, 0.08, 0.078, 0.085, 0.098]),
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ kind: "overfitting", bestEpoch: 30 });
    expect(found[0]?.gap).toBeCloseTo(0.083, 12);
    expect(found[0]?.evidence).toContain("lowest in epoch 30 (0.078) and is now 0.098 (26 % above)");
    expect(found[0]?.advice).toMatch(/Stop at the best epoch/);
  });

  it("underfitting", () => {
    const found = diagnose(curves([1, 20, 50], [0.85, 0.6, 0.55], [0.87, 0.61, 0.56]));
    expect(found.map(({ kind }) => kind)).toEqual(["underfitting"]);
    expect(found[0]?.evidence).toContain("flattened at 0.55");
    expect(found[0]?.advice).toMatch(/Larger model/);
  });
});

describe("with losses alone", () => {
  it.each<[string, train.DiagnosisInput]>([
    [
      "healthy",
      curves(
        range(20),
        range(20).map((i) => Math.exp(-i / 3) + 0.02),
        range(20).map((i) => Math.exp(-i / 3) + 0.03),
      ),
    ],
    ["divergence", curves(range(4), [0.7, 0.9, 40, NaN])],
    ["divergence", curves(range(5), [0.7, 0.9, 1.4, 2.2, 3.9])],
    [
      "oscillation",
      curves(
        range(12),
        range(12).map((i) => 0.5 + 0.3 * (-1) ** i),
      ),
    ],
    [
      "tooSlow",
      curves(
        range(30),
        range(30).map((i) => 1 - 0.005 * i),
      ),
    ],
    [
      "underfitting",
      curves(
        range(30),
        range(30).map((i) => 0.8 + 0.2 * Math.exp(-i)),
      ),
    ],
    ["healthy", curves([0], [0.7], [0.8])],
    ["healthy", { epochs: [] }],
    [
      "divergence",
      {
        epochs: [],
        steps: [
          { step: 0, loss: 1 },
          { step: 1, loss: NaN },
        ],
      },
    ],
  ])("%s", (kind, input) => {
    expect(kinds(input)).toEqual([kind]);
  });

  it("does not change when all losses are scaled", () => {
    for (const run of storedRuns().slice(0, 60)) {
      const input = lossesOf(run);
      const scaled = {
        epochs: input.epochs.map((each) => ({
          ...each,
          trainLoss: each.trainLoss * 1024,
          valLoss: typeof each.valLoss === "number" ? each.valLoss * 1024 : null,
        })),
      };
      expect(kinds(scaled)).toEqual(kinds(input));
    }
  });
});

describe("with more than losses", () => {
  const flat = curves(
    range(12),
    range(12).map(() => 0.69),
  );

  it("measures what was learnt by the best constant's loss, however high the first loss was", () => {
    const training = range(30).map((i) => 0.52 + 2 * Math.exp(-2 * i));
    const high = { ...curves(range(30), training), initialLoss: 2.7 };
    expect(kinds(high)).toEqual(["healthy"]);
    expect(kinds({ ...high, constantLoss: 0.54 })).toEqual(["underfitting"]);
    expect(diagnose({ ...high, constantLoss: 0.54 })[0]?.evidence).toContain("96 % of the 0.54 that a constant");
    // a target that is mostly noise, of which everything else was learnt
    expect(kinds({ ...flat, constantLoss: 2.5 })).toEqual(["healthy"]);
    const apart = curves(
      range(30),
      training,
      training.map((loss) => loss + 0.4),
    );
    expect(kinds({ ...apart, constantLoss: 1.4 })).toEqual(["overfitting"]);
  });

  it("calls a few bad batches exploding gradients, not divergence, when validation is untouched", () => {
    const epochs = range(30).map((epoch) => ({
      epoch,
      trainLoss: epoch % 3 === 0 ? 0.2 : 5000,
      valLoss: 0.2 + Math.exp(-epoch),
      gradNorm: epoch % 3 === 0 ? 0.6 : 5000,
      gradNormMax: epoch % 3 === 0 ? 2 : 250_000,
    }));
    expect(kinds({ epochs, initialLoss: 0.7 })[0]).toBe("explodingGradients");
  });

  it("finds dead units, vanishing and exploding gradients", () => {
    const dead = flat.epochs.map((each) => ({ ...each, deadUnits: { "0.weight": 0.1, "2.weight": 1 } }));
    expect(kinds({ epochs: dead })).toEqual(["deadUnits"]);
    expect(diagnose({ epochs: dead })[0]?.evidence).toContain("100 % of the units of 2.weight");
    const vanished = flat.epochs.map((each) => ({ ...each, parameterGradNorms: { first: 1e-9, last: 0.1 } }));
    expect(kinds({ epochs: vanished })).toEqual(["vanishingGradients"]);
    const sound = curves(
      range(12),
      range(12).map((i) => Math.exp(-i)),
    );
    const spike = sound.epochs.map((each, i) => ({ ...each, gradNorm: 1, gradNormMax: i === 7 ? 400 : 2 }));
    expect(diagnose({ epochs: spike })[0]).toMatchObject({ kind: "explodingGradients", severity: "warning" });
    const steep = sound.epochs.map((each, i) => ({ ...each, gradNorm: 5000 / (i + 1) }));
    expect(kinds({ epochs: steep })).toEqual(["explodingGradients"]);
    const steps = range(40).map((step) => ({ step, loss: 1, gradNorm: step === 30 ? 500 : 1 }));
    expect(kinds({ ...sound, steps })).toEqual(["explodingGradients"]);
  });

  it("tells a plateau from a run that ended without annealing by the planned epochs", () => {
    const noisy = range(30).map((i) => Math.exp(-i) + 0.1 + 0.01 * (-1) ** i);
    const epochs = noisy.map((trainLoss, epoch) => ({ epoch, trainLoss, lr: 0.1 }));
    expect(kinds({ epochs, plannedEpochs: 60 })).toEqual(["plateau"]);
    expect(kinds({ epochs, plannedEpochs: 30 })).toEqual(["notAnnealed"]);
    const annealed = epochs.map((each, i) => ({ ...each, lr: 0.1 * (1 - i / 30) }));
    expect(kinds({ epochs: annealed, plannedEpochs: 30 })).toEqual(["healthy"]);
  });

  it("takes a History", () => {
    const history = new train.History();
    history.epochs.push({ epoch: 0, trainLoss: 1, valLoss: null, lr: 0.1, gradNorm: 1, best: true });
    expect(diagnose(history)[0]?.kind).toBe("healthy");
  });
});

describe("GradientProbe", () => {
  it("sees norms by parameter and rows without gradient", () => {
    const model = new nn.Sequential(new nn.Linear(3, 4), new nn.ReLU(), new nn.Linear(4, 1));
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
    const bias = [...model.namedParameters()].find(([name]) => name === "0.bias")?.[1];
    if (bias === undefined) throw new Error("no bias");
    bias.detach().narrow(0, 0, 3).fill_(-100);
    const probe = new GradientProbe(model);
    const x = rand([16, 3]);
    for (let i = 0; i < 3; i++) {
      train.trainStep(optimizer, () => F.mseLoss(model.forward(x), rand([16, 1])));
      probe.observe();
    }
    const { parameterGradNorms, deadUnits } = probe.take();
    expect(Object.keys(parameterGradNorms)).toEqual(["0.weight", "0.bias", "2.weight", "2.bias"]);
    expect(deadUnits["0.weight"]).toBeGreaterThanOrEqual(0.75);
    expect(deadUnits).not.toHaveProperty("2.weight");
    expect(probe.steps).toBe(0);
  });
});

describe("LiveDiagnosis", () => {
  it("says each thing once, at the step where it happens", () => {
    const live = new LiveDiagnosis();
    for (let step = 0; step < 200; step++) expect(live.step(step, 1, 1 + 0.1 * (step % 7))).toBeNull();
    expect(live.step(200, 1, 900)).toMatchObject({ kind: "explodingGradients" });
    expect(live.step(201, 1, 900)).toBeNull();
    expect(live.step(202, NaN, 1)).toMatchObject({ kind: "divergence" });
    expect(live.step(203, NaN, NaN)).toBeNull();
  });

  it("waits before it judges a curve, and agrees with diagnose at the end", () => {
    const live = new LiveDiagnosis({ plannedEpochs: 30 });
    const told: string[] = [];
    const input = curves(
      range(30),
      range(30).map((i) => 0.8 + 0.2 * Math.exp(-i)),
    );
    for (const record of input.epochs) {
      for (const { kind } of live.epoch(record)) told.push(`${record.epoch} ${kind}`);
    }
    expect(told).toEqual(["16 underfitting"]);
    expect(live.verdicts).toEqual(diagnose({ ...input, plannedEpochs: 30 }));
  });

  it("costs no more late in a run than early", () => {
    const live = new LiveDiagnosis({ plannedEpochs: 5000 });
    let reads = 0; // of any epoch's loss, which stand for the time that the clock of a busy machine cannot give
    const work = Array.from({ length: 8 }, (_, part) => {
      const before = reads;
      for (let i = 0; i < 250; i++) {
        const epoch = 250 * part + i;
        live.epoch({
          epoch,
          get trainLoss() {
            reads += 1;
            return 1 / (epoch + 1);
          },
          valLoss: 1,
          lr: 1e-3,
        });
      }
      return reads - before;
    });
    // With a look at every epoch the last part costs many times the first.
    expect(work[7]).toBeLessThan(1.5 * (work[0] as number));
  });
});

describe("the labelled runs", () => {
  const heldOut = storedRuns().filter(({ half }) => half === "held-out");

  it("are many, of every kind", () => {
    expect(heldOut.length).toBeGreaterThanOrEqual(200);
    expect(new Set(heldOut.map(({ label }) => label)).size).toBe(11);
  });

  it("of the held-out half: at least 90 % right, at most 5 % of the healthy called sick", () => {
    const { right, total, calledSick, healthy } = score(heldOut);
    expect(right / total).toBeGreaterThanOrEqual(0.9);
    expect(calledSick / healthy).toBeLessThanOrEqual(0.05);
  });
});
