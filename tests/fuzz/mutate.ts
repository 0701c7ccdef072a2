import { scope } from "../../src/tensor/index.ts";
import { decodeCheckpoint, decodeSafetensors } from "../../src/train/storage/index.ts";
import { CheckpointError } from "../../src/util/index.ts";

/** Text that breaks readers. */
const SNIPPETS = [
  "__proto__",
  "__metadata__",
  "constructor",
  '"',
  "\\",
  "\\u0000",
  "\\ud800",
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "-1",
  "1e9",
  "9007199254740992",
  "18446744073709551615",
  "0",
  "null",
  "true",
  '"dtype":"F64",',
  '"shape":[],',
  '"data_offsets":[0,0],',
  "BOOL",
  "I64",
  "F16",
  "C64",
  "\u0000",
  "\u00ff",
].map((text) => new TextEncoder().encode(text));

const EDGES = [0, 1, 7, 8, 9, 0x7f, 0x80, 0xff, 0x7b, 0x7d, 0x20, 0x22, 0x5c];

function whole(random: () => number, below: number): number {
  return Math.floor(random() * below);
}

function splice(bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length - remove + insert.length);
  out.set(bytes.subarray(0, at));
  out.set(insert, at);
  out.set(bytes.subarray(at + remove), at + insert.length);
  return out;
}

function headerLength(bytes: Uint8Array): number {
  return bytes.length < 8 ? 0 : Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
}

/** One change, most often in the header: a byte, a snippet, a piece moved, a number, the length, the end. */
function mutateOnce(bytes: Uint8Array, random: () => number, other: Uint8Array): Uint8Array {
  if (bytes.length === 0) return Uint8Array.of(whole(random, 256));
  const end = random() < 0.8 ? Math.min(bytes.length, 8 + headerLength(bytes)) : bytes.length;
  const at = whole(random, end);
  switch (whole(random, 9)) {
    case 0:
      return splice(bytes, at, 1, Uint8Array.of((bytes[at] as number) ^ (1 << whole(random, 8))));
    case 1:
      return splice(bytes, at, 1, Uint8Array.of(EDGES[whole(random, EDGES.length)] as number));
    case 2:
      return splice(bytes, at, 0, SNIPPETS[whole(random, SNIPPETS.length)] as Uint8Array);
    case 3:
      return splice(bytes, at, Math.min(bytes.length - at, 1 + whole(random, 16)), new Uint8Array(0));
    case 4: {
      const length = 1 + whole(random, 64);
      return splice(bytes, at, 0, bytes.slice(at, at + length)); // twice: keys, entries
    }
    case 5: {
      const digit = bytes.findIndex((byte, i) => i >= at && byte >= 0x30 && byte <= 0x39);
      if (digit < 0) return bytes.slice(0, at);
      return splice(bytes, digit, 1, new TextEncoder().encode(String(whole(random, 2 ** (1 + whole(random, 53))))));
    }
    case 6: {
      const out = bytes.slice();
      const length =
        random() < 0.5 ? BigInt(headerLength(bytes) + whole(random, 17) - 8) : BigInt(whole(random, 2 ** 53));
      if (out.length >= 8) new DataView(out.buffer).setBigUint64(0, BigInt.asUintN(64, length), true);
      return out;
    }
    case 7:
      return random() < 0.5
        ? bytes.slice(0, at)
        : splice(bytes, bytes.length, 0, bytes.slice(0, 1 + whole(random, 32)));
    default:
      return splice(bytes, at, 0, other.slice(whole(random, other.length)).subarray(0, 64));
  }
}

/** Makes the header's length right again, so that mutations reach what lies behind that check. */
function repair(bytes: Uint8Array, dataLength: number): Uint8Array {
  const out = bytes.slice();
  const length = out.length - 8 - dataLength;
  if (length >= 0) new DataView(out.buffer).setBigUint64(0, BigInt(length), true);
  return out;
}

/** What a fuzz run saw. */
export interface FuzzReport {
  accepted: number;
  refused: number;
  /** Processor time of the slowest first read, the collector's and the compiler's threads included. */
  slowestMs: number;
  /** The same by the clock, on a machine that may do other things. */
  slowestWallMs: number;
  /** First reads beyond the limit (processor time) whose repetition was within it: collections, the machine's pauses. */
  pauses: number;
  /** Inputs that gave another error, or took too long. */
  bad: { why: string; bytes: Uint8Array }[];
  /** Refusals by the kind of their message. */
  kinds: Map<string, number>;
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function timeOf(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array): number {
  const start = processorMs();
  try {
    scope(() => void read(bytes));
  } catch {
    // Judged at the first read.
  }
  return processorMs() - start;
}

/** Reads `count` mutants of `seeds`, half of them with both readers' deeper checks within reach. */
export function fuzz(seeds: readonly Uint8Array[], count: number, random: () => number, limitMs: number): FuzzReport {
  const report: FuzzReport = {
    accepted: 0,
    refused: 0,
    slowestMs: 0,
    slowestWallMs: 0,
    pauses: 0,
    bad: [],
    kinds: new Map(),
  };
  for (let i = 0; i < count; i++) {
    const seed = seeds[whole(random, seeds.length)] as Uint8Array;
    const other = seeds[whole(random, seeds.length)] as Uint8Array;
    let bytes = seed;
    for (let n = 1 + whole(random, 4); n > 0; n--) bytes = mutateOnce(bytes, random, other);
    if (random() < 0.5 && bytes.length >= 8) bytes = repair(bytes, seed.length - 8 - headerLength(seed));
    const read = i % 2 === 0 ? decodeSafetensors : decodeCheckpoint;
    const [start, wallStart] = [processorMs(), performance.now()];
    try {
      scope(() => void read(bytes));
      report.accepted++;
    } catch (error) {
      report.refused++;
      if (!(error instanceof CheckpointError)) report.bad.push({ why: String(error), bytes });
      else {
        const kind = error.got.replace(/'[^']*'|[\d.]+|\p{L}*\d\p{L}*/gu, "_").slice(0, 60);
        report.kinds.set(kind, (report.kinds.get(kind) ?? 0) + 1);
      }
    }
    const took = processorMs() - start;
    report.slowestWallMs = Math.max(report.slowestWallMs, performance.now() - wallStart);
    report.slowestMs = Math.max(report.slowestMs, took);
    if (took <= limitMs) continue;
    const again = Math.min(timeOf(read, bytes), timeOf(read, bytes), timeOf(read, bytes));
    if (again > limitMs) report.bad.push({ why: `${again.toFixed(1)} ms`, bytes });
    else report.pauses++;
  }
  return report;
}
