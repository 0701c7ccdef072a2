import { resolve } from "node:path";
import { importFile } from "../load.ts";

/** Runs a TypeScript file as a program, with `rest` in its `process.argv`. */
export async function runProgram(file: string, rest: readonly string[]): Promise<void> {
  process.argv = [process.argv[0] as string, resolve(file), ...rest];
  await importFile("run", file);
}
