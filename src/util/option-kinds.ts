import { checkOptions } from "./check-options.ts";
import { ConfigError } from "./errors.ts";

/** What an option may hold, besides being left out. `any` is looked at where it is used. */
export type OptionKind =
  | "number"
  | "number?"
  | "numbers"
  | "boolean"
  | "string"
  | "object"
  | "object?"
  | "function"
  | "any";

type KindOf<T> = [T] extends [boolean]
  ? "boolean"
  : [T] extends [number]
    ? "number"
    : [T] extends [number | null]
      ? "number?"
      : [T] extends [number | readonly number[]]
        ? "numbers"
        : [T] extends [string]
          ? "string"
          : [T] extends [(...args: never[]) => unknown]
            ? "function"
            : [T] extends [readonly unknown[]]
              ? "any"
              : [T] extends [object]
                ? "object"
                : [T] extends [object | null]
                  ? "object?"
                  : "any";

/** The names of all options of `O` and what each holds: one that is missing here, or no option, does not compile. */
export type OptionKinds<O> = { readonly [K in keyof Required<O>]: KindOf<Exclude<O[K], undefined>> };

const IN_WORDS: Readonly<Record<OptionKind, string>> = {
  number: "a number",
  "number?": "a number, or null",
  numbers: "a number, or a list of numbers",
  boolean: "true or false",
  string: "a text",
  object: "an object",
  "object?": "an object, or null",
  function: "a function",
  any: "another value",
};

/**
 * `checkOptions`, and that numbers are numbers (not text), switches true or false, and so on; gives the options back.
 *
 * One loop over the names that were given, without allocation: it may stand in a step.
 *
 * @throws {ConfigError} for an unknown name (with the one that was meant), a value of another kind, or no object at all
 */
export function checkedOptions<O extends object>(
  operation: string,
  options: O | undefined,
  kinds: OptionKinds<O>,
): Partial<O> {
  if (options === undefined) return NOTHING as Partial<O>;
  if (typeof options !== "object" || options === null || Array.isArray(options)) refuse(operation, options, kinds);
  for (const name in options) {
    const kind = (kinds as Readonly<Record<string, unknown>>)[name];
    // (an object has inherited names too: `constructor` is no option)
    if (typeof kind !== "string") {
      if (Object.hasOwn(options, name)) refuse(operation, options, kinds);
      continue;
    }
    const value = (options as Readonly<Record<string, unknown>>)[name];
    if (value !== undefined && !fits(value, kind as OptionKind))
      throw wrongKind(operation, name, value, kind as OptionKind);
  }
  return options;
}

const NOTHING: object = Object.freeze({});

function fits(value: unknown, kind: OptionKind): boolean {
  const type = typeof value;
  switch (kind) {
    case "number":
    case "boolean":
    case "string":
    case "function":
      return type === kind;
    case "number?":
      return type === "number" || value === null;
    case "numbers":
      return type === "number" || (Array.isArray(value) && value.every((each) => typeof each === "number"));
    case "object":
      return type === "object" && value !== null && !Array.isArray(value);
    case "object?":
      return type === "object" && !Array.isArray(value);
    case "any":
      return true;
  }
}

function wrongKind(operation: string, name: string, value: unknown, kind: OptionKind): ConfigError {
  const text = typeof value === "string";
  return new ConfigError(
    operation,
    `${name} is ${inWords(value)}`,
    `expected ${IN_WORDS[kind]}`,
    text && kind.startsWith("number") && value.trim() !== "" && Number.isFinite(Number(value))
      ? `Pass the number itself: ${name}: ${Number(value)}.`
      : `Correct ${name}.`,
  );
}

// An instance of a class among the arguments (a tensor, where PyTorch takes one) is called by its class's name.
function refuse(operation: string, options: unknown, kinds: object): void {
  const known = Object.keys(kinds);
  const type = typeof options === "object" && options !== null ? Object.getPrototypeOf(options)?.constructor : Object;
  if (type !== undefined && type !== Object && type !== Array) {
    const fix = known.length === 0 ? "Leave it out." : `Write { name: value }; names are ${known.join(", ")}.`;
    throw new ConfigError(operation, `the options are a ${type.name}`, "expected an object with named options", fix);
  }
  checkOptions(operation, options, known);
}

function inWords(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return `[${value.map(inWords).join(", ")}]`;
  const type = typeof value === "object" && value !== null ? value.constructor : undefined;
  return type === undefined ? String(value) : `a ${type.name}`;
}
