import type { train } from "innerloop";
import { describe, expect, it } from "vitest";
import { displayFor } from "./display.ts";
import { compact, duration, liveLine } from "./live-display.ts";

const info: train.DisplayInfo = { totalSteps: 1500, firstStep: 0, maxSeconds: null, metrics: ["mae"] };
const step = (fields: Partial<train.DisplayStep>): train.DisplayStep => ({
  epoch: 0,
  step: 1,
  loss: 0.5,
  lr: 1e-3,
  gradNorm: 1,
  samples: 64,
  elapsedMs: 1000,
  ...fields,
});
const record: train.EpochRecord = {
  epoch: 3,
  trainLoss: 0.1,
  valLoss: 0.2,
  lr: 1e-3,
  gradNorm: 1.5,
  best: true,
  metrics: { mae: 0.25 },
};

class Screen {
  text = "";
  readonly isTTY = true;
  readonly columns = 100;
  write(text: string): void {
    this.text += text;
  }
}

describe("the live line", () => {
  it("keeps its columns whatever the numbers", () => {
    const extremes = [
      step({}),
      step({ epoch: 9999, step: 1500, loss: 123456.789, gradNorm: 1e30, lr: 1e-12, samples: 5e9, elapsedMs: 1e8 }),
      step({ loss: Number.NaN, gradNorm: Infinity, lr: 0, samples: 0, elapsedMs: 0 }),
      step({ loss: -1e-9, gradNorm: 1e-30 }),
    ];
    const columns = (line: string): number[] =>
      [..."loss,lr,grad,left".split(",")].map((word) => line.indexOf(` ${word} `));
    for (const width of [120, 79, 60]) {
      const lines = extremes.map((each) => liveLine(each, info, width));
      for (const line of lines) {
        expect(columns(line)).toEqual(columns(lines[0] as string));
        expect(line.length).toBe((lines[0] as string).length);
        expect(line.length).toBeLessThanOrEqual(width);
      }
    }
  });

  it("says everything on a terminal of 80 columns, and what matters most on a narrower one", () => {
    const words = (width: number, figures?: () => Record<string, number>): string =>
      liveLine(step({}), figures === undefined ? info : { ...info, figures }, width)
        .replace(/e-\d/g, "")
        .replace(/[^a-z/]+/g, " ");
    expect(words(79)).toBe("epoch / loss lr grad /s left ");
    expect(words(60)).toBe("epoch / loss /s left ");
    expect(words(30)).toBe("epoch loss ");
    expect(words(10)).toBe("epoch ");
    expect(words(79, () => ({ epsilon: 0.5 }))).toBe(words(79));
    expect(words(120, () => ({ epsilon: 0.5 }))).toContain("epsilon");
  });

  it("says rates and times in few characters", () => {
    expect([0, 999, 12_345, 4_560_000].map(compact)).toEqual(["0", "999", "12.3k", "4.56M"]);
    expect([0, 42, 725, 11_220, 187_200, Infinity].map(duration)).toEqual([
      "0:00",
      "0:42",
      "12:05",
      "3h 07m",
      "2d 04h",
      "–",
    ]);
  });

  it("is written over, at most every 100 ms, and gives way to the table's rows", () => {
    const screen = new Screen();
    const display = displayFor("auto", screen);
    display.begin(info);
    for (let i = 0; i < 50; i++) display.step(step({ step: i, elapsedMs: i * 10 }));
    display.epoch(record);
    display.end("", null);
    const lines = screen.text.split("\r\u001b[2K");
    expect(lines.length).toBe(1 + 5 + 1);
    expect(lines.at(-1)).toContain("★ best");
    expect(screen.text.endsWith("\n")).toBe(true);
  });
});

describe("elsewhere", () => {
  it("is plain lines, in columns", () => {
    const lines: string[] = [];
    const display = displayFor("auto", { write: (text) => void lines.push(text) });
    display.begin(info);
    display.step(step({}));
    display.epoch(record);
    display.epoch({ ...record, best: false, trainLoss: Number.NaN, valLoss: 1e9, metrics: {} });
    expect(lines.join("")).not.toContain("\u001b");
    const [, first, second] = lines.map((line) => line.trimEnd());
    expect(first?.indexOf("★")).toBe((second?.length ?? 0) + 2);
  });

  it("is JSON, or nothing", () => {
    const lines: string[] = [];
    const stream = { write: (text: string) => void lines.push(text) };
    const display = displayFor("json", stream);
    display.begin(info);
    display.epoch({ ...record, valLoss: Number.NaN });
    display.end("", { kind: "stopped", reason: "enough" });
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(["start", "epoch", "end"]);
    const count = lines.length;
    const quiet = displayFor("quiet", stream);
    quiet.begin(info);
    quiet.epoch(record);
    quiet.end("", null);
    expect(lines.length).toBe(count);
    expect(() => displayFor("loud" as never, stream)).toThrow(/display is "loud"/);
  });
});
