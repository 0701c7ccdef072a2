import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { createJiti } from "jiti";
import { ConfigError } from "../util/index.ts";

/**
 * Runs a TypeScript file as a program; `import … from "innerloop"` finds the package that this is.
 *
 * @throws {ConfigError} when there is no such file
 */
export async function runProgram(file: string, rest: readonly string[]): Promise<void> {
  const path = resolve(file);
  if (!existsSync(path)) {
    throw new ConfigError("run", `there is no file ${file}`, "expected a TypeScript or JavaScript program", "Check the path.");
  }
  process.argv = [process.argv[0] as string, path, ...rest];
  const entry = new URL("../index.js", import.meta.url).pathname;
  const jiti = createJiti(import.meta.url, { alias: { innerloop: entry }, moduleCache: true });
  await jiti.import(path);
}
