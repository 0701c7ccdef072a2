import { afterAll, expect } from "vitest";
import { insideBatch } from "../src/tensor/generation.ts";

// Files of one worker share the engine: a loader's iterator that a test leaves open would keep the memory of every
// test after it.
afterAll(() => {
  expect(insideBatch(), "a test of this file has left a batch open: end its iterator with return()").toBe(false);
});
