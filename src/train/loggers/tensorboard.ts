import { data } from "../../ops/index.ts";
import { Tensor } from "../../tensor/index.ts";
import { type GrowingFile, growFile } from "../../util/platform/files.ts";
import { checkLoggerOptions, checkStep, type FileLoggerOptions, type Hparam, type Logger, Queue } from "./logger.ts";

// The protocol-buffers library is loaded at the first write: whoever does not log does not wait for it, and a page that
// imports innerloop does not need it.
type Events = typeof import("./event-file.ts");
type Histograms = typeof import("./histogram.ts");
/** What was logged, to be encoded when it is written; `step` is null for what belongs to none. */
interface Pending {
  step: number | null;
  encode: (events: Events, histograms: Histograms) => readonly Uint8Array[];
}

/** Options of `TensorBoardLogger`. */
export interface TensorBoardOptions extends FileLoggerOptions {
  /** Seconds since 1970; for tests. Default: the clock. */
  now?: () => number;
}

/**
 * Event files that TensorBoard opens: scalars, histograms, hyper-parameters. Each logger writes a file of its own into
 * the folder; when it resumes, it tells TensorBoard to forget the points after that step in the files before.
 *
 * Look at them with `tensorboard --logdir runs`.
 *
 * @example
 * const logger = new train.loggers.TensorBoardLogger("runs/example/tensorboard");
 * logger.logHparams({ lr: 1e-3, optimizer: "Adam" }, ["loss/validation"]);
 * logger.logScalars(0, { "loss/train": 0.9, "loss/validation": 1.1 });
 * train.loggers.logModel(logger, 0, model);
 * await logger.close();
 */
export class TensorBoardLogger implements Logger {
  readonly folder: string;
  readonly #now: () => number;
  readonly #path: string;
  #pending: Pending[] = [];
  #file: GrowingFile | null = null;
  #length = 0; // of the file, when it was closed
  readonly #queue = new Queue();
  #hasHparams = false;

  /** @param folder one for each run; TensorBoard shows the names of the folders below its `--logdir` */
  constructor(folder: string, options: TensorBoardOptions = {}) {
    checkLoggerOptions("TensorBoardLogger", folder, options, ["now"]);
    this.folder = folder;
    this.#now = options.now ?? (() => Date.now() / 1000);
    const wallTime = this.#now();
    // TensorBoard looks for "tfevents" and reads the files of a folder in the order of their names.
    const seconds = String(Math.floor(wallTime)).padStart(10, "0");
    const fraction = String(Math.floor((wallTime % 1) * 1e6)).padStart(6, "0");
    const own = Math.random().toString(36).slice(2, 8);
    this.#path = `${folder}/events.out.tfevents.${seconds}.${fraction}.${own}.innerloop`;
    const { resumeStep } = options;
    const step = resumeStep === undefined ? 0n : BigInt(resumeStep + 1);
    this.#later(null, (events) => [events.versionEvent(wallTime, step)]);
    if (resumeStep !== undefined) this.resume(resumeStep);
  }

  resume(step: number): void {
    checkStep("TensorBoardLogger", step);
    const wallTime = this.#now();
    this.#pending = this.#pending.filter((each) => each.step === null || each.step <= step);
    this.#later(null, (events) => [events.sessionStartEvent(wallTime, BigInt(step + 1))]);
  }

  #later(step: number | null, encode: Pending["encode"]): void {
    this.#pending.push({ step, encode });
  }

  /** The event file; it is there after the first `flush`. */
  get path(): string {
    return this.#path;
  }

  logScalars(step: number, values: Readonly<Record<string, number>>): void {
    checkStep("TensorBoardLogger", step);
    const points = Object.entries(values).map(([tag, value]) => ({
      tag,
      value: { case: "simpleValue" as const, value: float32(value) },
    }));
    if (points.length === 0) return;
    const wallTime = this.#now();
    this.#later(step, (events) => [events.summaryEvent(wallTime, step, points)]);
  }

  /** Elements that are not finite are left out; without any other there is no histogram. */
  logHistogram(step: number, name: string, values: Tensor | ArrayLike<number>): void {
    checkStep("TensorBoardLogger", step);
    const wallTime = this.#now();
    const elements = values instanceof Tensor ? data(values) : Array.from(values);
    this.#later(step, (events, histograms) => {
      const value = histograms.histogramOf(elements);
      return value === null
        ? []
        : [events.summaryEvent(wallTime, step, [{ tag: name, value: { case: "histo", value } }])];
    });
  }

  logHparams(hparams: Readonly<Record<string, Hparam>>, metrics: readonly string[] = []): void {
    this.#hasHparams = true;
    const wallTime = this.#now();
    this.#later(null, (events) => events.hparamsEvents(wallTime, { ...hparams }, metrics));
  }

  flush(): Promise<void> {
    return this.#queue.run(() => this.#write());
  }

  async #write(): Promise<void> {
    this.#file ??= await growFile(this.#path, this.#length);
    const events = await import("./event-file.ts");
    const histograms = await import("./histogram.ts");
    const waiting = this.#pending.slice();
    if (waiting.length === 0) return;
    await this.#file.append(joined(waiting.flatMap(({ encode }) => encode(events, histograms))));
    this.#pending = this.#pending.slice(waiting.length);
  }

  async close(): Promise<void> {
    const wallTime = this.#now();
    if (this.#hasHparams) this.#later(null, (events) => [events.hparamsEndEvent(wallTime)]);
    this.#hasHparams = false;
    await this.flush();
    this.#length = this.#file?.length ?? this.#length;
    await this.#file?.close();
    this.#file = null;
  }
}

/** The field is a float: values beyond it become infinite and not an error. */
function float32(value: number): number {
  return Math.fround(value);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
