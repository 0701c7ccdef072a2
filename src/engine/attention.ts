import type { View } from "./storage.ts";

/** What attention reads. All float, of any strides. */
export interface AttentionInputs {
  /** `[batch, heads, length, size]` */
  readonly query: View;
  /** `[batch, heads, sources, size]` */
  readonly key: View;
  /** `[batch, heads, sources, values]` */
  readonly value: View;
  /** Added to the scaled scores `[batch, heads, length, sources]`, to which it broadcasts; or null. */
  readonly mask: View | null;
  /** Factor on the scores, above 0. */
  readonly scale: number;
}
