import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodeNumber, type GoldenNumber, readGolden } from "../../../tests/golden/read.ts";
import { setBackend } from "../../engine/public.ts";
import { tensor } from "../../ops/index.ts";
import { CheckpointError } from "../../util/index.ts";
import { decodeSafetensors, encodeSafetensors } from "./index.ts";

function golden(name: string): ReturnType<typeof decodeSafetensors> {
  return decodeSafetensors(readFileSync(new URL(`../../../tests/golden/${name}.safetensors`, import.meta.url)));
}

/** A file with this header, padded to 8 bytes, and `data` zero bytes. */
function file(header: string | Uint8Array, data = 0, padTo = 8): Uint8Array {
  const json = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const length = Math.ceil(json.length / padTo) * padTo;
  const out = new Uint8Array(8 + length + data).fill(0x20, 8, 8 + length);
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true);
  out.set(json, 8);
  return out;
}

function entry(dtype: string, shape: string, offsets: string): string {
  return `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;
}

describe("files of Python's safetensors", () => {
  it("are read, everything by its name", () => {
    const { tensors, metadata } = golden("safetensors-numpy");
    expect(metadata).toEqual({ format: "np", note: 'quotes " and \\ and ü' });
    const weight = tensors.get("0.weight");
    expect(weight?.shape).toEqual([3, 4]);
    expect([...(weight?.data ?? [])]).toEqual([
      ...Float32Array.from({ length: 12 }, (_, i) => Math.fround(i - 5.5) / 3),
    ]);
    expect([...(tensors.get("0.bias")?.data ?? [])]).toEqual([NaN, Infinity, -Infinity]);
    expect(tensors.get("1.num_batches_tracked")?.shape).toEqual([]);
    const values = (name: string): unknown => [tensors.get(name)?.dtype, ...(tensors.get(name)?.data ?? [])];
    expect(values("1.num_batches_tracked")).toEqual(["int32", 123456]);
    expect(values("i8")).toEqual(["int32", -128, 0, 127]);
    expect(values("u8")).toEqual(["int32", 0, 255]);
    expect(values("i16")).toEqual(["int32", -32768, 32767]);
    expect(values("u16")).toEqual(["int32", 0, 65535]);
    expect(values("i32")).toEqual(["int32", -(2 ** 31), 2 ** 31 - 1]);
    expect(values("u32")).toEqual(["int32", 0, 2 ** 31 - 1]);
    expect(values("i64")).toEqual(["int32", -(2 ** 31), -1, 0, 2 ** 31 - 1]);
    expect(values("u64")).toEqual(["int32", 0, 2 ** 31 - 1]);
    expect(values("mask")).toEqual(["bool", 1, 0, 1]);
    expect(tensors.get("empty")?.shape).toEqual([0, 3]);
    expect(values("größe")).toEqual(["float32", 1.5]);
  });

  it("with small floats are read without loss", () => {
    const wanted = readGolden<Record<string, GoldenNumber[]>>("safetensors-values");
    const tensors = new Map([...golden("safetensors-small-floats").tensors, ...golden("safetensors-numpy").tensors]);
    for (const [name, values] of Object.entries(wanted)) {
      expect([...(tensors.get(name)?.data ?? [])], name).toEqual(values.map(decodeNumber));
    }
  });
});

describe("a file of ours", () => {
  it("comes back as it was, bit for bit, in the same order", () => {
    const bits = new Uint32Array([0x7fc12345, 0x80000000, 1, 0xff800000]);
    const state = new Map([
      ["10", tensor(Uint8Array.from([1, 0, 1]), { dtype: "bool" })],
      ["2", tensor(new Float32Array(bits.buffer))],
      ["t", tensor([[1, 2, 3]]).transpose(0, 1)],
      ["none", tensor([])],
    ]);
    const { tensors, metadata } = decodeSafetensors(encodeSafetensors(state, { a: "1" }));
    expect(metadata).toEqual({ a: "1" });
    expect([...tensors.keys()]).toEqual(["10", "2", "t", "none"]);
    const read = tensors.get("2")?.data as Float32Array;
    expect([...new Uint32Array(read.buffer, read.byteOffset, 4)]).toEqual([...bits]);
    expect(tensors.get("t")?.toArray()).toEqual([[1], [2], [3]]);
  });

  it("keeps float64 on the reference backend, and is refused with a fix elsewhere", () => {
    setBackend("reference");
    const bytes = encodeSafetensors(new Map([["x", tensor([Math.PI], { dtype: "float64" })]]));
    expect(decodeSafetensors(bytes).tensors.get("x")?.item()).toBe(Math.PI);
    setBackend("wasm");
    expect(() => decodeSafetensors(bytes)).toThrow(/'x' \(F64 \[1\]\) needs float64.*setBackend\("reference"\)/);
  });

  it("may not have names that a header cannot hold", () => {
    for (const name of ["__proto__", "__metadata__", "\ud800"]) {
      expect(() => encodeSafetensors(new Map([[name, tensor([1])]]))).toThrow(CheckpointError);
    }
    expect(() => encodeSafetensors(new Map(), { a: 1 as unknown as string })).toThrow(/String\(value\)/);
  });
});

const ONE = entry("F32", "[1]", "[0,4]");

describe("the reader takes what the format allows", () => {
  it.each([
    ["nothing", file("{}"), []],
    ["no padding", file(`{"a":${ONE}}`, 4, 1), ["a"]],
    ["spaces in the JSON", file(`{ "a" :\n ${ONE} }`, 4), ["a"]],
    ["offsets in another order", file(`{"b":${entry("F32", "[1]", "[4,8]")},"a":${ONE}}`, 8), ["b", "a"]],
    [
      "unaligned tensors",
      file(`{"a":${entry("BOOL", "[1]", "[0,1]")},"b":${entry("F32", "[1]", "[1,5]")}}`, 5),
      ["a", "b"],
    ],
    ["no elements", file(`{"a":${entry("F32", "[0,4]", "[0,0]")},"b":${ONE}}`, 4), ["a", "b"]],
    ["escaped names", file(`{"\\u0061\\ud83d\\ude80":${ONE}}`, 4), ["a🚀"]],
  ])("%s", (_, bytes, names) => {
    expect([...decodeSafetensors(bytes).tensors.keys()]).toEqual(names);
  });
});

const huge = new Uint8Array(16);
new DataView(huge.buffer).setBigUint64(0, 2n ** 63n, true);
const tooBig = new Uint8Array(16);
new DataView(tooBig.buffer).setBigUint64(0, 100_000_001n, true);
const deep = `{"a":${"[".repeat(100_000)}`;

describe("the reader refuses", () => {
  it.each<[string, Uint8Array, RegExp]>([
    ["an empty file", new Uint8Array(0), /0 bytes/],
    ["a cut length", new Uint8Array(7), /7 bytes/],
    ["a length beyond the file", file("{}").slice(0, 12), /expected it to fit/],
    ["a length beyond 2^53", huge, /at most 100000000/],
    ["a header above 100 MB", tooBig, /at most 100000000/],
    ["a header of no bytes", new Uint8Array(16), /at least \{\}/],
    ["a list", file("[]"), /begin with '\{'/],
    ["space before the header", file(" {}"), /begin with '\{'/],
    ["a byte-order mark", file("\ufeff{}"), /begin with '\{'/],
    ["other padding than spaces", file("{}\0\0\0\0\0\0"), /more text/],
    ["bytes that are no UTF-8", file(Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), /UTF-8/],
    ["a second value", file("{}{}"), /more text/],
    ["a trailing comma", file(`{"a":${ONE},}`, 4), /no key/],
    ["single quotes", file("{'a':1}"), /no key/],
    ["a comment", file("{/**/}"), /no key/],
    ["a cut header", file('{"a":'), /end of the JSON/],
    ["a raw line end in a name", file(`{"a\n":${ONE}}`, 4), /control character/],
    ["an unknown escape", file(`{"\\x":${ONE}}`, 4), /escape/],
    ["half a surrogate pair", file(`{"\\ud800":${ONE}}`, 4), /surrogate/],
    ["deep nesting", file(deep), /nested more than/],
    ["a name twice", file(`{"a":${ONE},"a":${ONE}}`, 4), /'a' twice/],
    ["a name twice in two spellings", file(`{"a":${ONE},"\\u0061":${ONE}}`, 4), /'a' twice/],
    [
      "a key twice in a tensor",
      file(`{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4),
      /twice/,
    ],
    ["__metadata__ twice", file('{"__metadata__":{},"__metadata__":{}}'), /twice/],
    ["a metadata key twice", file('{"__metadata__":{"a":"1","a":"2"}}'), /twice/],
    ["__proto__ as a name", file(`{"__proto__":${ONE}}`, 4), /__proto__/],
    ["__proto__ in metadata", file('{"__metadata__":{"__proto__":"1"}}'), /__proto__/],
    ["__proto__ in a tensor", file('{"a":{"__proto__":1}}'), /__proto__/],
    ["metadata that is no object", file('{"__metadata__":[]}'), /no object/],
    ["metadata that is no text", file('{"__metadata__":{"a":1}}'), /no text/],
    ["a tensor that is no object", file('{"a":1}'), /no object/],
    ["an unknown key", file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}', 4), /the key 'x'/],
    ["no dtype", file('{"a":{"shape":[1],"data_offsets":[0,4]}}', 4), /no dtype/],
    ["an unknown dtype", file(`{"a":${entry("F31", "[1]", "[0,4]")}}`, 4), /'F31'.*F32/],
    ["a dtype in small letters", file(`{"a":${entry("f32", "[1]", "[0,4]")}}`, 4), /'f32'/],
    ["a dtype of Object.prototype", file(`{"a":${entry("constructor", "[1]", "[0,4]")}}`, 4), /'constructor'/],
    ["no shape", file('{"a":{"dtype":"F32","data_offsets":[0,4]}}', 4), /proper shape/],
    ["a negative size", file(`{"a":${entry("F32", "[-1]", "[0,4]")}}`, 4), /where a size belongs/],
    ["a fractional size", file(`{"a":${entry("F32", "[1.0]", "[0,4]")}}`, 4), /where a size belongs/],
    ["an exponent", file(`{"a":${entry("F32", "[1e0]", "[0,4]")}}`, 4), /where a size belongs/],
    ["a leading zero", file(`{"a":${entry("F32", "[01]", "[0,4]")}}`, 4), /no ','/],
    ["a size beyond 2^53", file(`{"a":${entry("F32", "[9007199254740993]", "[0,4]")}}`, 4), /where a size belongs/],
    ["a number of 100 digits", file(`{"a":${entry("F32", `[${"9".repeat(100)}]`, "[0,4]")}}`, 4), /100 characters/],
    [
      "an overflowing shape",
      file(`{"a":${entry("F32", "[2147483647,2147483647,2147483647]", "[0,4]")}}`, 4),
      /can exist/,
    ],
    ["an overflow that wraps to 0", file(`{"a":${entry("F32", "[4294967296,4294967296]", "[0,0]")}}`), /can exist/],
    ["an overflow hidden by 0", file(`{"a":${entry("F32", "[4294967296,4294967296,0]", "[0,0]")}}`), /can exist/],
    ["65 dimensions", file(`{"a":${entry("F32", `[${Array(65).fill(1)}]`, "[0,4]")}}`, 4), /65 dimensions/],
    ["no offsets", file('{"a":{"dtype":"F32","shape":[1]}}', 4), /proper data_offsets/],
    ["three offsets", file(`{"a":${entry("F32", "[1]", "[0,4,4]")}}`, 4), /proper data_offsets/],
    ["an end before the start", file(`{"a":${entry("F32", "[1]", "[4,0]")}}`, 4), /spans -4/],
    ["a span of another length", file(`{"a":${entry("F32", "[2]", "[0,4]")}}`, 4), /expected 8/],
    ["a tensor beyond the file", file(`{"a":${entry("F32", "[2]", "[0,8]")}}`, 4), /expected \d+ for its tensors/],
    ["a hole", file(`{"a":${entry("F32", "[1]", "[4,8]")}}`, 8), /without hole or overlap/],
    ["a hole between", file(`{"a":${ONE},"b":${entry("F32", "[1]", "[8,12]")}}`, 12), /without hole/],
    ["an overlap", file(`{"a":${ONE},"b":${entry("F32", "[1]", "[2,6]")}}`, 6), /without hole or overlap/],
    ["two names for the same bytes", file(`{"a":${ONE},"b":${ONE}}`, 4), /without hole or overlap/],
    ["bytes after the last tensor", file(`{"a":${ONE}}`, 5), /expected \d+ for its tensors/],
    ["bytes after nothing", file("{}", 1), /expected 16 for its tensors/],
    ["half a byte", file(`{"a":${entry("F4", "[3]", "[0,1]")}}`, 1), /expected 1.5/],
    ["a dtype nothing here holds", file(`{"a":${entry("C64", "[1]", "[0,8]")}}`, 8), /Convert it in Python/],
  ])("%s", (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes)).toThrow(CheckpointError);
    expect(() => decodeSafetensors(bytes)).toThrow(message);
  });

  it("elements that would not survive", () => {
    const bool = file(`{"a":${entry("BOOL", "[2]", "[0,2]")}}`, 2);
    bool[bool.length - 1] = 2;
    expect(() => decodeSafetensors(bool)).toThrow(/element 1 is the byte 2/);
    for (const dtype of ["I64", "U64", "U32"]) {
      const bytes = dtype === "U32" ? 4 : 8;
      const wide = file(`{"a":${entry(dtype, "[1]", `[0,${bytes}]`)}}`, bytes);
      wide[wide.length - 1] = 0x80;
      expect(() => decodeSafetensors(wide), dtype).toThrow(/element 0 is beyond int32.*Python/);
    }
  });

  it("a large hostile header in linear time", () => {
    const hostile: ((size: number) => string)[] = [
      (size) => `{${Array.from({ length: size / 10 }, (_, i) => `"${i}":0`).join()}}`,
      (size) => `{"${'\\"'.repeat(size / 2)}`,
      (size) => `{"a":${" ".repeat(size)}`,
    ];
    // The scanner looks at text through these alone; each counts the characters it goes over.
    const { charCodeAt, slice, startsWith } = String.prototype;
    const looks = (text: string): number => {
      const bytes = file(text);
      let count = 0;
      Object.assign(String.prototype, {
        charCodeAt(this: string, at: number) {
          count++;
          return charCodeAt.call(this, at);
        },
        slice(this: string, from?: number, to?: number) {
          const part = slice.call(this, from, to);
          count += part.length;
          return part;
        },
        startsWith(this: string, word: string, at?: number) {
          count += word.length;
          return startsWith.call(this, word, at);
        },
      });
      try {
        decodeSafetensors(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(CheckpointError);
        return count;
      } finally {
        Object.assign(String.prototype, { charCodeAt, slice, startsWith });
      }
      return expect.fail("was not refused");
    };
    // Sixteen times the text: quadratic work would look 256 times as often.
    for (const make of hostile) {
      const [short, long] = [looks(make(10_000)), looks(make(160_000))];
      expect(short).toBeGreaterThan(5);
      expect(long / short).toBeLessThan(40);
    }
  });
});
