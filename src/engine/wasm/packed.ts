import type { View } from "../storage.ts";
import { asContiguous, releaseUnless } from "./dispatch-copy.ts";
import { address4, type Runtime } from "./runtime.ts";

/** Addresses of operands, in the order they were given; 0 for one that is not there. */
export type Addresses = readonly number[];

/** Runs a kernel on contiguous operands: strided ones are copied for the length of the call. */
export function onPacked(
  runtime: Runtime,
  operation: string,
  views: readonly (View | null)[],
  run: (addresses: Addresses) => void,
): void {
  const copies: (View | null)[] = [];
  try {
    for (const view of views) copies.push(view === null ? null : asContiguous(runtime, view, operation));
    run(copies.map((view) => (view === null ? 0 : address4(runtime, view, operation))));
  } finally {
    for (let i = 0; i < copies.length; i++) releaseUnless(runtime, views[i] as View | null, copies[i] as View | null);
  }
}
