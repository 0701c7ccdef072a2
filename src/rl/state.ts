import type { Generator } from "../engine/index.ts";
import { CheckpointError } from "../util/index.ts";
import type { State, StateValue } from "./environment.ts";

function wrong(operation: string, name: string, value: StateValue | undefined, expected: string): CheckpointError {
  const found = ArrayBuffer.isView(value) ? `${value.constructor.name}(${value.length})` : typeof value;
  return new CheckpointError(
    operation,
    value === undefined ? `the state has no "${name}"` : `the state's "${name}" is ${found}`,
    `expected ${expected}`,
    "Load a state that the same kind of object saved.",
  );
}

/**
 * Fields of a saved state, each checked for its kind.
 *
 * @throws {CheckpointError}
 * @example
 * const reader = new rl.StateReader("Walk.loadStateDict", { at: 3, going: true });
 * console.log(reader.count("at"), reader.flag("going")); // 3 true
 */
export class StateReader {
  readonly #operation: string;
  readonly #state: State;

  /** @param operation who reads, for messages */
  constructor(operation: string, state: State) {
    this.#operation = operation;
    this.#state = state;
  }

  number(name: string): number {
    const value = this.#state[name];
    if (typeof value !== "number") throw wrong(this.#operation, name, value, "a number");
    return value;
  }

  /** A whole number of `least … most`. */
  count(name: string, most: number = Number.MAX_SAFE_INTEGER, least: number = 0): number {
    const value = this.number(name);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw wrong(this.#operation, name, value, `a whole number from ${least} to ${most}, not ${value}`);
  }

  flag(name: string): boolean {
    const value = this.#state[name];
    if (typeof value !== "boolean") throw wrong(this.#operation, name, value, "true or false");
    return value;
  }

  /** A copy. @param length -1 for any */
  float64(name: string, length: number): Float64Array {
    const value = this.#state[name];
    if (value instanceof Float64Array && (length < 0 || value.length === length)) return value.slice();
    throw wrong(this.#operation, name, value, `a Float64Array${length < 0 ? "" : ` of ${length}`}`);
  }

  /** A copy. @param length -1 for any */
  float32(name: string, length: number): Float32Array {
    const value = this.#state[name];
    if (value instanceof Float32Array && (length < 0 || value.length === length)) return value.slice();
    throw wrong(this.#operation, name, value, `a Float32Array${length < 0 ? "" : ` of ${length}`}`);
  }

  bytes(name: string): Uint8Array {
    const value = this.#state[name];
    if (value instanceof Uint8Array) return value;
    throw wrong(this.#operation, name, value, "a Uint8Array");
  }

  generator(name: string, into: Generator): void {
    into.setState(this.bytes(name));
  }

  /** An object of numbers with the fields of `like`. */
  numbers<T extends Record<keyof T, number>>(name: string, like: T): T {
    const inside = new StateReader(this.#operation, this.nested(name));
    return Object.fromEntries(Object.keys(like).map((field) => [field, inside.number(field)])) as T;
  }

  nested(name: string): State {
    const value = this.#state[name];
    if (typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)) {
      return value as State;
    }
    throw wrong(this.#operation, name, value, "an object");
  }

  list(name: string, length: number): readonly State[] {
    const value = this.#state[name];
    if (Array.isArray(value) && value.length === length) return value as readonly State[];
    throw wrong(this.#operation, name, value as StateValue | undefined, `a list of ${length}`);
  }
}
