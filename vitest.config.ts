import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { innerloop: fileURLToPath(new URL("./src/index.ts", import.meta.url)) } },
  test: {
    include: ["src/**/*.test.ts", "tests/**/*.test.ts"],
    exclude: ["tests/browser/**", "node_modules/**"],
    testTimeout: 60_000,
    // Node 20 has relaxed SIMD behind a flag; workers would compile before the platform module sets it.
    execArgv: process.versions.node.startsWith("20.")
      ? ["--experimental-wasm-relaxed-simd", "--expose-gc"]
      : ["--expose-gc"],
  },
});
