import { expect, it } from "vitest";
import type { Backend } from "../../src/engine/backend.ts";
import { type DType, isFloat } from "../../src/engine/dtype.ts";
import { Scratch } from "./scratch.ts";

/** Titles of tests that a backend does not pass, each with the reason. */
export type Skips = Readonly<Record<string, string>>;

/** What a family of conformance tests is given. */
export class Suite {
  readonly backend: Backend;
  readonly floats: readonly DType[];
  readonly #skips: Skips;
  readonly #part: (title: string) => boolean;
  readonly #titles = new Set<string>();

  /** @param part which of the tests are declared, by their titles */
  constructor(backend: Backend, skips: Skips, part: (title: string) => boolean = () => true) {
    this.backend = backend;
    this.floats = backend.dtypes.filter(isFloat);
    this.#skips = skips;
    this.#part = part;
  }

  /** Declares a test. When it ends, its tensors are released and nothing else may be live. */
  it(title: string, body: (scratch: Scratch) => void): void {
    if (this.#titles.has(title)) throw new Error(`conformance: two tests are called "${title}"`);
    this.#titles.add(title);
    if (!this.#part(title)) return;
    const reason = this.#skips[title];
    if (reason !== undefined) {
      it.skip(`${title} (skipped: ${reason})`, () => undefined);
      return;
    }
    it(title, () => {
      const before = this.backend.memory();
      const scratch = new Scratch(this.backend, seedOf(title));
      try {
        body(scratch);
      } finally {
        scratch.releaseAll();
      }
      const after = this.backend.memory();
      expect({ liveBytes: after.liveBytes, handles: after.handles }, "left behind in memory").toEqual({
        liveBytes: before.liveBytes,
        handles: before.handles,
      });
    });
  }

  /** Skips that name no test are mistakes. */
  unknownSkips(): string[] {
    return Object.keys(this.#skips).filter((title) => !this.#titles.has(title));
  }
}

function seedOf(title: string): number {
  let hash = 2166136261;
  for (let i = 0; i < title.length; i++) hash = Math.imul(hash ^ title.charCodeAt(i), 16777619);
  return hash >>> 0;
}
