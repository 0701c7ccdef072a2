import { ConfigError, DataError } from "../../util/index.ts";
import { fileExists, type GrowingFile, growFile, readFile, writeFile } from "../../util/platform/files.ts";
import { checkStep, type FileLoggerOptions, type Logger, Queue } from "./logger.ts";

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
  readonly #resumeStep: number | undefined;
  #columns: string[] = [];
  #written = 0; // columns that the file's header has
  #rows: { step: number; values: Map<string, number> }[] = [];
  #file: GrowingFile | null = null;
  readonly #queue = new Queue();

  constructor(path: string, options: FileLoggerOptions = {}) {
    this.path = path;
    this.#resumeStep = options.resumeStep;
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

  flush(): Promise<void> {
    return this.#queue.run(() => this.#write());
  }

  async #write(): Promise<void> {
    this.#file ??= await this.#open();
    const rows = this.#rows.slice();
    if (rows.length === 0) return;
    for (const { values } of rows) {
      for (const name of values.keys()) if (!this.#columns.includes(name)) this.#columns.push(name);
    }
    if (this.#columns.length > this.#written) await this.#widen();
    const text = rows.map(({ step, values }) => [step, ...this.#columns.map((name) => values.get(name) ?? "")].join());
    await this.#file?.append(new TextEncoder().encode(`${text.join("\n")}\n`));
    this.#rows = this.#rows.slice(rows.length);
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#file?.close();
    this.#file = null;
  }

  /** Writes the file again with the new columns in its header and empty fields in its rows. */
  async #widen(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
    const [, ...rows] = new TextDecoder().decode(await readFile(this.path)).split("\n");
    const more = ",".repeat(this.#columns.length - this.#written);
    const header = ["step", ...this.#columns].map(quote).join();
    const text = [header, ...rows.map((row) => (row === "" ? row : row + more))].join("\n");
    const bytes = new TextEncoder().encode(text.endsWith("\n") ? text : `${text}\n`);
    await writeFile(this.path, bytes);
    this.#written = this.#columns.length;
    this.#file = await growFile(this.path, bytes.length);
  }

  async #open(): Promise<GrowingFile> {
    if (this.#resumeStep === undefined || !(await fileExists(this.path))) return growFile(this.path);
    const text = new TextDecoder().decode(await readFile(this.path));
    const lines = text.split("\n").slice(0, -1); // what follows the last line end is torn, or nothing
    const [first, ...columns] = fieldsOf(lines[0] ?? "step");
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
    let keep = 0;
    for (const [number, line] of lines.entries()) {
      if (number > 0 && Number.parseInt(line, 10) > this.#resumeStep) break;
      keep += new TextEncoder().encode(line).length + 1;
    }
    return growFile(this.path, keep);
  }
}
