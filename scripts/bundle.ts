/**
 * Writes the package's JavaScript into dist/: one file for what `innerloop` itself needs, and one for each other entry
 * and each part that is imported later. Loading and parsing took most of the time between `node` and the first step:
 * a few hundred small modules twice as long as one, comments and long local names a quarter of the rest. Lines and the
 * names of functions and classes stay, for stack traces. tsc writes the declarations beside them.
 */
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ChunkingContext, rolldown } from "rolldown";

const root: string = join(dirname(fileURLToPath(import.meta.url)), "..");
const entries = ["index", "nn/index", "optim/index", "data/index", "train/index", "rl/index", "ssa/index", "cli/main"];

const bundle = await rolldown({
  input: Object.fromEntries(entries.map((name) => [name, join(root, "src", `${name}.ts`)])),
  platform: "neutral",
  // Packages stay imports, and so do Node's modules.
  external: [/^node:/, /^[^./]/],
  treeshake: false,
});

/** What the main entry imports, without what it imports later (`await import`). */
const core = new Set<string>();
function isCore(id: string, context: ChunkingContext): boolean {
  const left = core.size === 0 ? [join(root, "src/index.ts")] : [];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (core.has(next)) continue;
    core.add(next);
    left.push(...(context.getModuleInfo(next)?.importedIds ?? []));
  }
  return core.has(id);
}

const { output } = await bundle.write({
  dir: join(root, "dist"),
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: "chunks/[name]-[hash].js",
  codeSplitting: { groups: [{ name: (id, context) => (isCore(id, context) ? "innerloop" : null), debugName: "core" }] },
  comments: false,
  minify: { compress: false, mangle: { toplevel: false, keepNames: true }, codegen: { removeWhitespace: false } },
  // Errors and summaries show the names of classes.
  keepNames: true,
  sourcemap: true,
});
await bundle.close();

// One character beyond ASCII makes Node decode the file, and V8 keep it, in two bytes each. Where one can stand here (a
// text, a pattern, a name), its escape means the same.
for (const { fileName } of output.filter(({ fileName }) => fileName.endsWith(".js"))) {
  const path = join(root, "dist", fileName);
  const text = readFileSync(path, "utf8");
  const escaped = text.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  if (escaped !== text) writeFileSync(path, escaped);
}

// What earlier builds left behind would be packed too: chunks by another hash, declarations of files that are gone.
const written = new Set<string>(output.map(({ fileName }) => fileName));
for (const name of readdirSync(join(root, "dist"), { recursive: true, encoding: "utf8" })) {
  const path = name.replaceAll("\\", "/");
  const stale = path.endsWith(".d.ts")
    ? !existsSync(join(root, "src", path.replace(/\.d\.ts$/, ".ts")))
    : /\.(js|js\.map)$/.test(path) && !written.has(path);
  if (stale) rmSync(join(root, "dist", path));
}
chmodSync(join(root, "dist/cli/main.js"), 0o755);
