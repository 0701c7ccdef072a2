import { ConfigError } from "./errors.ts";
import { nearest } from "./nearest.ts";

/**
 * Refuses what is no options object, and names that no option has: an option that is left out without a word
 * is a run with another setting than the one that stands in the program.
 *
 * A loop over the object's own names; nothing at all when `options` is undefined, so that it may stand in front of
 * anything.
 *
 * @param operation what a user called (`"optim.AdamW"`)
 * @param options what came in
 * @param known every name there is
 * @throws {ConfigError} for a name that is none, with the one that was probably meant, and for what is no object
 */
export function checkOptions(operation: string, options: unknown, known: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw notOptions(operation, options, known);
  for (const name in options)
    if (!known.includes(name) && Object.hasOwn(options, name)) throw unknownOption(operation, name, known);
}

/** "there is no option "weight_decay" …. Did you mean "weightDecay"?" */
export function unknownOption(operation: string, name: string, known: readonly string[]): ConfigError {
  const near = nearest(name, known);
  return new ConfigError(
    operation,
    `there is no option "${name}"`,
    known.length === 0 ? "expected no options" : `expected some of ${known.join(", ")}`,
    near === null ? `Remove ${name}.` : `Did you mean "${near}"?`,
  );
}

function notOptions(operation: string, options: unknown, known: readonly string[]): ConfigError {
  return new ConfigError(
    operation,
    `the options are ${inWords(options)}`,
    known.length === 0 ? "expected no options" : "expected an object with named options",
    known.length === 0 ? "Leave them out." : `Write { name: value }, where a name is one of ${known.join(", ")}.`,
  );
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "function" ? "a function" : String(value);
}
