import { ConfigError, DataError } from "../../util/index.ts";
import { fileExists, type GrowingFile, growFile, putAside, readFile, writeFile } from "../../util/platform/files.ts";
import { checkLoggerOptions, checkStep, type FileLoggerOptions, type Logger, Queue } from "./logger.ts";

/** A field as RFC 4180 has it. */
function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The fields of a header line. */
function fieldsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
  );
}

interface Row {
  step: number;
  values: Map<string, number | string>;
}

/** The last row in the file, and at which byte it begins: further figures of its step are put into it. */
interface Tail extends Row {
  at: number;
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/**
 * Figures as a table that spreadsheets and pandas open: a column for each name, a row for each step, empty where a
 * figure was not logged at that step. A name that appears later adds a column at the end. No times are in it, so that
 * equal runs leave equal files.
 *
 * @example
 * const logger = new train.loggers.CsvLogger("runs/example/figures.csv");
 * logger.logScalars(0, { train: 0.9, validation: 1.1 });
 * await logger.close();
 */
export class CsvLogger implements Logger {
  readonly path: string;
  /** The last step whose rows are kept when the file is opened; null for a new file. */
  #keepTo: number | null;
  #columns: string[] = [];
  #written = 0; // columns that the file's header has
  #rows: Row[] = [];
  #tail: Tail | null = null;
  #file: GrowingFile | null = null;
  readonly #queue = new Queue();

  /** @throws {ConfigError} for options that are none */
  constructor(path: string, options: FileLoggerOptions = {}) {
    checkLoggerOptions("CsvLogger", path, options);
    this.path = path;
    this.#keepTo = options.resumeStep ?? null;
  }

  logScalars(step: number, values: Readonly<Record<string, number>>): void {
    checkStep("CsvLogger", step);
    if ("step" in values) {
      throw new ConfigError("CsvLogger", "a figure is named 'step'", "expected another name", "Rename the figure.");
    }
    const last = this.#rows.at(-1);
    const row = last?.step === step ? last : { step, values: new Map<string, number>() };
    if (row !== last) this.#rows.push(row);
    for (const [name, value] of Object.entries(values)) row.values.set(name, value);
  }

  resume(step: number): Promise<void> {
    checkStep("CsvLogger", step);
    this.#rows = this.#rows.filter((row) => row.step <= step);
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
    const [first] = this.#rows;
    if (first === undefined) return;
    if (this.#tail?.step === first.step) await this.#takeTail(first, this.#tail);
    const rows = this.#rows.slice();
    for (const { values } of rows) {
      for (const name of values.keys()) if (!this.#columns.includes(name)) this.#columns.push(name);
    }
    if (this.#columns.length > this.#written) await this.#widen();
    const lines = rows.map(({ step, values }) => [step, ...this.#columns.map((name) => values.get(name) ?? "")].join());
    await this.#file.append(bytesOf(`${lines.join("\n")}\n`));
    const last = rows[rows.length - 1] as Row;
    this.#tail = { ...last, at: this.#file.length - bytesOf(`${lines.at(-1)}\n`).length };
    this.#rows = this.#rows.slice(rows.length);
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#file?.close();
    this.#file = null;
  }

  /** Moves the file's last row to the front of those to be written. */
  async #takeTail(row: Row, tail: Tail): Promise<void> {
    row.values = new Map([...tail.values, ...row.values]);
    this.#tail = null;
    await this.#file?.close();
    this.#file = await growFile(this.path, tail.at);
  }

  /** Writes the file again with the new columns in its header and empty fields in its rows. */
  async #widen(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
    const [, ...rows] = new TextDecoder().decode(await readFile(this.path)).split("\n");
    const more = ",".repeat(this.#columns.length - this.#written);
    const header = ["step", ...this.#columns].map(quote).join();
    const text = [header, ...rows.map((row) => (row === "" ? row : row + more))].join("\n");
    const bytes = bytesOf(text.endsWith("\n") ? text : `${text}\n`);
    await writeFile(this.path, bytes);
    this.#written = this.#columns.length;
    this.#file = await growFile(this.path, bytes.length);
  }

  async #open(): Promise<GrowingFile> {
    const keepTo = this.#keepTo;
    this.#columns = [];
    this.#written = 0;
    this.#tail = null;
    if (keepTo === null) await putAside(this.path);
    this.#keepTo = Number.POSITIVE_INFINITY; // from now on the file is this logger's
    if (keepTo === null || !(await fileExists(this.path))) return growFile(this.path);
    const text = new TextDecoder().decode(await readFile(this.path));
    const [header, ...lines] = text.split("\n").slice(0, -1); // behind the last line end it is torn, or nothing
    if (header === undefined) return growFile(this.path);
    const [first, ...columns] = fieldsOf(header);
    if (first !== "step") {
      throw new DataError(
        "CsvLogger",
        `'${this.path}' has no column step`,
        "expected a file of its own",
        "Choose another path.",
      );
    }
    this.#columns = columns;
    this.#written = columns.length;
    let keep = bytesOf(`${header}\n`).length;
    for (const line of lines) {
      const [step = "", ...fields] = fieldsOf(line);
      if (Number(step) > keepTo) break;
      const named = fields.flatMap((field, i) => (field === "" ? [] : [[columns[i] as string, field] as const]));
      this.#tail = { step: Number(step), values: new Map(named), at: keep };
      keep += bytesOf(`${line}\n`).length;
    }
    return growFile(this.path, keep);
  }
}
