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
