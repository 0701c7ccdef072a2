import { DataError } from "../../util/index.ts";
import type { Table } from "../table/table.ts";
import { readArrow, streamArrow } from "./arrow.ts";
import { readCsv, streamCsv } from "./csv.ts";
import { readJsonl, streamJsonl } from "./jsonl.ts";
import { readNpy } from "./npy.ts";
import type { CsvOptions, CsvStreamOptions } from "./options.ts";
import { readParquet, streamParquet } from "./parquet.ts";
import { type DataSource, sourceName } from "./source.ts";
import type { TableStream } from "./table-stream.ts";

type Format = "csv" | "jsonl" | "parquet" | "arrow" | "npy";

const ENDINGS: Readonly<Record<string, Format>> = {
  csv: "csv",
  tsv: "csv",
  txt: "csv",
  jsonl: "jsonl",
  ndjson: "jsonl",
  parquet: "parquet",
  pq: "parquet",
  arrow: "arrow",
  feather: "arrow",
  npy: "npy",
};

function formatOf(source: DataSource): Format {
  const name = sourceName(source);
  const ending = /\.(\w+)$/.exec(name.toLowerCase().replace(/\.gz$/, ""))?.[1] ?? "";
  const format = ENDINGS[ending];
  if (format !== undefined) return format;
  throw new DataError(
    name,
    ending === "" ? "the name has no ending" : `the ending is .${ending}`,
    `expected one of ${Object.keys(ENDINGS).join(", ")}`,
    "Call the reader of its format: readCsv, readJsonl, readParquet, readArrow, readNpy, readNpz or readIdx.",
  );
}

/**
 * Reads a table from a file in the format that its ending says. A `.npy` file has one or two dimensions.
 *
 * @param options those of CSV hold for CSV alone
 * @throws {DataError} naming file, line or row, and column
 * @example
 * const table = await data.readTable({ name: "risks.csv", text: "speed,risk\n7.5,0.9\n" });
 */
export async function readTable(source: DataSource, options: CsvOptions = {}): Promise<Table> {
  const format = formatOf(source);
  if (format === "csv") return readCsv(source, options);
  if (format === "jsonl") return readJsonl(source, options);
  if (format === "parquet") return readParquet(source, options);
  if (format === "arrow") return readArrow(source, options);
  const table = (await readNpy(source)).toTable();
  return options.columns === undefined ? table : table.select(options.columns);
}

/**
 * `readTable` in batches. @throws {DataError} for `.npy`, and (while it is read) for whatever is wrong with the file
 *
 * @example
 * const stream = data.streamTable({ name: "risks.csv", text: "speed,risk\n7.5,0.9\n" });
 * for await (const batch of stream) console.log(batch.numRows); // 1
 */
export function streamTable(source: DataSource, options: CsvStreamOptions = {}): TableStream {
  const format = formatOf(source);
  if (format === "csv") return streamCsv(source, options);
  if (format === "jsonl") return streamJsonl(source, options);
  if (format === "parquet") return streamParquet(source, options);
  if (format === "arrow") return streamArrow(source, options);
  throw new DataError(sourceName(source), "a .npy file is read whole", "expected a table", "Use readNpy().");
}
