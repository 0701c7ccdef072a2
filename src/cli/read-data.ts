import { existsSync, statSync } from "node:fs";
import { readTable, streamTable, type Table, type TableStream } from "../data/index.ts";
import { ConfigError, DataError } from "../util/index.ts";

type Words = readonly (readonly [api: RegExp, option: string])[];

// The readers' advice names options of a program: on the command line they are called otherwise, or there are none.
const WORDS: Words = [
  [/For a file without names pass header: .*/, "Give the file a first line that names them."],
  [/, or pass the names: header: \[\.\.\.\]/, ""],
  [/; if they are not, raise maxColumns/, ""],
  [/Call the reader of its format: .*/, "Give the file one of these endings."],
  [/Leave it out(:| \() ?columns: \[\.\.\.\]\)?/, "Write the file without it"],
];

const WORDS_OF_FIT: Words = [
  [/name it in missingValues/, "name it with --missing-values"],
  [/, leave the column out \(columns: \[\.\.\.\]\)/, ""],
  [/types: \{ "(.*)": "number" or "category" \}/, "--types $1=number or --types $1=category"],
  [/types: \{ "(.*)": "category" \}/, "--types $1=category"],
  [/are read with decimal: ",?"\.?/, "are read with --decimal ,"],
  [/new Preprocessor\(\{ missing: "median" \}\)/, "--missing median (fit)"],
  [/leave it out of inputs, or raise maxCategories/, "leave it out with --ignore"],
  [/Leave the column out of inputs/, "Leave it out with --ignore"],
  [/Read it as numbers \(types\), or leave task out/, "Leave --task out, or read it as numbers with --types"],
  [/task: "regression"/, "--task regression"],
];

// (a file of a run is read as the one that it was trained on)
const WORDS_OF_OTHERS: Words = [
  [/; if it means "no value".*/, "."],
  [/Numbers with a decimal comma .*/, "Write it with a decimal point, as in the file that the run was trained on."],
  [/(Say what it is|If these are names).*mend the file\./, "Mend the file."],
  [/Mend that value, .*/, "Mend that value."],
  ...WORDS_OF_FIT,
];

/** Bytes above which `fit` streams: of a text file, or of the values in a binary one, unpacked. */
const STREAM_ABOVE = 2 ** 28;

type Options = Parameters<typeof streamTable>[1];

/**
 * A data file of the command line.
 *
 * @throws {ConfigError} when there is no such file
 * @throws {DataError} for what it holds, with advice in the words of the command line
 */
export async function readData(command: string, file: string, options: Options): Promise<Table> {
  refuseAbsent(command, file);
  return reworded(command, () => readTable(file, options));
}

/** Whether a file's rows are better read as they are used than kept in memory. */
export async function isLarge(command: string, file: string, options: Options): Promise<boolean> {
  refuseAbsent(command, file);
  if (isWhole(file)) return false;
  const { size } = statSync(file);
  if (!/\.parquet$/i.test(file)) return size * (/\.gz$/i.test(file) ? 4 : 1) > STREAM_ABOVE;
  return reworded(command, async () => {
    const stream = streamTable(file, options);
    return (await stream.countRows()) * (await stream.fields()).length * 8 > STREAM_ABOVE;
  });
}

/** A data file read as it is used. @throws {ConfigError} when there is none, or its format is read whole */
export function streamData(command: string, file: string, options: Options): TableStream {
  refuseAbsent(command, file);
  if (!isWhole(file)) return streamTable(file, options);
  const fix = "Leave --stream out.";
  throw new ConfigError(command, `${file} is a NumPy file`, "expected a format that can be read in pieces", fix);
}

/**
 * The rows of a data file in the pieces in which it is decoded, which are the same whatever columns are read; of a format
 * that is read whole, in one.
 */
export async function* piecesOf(command: string, file: string, options: Options): AsyncGenerator<Table, undefined> {
  refuseAbsent(command, file);
  if (isWhole(file)) {
    yield await readData(command, file, options);
    return;
  }
  const chunks = streamTable(file, options).chunks(0)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await reworded(command, () => chunks.next());
      if (done === true) return;
      yield value.table;
    }
  } finally {
    await chunks.return?.();
  }
}

/** Does something with data; errors come in the words of the command line. */
export async function reworded<T>(command: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const words = [...WORDS, ...(command === "fit" ? WORDS_OF_FIT : WORDS_OF_OTHERS)];
    const fix = words.reduce((text, [api, option]) => text.replace(api, option), error.fix);
    throw new DataError(error.operation, error.got, error.expected, fix);
  }
}

const isWhole = (file: string): boolean => /\.npy(\.gz)?$/i.test(file);

/** @throws {ConfigError} when there is no such file */
export function refuseAbsent(command: string, file: string): void {
  if (existsSync(file) && !statSync(file).isDirectory()) return;
  const got = existsSync(file) ? `${file} is a folder` : `there is no file ${file}`;
  const fix = "Check the path; it is relative to the folder you are in.";
  throw new ConfigError(command, got, "expected a file of data", fix);
}
