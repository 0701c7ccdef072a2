/**
 * Compiles the AssemblyScript kernels and writes the binaries, as base64, into kernels.gen.ts beside their folder: the
 * engine's twice (SIMD128, and SIMD128 with relaxed multiply-add), those of src/ssa once (strict). Does nothing where
 * the sources have not changed since; `--force` compiles all the same.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root: string = join(dirname(fileURLToPath(import.meta.url)), "..");
// The first 64 KiB belong to the kernels' own data and scratch; memory.ts starts the heap above them.
const FLAGS = [
  "--runtime",
  "stub",
  "--importMemory",
  "--noAssert",
  "-O3",
  "--converge",
  "--memoryBase",
  "1024",
  // As memory.ts has it: a shared memory needs a maximum, and the module is to take shared and unshared ones.
  "--maximumMemory",
  "65535",
  "--enable",
  "simd",
  "--enable",
  "bulk-memory",
];

function sourceHash(sources: string): string {
  const hash = createHash("sha256");
  for (const file of readdirSync(sources)
    .filter((name) => name.endsWith(".ts"))
    .sort()) {
    hash.update(file).update(readFileSync(join(sources, file)));
  }
  hash.update(readFileSync(fileURLToPath(import.meta.url)));
  return hash.digest("hex").slice(0, 16);
}

async function compile(sources: string, extra: string[]): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(["index.ts", "--outFile", "out.wasm", ...FLAGS, ...extra], {
    readFile: (name, base) => {
      const path = join(base.startsWith("/") ? base : join(sources, base), name);
      return existsSync(path) ? readFileSync(path, "utf8") : null;
    },
    writeFile: (name, contents) => {
      if (name.endsWith(".wasm")) binary = contents as Uint8Array;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`kernels do not compile:\n${stderr.toString()}`);
  return binary;
}

const BUILDS: Record<string, string[]> = { strict: [], relaxed: ["--enable", "relaxed-simd"] };

async function build(folder: string, builds: readonly string[]): Promise<void> {
  const sources = join(root, folder, "kernels");
  const target = join(root, folder, "kernels.gen.ts");
  const hash = sourceHash(sources);
  if (!process.argv.includes("--force") && existsSync(target) && readFileSync(target, "utf8").includes(hash)) return;
  let text = `// Written by scripts/build-kernels.ts from sources ${hash}; do not edit.\n`;
  const sizes: string[] = [];
  for (const name of builds) {
    const binary = await compile(sources, BUILDS[name] as string[]);
    text += `export const ${name}Kernels: string =\n  "${Buffer.from(binary).toString("base64")}";\n`;
    sizes.push(`${name} ${binary.length} bytes`);
  }
  writeFileSync(target, text);
  console.log(`${folder}: ${sizes.join(", ")}`);
}

await build("src/engine/wasm", ["strict", "relaxed"]);
await build("src/ssa/wasm", ["strict"]);
