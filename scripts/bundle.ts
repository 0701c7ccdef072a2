/**
 * Writes the package's JavaScript into dist/: one file for each entry and what they share. Loading a few hundred small
 * modules took longer than everything else between `node` and the first step. tsc writes the declarations beside them.
 */
import { chmodSync, existsSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root: string = join(dirname(fileURLToPath(import.meta.url)), "..");
const entries = ["index", "nn/index", "optim/index", "data/index", "train/index", "rl/index", "ssa/index", "cli/main"];

const bundle = await rolldown({
  input: Object.fromEntries(entries.map((name) => [name, join(root, "src", `${name}.ts`)])),
  platform: "neutral",
  // Packages stay imports, and so do Node's modules.
  external: [/^node:/, /^[^./]/],
  treeshake: false,
});
const { output } = await bundle.write({
  dir: join(root, "dist"),
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: "chunks/[name]-[hash].js",
  // Errors and summaries show the names of classes.
  keepNames: true,
  sourcemap: true,
});
await bundle.close();

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
