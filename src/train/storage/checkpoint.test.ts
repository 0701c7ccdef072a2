import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tensor } from "../../ops/index.ts";
import { CheckpointError } from "../../util/index.ts";
import {
  decodeCheckpoint,
  decodeSafetensors,
  encodeCheckpoint,
  encodeSafetensors,
  inspectCheckpoint,
  type Json,
} from "./index.ts";
import { PlainSha256 } from "./sha256.ts";
import { decodeJson, encodeJson } from "./state-json.ts";

const fail = (found: string): Error => new CheckpointError("test", found, "", "");

describe("a state", () => {
  it("survives bit for bit", () => {
    const value = fc.letrec<{ json: Json }>((tie) => ({
      json: fc.oneof(
        { depthSize: "small" },
        fc.double(),
        fc.constantFrom(-0, NaN, Infinity, -Infinity, 5e-324, 0.1 + 0.2, 2 ** 53),
        // any code units (fast-check's own texts of any character take seconds to prepare)
        fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 10 }).map((units) => String.fromCharCode(...units)),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("json")),
        fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("$number", "$$number", "1", "constructor")), tie("json"), {
          noNullPrototype: true,
        }),
      ) as fc.Arbitrary<Json>,
    })).json;
    fc.assert(
      fc.property(value, (json) => {
        fc.pre(!JSON.stringify(json).includes("__proto__"));
        expect(isDeepStrictEqual(decodeJson(encodeJson("test", json, "state"), fail), json)).toBe(true);
      }),
    );
  });

  it("keeps half surrogate pairs inside a file", () => {
    const state = { text: "\ud800 and \udfff", $number: "NaN" };
    expect(decodeCheckpoint(encodeCheckpoint({ tensors: new Map(), state })).state).toEqual(state);
  });

  it("is refused, naming the place, when JSON cannot hold it", () => {
    const circle: Json[] = [];
    circle.push(circle);
    const cases: [unknown, RegExp][] = [
      [{ a: [1, undefined] }, /state\.a\[1\] is undefined/],
      [{ a: () => 1 }, /state\.a is a function/],
      [{ a: 1n }, /a bigint/],
      [{ a: new Map() }, /a Map/],
      [{ a: new Float32Array(1) }, /a Float32Array/],
      [JSON.parse('{"__proto__":1}'), /__proto__/],
      [{ circle }, /circle/],
    ];
    for (const [state, message] of cases) {
      expect(() => encodeCheckpoint({ tensors: new Map(), state: state as { [key: string]: Json } })).toThrow(message);
    }
  });
});

describe("SHA-256 without Node", () => {
  it("agrees with Node's for every length around a block, in any pieces", () => {
    for (let length = 0; length < 200; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 131 + length) & 255);
      const plain = new PlainSha256();
      plain.update(bytes.subarray(0, length >> 1));
      plain.update(bytes.subarray(length >> 1));
      expect(plain.hex()).toBe(createHash("sha256").update(bytes).digest("hex"));
    }
  });
});

describe("a checkpoint", () => {
  const checkpoint = {
    tensors: new Map([
      [
        "0.weight",
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ],
    ]),
    state: { step: 12, lr: 0.1, best: Infinity },
  };

  it("comes back whole, and is a safetensors file", () => {
    const bytes = encodeCheckpoint(checkpoint);
    const { tensors, state } = decodeCheckpoint(bytes);
    expect(state).toEqual(checkpoint.state);
    expect(tensors.get("0.weight")?.toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect([...decodeSafetensors(bytes).tensors.keys()]).toEqual(["0.weight"]);
    expect(inspectCheckpoint(bytes).header.entries.get("0.weight")?.shape).toEqual([2, 2]);
    expect(encodeCheckpoint(checkpoint)).toEqual(bytes);
  });

  it("with any one bit changed is refused", () => {
    const bytes = encodeCheckpoint(checkpoint);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => decodeCheckpoint(bytes), `bit ${bit}`).toThrow(CheckpointError);
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
    }
  });

  it("cut at any byte, or longer, is refused", () => {
    const bytes = encodeCheckpoint(checkpoint);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeCheckpoint(bytes.subarray(0, length))).toThrow(CheckpointError);
    }
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    expect(() => decodeCheckpoint(longer)).toThrow(CheckpointError);
  });

  it("is told from other safetensors files and from later formats", () => {
    expect(() => decodeCheckpoint(encodeSafetensors(checkpoint.tensors))).toThrow(/loadStateDict/);
    const text = new TextDecoder("latin1").decode(encodeCheckpoint(checkpoint));
    const later = Uint8Array.from(text.replace('checkpoint":"1"', 'checkpoint":"2"'), (c) => c.charCodeAt(0));
    expect(() => decodeCheckpoint(later)).toThrow(/format '2'.*version/);
  });
});
