import { ConfigError, DataError } from "../../util/index.ts";
import { fileExists, type GrowingFile, growFile, putAside, readFile } from "../../util/platform/files.ts";
import { checkLoggerOptions, checkStep, type FileLoggerOptions, type Logger, Queue } from "./logger.ts";

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
 * @example
 * const logger = new train.loggers.JsonlLogger("runs/example/losses.jsonl");
 * logger.logScalars(0, { loss: 0.5 });
 * await logger.close();
 * const [first] = await train.loggers.readJsonl("runs/example/losses.jsonl"); // { step: 0, values: { loss: 0.5 } }
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
  /** The last step whose lines are kept when the file is opened; null for a new file. */
  #keepTo: number | null;
  /** Lines of the step that it resumed at. */
  #again: ReadonlySet<string> = new Set();
  #pending: { step: number; line: string }[] = [];
  #file: GrowingFile | null = null;
  readonly #queue = new Queue();

  /** @throws {ConfigError} for options that are none */
  constructor(path: string, options: FileLoggerOptions = {}) {
    checkLoggerOptions("JsonlLogger", path, options);
    this.path = path;
    this.#keepTo = options.resumeStep ?? null;
  }

  logScalars(step: number, values: Readonly<Record<string, number>>): void {
    checkStep("JsonlLogger", step);
    this.#pending.push({ step, line: encodePoint(step, values) });
  }

  resume(step: number): Promise<void> {
    checkStep("JsonlLogger", step);
    this.#pending = this.#pending.filter((each) => each.step <= step);
    return this.#queue.run(async () => {
      await this.#file?.close();
      this.#file = null;
      this.#keepTo = step;
    });
  }

  flush(): Promise<void> {
    return this.#queue.run(() => this.#write());
  }

  async #write(): Promise<void> {
    this.#file ??= await this.#open();
    const waiting = this.#pending.slice();
    if (waiting.length === 0) return;
    // A run that was killed after it logged, and before it was saved, logs the same again.
    const text = waiting.flatMap(({ line }) => (this.#again.has(line) ? [] : [`${line}\n`])).join("");
    await this.#file.append(new TextEncoder().encode(text));
    this.#pending = this.#pending.slice(waiting.length); // what came in meanwhile stays
    await this.#file.sync();
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#file?.close();
    this.#file = null;
  }

  async #open(): Promise<GrowingFile> {
    const keepTo = this.#keepTo;
    if (keepTo === null) await putAside(this.path);
    this.#keepTo = Number.POSITIVE_INFINITY; // from now on the file is this logger's
    if (keepTo === null || !(await fileExists(this.path))) return growFile(this.path);
    const { points, length } = decodeLines(await readFile(this.path), keepTo);
    const last = points.filter(({ step }) => step === keepTo);
    this.#again = new Set(last.map(({ step, values }) => encodePoint(step, values)));
    return growFile(this.path, length);
  }
}
