import { builtinModule } from "../../util/platform/index.ts";

interface NodeHash {
  update(bytes: Uint8Array): unknown;
  digest(encoding: "hex"): string;
}

interface NodeCrypto {
  createHash(name: "sha256"): NodeHash;
}

/** SHA-256 (FIPS 180-4) of bytes that come in pieces. */
export interface Sha256 {
  update(bytes: Uint8Array): void;
  /** 64 hexadecimal digits; nothing can be added afterwards. */
  hex(): string;
}

// The constants are the first 32 bits of the fractions of primes' cube roots and square roots.
function primeFractions(count: number, root: (n: number) => number): Uint32Array {
  const out = new Uint32Array(count);
  for (let n = 2, found = 0; found < count; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
    if (prime) out[found++] = (root(n) % 1) * 2 ** 32;
  }
  return out;
}

const rotate = (x: number, by: number): number => (x >>> by) | (x << (32 - by));

/** The hash in plain TypeScript, for places without Node's. */
export class PlainSha256 implements Sha256 {
  readonly #k = primeFractions(64, Math.cbrt);
  readonly #state = primeFractions(8, Math.sqrt);
  readonly #block = new Uint8Array(64);
  readonly #w = new Uint32Array(64);
  #filled = 0;
  #length = 0;

  update(bytes: Uint8Array): void {
    this.#length += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      const take = Math.min(64 - this.#filled, bytes.length - at);
      this.#block.set(bytes.subarray(at, at + take), this.#filled);
      this.#filled += take;
      at += take;
      if (this.#filled === 64) this.#compress();
    }
  }

  hex(): string {
    const bits = BigInt(this.#length) * 8n;
    const padding = new Uint8Array(((119 - (this.#length % 64)) % 64) + 9);
    padding[0] = 0x80;
    new DataView(padding.buffer).setBigUint64(padding.length - 8, bits);
    this.update(padding);
    return [...this.#state].map((word) => word.toString(16).padStart(8, "0")).join("");
  }

  #compress(): void {
    const w = this.#w;
    const view = new DataView(this.#block.buffer);
    for (let i = 0; i < 16; i++) w[i] = view.getUint32(4 * i);
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15] as number;
      const y = w[i - 2] as number;
      const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
      const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
      w[i] = (w[i - 16] as number) + s0 + (w[i - 7] as number) + s1;
    }
    let [a, b, c, d, e, f, g, h] = this.#state as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    for (let i = 0; i < 64; i++) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (this.#k[i] as number) + (w[i] as number)) | 0;
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    const added = [a, b, c, d, e, f, g, h];
    for (let i = 0; i < 8; i++) (this.#state[i] as number) += added[i] as number;
    this.#filled = 0;
  }
}

/** A fresh hash: Node's own where there is one (it uses the processor's instructions). */
export function createSha256(): Sha256 {
  const native = builtinModule<NodeCrypto>("node:crypto")?.createHash("sha256");
  if (native === undefined) return new PlainSha256();
  return { update: (bytes) => void native.update(bytes), hex: () => native.digest("hex") };
}
