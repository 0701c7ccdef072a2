import type { Tensor } from "../tensor/index.ts";
import type { Module } from "./module.ts";

// Sizes of the last dimension, at compile time. A layer that knows what it takes and gives declares
// `"~sizes"` (no such property exists when the program runs); Sequential compares neighbours.

/** What a layer takes and gives: literal sizes, `number` when unknown, `"same"` when it passes the size on. */
export interface Sizes<In extends number = number, Out extends number | "same" = number | "same"> {
  readonly in: In;
  readonly out: Out;
}

/** A layer that leaves sizes as they are. */
export type SameSize = Sizes<number, "same">;

/** What Sequential is made of. */
export type Layer = Module<[Tensor], Tensor>;

/** Where a wrong neighbour stands in a compile error. */
export interface SizeMismatch<Message extends string> {
  readonly "~mismatch": Message;
}

type InOf<L> = L extends { readonly "~sizes": { readonly in: infer I extends number } } ? I : number;

type OutOf<L, Before extends number> = L extends { readonly "~sizes": { readonly out: infer O } }
  ? O extends "same"
    ? Before
    : O extends number
      ? O
      : number
  : number;

type Fits<Given extends number, Wanted extends number> = number extends Given
  ? true
  : number extends Wanted
    ? true
    : Given extends Wanted
      ? true
      : false;

/** The layers themselves, with a `SizeMismatch` in place of each that does not fit the one before. */
export type Chain<L extends readonly unknown[], Before extends number = number> = number extends L["length"]
  ? L
  : L extends readonly [infer Head, ...infer Rest]
    ? [
        Fits<Before, InOf<Head>> extends true
          ? Head
          : SizeMismatch<`this layer takes ${InOf<Head>} features, the one before it gives ${Before}`>,
        ...Chain<Rest, OutOf<Head, Before>>,
      ]
    : [];

/** What a chain of layers takes: the first size it says. */
export type ChainIn<L extends readonly unknown[]> = number extends L["length"]
  ? number
  : L extends readonly [infer Head, ...infer Rest]
    ? number extends InOf<Head>
      ? Head extends { readonly "~sizes": { readonly out: "same" } }
        ? ChainIn<Rest>
        : number
      : InOf<Head>
    : number;

/** What a chain of layers gives. */
export type ChainOut<L extends readonly unknown[], Before extends number = number> = number extends L["length"]
  ? number
  : L extends readonly [infer Head, ...infer Rest]
    ? ChainOut<Rest, OutOf<Head, Before>>
    : Before;
