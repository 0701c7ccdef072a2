import type { EpochRecord } from "../history.ts";
import { decimal, EpochTable } from "../table.ts";
import type { Display, DisplayInfo, DisplayStep, OutputStream } from "./display.ts";

const EVERY_MS = 100;
const CLEAR = "\r\u001b[2K"; // to the start of the line, and nothing on it

/**
 * The epoch table, and below its newest row one line that is written over: where the run is right now. (Below and
 * not above: a line above a growing table leaves the screen with it.)
 *
 * @example
 * const written: string[] = [];
 * const display = new train.LiveDisplay({ write: (text) => written.push(text), columns: 100 });
 * await new train.Trainer({ model, optimizer, loss: F.mseLoss, epochs: 1, display }).fit(loader);
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
    // (80 columns hold all of it up to 99,999 steps. A line that fills the last column wraps on some terminals.)
    const width = Math.max(1, (this.#stream.columns ?? 80) - 1);
    this.#stream.write(CLEAR + liveLine(step, this.#info as DisplayInfo, width));
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

/** What is left out first where a line is too long for its terminal; epoch and loss always stay. */
const LEAST_FIRST = ["figures", "grad", "lr", "rate", "step", "left"] as const;

/**
 * Every number in a field of fixed width: with room to spare, else closer, and where even that is too long without
 * what matters least. Which of them it is depends on the run and on the width alone, so that nothing jumps.
 *
 * @param width characters that there are
 */
export function liveLine(step: DisplayStep, info: DisplayInfo, width: number): string {
  const wide = Object.values(fields(step, info, true)).join("  ");
  if (wide.length <= width) return wide;
  const parts: Partial<Fields> = fields(step, info, false);
  for (const name of LEAST_FIRST) {
    if (Object.values(parts).join(" ").length <= width) break;
    delete parts[name];
  }
  return Object.values(parts).join(" ").slice(0, width);
}

type Fields = Record<"epoch" | "loss" | (typeof LEAST_FIRST)[number], string>;

function fields(step: DisplayStep, info: DisplayInfo, wide: boolean): Partial<Fields> {
  const { totalSteps, maxSeconds } = info;
  const seconds = step.elapsedMs / 1000;
  const done = Math.max(1, step.step - info.firstStep);
  const rate = seconds > 0 ? step.samples / seconds : 0;
  const byStep = totalSteps === null ? Infinity : ((totalSteps - step.step) * seconds) / done;
  const byTime = maxSeconds === null ? Infinity : Math.max(0, maxSeconds - seconds);
  const steps =
    totalSteps === null
      ? String(step.step).padStart(wide ? 9 : 7)
      : `${step.step}/${totalSteps}`.padStart(2 * String(totalSteps).length + 1);
  const number = (value: number): string => (wide ? decimal(value).padStart(10) : short(value).padStart(7));
  const rateOfLearning = wide ? step.lr.toExponential(2).padStart(8) : brief(step.lr, 6).padStart(6);
  const parts: Partial<Fields> = {
    epoch: `epoch ${String(step.epoch).padStart(4)}`,
    step: wide ? `step ${steps}` : steps,
    loss: `loss ${number(step.loss)}`,
    lr: `lr ${rateOfLearning}`,
    grad: `grad ${number(step.gradNorm)}`,
    rate: `${compact(rate).padStart(6)}/s`,
    left: `left ${duration(Math.min(byStep, byTime)).padStart(wide ? 7 : 6)}`,
  };
  const figures = Object.entries(info.figures?.() ?? {}).map(([name, value]) => `${name} ${number(value)}`);
  return figures.length === 0 ? parts : { ...parts, figures: figures.join(wide ? "  " : " ") };
}

/** The digits that say most, in at most seven characters: `0.01235`, `123.45`, `1.2e-7`. */
function short(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "Inf");
  if (size === 0 || (size >= 1e-3 && size < 1e5))
    return value.toFixed(Math.min(5, 6 - String(Math.trunc(size)).length)).slice(0, 7);
  return brief(value, 7);
}

function brief(value: number, width: number): string {
  const text = value.toExponential(1);
  return text.length <= width ? text : value.toExponential(0);
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
