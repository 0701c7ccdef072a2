import { defaultGenerator, Generator } from "../../engine/index.ts";
import { fromBase64, toBase64 } from "../base64.ts";
import { type EpochOrder, foreignOrigin, nothingToDraw, type OrderOrigin, type Sampler, walk } from "./sampler.ts";

/** A sampler that draws a whole epoch's order when it begins, straight from its generator or the default one. */
export abstract class DrawnAtOnce implements Sampler {
  readonly generator: Generator | undefined;

  constructor(generator: Generator | undefined) {
    this.generator = generator;
  }

  abstract get length(): number;

  /** The order, drawn from `generator`. */
  protected abstract draw(generator: Generator): Int32Array;

  order(): EpochOrder {
    const generator = this.generator ?? defaultGenerator;
    const state = generator.getState();
    return {
      indices: this.draw(generator),
      origin: () => ({ state: toBase64(state) }),
      reach: nothingToDraw,
    };
  }

  orderAgain(origin: OrderOrigin | null): EpochOrder {
    if (origin === null || !("state" in origin)) throw foreignOrigin(this.constructor.name);
    const indices = this.draw(new Generator().setState(fromBase64(origin.state)));
    return { indices, origin: () => origin, reach: nothingToDraw };
  }

  [Symbol.iterator](): IterableIterator<number> {
    return walk(this.order());
  }
}
