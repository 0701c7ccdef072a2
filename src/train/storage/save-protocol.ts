import { type Content, replaceFile } from "./atomic-write.ts";
import { type Checkpoint, DIGEST_AT, planCheckpoint, seal } from "./checkpoint.ts";
import type { Protocol } from "./file-system.ts";
import { pagesOf } from "./memory.ts";
import { fillSteps } from "./safetensors.ts";
import { createSha256 } from "./sha256.ts";

const DIGITS = 64;

/** A checkpoint being copied out of the engine; once it is, training may go on while it is written. */
export interface StagedCheckpoint {
  readonly bytes: Uint8Array;
  /** Copies on, at least up to byte `end`. */
  fill(end: number): void;
  /** What `fill` threw: about the checkpoint, not about a file. */
  readonly failure: { readonly error: unknown } | null;
  /** Gives the memory back. */
  release(): void;
}

/** Memory for staging that stays between saves: a fresh 100 MB costs more than to copy it. */
export class StagingArea {
  #memory: Uint8Array | null = null;
  #taken = false;

  /** Room for a checkpoint: this area's memory, or fresh while a save in progress holds that. */
  stage(checkpoint: Checkpoint, metricsLines: number): StagedCheckpoint {
    const layout = planCheckpoint(checkpoint, metricsLines);
    const own = !this.#taken;
    if (own && (this.#memory === null || this.#memory.length < layout.size)) this.#memory = pagesOf(layout.size);
    const memory = own ? (this.#memory as Uint8Array) : pagesOf(layout.size);
    if (own) this.#taken = true;
    const bytes = memory.subarray(0, layout.size);
    const steps = fillSteps(bytes, layout);
    let filled = 0;
    const staged = {
      bytes,
      failure: null as StagedCheckpoint["failure"],
      fill: (end: number): void => {
        try {
          while (filled < end) {
            const step = steps.next();
            filled = step.done === true ? bytes.length : step.value;
          }
        } catch (error) {
          staged.failure = { error };
          throw error;
        }
      },
      release: (): void => {
        if (own) this.#taken = false;
      },
    };
    return staged;
  }
}

/** Writes a staged checkpoint, copying what is not yet; its hash is computed on the way. */
export function* writeStaged(
  staged: StagedCheckpoint,
  path: string,
  pid: number,
  placement: Parameters<typeof replaceFile>[3],
): Protocol<boolean> {
  const { bytes } = staged;
  const hash = createSha256();
  const content: Content = {
    bytes,
    fill: (end) => staged.fill(end),
    seen: (chunk) => hash.update(chunk),
    seal: () => {
      seal(bytes, hash.hex());
      return [DIGEST_AT, DIGEST_AT + DIGITS];
    },
  };
  return yield* replaceFile(path, pid, content, placement);
}
