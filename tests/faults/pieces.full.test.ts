import { expect, it } from "vitest";
import { readWhole, replaceFile } from "../../src/train/storage/atomic-write.ts";
import { runLater, runSync } from "../../src/train/storage/file-system.ts";
import { mulberry } from "./checkpoints.ts";
import { FAULT_KINDS, type FaultKind, FaultyFileSystem } from "./faulty.ts";
import { MemoryFileSystem } from "./memory-file-system.ts";

// A large file is copied, written, synced early and hashed at once, in pieces; here the pieces are small.
const OLD = new Uint8Array(900).fill(1);
const NEW = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7) % 251);
const SEALED = Uint8Array.from(NEW, (value, i) => (i < 8 ? 255 : value));

async function attempt(at: number, kind: FaultKind, persistent: boolean, later: boolean): Promise<number> {
  const disk = new MemoryFileSystem();
  runSync(disk, replaceFile("f", 1, { bytes: OLD }, {}));
  const faulty = new FaultyFileSystem(disk);
  faulty.arm(at, kind, persistent);
  const bytes = new Uint8Array(NEW.length);
  const seen: number[] = [];
  const content = {
    bytes,
    fill: (end: number): void => bytes.set(NEW.subarray(0, end)),
    seen: (chunk: Uint8Array): void => void seen.push(...chunk),
    seal: (): [number, number] => {
      bytes.fill(255, 0, 8);
      return [0, 8];
    },
    piece: 700,
  };
  let saved = false;
  try {
    const protocol = replaceFile("f", 1, content, {});
    if (later) await runLater(faulty.operations, protocol);
    else runSync(faulty.operations, protocol);
    saved = true;
    expect(seen).toEqual([...NEW]);
  } catch (error) {
    expect((error as Error).message, `${kind} at ${at}`).toMatch(/^E[A-Z]+: |wrote nothing|does not read back/);
  }
  const random = mulberry(at);
  for (const odds of [0, 0.5, 1]) {
    const found = runSync(
      disk.crash(() => random() < odds),
      readWhole("f"),
    );
    const isNew = found.length === SEALED.length && found.every((value, i) => value === SEALED[i]);
    const isOld = found.length === OLD.length && found.every((value, i) => value === OLD[i]);
    expect(isNew || (isOld && !saved), `${kind} at ${at}, ${persistent ? "for good" : "once"}, power lost`).toBe(true);
  }
  return faulty.count;
}

for (const later of [false, true]) {
  it(`a file in pieces is whole after any fault (${later ? "later" : "sync"})`, async () => {
    const operations = await attempt(Number.POSITIVE_INFINITY, "EIO", false, later);
    expect(operations).toBeGreaterThan(25); // writes and reads of 8 pieces, several fsyncs
    for (const kind of FAULT_KINDS) {
      for (let at = 1; at <= operations; at++) {
        for (const persistent of [false, true]) await attempt(at, kind, persistent, later);
      }
    }
  });
}
