import { ConfigError } from "../../util/index.ts";

/**
 * The batches of an async iterable, for a loop that waits for `ready()` before each `next()`.
 *
 * @param skip batches that were read before, and are read again to find the place
 * @param changed the error for fewer batches than that
 */
export class AsyncBatches<Batch> implements Iterator<Batch> {
  readonly #from: AsyncIterator<Batch>;
  readonly #changed: () => Error;
  readonly #held: Batch[] = [];
  #skip: number;
  #ended = false;
  #filling: Promise<void> | null = null;

  constructor(from: AsyncIterable<Batch>, skip: number, changed: () => Error) {
    this.#from = from[Symbol.asyncIterator]();
    this.#skip = skip;
    this.#changed = changed;
  }

  ready(batches = 1): Promise<void> | null {
    if (this.#ended || this.#held.length >= batches) return null;
    // (a wait that was given up for a stop goes on: the next one joins it)
    this.#filling ??= this.#fill(batches).finally(() => {
      this.#filling = null;
    });
    return this.#filling;
  }

  async #fill(batches: number): Promise<void> {
    while (!this.#ended && this.#held.length < batches) {
      const { done, value } = await this.#from.next();
      if (done === true) this.#ended = true;
      else if (this.#skip > 0) this.#skip--;
      else this.#held.push(value);
    }
    if (this.#skip > 0) throw this.#changed();
  }

  next(): IteratorResult<Batch> {
    if (this.#held.length > 0) return { done: false, value: this.#held.shift() as Batch };
    if (this.#ended) return { done: true, value: undefined };
    throw new ConfigError(
      "AsyncBatches",
      "the next batch has not come yet",
      "expected a loop that waits for it",
      "Wait for ready() before each next().",
    );
  }

  return(): IteratorResult<Batch> {
    if (!this.#ended) this.#from.return?.().catch(() => {}); // (whoever gave the data says what failed with them)
    this.#ended = true;
    this.#held.length = 0;
    this.#skip = 0;
    return { done: true, value: undefined };
  }
}
