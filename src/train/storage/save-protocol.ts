import { type Content, replaceFile } from "./atomic-write.ts";
import { type Checkpoint, DIGEST_AT, planCheckpoint, seal } from "./checkpoint.ts";
import type { Protocol } from "./file-system.ts";
import { fill } from "./safetensors.ts";
import { createSha256 } from "./sha256.ts";

const DIGITS = 64;

/** A checkpoint copied out of the engine: training may go on while it is written. */
export interface StagedCheckpoint {
  readonly bytes: Uint8Array;
  /** Gives the memory back. */
  release(): void;
}

/** Memory for staging that stays between saves: a fresh 100 MB costs more than to copy it. */
export class StagingArea {
  #memory: Uint8Array | null = null;
  #taken = false;

  /** Copies a checkpoint. The memory is this area's, or fresh while a save in progress holds that. */
  stage(checkpoint: Checkpoint, metricsLines: number): StagedCheckpoint {
    const layout = planCheckpoint(checkpoint, metricsLines);
    if (this.#taken) {
      const bytes = new Uint8Array(layout.size);
      fill(bytes, layout);
      return { bytes, release: () => {} };
    }
    if (this.#memory === null || this.#memory.length < layout.size) this.#memory = new Uint8Array(layout.size);
    const bytes = this.#memory.subarray(0, layout.size);
    fill(bytes, layout);
    this.#taken = true;
    return {
      bytes,
      release: () => {
        this.#taken = false;
      },
    };
  }
}

/** Writes a staged checkpoint; its hash is computed on the way. */
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
    seen: (chunk) => hash.update(chunk),
    seal: () => {
      seal(bytes, hash.hex());
      return [DIGEST_AT, DIGEST_AT + DIGITS];
    },
  };
  return yield* replaceFile(path, pid, content, placement);
}
