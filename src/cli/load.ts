import { existsSync } from "node:fs";
import { basename, dirname, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { defineExperiment, type Experiment } from "../train/index.ts";
import { ConfigError } from "../util/index.ts";

/**
 * Imports a TypeScript or JavaScript file without building it; `import … from "innerloop"` finds this very package.
 *
 * @throws {ConfigError} when there is no such file, or it does not load
 */
export async function importFile(command: string, file: string): Promise<unknown> {
  const path = resolve(file);
  if (!existsSync(path)) {
    throw new ConfigError(
      command,
      `there is no file ${file}`,
      "expected a TypeScript or JavaScript file",
      "Check the path; it is relative to the folder you are in.",
    );
  }
  if (!/\.[cm]?[jt]sx?$/.test(path)) {
    throw new ConfigError(
      command,
      `${file} is no program`,
      "expected a TypeScript or JavaScript file",
      "A data file is for innerloop fit.",
    );
  }
  const here = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));
  const alias: Record<string, string> = { innerloop: here("index.js") };
  for (const part of ["nn", "optim", "data", "train", "rl", "ssa"])
    alias[`innerloop/${part}`] = here(`${part}/index.js`);
  programFolder = dirname(path);
  // A fifth of a second that --help, fit and show do not need.
  const { createJiti } = await import("jiti");
  try {
    return await createJiti(import.meta.url, { alias, moduleCache: true }).import(path);
  } catch (error) {
    const syntax = /^(?:ParseError|SyntaxError): ([\s\S]*?)\s*$/.exec(String((error as Error).message));
    if (syntax === null) throw error;
    const said = (syntax[1] as string).replace(/\s+/g, " ");
    throw new ConfigError(command, `${file} is no valid TypeScript: ${said}`, "expected a program", "Mend that place.");
  }
}

// Where the program lies that was imported last.
let programFolder: string | null = null;

/** Where in the user's own program an error came up: the first place of its stack that is in the program's folder. */
export function placeOf(error: Error): string | null {
  if (programFolder === null) return null;
  for (const line of error.stack?.split("\n") ?? []) {
    const place = /\(?(?:file:\/\/)?([^\s()]+:\d+:\d+)\)?$/.exec(line)?.[1];
    if (place?.startsWith(programFolder + sep) && !place.includes(`${sep}node_modules${sep}`)) {
      return relative(process.cwd(), place);
    }
  }
  return null;
}

/**
 * The experiment that a file exports by default.
 *
 * @throws {ConfigError} when it exports none
 */
export async function loadExperiment(file: string): Promise<Experiment> {
  const loaded = (await importFile("train", file)) as { default?: unknown };
  const found = loaded.default ?? loaded;
  if (typeof found !== "object" || found === null || !("model" in found)) {
    throw new ConfigError(
      "train",
      `${file} has no experiment as its default export`,
      "expected export default train.defineExperiment({ … })",
      "See the README; a plain program is started with: innerloop run.",
    );
  }
  const experiment = defineExperiment(found as Experiment);
  return experiment.name === undefined ? { ...experiment, name: basename(file).replace(/\.[^.]*$/, "") } : experiment;
}
