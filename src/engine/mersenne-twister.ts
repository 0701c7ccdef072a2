/** Words of the MT19937 state. */
export const STATE_WORDS = 624;

// The masks are written as signed 32-bit numbers: V8 keeps `&` in integer registers only then.
const MATRIX = -0x66f74f21; // 0x9908b0df
const HIGH_BIT = -0x80000000;
const TEMPER_B = -0x62d3a980; // 0x9d2c5680
const TEMPER_C = -0x103a0000; // 0xefc60000
const N = 624;
const SHIFT = 397;

// Loops over unexported constants of their own module run several times as fast in V8 as loops over
// fields, whose address and length it reads again at every access; the copies are memory moves.
const STATE = new Int32Array(STATE_WORDS);
const OUTPUT = new Int32Array(STATE_WORDS);

let blocks = 0;

/**
 * MT19937 as PyTorch's `at::mt19937` seeds and steps it.
 *
 * The state is advanced and tempered 624 words at a time, so that a draw is one read.
 */
export class MersenneTwister {
  /** The untempered state, as 32-bit words with a sign. */
  readonly state: Int32Array = new Int32Array(STATE_WORDS);
  /** The tempered words of the current block, as 32-bit words with a sign. */
  private readonly output: Int32Array = new Int32Array(STATE_WORDS);
  /** The next word of `output`; `STATE_WORDS` when the block is used up. */
  position: number = STATE_WORDS;
  /** Which block `state` and `output` hold; two engines with one number hold the same. */
  private block = -1;
  /** Seeded and never drawn from (PyTorch's saved state tells this apart from a used-up block). */
  fresh = true;

  /** Starts from the low 32 bits of a seed, which is all that PyTorch's engine uses of it. */
  seed(low32: number): void {
    const state = this.state;
    let previous = low32 | 0;
    state[0] = previous;
    for (let i = 1; i < STATE_WORDS; i++) {
      previous = (Math.imul(1812433253, previous ^ (previous >>> 30)) + i) | 0;
      state[i] = previous;
    }
    this.position = STATE_WORDS;
    this.fresh = true;
    this.block = blocks++;
  }

  /** Puts a saved state in place; `words` holds `STATE_WORDS` untempered words. */
  restore(words: ArrayLike<number>, position: number, fresh: boolean): void {
    for (let i = 0; i < STATE_WORDS; i++) this.state[i] = (words[i] as number) | 0;
    this.position = position;
    this.fresh = fresh;
    STATE.set(this.state);
    temper();
    this.output.set(OUTPUT);
    this.block = blocks++;
  }

  /** Takes over another engine's state: two memory moves, and none as long as both are in one block. */
  copyFrom(other: MersenneTwister): void {
    if (this.block !== other.block) {
      this.state.set(other.state);
      this.output.set(other.output);
      this.block = other.block;
    }
    this.position = other.position;
    this.fresh = other.fresh;
  }

  /** The next word, `0 … 2^32 - 1`. */
  next(): number {
    if (this.position === STATE_WORDS) this.refill();
    return (this.output[this.position++] as number) >>> 0;
  }

  /** Moves the next `count` words (at most `into.length`) to the start of `into`. */
  take(into: Int32Array, count: number): void {
    for (let done = 0; done < count; ) {
      if (this.position === STATE_WORDS) this.refill();
      const end = Math.min(STATE_WORDS, this.position + count - done);
      into.set(this.output.subarray(this.position, end), done);
      done += end - this.position;
      this.position = end;
    }
  }

  /** Computes the next block; `position` becomes 0. */
  refill(): void {
    STATE.set(this.state);
    advance();
    temper();
    this.state.set(STATE);
    this.output.set(OUTPUT);
    this.position = 0;
    this.fresh = false;
    this.block = blocks++;
  }
}

/** Replaces `STATE` by the next 624 words of the recurrence. */
function advance(): void {
  let current = STATE[0] as number;
  for (let i = 0; i < N - SHIFT; i++) {
    const following = STATE[i + 1] as number;
    STATE[i] = (STATE[i + SHIFT] as number) ^ twist(current, following);
    current = following;
  }
  for (let i = N - SHIFT; i < N - 1; i++) {
    const following = STATE[i + 1] as number;
    STATE[i] = (STATE[i + SHIFT - N] as number) ^ twist(current, following);
    current = following;
  }
  // The last word mixes with the first word of the new block.
  STATE[N - 1] = (STATE[SHIFT - 1] as number) ^ twist(current, STATE[0] as number);
}

/** Fills `OUTPUT` from `STATE`. */
function temper(): void {
  for (let i = 0; i < N; i++) {
    let word = STATE[i] as number;
    word ^= word >>> 11;
    word ^= (word << 7) & TEMPER_B;
    word ^= (word << 15) & TEMPER_C;
    OUTPUT[i] = word ^ (word >>> 18);
  }
}

/** The recurrence's shift of the high bit of `a` joined to the low 31 bits of `b`. */
function twist(a: number, b: number): number {
  return (((a & HIGH_BIT) | (b & 0x7fffffff)) >>> 1) ^ (((b << 31) >> 31) & MATRIX);
}
