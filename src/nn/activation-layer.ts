import type { Tensor } from "../tensor/index.ts";
import { Module } from "./module.ts";
import type { SameSize } from "./sizes.ts";

/** A layer that applies a function to each element and so leaves sizes as they are. */
export abstract class Activation<Options extends object = Record<never, never>> extends Module<[Tensor], Tensor> {
  declare readonly "~sizes": SameSize;
  readonly options: Readonly<Options>;

  constructor(options: Options = {} as Options) {
    super();
    this.options = { ...options };
  }

  override extraRepr(): string {
    return Object.entries(this.options)
      .map(([name, value]) => `${name}=${value}`)
      .join(", ");
  }
}
