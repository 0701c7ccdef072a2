import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as innerloop from "innerloop";
import { describe, expect, it } from "vitest";

// As has-example.test.ts, for folders whose names are constants and share names with internal ones: an @example anywhere is
// enough. tests/docs/examples.test.ts
// runs them.

const src = fileURLToPath(new URL("../../src/", import.meta.url));

// `data` is the namespace; the function of that name is internal.
const { data, ...root } = innerloop;

/** Folders, and the names that they are to document. */
const FOLDERS: readonly (readonly [folders: string, names: object])[] = [
  ["ops tensor engine", { ...root, ...innerloop.engine }],
  ["data", data],
  ["train/metrics", innerloop.train.metrics],
];

function sources(folder: string): string[] {
  return readdirSync(src + folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ["kernels", "wasm", "reference"].includes(entry.name) ? [] : sources(path);
    return path.endsWith(".ts") && !path.endsWith(".test.ts") ? [path] : [];
  });
}

/** For each exported function, class and constant: whether one of its comments has an example. */
function documented(path: string): Map<string, boolean> {
  const text = readFileSync(src + path, "utf8");
  const found = new Map<string, boolean>();
  const pattern = /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?export (?:abstract |async )*(?:function\*?|const|class) (\w+)/g;
  for (const [, comment, name] of text.matchAll(pattern)) {
    const has = comment?.includes("@example") === true;
    found.set(name as string, has || found.get(name as string) === true);
  }
  return found;
}

describe("an @example for every public name", () => {
  it.each(FOLDERS)("of %s", (folders, names) => {
    const all = new Map<string, boolean>();
    for (const path of folders.split(" ").flatMap(sources)) {
      for (const [name, has] of documented(path)) if (name in names) all.set(name, has || all.get(name) === true);
    }
    expect(all.size).toBeGreaterThan(0);
    expect([...all].filter(([, has]) => !has).map(([name]) => name)).toEqual([]);
  });
});
