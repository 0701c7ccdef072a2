import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { memory } from "../../src/engine/index.ts";
import { full } from "../../src/ops/index.ts";
import { Parameter, promoteAmbient } from "../../src/tensor/index.ts";

// The collector cannot be asked by name without this flag, which may be set while Node runs.
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const BYTES = 400;
const COUNT = 200;

// Collects until the live bytes are down to `goal`, a few seconds at most.
async function settle(goal: number): Promise<number> {
  for (let i = 0; i < 40 && memory().liveBytes > goal; i++) {
    collect();
    await sleep(5);
  }
  return memory().liveBytes;
}

// Files of one worker share the engine: what tests before have left behind must be gone before anything is counted.
async function quiesce(): Promise<number> {
  promoteAmbient();
  new Parameter(full([1], 0)).sum().backward(); // begins a step, which frees the one before
  promoteAmbient();
  let before = Infinity;
  for (let equal = 0, i = 0; equal < 3 && i < 60; i++) {
    collect();
    await sleep(5);
    const { liveBytes } = memory();
    equal = liveBytes === before ? equal + 1 : 0;
    before = liveBytes;
  }
  return before;
}

it("frees roots that nothing refers to: kept tensors, parameters with gradients, data from before a loop", async () => {
  const start = await quiesce();
  const survivor = full([10, 10], 7).keep();
  (() => {
    for (let i = 0; i < COUNT; i++) {
      full([10, 10], i).keep();
      const weight = new Parameter(full([10, 10], i));
      weight.sum().backward();
      full([10, 10], i);
    }
    promoteAmbient();
  })();
  expect(memory().liveBytes - start).toBeGreaterThanOrEqual(4 * COUNT * BYTES);
  const goal = start + 20 * BYTES; // a handful may still stand in a register or on the stack
  expect(await settle(goal)).toBeLessThanOrEqual(goal);
  expect(survivor.sum().item()).toBe(700);
});
