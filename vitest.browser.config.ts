import { defineConfig } from "vitest/config";

// Tests that need Debian's chromium (or CHROMIUM_PATH) and the built package.
export default defineConfig({ test: { include: ["tests/browser/**/*.test.ts"], testTimeout: 120_000 } });
