import type { EpochRecord } from "../history.ts";
import { decimal, EpochTable } from "../table.ts";
import type { Display, DisplayInfo, DisplayStep, OutputStream } from "./display.ts";

const EVERY_MS = 100;
const CLEAR = "\r\u001b[2K"; // to the start of the line, and nothing on it

/**
 * The epoch table, and below its newest row one line that is written over: where the run is right now. (Below and
 * not above: a line above a growing table leaves the screen with it.)
 */
export class LiveDisplay implements Display {
  readonly #stream: OutputStream;
  #info: DisplayInfo | null = null;
  #table: EpochTable = new EpochTable([], true);
  #next = 0;
  #shown = false;

  constructor(stream: OutputStream) {
    this.#stream = stream;
  }

  begin(info: DisplayInfo): void {
    this.#info = info;
    this.#next = 0;
    this.#table = new EpochTable(info.metrics, info.open === true || info.figures != null);
    for (const line of this.#table.begin()) this.#line(line);
  }

  step(step: DisplayStep): void {
    if (step.elapsedMs < this.#next) return;
    this.#next = step.elapsedMs + EVERY_MS;
    const text = liveLine(step, this.#info as DisplayInfo);
    const width = this.#stream.columns ?? 80;
    this.#stream.write(CLEAR + text.slice(0, Math.max(1, width - 1)));
    this.#shown = true;
  }

  epoch(record: EpochRecord): void {
    for (const line of this.#table.lines(record)) this.#line(line);
  }

  note(line: string): void {
    this.#line(line);
  }

  end(reason: string): void {
    if (reason !== "") this.#line(reason);
    else if (this.#shown) this.#stream.write(CLEAR);
    this.#shown = false;
  }

  #line(text: string): void {
    this.#stream.write(`${this.#shown ? CLEAR : ""}${text}\n`);
    this.#shown = false;
  }
}

/** Every number in a field of fixed width. */
export function liveLine(step: DisplayStep, info: DisplayInfo): string {
  const seconds = step.elapsedMs / 1000;
  const done = step.step - info.firstStep;
  const total = info.totalSteps === null ? "" : `/${info.totalSteps}`;
  const rate = seconds > 0 ? step.samples / seconds : 0;
  const byStep = info.totalSteps === null ? Infinity : ((info.totalSteps - step.step) * seconds) / Math.max(1, done);
  const byTime = info.maxSeconds === null ? Infinity : Math.max(0, info.maxSeconds - seconds);
  const steps = `${step.step}${total}`.padStart(info.totalSteps === null ? 9 : 2 * String(info.totalSteps).length + 1);
  return (
    `epoch ${String(step.epoch).padStart(4)}  step ${steps}  loss ${decimal(step.loss).padStart(10)}` +
    `  lr ${step.lr.toExponential(2).padStart(8)}  grad ${decimal(step.gradNorm).padStart(10)}` +
    `  ${compact(rate).padStart(6)}/s  left ${duration(Math.min(byStep, byTime)).padStart(7)}` +
    Object.entries(info.figures?.() ?? {})
      .map(([name, value]) => `  ${name} ${decimal(value).padStart(10)}`)
      .join("")
  );
}

/** At most six characters: `950`, `12.3k`, `4.56M`. */
export function compact(value: number): string {
  if (value < 1000) return value.toFixed(0);
  if (value < 1e6) return `${(value / 1e3).toFixed(1)}k`;
  return `${(value / 1e6).toFixed(2)}M`;
}

/** At most seven characters: `0:42`, `12:05`, `3h 07m`, `2d 04h`; `–` when nothing is known. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  const whole = Math.round(seconds);
  const two = (n: number): string => String(Math.floor(n)).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)}:${two(whole % 60)}`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h ${two((whole % 3600) / 60)}m`;
  return `${Math.floor(whole / 86_400)}d ${two((whole % 86_400) / 3600)}h`;
}
