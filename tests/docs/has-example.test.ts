import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as innerloop from "innerloop";
import { describe, expect, it } from "vitest";
import * as rl from "../../src/rl/index.ts";
import * as ssa from "../../src/ssa/index.ts";

// Every public class, function and constant of these folders has an @example (tests/docs/examples.test.ts runs them all);
// those that follow PyTorch say in @source where the thing is described.

interface Part {
  /** Under src/. */
  readonly folders: readonly string[];
  /** What is exported from them. */
  readonly names: object;
  /** Names that lack a @source, where it is asked for, because there is nothing to say. The list may only become shorter. */
  readonly withoutSource?: readonly string[];
}

// `data` is the namespace; the function of that name is internal.
const { data, nn, optim, train, ...root } = innerloop;
// (what the command line makes experiments of tables with is not for programs)
const { tabular: _, ...training } = train;

const PARTS: readonly Part[] = [
  { folders: ["nn"], names: nn, withoutSource: ["Loss", "gradNorms", "summary"] },
  { folders: ["optim"], names: optim, withoutSource: ["CompositeLR", "WarmupLR", "previewLr", "warmup"] },
  { folders: ["ops", "tensor", "engine"], names: { ...root, ...innerloop.engine } },
  { folders: ["data"], names: data },
  { folders: ["train"], names: training },
  { folders: ["rl"], names: rl },
  { folders: ["ssa"], names: ssa },
];

const src = fileURLToPath(new URL("../../src/", import.meta.url));

function sources(folder: string): string[] {
  return readdirSync(src + folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory())
      return ["kernels", "wasm", "reference", "tabular"].includes(entry.name) ? [] : sources(path);
    return path.endsWith(".ts") && !path.endsWith(".test.ts") ? [path] : [];
  });
}

/** Names of what is exported, that of namespaces within included. */
function exported(namespace: object): Set<string> {
  return new Set(
    Object.entries(namespace).flatMap(([name, value]) =>
      Object.prototype.toString.call(value) === "[object Module]" ? [...exported(value as object)] : [name],
    ),
  );
}

/** The comments before each exported function, class and constant: of overloads, and of internal ones of the same name, too. */
function commentsOf(paths: readonly string[]): Map<string, string> {
  const comments = new Map<string, string>();
  const pattern = /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?export (?:abstract |async )*(?:function\*?|const|class) (\w+)/g;
  for (const path of paths) {
    for (const [, comment = "", name] of readFileSync(src + path, "utf8").matchAll(pattern)) {
      comments.set(name as string, (comments.get(name as string) ?? "") + comment);
    }
  }
  return comments;
}

/** The public names of a part with their comments. */
function documented({ folders, names }: Part): [name: string, comment: string][] {
  const all = exported(names);
  return [...commentsOf(folders.flatMap(sources))].filter(([name]) => all.has(name));
}

function lacking(found: readonly [name: string, comment: string][], tag: RegExp): string[] {
  return found.filter(([, comment]) => !tag.test(comment)).map(([name]) => name);
}

describe.each(PARTS)("src/$folders", (part) => {
  it("has an @example at everything public", () => {
    const found = documented(part);
    expect(found.length).toBeGreaterThan(10);
    expect(lacking(found, /@example\s/), "write one of 1 to 4 lines").toEqual([]);
  });
});

describe.each(PARTS.filter(({ withoutSource }) => withoutSource !== undefined))("src/$folders", (part) => {
  it("names in @source where it is described", () => {
    expect(lacking(documented(part), /@source\s/).sort()).toEqual(part.withoutSource?.toSorted());
  });
});
