import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../src");

// DESIGN §3: a file imports its own folder or lower layers. Siblings of one layer do not import each other.
const LAYERS: Record<string, number> = {
  util: 0,
  engine: 1,
  tensor: 2,
  ops: 3,
  nn: 4,
  optim: 4,
  data: 4,
  train: 5,
  rl: 6,
  ssa: 7, // (the sensor-tasking environment is one of rl's)
  cli: 8,
  dashboard: 8,
};
// Folders that may touch Node's own modules.
const NODE_ALLOWED = ["util/platform", "cli", "train/storage"];
// Paths other than index.ts through which a folder may be reached, and why.
const SIDE_DOORS: Record<string, string> = {
  "util/platform/index.ts": "what differs between Node and browsers, apart from the rest of util",
  "util/platform/ranges.ts": "reading files in pieces",
  "util/platform/files.ts": "reading and writing files",
  "util/platform/native.ts": "calling native libraries",
  "util/platform/wasm-pool.ts": "running a WebAssembly module on several threads",
  "util/platform/workers.ts": "what threads there can be",
  "tensor/tensor.ts": "declaration merging names the module that declares Tensor",
};

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return path.endsWith(join("wasm", "kernels")) ? [] : sources(path);
    return entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts") ? [path] : [];
  });
}

const files = sources(root).map((path) => ({
  name: relative(root, path).split(sep).join("/"),
  text: readFileSync(path, "utf8"),
}));

function importsOf(text: string): string[] {
  return [...text.matchAll(/^\s*(?:import|export)\b[^"']*?from\s+"([^"]+)"|^import\s+"([^"]+)"/gms)].map(
    (match) => (match[1] ?? match[2]) as string,
  );
}

describe("layers", () => {
  for (const { name, text } of files) {
    const folder = name.includes("/") ? (name.split("/")[0] as string) : "";
    if (folder === "") continue; // src/index.ts is the top

    it(name, () => {
      const own = LAYERS[folder];
      expect(own, `src/${folder} is no known layer: ${Object.keys(LAYERS).join(", ")}`).toBeDefined();
      for (const specifier of importsOf(text)) {
        if (specifier.startsWith("node:")) {
          expect(
            NODE_ALLOWED.some((allowed) => name.startsWith(allowed)),
            `${name} imports ${specifier}; only ${NODE_ALLOWED.join(" and ")} may touch Node's modules`,
          ).toBe(true);
        }
        if (!specifier.startsWith(".")) continue;
        const target = join(dirname(name), specifier).split(sep).join("/");
        const other = target.split("/")[0] as string;
        if (other === folder) continue;
        const allowed = Object.keys(LAYERS).filter((each) => (LAYERS[each] as number) < (own as number));
        expect(allowed, `${name} imports ${target}; its layer may import ${allowed.join(", ")}`).toContain(other);
        expect(
          target === `${other}/index.ts` || target in SIDE_DOORS,
          `${name} imports ${target}; other folders are reached through their index.ts`,
        ).toBe(true);
      }
    });
  }
});

describe("file sizes", () => {
  for (const { name, text } of files) {
    if (name.endsWith(".gen.ts")) continue;
    it(`${name} has at most 400 lines`, () => {
      expect(text.split("\n").length).toBeLessThanOrEqual(401);
    });
  }
});

// Code alone: comments and strings talk about backward() too.
function withoutWords(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\/\/.*$/gm, "")
    .replace(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, '""');
}

describe("the step", () => {
  it("is the only caller of backward() in src/", () => {
    const callers = files
      // (in tensor/, node.backward is an op's own derivative)
      .filter(({ name, text }) => !name.startsWith("tensor/") && /\.backward\(/.test(withoutWords(text)))
      .map(({ name }) => name);
    expect(callers).toEqual(["train/step.ts"]);
  });
});
