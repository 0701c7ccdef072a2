import { ConfigError, DataError } from "../../util/index.ts";
import { fileExists, type GrowingFile, growFile, readFile } from "../../util/platform/files.ts";
import { checkStep, type FileLoggerOptions, type Logger, Queue } from "./logger.ts";

/** One line of a JSONL file: figures by name at a step. */
export interface ScalarPoint {
  step: number;
  values: Record<string, number>;
}

const NEWLINE = 10;
const SPECIAL: Record<string, number> = { NaN, Infinity, "-Infinity": -Infinity };

/** A line without its end. NaN and infinities, which JSON has not, become their names. */
function encodePoint(step: number, values: Readonly<Record<string, number>>): string {
  if ("step" in values) {
    throw new ConfigError("JsonlLogger", "a figure is named 'step'", "expected another name", "Rename the figure.");
  }
  return JSON.stringify({ step, ...values }, (_, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );
}

function decodePoint(line: string, number: number): ScalarPoint {
  const refuse = (got: string): DataError =>
    new DataError("readJsonl", `line ${number} ${got}`, 'expected {"step": n, …figures}', "Repair or remove the line.");
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    throw refuse("is no JSON");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw refuse("is no object");
  const values: Record<string, number> = {};
  let step = -1;
  for (const [name, value] of Object.entries(parsed)) {
    const figure = typeof value === "string" ? SPECIAL[value] : value;
    if (typeof figure !== "number") throw refuse(`has ${JSON.stringify(value)} for '${name}'`);
    if (name === "step") step = figure;
    else values[name] = figure;
  }
  if (!Number.isSafeInteger(step) || step < 0) throw refuse("has no step");
  return { step, values };
}

/** Points of a file, and how many bytes the first of them up to `lastStep` take. A torn last line does not count. */
function decodeLines(bytes: Uint8Array, lastStep: number): { points: ScalarPoint[]; length: number } {
  const points: ScalarPoint[] = [];
  const decoder = new TextDecoder();
  let start = 0;
  for (let line = 1; ; line++) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end < 0) return { points, length: start };
    const point = decodePoint(decoder.decode(bytes.subarray(start, end)), line);
    if (point.step > lastStep) return { points, length: start };
    points.push(point);
    start = end + 1;
  }
}

/**
 * Reads a file that `JsonlLogger` wrote. A torn last line, which a killed process may leave, is dropped.
 *
 * @throws {DataError} when another line is damaged
 */
export async function readJsonl(path: string): Promise<ScalarPoint[]> {
  return decodeLines(await readFile(path), Infinity).points;
}

/**
 * Figures as lines of JSON, one for each call: `{"step":3,"loss/train":0.5}`. No times are in it, so that equal runs
 * leave equal files. `flush` returns once the lines have reached the disk.
 *
 * @example
 * const logger = new train.loggers.JsonlLogger("runs/example/figures.jsonl");
 * logger.logScalars(0, { "loss/train": 0.5 });
 * await logger.close();
 * console.log(await train.loggers.readJsonl("runs/example/figures.jsonl"));
 */
export class JsonlLogger implements Logger {
  readonly path: string;
  readonly #resumeStep: number | undefined;
  #pending = "";
  #file: GrowingFile | null = null;
  readonly #queue = new Queue();

  constructor(path: string, options: FileLoggerOptions = {}) {
    this.path = path;
    this.#resumeStep = options.resumeStep;
  }

  logScalars(step: number, values: Readonly<Record<string, number>>): void {
    checkStep("JsonlLogger", step);
    this.#pending += `${encodePoint(step, values)}\n`;
  }

  flush(): Promise<void> {
    return this.#queue.run(() => this.#write());
  }

  async #write(): Promise<void> {
    this.#file ??= await this.#open();
    const lines = this.#pending;
    if (lines === "") return;
    await this.#file.append(new TextEncoder().encode(lines));
    this.#pending = this.#pending.slice(lines.length); // what came in meanwhile stays
    await this.#file.sync();
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#file?.close();
    this.#file = null;
  }

  async #open(): Promise<GrowingFile> {
    if (this.#resumeStep === undefined || !(await fileExists(this.path))) return growFile(this.path);
    return growFile(this.path, decodeLines(await readFile(this.path), this.#resumeStep).length);
  }
}
