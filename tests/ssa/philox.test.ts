import { describe, expect, it } from "vitest";
import { strictKernels } from "../../src/ssa/wasm/kernels.gen.ts";
import { base64Decode } from "../../src/util/platform/index.ts";

// Known answers: Random123, kat_vectors, "philox4x32 10" (Salmon et al., SC 2011): counter, key, the four words.
const KNOWN = [
  ["00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
  ["ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"],
  ["243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"],
] as const;

describe("Philox4x32-10", () => {
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 65535 });
  const module = new WebAssembly.Module(base64Decode(strictKernels) as BufferSource);
  const { philox } = new WebAssembly.Instance(module, { env: { memory, abort: () => {} } }).exports as unknown as {
    philox: (...words: number[]) => number;
  };
  const words = (text: string): number[] => text.split(" ").map((word) => Number.parseInt(word, 16));

  it.each(KNOWN)("counter %s, key %s", (counter, key, expected) => {
    const got = [0, 1, 2, 3].map((which) => philox(...words(counter), ...words(key), which) >>> 0);
    expect(got.map((word) => word.toString(16).padStart(8, "0")).join(" ")).toBe(expected);
  });
});
