import type { Tensor } from "../../tensor/index.ts";
import { ConfigError, DataError } from "../../util/index.ts";
import type { RowSource } from "./row-source.ts";

/** A column (`[B]`), columns (`[B, n]`), or either with a dtype (default float32). */
export type StreamPart =
  | string
  | readonly string[]
  | { readonly columns: string | readonly string[]; readonly dtype: "float32" | "int32" };

/** A part with everything said. */
export interface PartLayout {
  readonly columns: readonly string[];
  readonly dtype: "float32" | "int32";
  /** One column without a dimension of its own. */
  readonly flat: boolean;
}

/**
 * Rows of a source as samples of tensors.
 *
 * @param source rows by column: `data.memoryRows(…)`, `await data.streamRows(…)` over a file, or one's own
 * @param parts which columns make which tensor of a batch: a list of names is `[B, n]`, a single name `[B]`
 * @throws {DataError} for a column that the source does not have; {ConfigError} for no parts
 * @example
 * const source = data.memoryRows({ a: [1, 2, 3], b: [4, 5, 6], y: [0, 1, 0] });
 * const dataset = new data.StreamingDataset(source, [["a", "b"], { columns: "y", dtype: "int32" }]);
 * for await (const [features, target] of new data.StreamLoader(dataset, { batchSize: 2 })) {
 *   features.shape; // [2, 2], then [1, 2]
 * }
 */
export class StreamingDataset<const P extends readonly StreamPart[] = readonly StreamPart[]> {
  readonly source: RowSource;
  readonly parts: P;
  readonly layout: readonly PartLayout[];

  constructor(source: RowSource, parts: P) {
    if (parts.length === 0) {
      throw new ConfigError("StreamingDataset", "no parts", "expected at least one", 'Pass [["a", "b"], "target"].');
    }
    this.source = source;
    this.parts = parts;
    this.layout = parts.map((part) => layoutOf(part));
    for (const name of this.columns) {
      if (source.columnNames.includes(name)) continue;
      const expected = `expected one of ${source.columnNames.join(", ")}`;
      throw new DataError("StreamingDataset", `there is no column ${name}`, expected, "Check the spelling.");
    }
  }

  /** Rows; undefined where the source does not know. */
  get length(): number | undefined {
    return this.source.numRows ?? undefined;
  }

  /** The columns that are read, each once. */
  get columns(): readonly string[] {
    return [...new Set(this.layout.flatMap((each) => each.columns))];
  }
}

/** A batch of a `StreamingDataset`: one tensor a part. */
export type StreamBatch<P extends readonly StreamPart[]> = { readonly [K in keyof P]: Tensor };

function layoutOf(part: StreamPart): PartLayout {
  const isPlain = typeof part === "string" || Array.isArray(part);
  const { columns, dtype } = isPlain
    ? { columns: part as string | readonly string[], dtype: "float32" as const }
    : (part as Exclude<StreamPart, string | readonly string[]>);
  return { columns: typeof columns === "string" ? [columns] : columns, dtype, flat: typeof columns === "string" };
}
