import { existsSync, statSync } from "node:fs";
import { readTable, type Table } from "../data/index.ts";
import { ConfigError, DataError } from "../util/index.ts";

// The readers' advice names options of a program; on the command line they are called otherwise.
const WORDS: readonly (readonly [api: RegExp, option: string])[] = [
  [/name it in missingValues/, "name it with --missing-values"],
  [/types: \{ "(.*)": "category" \}/, "--types $1=category"],
  [/are read with decimal: ",?"\.?/, "are read with --decimal ,"],
  [/Call the reader of its format: .*/, "Give the file one of these endings."],
];

/**
 * A data file of the command line.
 *
 * @throws {ConfigError} when there is no such file
 * @throws {DataError} for what it holds, with advice in the words of the command line
 */
export async function readData(
  command: string,
  file: string,
  options: Parameters<typeof readTable>[1],
): Promise<Table> {
  if (!existsSync(file) || statSync(file).isDirectory()) {
    const got = existsSync(file) ? `${file} is a folder` : `there is no file ${file}`;
    const fix = "Check the path; it is relative to the folder you are in.";
    throw new ConfigError(command, got, "expected a file of data", fix);
  }
  try {
    return await readTable(file, options);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const fix = WORDS.reduce((text, [api, option]) => text.replace(api, option), error.fix);
    throw new DataError(error.operation, error.got, error.expected, fix);
  }
}
