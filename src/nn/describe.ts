import type { AnyModule } from "./module.ts";

/** `Name(extra)`, or over several lines with each child under its key. */
export function describe(name: string, extra: string, children: readonly (readonly [string, AnyModule])[]): string {
  if (children.length === 0) return `${name}(${extra})`;
  const lines = children.map(([key, child]) => `  (${key}): ${child.toString().replaceAll("\n", "\n  ")}`);
  return [`${name}(${extra}`, ...lines, ")"].join("\n");
}
