import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { nn, optim } from "../../src/index.ts";

// Every public class and function of these folders has an @example (tests/docs/examples.test.ts runs them all), and says
// in @source where the thing is described.

interface Folder {
  /** Under src/. */
  readonly folder: string;
  /** What is exported from it. */
  readonly namespace: object;
  /** Names that lack a tag: because there is nothing to say, or not yet. These lists may only become shorter. */
  readonly without: { readonly example: readonly string[]; readonly source: readonly string[] };
}

const FOLDERS: readonly Folder[] = [
  { folder: "nn", namespace: nn, without: { example: [], source: ["Loss", "gradNorms", "summary"] } },
  {
    folder: "optim",
    namespace: optim,
    without: { example: [], source: ["CompositeLR", "WarmupLR", "previewLr", "warmup"] },
  },
];

const root = join(dirname(fileURLToPath(import.meta.url)), "../../src");

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts") ? [path] : [];
  });
}

/** Names of exported classes and functions, those of namespaces within included. */
function exported(namespace: object): Set<string> {
  return new Set(
    Object.entries(namespace).flatMap(([name, value]) => {
      if (typeof value === "object" && value !== null) return [...exported(value)];
      return typeof value === "function" ? [name] : [];
    }),
  );
}

/** The names declared in a file and the comment before each; overloads count once. */
function declared(path: string): [name: string, comment: string][] {
  const text = readFileSync(path, "utf8");
  const found = text.matchAll(
    /(?:\/\*\*((?:[^*]|\*(?!\/))*)\*\/\s*)?^export (?:abstract |async )*(?:class|function)\*? (\w+)/gm,
  );
  const comments = new Map<string, string>();
  for (const [, comment = "", name] of found) {
    comments.set(name as string, (comments.get(name as string) ?? "") + comment);
  }
  return [...comments];
}

describe.each(FOLDERS)("src/$folder", ({ folder, namespace, without }) => {
  const names = exported(namespace);
  const all = sources(join(root, folder)).flatMap((path) =>
    declared(path)
      .filter(([name]) => names.has(name))
      .map(([name, comment]) => ({ name, comment, where: `${relative(root, path)}: ${name}` })),
  );

  it.each(["example", "source"] as const)("has an @%s at everything public", (tag) => {
    const lacking = all.filter(({ comment }) => !new RegExp(`@${tag}\\s`).test(comment));
    const missing = lacking.filter(({ name }) => !without[tag].includes(name)).map(({ where }) => where);
    expect(missing, tag === "example" ? "write one of 1 to 4 lines" : "name the page").toEqual([]);
    const stale = without[tag].filter((name) => !lacking.some((each) => each.name === name));
    expect(stale, "these have it: take them from the list").toEqual([]);
  });
});
