import type { Tensor } from "../tensor/index.ts";
import { checkedOptions } from "../util/index.ts";
import { Module } from "./module.ts";
import type { SameSize } from "./sizes.ts";

/** A layer that applies a function to each element and so leaves sizes as they are. */
export abstract class Activation<Options extends object = Record<never, never>> extends Module<[Tensor], Tensor> {
  declare readonly "~sizes": SameSize;
  readonly options: Readonly<Options>;

  /**
   * What the options of the class hold; none unless it says so.
   *
   * @internal
   */
  protected static readonly optionKinds: object = {};

  /** @throws {ConfigError} for an option that is none, or of the wrong kind */
  constructor(options: Options = {} as Options) {
    checkedOptions(`nn.${new.target.name}`, options, (new.target as typeof Activation).optionKinds as never);
    super();
    this.options = { ...options };
  }

  override extraRepr(): string {
    return Object.entries(this.options)
      .map(([name, value]) => `${name}=${value}`)
      .join(", ");
  }
}
