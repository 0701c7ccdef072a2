import { asyncBufferFromFile, parquetMetadataAsync, parquetRead } from "hyparquet";
import { compressors } from "hyparquet-compressors";

/** Reads a file of `rows` rows by hyparquet alone, a row group of `group` rows after the other; returns the rows seen. */
export async function readByHyparquet(path: string, rows: number, group: number): Promise<number> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  let count = 0;
  for (let start = 0; start < rows; start += group) {
    const onChunk = (chunk: { columnName: string; columnData: ArrayLike<unknown> }): void => {
      if (chunk.columnName === "x0") count += chunk.columnData.length;
    };
    await parquetRead({ file, metadata, compressors, rowStart: start, rowEnd: start + group, onChunk });
  }
  return count;
}
