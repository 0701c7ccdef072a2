import { data, F, manualSeed, nn, optim, rand, randn, tensor, train } from "innerloop";
import { describe, expect, it } from "vitest";

/** A line fitted to a square: it cannot learn. */
function hopeless(epochs: number) {
  manualSeed(1);
  const x = rand([64, 1]).mul(2).sub(1);
  const y = x.mul(x).add(randn([64, 1]).mul(0.01));
  const lines: string[] = [];
  const watch = new train.DiagnosisCallback({ targets: y });
  const model = new nn.Sequential(new nn.Linear(1, 3), new nn.Linear(3, 1));
  const trainer = new train.Trainer({
    model,
    optimizer: new optim.Adam(model.parameters(), { lr: 0.05 }),
    loss: F.mseLoss,
    epochs,
    callbacks: [watch],
    log: (line) => lines.push(line),
  });
  const loader = new data.DataLoader(new data.TensorDataset(x, y), { batchSize: 16, shuffle: true });
  return { trainer, loader, watch, lines };
}

describe("constantLossOf", () => {
  it("is the variance of floats, by output", () => {
    const y = tensor([
      [1, 10],
      [3, 10],
    ]);
    expect(train.constantLossOf(y)).toBeCloseTo(0.5, 12);
    const far = rand([1000, 1]).add(1000);
    const constant = far.mean().item();
    expect(train.constantLossOf(far)).toBeCloseTo(F.mseLoss(far.mul(0).add(constant), far).item(), 3);
  });

  it("is the entropy of labels", () => {
    expect(train.constantLossOf(tensor([0, 1, 1, 1], { dtype: "int32" }))).toBeCloseTo(0.5623351446, 9);
    expect(train.constantLossOf(tensor([2, 2], { dtype: "int32" }))).toBe(0);
    expect(() => train.constantLossOf(tensor([]))).toThrow("no targets");
  });
});

describe("DiagnosisCallback", () => {
  it("says a finding once, on the trainer's display, and leaves the figures in the history", async () => {
    const { trainer, loader, watch, lines } = hopeless(24);
    const history = await trainer.fit(loader, loader);
    const said = lines.filter((line) => line.startsWith("!"));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^! underfitting: the training loss has flattened at .* that a constant prediction gives/);
    expect(said[0]).toContain("→ Larger model");
    expect(watch.verdicts.map(({ kind }) => kind)).toEqual(["underfitting"]);
    expect(train.diagnose(history).map(({ kind }) => kind)).toEqual(["underfitting"]);
    expect(history.constantLoss).toBeGreaterThan(0.05);
    expect(Object.keys(history.last?.parameterGradNorms ?? {})).toEqual(["0.weight", "0.bias", "1.weight", "1.bias"]);
  });

  it("speaks through the display that shows the run", async () => {
    const { trainer, loader } = hopeless(24);
    const notes: string[] = [];
    const display: train.Display = {
      begin() {},
      step() {},
      epoch() {},
      note: (line) => void notes.push(line),
      end() {},
    };
    const { log: _, ...options } = trainer.options;
    const watched = new train.Trainer({ ...options, display });
    await watched.fit(loader, loader);
    expect(watched.display).toBe(display);
    expect(notes.filter((line) => line.startsWith("! underfitting"))).toHaveLength(1);
  });

  it("does not say it again when training goes on", async () => {
    const { trainer, loader, lines } = hopeless(24);
    await trainer.fit(loader, loader);
    const before = lines.filter((line) => line.startsWith("!")).length;
    await trainer.fit(loader, loader);
    expect(before).toBe(1);
    expect(lines.filter((line) => line.startsWith("! underfitting"))).toHaveLength(1);
  });

  it("remembers over a resume what it has said", async () => {
    const { trainer, loader, watch } = hopeless(24);
    await trainer.fit(loader, loader);
    const again = hopeless(24);
    again.watch.loadStateDict(watch.stateDict());
    await again.trainer.fit(again.loader, again.loader);
    expect(again.lines.filter((line) => line.startsWith("!"))).toEqual([]);
    expect(again.watch.verdicts.map(({ kind }) => kind)).toEqual(["underfitting"]);
  });

  it("trains the same weights as without it", async () => {
    const one = hopeless(3);
    await one.trainer.fit(one.loader, one.loader);
    const other = hopeless(3);
    const bare = new train.Trainer({ ...other.trainer.options, callbacks: [] });
    await bare.fit(other.loader, other.loader);
    const weights = [...one.trainer.model.parameters()].map((each) => [...each.data]);
    expect([...bare.model.parameters()].map((each) => [...each.data])).toEqual(weights);
  });

  it("is quiet about a run that learns", async () => {
    manualSeed(2);
    const x = rand([128, 4]);
    const y = x.sum(1, { keepdim: true });
    const model = new nn.Sequential(new nn.Linear(4, 16), new nn.Tanh(), new nn.Linear(16, 1));
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
    const lines: string[] = [];
    const loader = new data.DataLoader(new data.TensorDataset(x, y), { batchSize: 16, shuffle: true });
    const watch = new train.DiagnosisCallback({ targets: y, probeSteps: 2, say: (line) => lines.push(line) });
    const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, 30);
    const options = { model, optimizer, scheduler, loss: F.mseLoss, epochs: 30, log: null, callbacks: [watch] };
    await new train.Trainer(options).fit(loader, loader);
    expect(lines).toEqual([]);
    expect(watch.verdicts[0]?.kind).toBe("healthy");
  });
});
