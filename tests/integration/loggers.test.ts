import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { F, nn, optim, rand, tensor, train } from "innerloop";
import { afterAll, describe, expect, it } from "vitest";
import { crc32c } from "../../src/train/loggers/crc32c.ts";
import { doubles, parseEvents, parseMessage, slowCrc32c, text } from "./event-parser.ts";

const { CsvLogger, JsonlLogger, logModel, readJsonl, TensorBoardLogger } = train.loggers;
const root = mkdtempSync(join(tmpdir(), "innerloop-loggers-"));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
const folder = (): string => join(root, String(folders++));
const lines = (path: string): string[] => readFileSync(path, "utf8").split("\n");

describe("JSONL", () => {
  it("has a line for each call, with NaN and infinities by name", async () => {
    const logger = new JsonlLogger(join(folder(), "deep", "figures.jsonl"));
    logger.logScalars(0, { loss: 0.1, norm: Infinity });
    logger.logScalars(1, { loss: NaN });
    await logger.flush();
    logger.logScalars(2, { loss: -Infinity });
    await logger.close();
    expect(lines(logger.path)[0]).toBe('{"step":0,"loss":0.1,"norm":"Infinity"}');
    expect(await readJsonl(logger.path)).toEqual([
      { step: 0, values: { loss: 0.1, norm: Infinity } },
      { step: 1, values: { loss: NaN } },
      { step: 2, values: { loss: -Infinity } },
    ]);
  });

  it("drops a torn last line, and is cut back to the step that a run resumes from", async () => {
    const path = join(folder(), "figures.jsonl");
    const logger = new JsonlLogger(path);
    for (let step = 0; step < 5; step++) logger.logScalars(step, { loss: step });
    await logger.close();
    const whole = readFileSync(path, "utf8");
    writeFileSync(path, `${whole}{"step":5,"lo`);
    expect(await readJsonl(path)).toHaveLength(5);
    const resumed = new JsonlLogger(path, { resumeStep: 2 });
    for (let step = 3; step < 5; step++) resumed.logScalars(step, { loss: step });
    await resumed.close();
    expect(readFileSync(path, "utf8")).toBe(whole);
  });

  it("refuses damaged lines, steps and names", async () => {
    const path = join(folder(), "figures.jsonl");
    const logger = new JsonlLogger(path);
    expect(() => logger.logScalars(-1, { loss: 1 })).toThrow(/step is -1/);
    expect(() => logger.logScalars(0, { step: 1 })).toThrow(/named 'step'/);
    await logger.close();
    for (const [line, message] of [
      ["{", /line 1 is no JSON/],
      ["[]", /no object/],
      ['{"loss":1}', /no step/],
      ['{"step":1,"loss":"high"}', /"high" for 'loss'/],
    ] as const) {
      writeFileSync(path, `${line}\n`);
      await expect(readJsonl(path)).rejects.toThrow(message);
    }
  });

  it("writes every line once when flushes overlap", async () => {
    const logger = new JsonlLogger(join(folder(), "figures.jsonl"));
    const flushes: Promise<void>[] = [];
    for (let step = 0; step < 20; step++) {
      logger.logScalars(step, { loss: step });
      flushes.push(logger.flush());
    }
    await Promise.all([...flushes, logger.close()]);
    expect((await readJsonl(logger.path)).map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it("can flush again after a failure", async () => {
    const blocked = join(folder());
    writeFileSync(blocked, "a file where a folder should be");
    const logger = new JsonlLogger(join(blocked, "figures.jsonl"));
    logger.logScalars(0, { loss: 1 });
    await expect(logger.flush()).rejects.toThrow();
    rmSync(blocked);
    await logger.close();
    expect(await readJsonl(logger.path)).toHaveLength(1);
  });
});

describe("CSV", () => {
  it("has a column for each name, later ones at the end, and quotes where it must", async () => {
    const logger = new CsvLogger(join(folder(), "figures.csv"));
    logger.logScalars(0, { train: 0.5 });
    logger.logScalars(0, { 'a "b", c': 1 });
    await logger.flush();
    logger.logScalars(1, { validation: NaN });
    await logger.close();
    expect(lines(logger.path)).toEqual(['step,train,"a ""b"", c",validation', "0,0.5,1,", "1,,,NaN", ""]);
  });

  it("continues a file at a step, with its columns", async () => {
    const path = join(folder(), "figures.csv");
    const logger = new CsvLogger(path);
    for (let step = 0; step < 4; step++) logger.logScalars(step, { b: step, "a,": 2 * step });
    await logger.close();
    const whole = readFileSync(path, "utf8");
    writeFileSync(path, `${whole}4,`);
    const resumed = new CsvLogger(path, { resumeStep: 1 });
    for (let step = 2; step < 4; step++) resumed.logScalars(step, { "a,": 2 * step, b: step });
    await resumed.close();
    expect(readFileSync(path, "utf8")).toBe(whole);
    writeFileSync(path, "name,b\n1,2\n");
    await expect(new CsvLogger(path, { resumeStep: 1 }).flush()).rejects.toThrow(/no column step/);
  });
});

describe("TensorBoard", () => {
  it("CRC-32C has its known value and agrees with one computed bit by bit", () => {
    expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
    const bytes = Uint8Array.from({ length: 300 }, (_, i) => i * 37);
    expect(crc32c(bytes)).toBe(slowCrc32c(bytes));
  });

  it("the tests' parser reads a file that Python's tensorboard wrote", () => {
    const events = parseEvents(readFileSync(new URL("../golden/tensorboard.tfevents", import.meta.url)));
    expect(events.map(({ step }) => step)).toEqual([0, 0, 1, 2 ** 33, 3, 0, 2]);
    expect(events[0]?.fileVersion).toBe("brain.Event:2");
    expect(events.slice(1, 4).map(({ values }) => values[0]?.scalar)).toEqual([0.75, 0.5, NaN]);
    expect(doubles(events[4]?.values[0]?.histogram?.get(6)?.[0])).toEqual([-0.5, 0.5, 3]);
    expect(events[5]?.values[0]?.plugin?.name).toBe("hparams");
    expect(events[6]?.sessionStatus).toBe(1);
  });

  it("writes the records of that file byte for byte where both write the same", async () => {
    const logger = new TensorBoardLogger(folder(), { now: () => 1.5e9 });
    logger.logScalars(0, { "loss/train": 0.75 });
    await logger.close();
    const python = readFileSync(new URL("../golden/tensorboard.tfevents", import.meta.url));
    const own = readFileSync(logger.path);
    expect(own.equals(python.subarray(0, own.length))).toBe(true);
    expect(logger.path).toMatch(/events\.out\.tfevents\.1500000000\./);
  });

  it("keeps scalars, and histograms that add up", async () => {
    const logger = new TensorBoardLogger(folder());
    const values = [-2, -0.5, 0, 0, 0.25, 3, NaN, Infinity];
    logger.logScalars(2 ** 40, { a: 0.5, b: NaN });
    logger.logHistogram(3, "weights", tensor(values));
    logger.logHistogram(4, "nothing", [NaN]);
    logger.logHistogram(5, "constant", [7, 7]);
    await logger.close();
    const [, scalars, histogram, constant, ...rest] = parseEvents(readFileSync(logger.path));
    expect(rest).toEqual([]);
    expect(scalars?.step).toBe(2 ** 40);
    expect(scalars?.values).toEqual([
      { tag: "a", scalar: 0.5 },
      { tag: "b", scalar: NaN },
    ]);
    const fields = histogram?.values[0]?.histogram;
    expect([1, 2, 3, 4, 5].map((field) => fields?.get(field)?.[0])).toEqual([-2, 3, 6, 0.75, 13.3125]);
    const limits = doubles(fields?.get(6)?.[0]);
    const counts = doubles(fields?.get(7)?.[0]);
    expect(limits).toHaveLength(counts.length);
    for (const [i, limit] of limits.entries()) {
      const below = values.filter((value) => Number.isFinite(value) && value < limit).length;
      expect(counts.slice(0, i + 1).reduce((sum, count) => sum + count, 0)).toBe(below);
    }
    expect(doubles(constant?.values[0]?.histogram?.get(7)?.[0])).toEqual([0, 2]);
  });

  it("logs a model's weights and gradients", async () => {
    const model = new nn.Sequential(new nn.Linear(3, 2), new nn.ReLU(), new nn.Linear(2, 1));
    const logger = new TensorBoardLogger(folder());
    logModel(logger, 0, model);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    train.trainStep(optimizer, () => F.mseLoss(model.forward(rand([4, 3])), rand([4, 1])));
    logModel(logger, 1, model);
    await logger.close();
    const tags = parseEvents(readFileSync(logger.path)).flatMap(({ step, values }) =>
      values.map(({ tag }) => `${step} ${tag}`),
    );
    const names = ["0.weight", "0.bias", "2.weight", "2.bias"];
    expect(tags).toEqual([
      ...names.map((name) => `0 weights/${name}`),
      ...names.flatMap((name) => [`1 weights/${name}`, `1 gradients/${name}`]),
    ]);
  });

  it("keeps hyper-parameters as the plugin wants them", async () => {
    const logger = new TensorBoardLogger(folder());
    logger.logHparams({ lr: 1e-3, optimizer: "Adam", nesterov: false, clip: Infinity }, ["loss/validation"]);
    await logger.close();
    const found = new Map(
      parseEvents(readFileSync(logger.path)).flatMap(({ values }) => values.map(({ tag, plugin }) => [tag, plugin])),
    );
    expect([...found.keys()]).toEqual(
      ["experiment", "session_start_info", "session_end_info"].map((tag) => `_hparams_/${tag}`),
    );
    const start = parseMessage(
      parseMessage(found.get("_hparams_/session_start_info")?.content as Uint8Array).get(3)?.[0] as Uint8Array,
    );
    const hparams = (start.get(1) ?? []).map((entry) => {
      const [key, value] = [...parseMessage(entry as Uint8Array).values()];
      return [text(key?.[0]), parseMessage(value?.[0] as Uint8Array)] as const;
    });
    const named = new Map(hparams);
    expect(named.get("lr")?.get(2)?.[0]).toBe(1e-3);
    expect(text(named.get("optimizer")?.get(3)?.[0])).toBe("Adam");
    expect(named.get("nesterov")?.get(4)?.[0]).toBe(0n);
    expect(text(named.get("clip")?.get(3)?.[0])).toBe("Infinity");
  });

  it("says where it takes up again, in a file of its own", async () => {
    const where = folder();
    await new TensorBoardLogger(where).close();
    const logger = new TensorBoardLogger(where, { resumeStep: 9 });
    await logger.close();
    expect(readdirSync(where)).toHaveLength(2);
    expect(parseEvents(readFileSync(logger.path))[1]).toMatchObject({ step: 10, sessionStatus: 1 });
  });
});
