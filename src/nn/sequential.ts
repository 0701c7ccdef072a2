import { linearRelu } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { ConfigError } from "../util/index.ts";
import { ReLU } from "./activations.ts";
import { Linear } from "./linear.ts";
import { Module } from "./module.ts";
import type { Chain, ChainIn, ChainOut, Layer, Sizes } from "./sizes.ts";

type At<L extends readonly Layer[], I extends number> = `${I}` extends keyof L ? L[`${I}`] : L[number];

/**
 * Layers one after the other; each takes what the one before it gives.
 *
 * Where the sizes are literals, neighbours that do not fit are a compile error that names both sizes.
 *
 * @example
 * const model = new nn.Sequential(new nn.Linear(4, 64), new nn.ReLU(), new nn.Linear(64, 1));
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Sequential.html
 */
export class Sequential<const L extends readonly Layer[] = readonly Layer[]> extends Module<[Tensor], Tensor> {
  declare readonly "~sizes": Sizes<ChainIn<L>, ChainOut<L>>;
  readonly #layers: readonly Layer[];
  /** Where a Linear layer has a ReLU behind it: the two are one op, and nobody sees what is between them. */
  readonly #pairs: readonly boolean[];

  /** @throws {ConfigError} when an argument is no module */
  constructor(...layers: L & Chain<L>) {
    super();
    const list: readonly Layer[] = [...(layers as L)];
    list.forEach((layer, i) => {
      if (!(layer instanceof Module)) {
        throw new ConfigError(
          "nn.Sequential",
          `argument ${i} is ${layer === null ? "null" : typeof layer}`,
          "expected modules",
          "Pass the layers one by one: new nn.Sequential(a, b), or spread an array.",
        );
      }
      this.registerModule(String(i), layer);
    });
    this.#layers = list;
    this.#pairs = list.map((layer, i) => layer.constructor === Linear && list[i + 1]?.constructor === ReLU);
  }

  /** Number of layers. */
  get length(): number {
    return this.#layers.length;
  }

  /**
   * The layer at a position; negative ones count from the end.
   *
   * @throws {ConfigError} when there is none
   */
  at<I extends number>(index: I): At<L, I> {
    const layer = this.#layers.at(index);
    if (layer !== undefined && Number.isInteger(index)) return layer as At<L, I>;
    throw new ConfigError(
      "nn.Sequential",
      `index is ${index}`,
      `expected a whole number from ${-this.length} to ${this.length - 1}`,
      "Count from 0, or from -1 at the end.",
    );
  }

  [Symbol.iterator](): IterableIterator<L[number]> {
    return this.#layers[Symbol.iterator]() as IterableIterator<L[number]>;
  }

  forward(input: Tensor): Tensor {
    let x = input;
    const layers = this.#layers;
    for (let i = 0; i < layers.length; i++) {
      const layer = layers[i] as Layer;
      if (this.#pairs[i] === true && isPlain(layer, Linear) && isPlain(layers[i + 1] as Layer, ReLU)) {
        const { weight, bias } = layer as unknown as Linear;
        x = linearRelu(x, weight, bias);
        i++;
      } else {
        x = layer.forward(x);
      }
    }
    return x;
  }
}

// Somebody who gives a layer a forward of its own (to look at what passes) gets it called.
function isPlain(layer: Layer, type: { prototype: Layer }): boolean {
  return layer.forward === type.prototype.forward;
}
