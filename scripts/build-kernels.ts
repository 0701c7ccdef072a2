/**
 * Compiles the AssemblyScript kernels twice (SIMD128, and SIMD128 with relaxed multiply-add) and writes
 * both binaries, as base64, into src/engine/wasm/kernels.gen.ts. Does nothing when the sources have
 * not changed since; `--force` compiles all the same.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root: string = join(dirname(fileURLToPath(import.meta.url)), "..");
const sources: string = join(root, "src/engine/wasm/kernels");
const target: string = join(root, "src/engine/wasm/kernels.gen.ts");

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
  "--enable",
  "simd",
  "--enable",
  "bulk-memory",
];

function sourceHash(): string {
  const hash = createHash("sha256");
  for (const file of readdirSync(sources)
    .filter((name) => name.endsWith(".ts"))
    .sort()) {
    hash.update(file).update(readFileSync(join(sources, file)));
  }
  hash.update(readFileSync(fileURLToPath(import.meta.url)));
  return hash.digest("hex").slice(0, 16);
}

async function compile(extra: string[]): Promise<Uint8Array> {
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

const hash: string = sourceHash();
const upToDate: boolean =
  !process.argv.includes("--force") && existsSync(target) && readFileSync(target, "utf8").includes(hash);
if (!upToDate) {
  const strict = await compile([]);
  const relaxed = await compile(["--enable", "relaxed-simd"]);
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
  writeFileSync(
    target,
    `// Written by scripts/build-kernels.ts from sources ${hash}; do not edit.\n` +
      `export const strictKernels: string =\n  "${base64(strict)}";\n` +
      `export const relaxedKernels: string =\n  "${base64(relaxed)}";\n`,
  );
  console.log(`kernels: strict ${strict.length} bytes, relaxed ${relaxed.length} bytes`);
}
