import { expect, it } from "vitest";
import { readWhole, replaceFile } from "../../src/train/storage/atomic-write.ts";
import {
  codeOf,
  type FileSystem,
  type LaterOperations,
  runLater,
  runSync,
} from "../../src/train/storage/file-system.ts";
import { MemoryFileSystem } from "./memory-file-system.ts";

// Nothing fails here and no operation reports anything: the disk just does not give back what it was given.
const OLD = new Uint8Array(500).fill(1);
const NEW = Uint8Array.from({ length: 3000 }, (_, i) => (i * 7) % 251);
const PIECE = 700;

type Damage = (bytes: Uint8Array, position: number) => Uint8Array;

/** A disk whose reads of the new file are damaged. */
function damagedDisk(disk: MemoryFileSystem, damage: Damage): FileSystem {
  const read: FileSystem["read"] = (file, into, position) => {
    const whole = new Uint8Array(NEW.length + 64);
    const length = disk.read(file, whole, 0);
    const rest = damage(whole.slice(0, length), position).subarray(position, position + into.length);
    into.set(rest);
    return rest.length;
  };
  const later = new Proxy({} as LaterOperations, {
    get: (_, name) =>
      name === "read" ? async (...args: Parameters<typeof read>) => read(...args) : disk.later[name as "read"],
  });
  return new Proxy(disk as FileSystem, {
    get: (_, name) => {
      if (name === "read") return read;
      if (name === "later") return later;
      const value: unknown = disk[name as "write"];
      return typeof value === "function" ? value.bind(disk) : value;
    },
  });
}

async function save(damage: Damage, later: boolean): Promise<string> {
  const disk = new MemoryFileSystem();
  runSync(disk, replaceFile("f", 1, { bytes: OLD }, {}));
  const system = damagedDisk(disk, damage);
  const content = { bytes: NEW.slice(), piece: PIECE };
  let code = "";
  try {
    if (later) await runLater(system, replaceFile("f", 1, content, {}));
    else runSync(system, replaceFile("f", 1, content, {}));
  } catch (error) {
    code = codeOf(error);
  }
  expect(runSync(disk, readWhole("f"))).toEqual(code === "" ? NEW : OLD);
  expect(disk.readdir(".")).toEqual(["f"]);
  return code;
}

const flip =
  (at: number): Damage =>
  (bytes) => {
    (bytes[at] as number) ^= 1 << (at % 8);
    return bytes;
  };

for (const later of [false, true]) {
  const how = later ? "later" : "sync";

  it(`a changed bit anywhere is found when read back (${how})`, async () => {
    expect(await save((bytes) => bytes, later)).toBe("");
    const edges = [0, 1, NEW.length - 1].concat([1, 2, 3, 4].flatMap((n) => [n * PIECE - 1, n * PIECE]));
    const others = Array.from({ length: 20 }, (_, i) => 17 + 149 * i);
    for (const at of [...edges, ...others]) expect(await save(flip(at), later), `byte ${at}`).toBe("EREADBACK");
  });

  it(`a torn, short or long file is found when read back (${how})`, async () => {
    const damages: [string, Damage][] = [
      ["cut by a byte", (bytes) => bytes.subarray(0, -1)],
      ["cut at a piece", (bytes) => bytes.subarray(0, 4 * PIECE)],
      ["empty", (bytes) => bytes.subarray(0, 0)],
      ["a byte more", (bytes) => Uint8Array.from([...bytes, 0])],
      ["two sectors swapped", (bytes) => Uint8Array.from(bytes, (_, i) => bytes[i < 1024 ? i ^ 512 : i] as number)],
    ];
    for (let sector = 0; sector < NEW.length; sector += 512) {
      damages.push([`zeros from ${sector}`, (bytes) => bytes.fill(0, sector, sector + 512)]);
    }
    for (const [name, damage] of damages) expect(await save(damage, later), name).toBe("EREADBACK");
  });
}

it("reads back what is synced while the rest is written, and what changes last after the last fsync", async () => {
  const disk = new MemoryFileSystem();
  const done: string[] = [];
  const note = (name: string, args: readonly unknown[]): void => {
    done.push(name === "read" ? `read ${String(args[2])}` : name);
  };
  const later = new Proxy({} as LaterOperations, {
    get: (_, name: "read") => async (file: number, into: Uint8Array, position: number) => {
      note(name, [file, into, position]);
      return disk.later[name](file, into, position);
    },
  });
  const system = new Proxy(disk as FileSystem, {
    get: (_, name) => {
      if (name === "later") return later;
      const value: unknown = disk[name as "write"];
      return typeof value === "function" ? value.bind(disk) : value;
    },
  });
  const bytes = NEW.slice();
  const seal = (): [number, number] => {
    bytes.fill(255, 0, 8);
    return [0, 8];
  };
  await runLater(system, replaceFile("f", 1, { bytes, seen: () => {}, seal, piece: PIECE }, {}));
  const last = done.lastIndexOf("fsync");
  const reads = done.map((what, i) => [what, i] as const).filter(([what]) => what.startsWith("read"));
  expect(new Set(reads.map(([what]) => what))).toEqual(
    new Set([0, 1, 2, 3, 4].map((piece) => `read ${piece * PIECE}`).concat(`read ${NEW.length}`)),
  );
  expect(reads.filter(([, at]) => at < last).length).toBeGreaterThan(0);
  expect(reads.find(([what]) => what === "read 0")?.[1]).toBeGreaterThan(last);
  expect(reads.find(([what]) => what === `read ${4 * PIECE}`)?.[1]).toBeGreaterThan(last); // it ends with the file
});
