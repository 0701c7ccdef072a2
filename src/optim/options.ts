import { checkedOptions, type OptionKind } from "../util/index.ts";

/**
 * Options, refused where `defaults` has no such name, or a number or a switch and the option something else.
 *
 * @throws {ConfigError} for these, with the name that was probably meant
 */
export function checkedAgainst<O extends object>(operation: string, options: O, defaults: object): O {
  const kinds: Record<string, OptionKind> = {};
  for (const [name, value] of Object.entries(defaults)) {
    kinds[name] = typeof value === "number" ? "number" : typeof value === "boolean" ? "boolean" : "any";
  }
  return checkedOptions(operation, options, kinds as never) as O;
}

/** Without what is undefined: left out. */
export function definedIn<O extends object>(options: O): Partial<O> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<O>;
}

/** A copy of options, also of what lies in them. The first `structuredClone` of a process takes milliseconds. */
export function copyOptions<O extends object>(options: O): O {
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, copyOf(value)])) as O;
}

function copyOf(value: unknown): unknown {
  if (isPlain(value)) return value;
  return Array.isArray(value) && value.every(isPlain) ? [...value] : structuredClone(value);
}

function isPlain(value: unknown): boolean {
  return value === null || ["number", "boolean", "string", "undefined"].includes(typeof value);
}
