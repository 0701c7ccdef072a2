import { ConfigError } from "../errors.ts";
import { builtinModule } from "./index.ts";

type Files = typeof import("node:fs/promises");
type Paths = typeof import("node:path");

function nodeModule<T>(name: string): T {
  const found = builtinModule<T>(name);
  if (found !== null) return found;
  throw new ConfigError(
    "files",
    "there is no file system here",
    "expected Node",
    "In a browser, use encodeSafetensors() and decodeSafetensors() with fetch() or IndexedDB.",
  );
}

/** The bytes of a file. */
export async function readFile(path: string): Promise<Uint8Array> {
  return new Uint8Array(await nodeModule<Files>("node:fs/promises").readFile(path));
}

/** Writes a file whole: beside its place first, then renamed over it. Folders are made. */
export async function writeFile(path: string, bytes: Uint8Array): Promise<void> {
  const files = nodeModule<Files>("node:fs/promises");
  const { dirname } = nodeModule<Paths>("node:path");
  await files.mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${Math.random().toString(36).slice(2)}.tmp`;
  const handle = await files.open(temporary, "wx");
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await files.rename(temporary, path);
}

/** A file that grows. An append that failed leaves no torn bytes: the next one writes over them. */
export interface GrowingFile {
  /** Bytes that are safely in. */
  readonly length: number;
  append(bytes: Uint8Array): Promise<void>;
  /** Returns once what was appended has reached the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file to append to it, and makes it and its folders if need be.
 *
 * @param keep how many bytes of what is there to keep; the rest is cut off
 */
export async function growFile(path: string, keep = 0): Promise<GrowingFile> {
  const files = nodeModule<Files>("node:fs/promises");
  const { dirname } = nodeModule<Paths>("node:path");
  await files.mkdir(dirname(path), { recursive: true });
  const handle = await files.open(path, keep > 0 ? "r+" : "w");
  let length = keep;
  if (keep > 0) await handle.truncate(keep);
  return {
    get length() {
      return length;
    },
    async append(bytes) {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, length + done);
        done += bytesWritten;
      }
      length += bytes.length;
    },
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}

/** Gives a file that is there another name, the first free of `log.1.csv`, `log.2.csv` and so on. */
export async function putAside(path: string): Promise<void> {
  const files = nodeModule<Files>("node:fs/promises");
  const { extname } = nodeModule<Paths>("node:path");
  if (!(await fileExists(path))) return;
  const end = extname(path);
  const stem = path.slice(0, path.length - end.length);
  let number = 1;
  while (await fileExists(`${stem}.${number}${end}`)) number++;
  await files.rename(path, `${stem}.${number}${end}`);
}

/** Whether something is at this path. */
export async function fileExists(path: string): Promise<boolean> {
  return nodeModule<Files>("node:fs/promises")
    .stat(path)
    .then(
      () => true,
      () => false,
    );
}
