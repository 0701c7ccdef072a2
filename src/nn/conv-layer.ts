import type { DType, Generator } from "../engine/index.ts";
import { empty, type SpatialSizes } from "../ops/index.ts";
import { Parameter, type Tensor } from "../tensor/index.ts";
import { ConfigError, type OptionKinds } from "../util/index.ts";
import { checkWhole } from "./check.ts";
import { kaimingUniform_, uniform_ } from "./init.ts";
import { Module } from "./module.ts";

/** Options that every convolution layer takes; sizes are one number, or one for each spatial dimension. */
export interface ConvLayerBase {
  /** Steps from window to window; default 1. */
  stride?: SpatialSizes;
  /** Distance between the elements a window sees; default 1. */
  dilation?: SpatialSizes;
  /** Channels are split into this many groups, each with filters of its own; default 1. */
  groups?: number;
  /** Add a bias for each output channel; default true. */
  bias?: boolean;
  /** Default float32. */
  dtype?: DType;
  /** Whose numbers the initial values are; default the one `manualSeed` seeds. */
  generator?: Generator;
}

/** What each holds. */
export const CONV_LAYER_BASE: OptionKinds<ConvLayerBase> = {
  stride: "numbers",
  dilation: "numbers",
  groups: "number",
  bias: "boolean",
  dtype: "string",
  generator: "object",
};

/** One number for each spatial dimension. */
export function sizesOf(
  operation: string,
  name: string,
  value: SpatialSizes,
  rank: number,
  least: number,
): readonly number[] {
  const list = typeof value === "number" ? new Array<number>(rank).fill(value) : [...value];
  for (const size of list) checkWhole(operation, name, size, least);
  if (list.length === rank) return list;
  throw new ConfigError(
    operation,
    `${name} has ${list.length} numbers`,
    `expected one, or one for each of ${rank} spatial dimensions`,
    "Pass a number, or a list of that length.",
  );
}

/** Weight and bias of a convolution, drawn in this order in ±1/√(elements that one output sees), as PyTorch draws them. */
export abstract class ConvLayer extends Module<[Tensor], Tensor> {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
  /** `[out, in / groups, ...kernel]`; transposed `[in, out / groups, ...kernel]` */
  weight: Parameter;
  /** `[out]`, or null */
  bias: Parameter | null;

  constructor(
    name: string,
    rank: number,
    inChannels: number,
    outChannels: number,
    kernelSize: SpatialSizes,
    options: ConvLayerBase,
    transposed: boolean,
  ) {
    super();
    const groups = options.groups ?? 1;
    checkWhole(name, "inChannels", inChannels, 1);
    checkWhole(name, "outChannels", outChannels, 1);
    checkWhole(name, "groups", groups, 1);
    for (const [what, channels] of [
      ["inChannels", inChannels],
      ["outChannels", outChannels],
    ] as const) {
      if (channels % groups === 0) continue;
      throw new ConfigError(
        name,
        `${what} is ${channels}, groups ${groups}`,
        "expected groups that divide it",
        "Choose groups that divide both numbers of channels.",
      );
    }
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = sizesOf(name, "kernelSize", kernelSize, rank, 1);
    this.stride = sizesOf(name, "stride", options.stride ?? 1, rank, 1);
    this.dilation = sizesOf(name, "dilation", options.dilation ?? 1, rank, 1);
    this.groups = groups;
    const dtype = options.dtype === undefined ? {} : { dtype: options.dtype };
    const channels = transposed ? [inChannels, outChannels / groups] : [outChannels, inChannels / groups];
    this.weight = new Parameter(empty([...channels, ...this.kernelSize], dtype));
    this.bias = (options.bias ?? true) ? new Parameter(empty([outChannels], dtype)) : null;
    this.resetParameters(options.generator);
  }

  /** Draws weight and bias anew. */
  resetParameters(generator?: Generator): void {
    const from = generator === undefined ? {} : { generator };
    kaimingUniform_(this.weight, { a: Math.sqrt(5), ...from });
    if (this.bias === null) return;
    const bound = 1 / Math.sqrt(this.weight.shape.slice(1).reduce((product, size) => product * size, 1));
    uniform_(this.bias, { a: -bound, b: bound, ...from });
  }

  /** What `extraRepr` says after kernel and stride. */
  protected describe(parts: readonly (readonly [string, unknown, unknown])[]): string {
    const show = (value: unknown): string => (Array.isArray(value) ? `[${value.join(", ")}]` : String(value));
    const rest = parts.filter(([, value, usual]) => show(value) !== show(usual));
    const all = [["kernelSize", this.kernelSize], ["stride", this.stride], ...rest] as const;
    return [this.inChannels, this.outChannels, ...all.map(([name, value]) => `${name}=${show(value)}`)].join(", ");
  }
}
