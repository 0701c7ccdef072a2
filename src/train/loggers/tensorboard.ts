import { data } from "../../ops/index.ts";
import { Tensor } from "../../tensor/index.ts";
import { type GrowingFile, growFile } from "../../util/platform/files.ts";
import { encodeEvent, hparamsEndEvent, hparamsEvents, summaryEvent } from "./event-file.ts";
import { histogramOf } from "./histogram.ts";
import { checkStep, type FileLoggerOptions, type Hparam, type Logger, Queue } from "./logger.ts";
import { SessionLog_SessionStatus } from "./proto/event.gen.ts";

/** Options of `TensorBoardLogger`. */
export interface TensorBoardOptions extends FileLoggerOptions {
  /** Seconds since 1970; for tests. Default: the clock. */
  now?: () => number;
}

/**
 * Event files that TensorBoard opens: scalars, histograms, hyper-parameters. Each logger writes a file of its own into
 * the folder; with `resumeStep` it tells TensorBoard to forget the points after that step in the files before.
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
  #pending: Uint8Array[] = [];
  #file: GrowingFile | null = null;
  readonly #queue = new Queue();
  #hasHparams = false;

  /** @param folder one for each run; TensorBoard shows the names of the folders below its `--logdir` */
  constructor(folder: string, options: TensorBoardOptions = {}) {
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
    this.#pending.push(encodeEvent({ wallTime, step, what: { case: "fileVersion", value: "brain.Event:2" } }));
    if (resumeStep !== undefined) {
      const value = { status: SessionLog_SessionStatus.START };
      this.#pending.push(encodeEvent({ wallTime, step, what: { case: "sessionLog", value } }));
    }
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
    if (points.length > 0) this.#pending.push(summaryEvent(this.#now(), step, points));
  }

  /** Elements that are not finite are left out; without any other there is no histogram. */
  logHistogram(step: number, name: string, values: Tensor | ArrayLike<number>): void {
    checkStep("TensorBoardLogger", step);
    const histogram = histogramOf(values instanceof Tensor ? data(values) : values);
    if (histogram === null) return;
    const value = { case: "histo" as const, value: histogram };
    this.#pending.push(summaryEvent(this.#now(), step, [{ tag: name, value }]));
  }

  logHparams(hparams: Readonly<Record<string, Hparam>>, metrics: readonly string[] = []): void {
    this.#hasHparams = true;
    this.#pending.push(...hparamsEvents(this.#now(), hparams, metrics));
  }

  flush(): Promise<void> {
    return this.#queue.run(() => this.#write());
  }

  async #write(): Promise<void> {
    this.#file ??= await growFile(this.#path);
    const records = this.#pending.slice();
    if (records.length === 0) return;
    await this.#file.append(joined(records));
    this.#pending = this.#pending.slice(records.length);
  }

  async close(): Promise<void> {
    if (this.#hasHparams) this.#pending.push(hparamsEndEvent(this.#now()));
    this.#hasHparams = false;
    await this.flush();
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
