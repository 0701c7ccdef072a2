import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { data, F, manualSeed, nn, optim, rand, train } from "innerloop";
import { afterAll, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "trainer-run-"));
afterAll(() => rmSync(folder, { recursive: true }));

function job(run: string) {
  manualSeed(6);
  const X = rand([40, 3]);
  const dataset = new data.TensorDataset(X, X.sum(1, { keepdim: true }));
  const loader = new data.DataLoader(dataset, { batchSize: 8, shuffle: true });
  const model = new nn.Sequential(new nn.Linear(3, 8), new nn.Dropout(0.1), new nn.Linear(8, 1));
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
  const lines: string[] = [];
  const options = {
    model,
    optimizer,
    loss: F.mseLoss,
    epochs: 4,
    logEverySteps: 1,
    run,
    log: (line: string) => void lines.push(line),
  };
  return { loader, model, lines, options };
}

const weights = (model: nn.AnyModule): unknown =>
  [...model.stateDict()].map(([name, value]) => [name, [...value.data]]);

it("is interrupted by a signal, resumed from its folder, and leaves the same log and best weights", async () => {
  const whole = job(join(folder, "whole"));
  await new train.Trainer(whole.options).fit(whole.loader, whole.loader);

  const path = join(folder, "cut");
  const first = job(path);
  const callbacks: train.Callback[] = [
    { onStepEnd: (_, { step }) => void (step === 8 && process.emit("SIGINT" as never, "SIGINT" as never)) },
  ];
  const trainer = new train.Trainer({ ...first.options, callbacks });
  const stopListening = train.stopOnSignals(trainer);
  await trainer.fit(first.loader, first.loader);
  stopListening();
  expect(trainer.outcome).toEqual({ kind: "interrupted", reason: "SIGINT" });
  expect(first.lines.at(-1)).toBe(`interrupted at step 8 (SIGINT); saved; to go on: innerloop resume ${path}`);

  const second = job(path);
  await new train.Trainer({ ...second.options, callbacks: [{}] }).resume(second.loader, second.loader);
  expect(weights(second.model)).toEqual(weights(whole.model));
  const log = (name: string): string => readFileSync(join(folder, name, "metrics.jsonl"), "utf8");
  expect(log("cut")).toBe(log("whole"));

  const run = await train.RunFolder.open(path);
  const best = await run.loadBest();
  expect([...(best?.checkpoint.tensors.keys() ?? [])]).toEqual([...second.model.stateDict().keys()]);
  await run.close();
  await expect(new train.Trainer(second.options).fit(second.loader)).rejects.toThrow(/run in .* already/);
});
