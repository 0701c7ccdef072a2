import type { EpochRecord } from "../history.ts";
import type { Display, DisplayInfo } from "./display.ts";

/**
 * One JSON object a line, for programs.
 *
 * @example
 * const display = new train.JsonDisplay((line) => console.log(line));
 * await new train.Trainer({ model, optimizer, loss: F.mseLoss, epochs: 1, display }).fit(loader);
 */
export class JsonDisplay implements Display {
  readonly #line: (text: string) => void;

  constructor(line: (text: string) => void) {
    this.#line = line;
  }

  begin(info: DisplayInfo): void {
    this.#write("start", { totalSteps: info.totalSteps, step: info.firstStep });
  }

  step(): void {}

  epoch(record: EpochRecord): void {
    this.#write("epoch", { ...record });
  }

  note(line: string): void {
    this.#write("note", { text: line });
  }

  end(_line: string, how: { kind: string; reason: string } | null): void {
    this.#write("end", how === null ? { outcome: "failed" } : { outcome: how.kind, reason: how.reason });
  }

  #write(event: string, fields: Record<string, unknown>): void {
    this.#line(JSON.stringify({ event, ...fields }, plainNumber));
  }
}

// JSON has no NaN and no infinities: they are shown as text.
function plainNumber(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
