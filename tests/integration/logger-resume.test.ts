import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { data, F, manualSeed, nn, optim, rand, train } from "innerloop";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseEvents } from "./event-parser.ts";

// Loggers that are given to the Trainer, as an experiment file makes them: it cannot know whether it is resumed.

const { CsvLogger, JsonlLogger, TensorBoardLogger } = train.loggers;
const STEPS = 15;
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "innerloop-logger-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Job {
  trainer: train.Trainer;
  go(kind: "fit" | "resume"): Promise<unknown>;
  files(): string[];
}

const stores = new Map<string, train.MemoryStore>();

/** In memory: what is tried here is the loggers' files. */
function storeOf(name: string): train.MemoryStore {
  const store = stores.get(name) ?? new train.MemoryStore();
  stores.set(name, store);
  return store;
}

/** @param end called after each step */
function job(name: string, end: (trainer: train.Trainer, step: number) => void = () => {}): Job {
  manualSeed(3);
  const X = rand([40, 2]);
  const loader = new data.DataLoader(new data.TensorDataset(X, X.sum(1, { keepdim: true })), { batchSize: 8 });
  const model = new nn.Linear(2, 1);
  const path = (file: string): string => join(folder, name, file);
  const trainer = new train.Trainer({
    model,
    optimizer: new optim.Adam(model.parameters(), { lr: 1e-2 }),
    loss: F.mseLoss,
    epochs: 3,
    run: storeOf(name),
    checkpoint: { everySteps: 5 }, // also at the last step of an epoch, before its evaluation
    logEverySteps: 1,
    log: null,
    loggers: [new CsvLogger(path("log.csv")), new JsonlLogger(path("log.jsonl")), new TensorBoardLogger(path("tb"))],
    callbacks: [{ onStepEnd: (by, { step }) => end(by, step) }],
  });
  return {
    trainer,
    go: (kind) => trainer[kind](loader, loader),
    files: () => ["log.csv", "log.jsonl"].map((file) => readFileSync(path(file), "utf8")),
  };
}

describe("loggers of a run that is resumed", () => {
  it("leave the files of the undisturbed run, stopped or killed after a step of any kind", async () => {
    const whole = job("whole");
    await whole.go("fit");
    expect(whole.files()[0]?.split("\n")).toHaveLength(STEPS + 2);
    for (const at of [4, 5, 7, 10]) {
      const stopped = job(`stopped-${at}`, (by, step) => step === at && by.requestStop("test"));
      await stopped.go("fit");
      expect(stopped.trainer.outcome?.kind).toBe("interrupted");
      const killed = job(`killed-${at}`, (_, step) => {
        if (step === at) throw new Error("killed");
      });
      await expect(killed.go("fit")).rejects.toThrow("killed");
      for (const name of [`stopped-${at}`, `killed-${at}`]) {
        const again = job(name);
        await again.go("resume");
        expect(again.files(), name).toEqual(whole.files());
      }
    }
  });

  it("tell TensorBoard to forget what came after the checkpoint", () => {
    const where = join(folder, "killed-7", "tb");
    const starts = readdirSync(where).flatMap((file) =>
      parseEvents(readFileSync(join(where, file))).filter(({ sessionStatus }) => sessionStatus === 1),
    );
    expect(starts.map(({ step }) => step)).toEqual([6]); // saved after step 5
  });

  it("put a file aside that is not theirs, and never shorten it", async () => {
    const path = join(folder, "mine.csv");
    for (const [text, aside] of [
      ["step,a\n1,2\n", "mine.1.csv"],
      ["anything", "mine.2.csv"],
    ] as const) {
      writeFileSync(path, text);
      const logger = new CsvLogger(path);
      expect(readFileSync(path, "utf8")).toBe(text); // an evaluation makes loggers too, and logs nothing
      logger.logScalars(4, { b: 1 });
      await logger.close();
      expect(readFileSync(path, "utf8")).toBe("step,b\n4,1\n");
      expect(readFileSync(join(folder, aside), "utf8")).toBe(text);
      logger.logScalars(4, { c: 2 });
      logger.logScalars(5, { b: 3 });
      await logger.close();
      expect(readFileSync(path, "utf8")).toBe("step,b,c\n4,1,2\n5,3,\n"); // opened again, it is its own
    }
    const lines = new JsonlLogger(path);
    await lines.flush();
    expect(existsSync(join(folder, "mine.3.csv"))).toBe(true);
    await lines.close();
  });

  it("do not end a run when they cannot write: it is said once", async () => {
    writeFileSync(join(folder, "file"), "");
    const said: string[] = [];
    const model = new nn.Linear(2, 1);
    const trainer = new train.Trainer({
      model,
      optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
      loss: F.mseLoss,
      epochs: 3,
      log: (line) => void said.push(line),
      loggers: [new CsvLogger(join(folder, "file", "log.csv"))],
    });
    const X = rand([4, 2]);
    await trainer.fit([[X, X.sum(1, { keepdim: true })]]);
    expect(trainer.outcome?.kind).toBe("finished");
    expect(said.filter((line) => /not logged by CsvLogger: .*(ENOTDIR|EEXIST)/.test(line))).toHaveLength(1);
  });

  it("take no option that is none", () => {
    expect(() => new CsvLogger("a.csv", { resume_step: 3 } as never)).toThrow('Did you mean "resumeStep"?');
    expect(() => new JsonlLogger(7 as never)).toThrow("the path is 7");
  });
});
