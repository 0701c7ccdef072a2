import { afterEach, describe, expect, it, vi } from "vitest";
import { WasmPool } from "../../util/platform/wasm-pool.ts";
import { generateEncounters, monteCarloProbability } from "../index.ts";
import { openKernel } from "./kernel.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("openKernel", () => {
  it("starts threads once for runs that follow each other, and others for runs at the same time", async () => {
    const first = await openKernel(2);
    first.close();
    first.close();
    const second = await openKernel(2);
    expect(second).toBe(first);
    const beside = await openKernel(2);
    expect(beside).not.toBe(first);
    second.close();
    const ended = vi.spyOn(WasmPool.prototype, "close");
    beside.close(); // one is kept, the other ends
    expect(ended).toHaveBeenCalledTimes(1);
    expect(await openKernel(2)).toBe(beside);
    expect((await openKernel(1)).threads).toBe(1);
  });

  it("gives the same numbers again, alone and beside another run", async () => {
    const [one, two] = generateEncounters({ seed: 3, count: 2 }).map(({ conjunction }) => conjunction);
    if (one === undefined || two === undefined) throw new Error("no encounters");
    const options = { maxSamples: 8_000, threads: 2, seed: 5, remediation: "cara" } as const;
    const run = (conjunction: typeof one): Promise<unknown> => monteCarloProbability(conjunction, options);
    const alone = [await run(one), await run(two)];
    expect(await Promise.all([run(one), run(two)])).toEqual(alone);
    expect([await run(one), await run(two)]).toEqual(alone);
  });
});
