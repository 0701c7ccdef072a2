import type { DType, TypedArray } from "../../engine/index.ts";

/** How a safetensors dtype is read. Elements are little-endian, as every machine with WebAssembly has them. */
export interface FileDtype {
  /** Of one element; F4 and F6 do not fill a byte. */
  readonly bits: number;
  /** What its elements become without loss; null where there is nothing. */
  readonly becomes: DType | null;
  /** What is wrong with the elements, or null. Runs before any tensor is made. */
  readonly check?: (bytes: Uint8Array) => string | null;
  /** Elements that have to be widened. */
  readonly widen?: (bytes: Uint8Array) => TypedArray;
}

function floatsFromBits(length: number, bits: (i: number) => number): Float32Array {
  const out = new Float32Array(length);
  const words = new Uint32Array(out.buffer); // as bits, so that NaNs keep their payload
  for (let i = 0; i < length; i++) words[i] = bits(i);
  return out;
}

/** The float32 bits of a small float with `exponentBits` and `mantissaBits` (IEEE: the top exponent is inf and NaN). */
function widenFloat(value: number, exponentBits: number, mantissaBits: number): number {
  const sign = (value >>> (exponentBits + mantissaBits)) << 31;
  const top = (1 << exponentBits) - 1;
  const exponent = (value >>> mantissaBits) & top;
  const mantissa = value & ((1 << mantissaBits) - 1);
  if (exponent === top) return sign | 0x7f800000 | (mantissa << (23 - mantissaBits));
  const bias = top >>> 1;
  if (exponent !== 0) return sign | ((exponent - bias + 127) << 23) | (mantissa << (23 - mantissaBits));
  if (mantissa === 0) return sign;
  const shift = Math.clz32(mantissa) - (31 - mantissaBits); // a subnormal becomes a normal float32
  return (
    sign | ((1 - bias - shift + 127) << 23) | (((mantissa << shift) & ((1 << mantissaBits) - 1)) << (23 - mantissaBits))
  );
}

/** F8_E4M3 (the "fn" kind): no infinities, and S.1111.111 is NaN. */
function widenE4M3(value: number): number {
  if ((value & 0x7f) === 0x7f) return ((value >>> 7) << 31) | 0x7fc00000;
  if ((value & 0x78) === 0x78) return ((value >>> 7) << 31) | ((15 - 7 + 127) << 23) | ((value & 7) << 20);
  return widenFloat(value, 4, 3);
}

function pairs(bytes: Uint8Array, bad: (low: number, high: number) => boolean): string | null {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  for (let i = 0; i < words.length; i += 2) {
    if (bad(words[i] as number, words[i + 1] as number)) return `element ${i / 2} is beyond int32`;
  }
  return null;
}

function evenWords(bytes: Uint8Array): Int32Array {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  return Int32Array.from({ length: words.length / 2 }, (_, i) => words[2 * i] as number);
}

function words16(bytes: Uint8Array): Uint16Array {
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
}

const isBool = (bytes: Uint8Array): string | null => {
  const at = bytes.findIndex((byte) => byte > 1);
  return at < 0 ? null : `element ${at} is the byte ${bytes[at]}, not 0 or 1`;
};

const isInt32 = (bytes: Uint8Array): string | null => {
  const at = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4).findIndex((word) => word < 0);
  return at < 0 ? null : `element ${at} is beyond int32`;
};

/** The dtypes of the format. Functions get bytes aligned to 8. */
export const FILE_DTYPES: ReadonlyMap<string, FileDtype> = new Map<string, FileDtype>([
  ["F32", { bits: 32, becomes: "float32" }],
  ["F64", { bits: 64, becomes: "float64" }],
  ["I32", { bits: 32, becomes: "int32" }],
  ["BOOL", { bits: 8, becomes: "bool", check: isBool }],
  ["U8", { bits: 8, becomes: "int32", widen: (bytes) => Int32Array.from(bytes) }],
  ["I8", { bits: 8, becomes: "int32", widen: (b) => Int32Array.from(new Int8Array(b.buffer, b.byteOffset, b.length)) }],
  ["U16", { bits: 16, becomes: "int32", widen: (b) => Int32Array.from(words16(b)) }],
  [
    "I16",
    { bits: 16, becomes: "int32", widen: (b) => Int32Array.from(new Int16Array(b.buffer, b.byteOffset, b.length / 2)) },
  ],
  ["U32", { bits: 32, becomes: "int32", check: isInt32 }],
  ["I64", { bits: 64, becomes: "int32", check: (b) => pairs(b, (low, high) => high !== low >> 31), widen: evenWords }],
  [
    "U64",
    { bits: 64, becomes: "int32", check: (b) => pairs(b, (low, high) => high !== 0 || low < 0), widen: evenWords },
  ],
  [
    "F16",
    {
      bits: 16,
      becomes: "float32",
      widen: (b) =>
        floatsFromBits(
          b.length / 2,
          (
            (w) => (i: number) =>
              widenFloat(w[i] as number, 5, 10)
          )(words16(b)),
        ),
    },
  ],
  [
    "BF16",
    {
      bits: 16,
      becomes: "float32",
      widen: (b) =>
        floatsFromBits(
          b.length / 2,
          (
            (w) => (i: number) =>
              (w[i] as number) << 16
          )(words16(b)),
        ),
    },
  ],
  [
    "F8_E5M2",
    { bits: 8, becomes: "float32", widen: (b) => floatsFromBits(b.length, (i) => widenFloat(b[i] as number, 5, 2)) },
  ],
  [
    "F8_E4M3",
    { bits: 8, becomes: "float32", widen: (b) => floatsFromBits(b.length, (i) => widenE4M3(b[i] as number)) },
  ],
  ["F8_E8M0", { bits: 8, becomes: null }],
  ["F8_E5M2FNUZ", { bits: 8, becomes: null }],
  ["F8_E4M3FNUZ", { bits: 8, becomes: null }],
  ["F6_E2M3", { bits: 6, becomes: null }],
  ["F6_E3M2", { bits: 6, becomes: null }],
  ["F4", { bits: 4, becomes: null }],
  ["C64", { bits: 64, becomes: null }],
]);

/** The name under which we write a dtype. */
export const WRITTEN_AS: Readonly<Record<DType, string>> = {
  float32: "F32",
  float64: "F64",
  int32: "I32",
  bool: "BOOL",
};
