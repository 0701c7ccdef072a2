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
