import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: {
    alias: [
      { find: /^innerloop$/, replacement: fileURLToPath(new URL("./src/index.ts", import.meta.url)) },
      { find: /^innerloop\/(\w+)$/, replacement: fileURLToPath(new URL("./src/$1/index.ts", import.meta.url)) },
    ],
  },
  test: {
    include: ["src/**/*.test.ts", "tests/**/*.test.ts"],
    exclude: ["tests/browser/**", "node_modules/**", "**/*.full.test.ts"],
    testTimeout: 60_000,
    setupFiles: ["tests/setup.ts"],
    // Files of one worker share their modules: loading the engine anew for each file cost a third of the tests' own time.
    // Tests put back what they switch (backend, dtype, BLAS) and compare memory with what it was at their start.
    isolate: false,
    // (vitest leaves one core free, and on a machine with two that is half)
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Node 20 has relaxed SIMD behind a flag; workers would compile before the platform module sets it.
    execArgv: process.versions.node.startsWith("20.")
      ? ["--experimental-wasm-relaxed-simd", "--expose-gc"]
      : ["--expose-gc"],
  },
});
