import { Parameter, Tensor } from "../tensor/index.ts";
import { ConfigError, type OptionKinds } from "../util/index.ts";
import type { AnyModule } from "./module.ts";

/** Options of `registerBuffer`. */
export interface BufferOptions {
  /** Whether it stands in the state dict. */
  persistent?: boolean;
}

/** What each holds. */
export const BUFFER_OPTIONS: OptionKinds<BufferOptions> = { persistent: "boolean" };

/** A buffer and its key. */
export interface OwnBuffer {
  readonly key: string;
  readonly tensor: Tensor;
  readonly persistent: boolean;
}

/** What one module owns itself, in order. The same object as long as nothing has changed. */
export interface Walk {
  readonly parameters: readonly (readonly [string, Parameter])[];
  readonly buffers: readonly OwnBuffer[];
  readonly modules: readonly (readonly [string, AnyModule])[];
}

type Kind = "parameter" | "buffer" | "module";
type Value = Tensor | AnyModule | null;

interface Entry {
  readonly kind: Kind;
  readonly key: string;
  readonly persistent: boolean;
  /** The property taken for the same thing, when there is one. */
  property: string;
  value: Value;
}

/**
 * Finds a module's parameters, buffers and submodules among its properties and registered entries.
 *
 * A registered entry belongs to the property named like its key in camelCase, or to any property that
 * holds the very same object; assigning to that property later replaces what is registered.
 */
export class Registry {
  readonly #entries: Entry[] = [];
  #walk: Walk | null = null;
  // The properties that hold objects, and these objects, as the last walk saw them.
  readonly #names: string[] = [];
  readonly #values: unknown[] = [];

  /** @throws {ConfigError} when the key cannot be one, or is taken */
  add(kind: Kind, key: string, value: Value, persistent: boolean): void {
    const taken = this.#entries.some((entry) => entry.key === key);
    if (key === "" || key.includes(".") || taken) {
      throw new ConfigError(
        `register ${kind}`,
        `the name is "${key}"${taken ? ", which is registered already" : ""}`,
        "expected a new name without dots",
        "Dots separate the names of nested modules; choose another name.",
      );
    }
    this.#entries.push({ kind, key, persistent, property: camelCase(key), value });
    this.#walk = null;
  }

  /** What `owner` holds now. */
  walk(owner: object, isModule: (value: object) => value is AnyModule): Walk {
    if (this.#walk !== null && this.#unchanged(owner as Record<string, unknown>)) return this.#walk;
    this.#walk = this.#build(owner as Record<string, unknown>, isModule);
    return this.#walk;
  }

  #unchanged(owner: Record<string, unknown>): boolean {
    const names = this.#names;
    let i = 0;
    for (const name in owner) {
      const value = owner[name];
      if (typeof value !== "object" || value === null) continue;
      if (names[i] !== name || this.#values[i] !== value) return false;
      i++;
    }
    return i === names.length;
  }

  #build(owner: Record<string, unknown>, isModule: (value: object) => value is AnyModule): Walk {
    const parameters: [string, Parameter][] = [];
    const buffers: OwnBuffer[] = [];
    const modules: [string, AnyModule][] = [];
    const placed = new Set<Entry>();
    const place = (key: string, value: Parameter | AnyModule): void => {
      if (value instanceof Parameter) parameters.push([key, value]);
      else modules.push([key, value]);
    };
    const placeEntry = (entry: Entry): void => {
      placed.add(entry);
      const { kind, key, persistent, value } = entry;
      if (value === null) return;
      if (kind === "buffer") buffers.push({ key, tensor: value as Tensor, persistent });
      else place(key, value as Parameter | AnyModule);
    };
    this.#names.length = 0;
    this.#values.length = 0;
    for (const name in owner) {
      const value = owner[name];
      const object = typeof value === "object" && value !== null;
      if (object) {
        this.#names.push(name);
        this.#values.push(value);
      }
      const found = object && (value instanceof Tensor || isModule(value)) ? value : null;
      const entry = this.#entryOf(name, found, placed);
      if (entry !== undefined) {
        if (found !== null && found !== entry.value) replace(entry, found);
        else if (value === null) entry.value = null;
        placeEntry(entry);
      } else if (found !== null && (found instanceof Parameter || !(found instanceof Tensor))) {
        place(name, found);
      }
    }
    for (const entry of this.#entries) if (!placed.has(entry)) placeEntry(entry);
    return { parameters, buffers, modules };
  }

  #entryOf(name: string, found: Tensor | AnyModule | null, placed: ReadonlySet<Entry>): Entry | undefined {
    let match: Entry | undefined;
    for (const entry of this.#entries) {
      if (placed.has(entry)) continue;
      if (found !== null && entry.value === found) {
        entry.property = name;
        return entry;
      }
      if (entry.property === name && fits(entry.kind, found)) match = entry;
    }
    return match;
  }
}

function fits(kind: Kind, found: Tensor | AnyModule | null): boolean {
  if (found === null) return true;
  if (kind === "module") return !(found instanceof Tensor);
  return kind === "parameter" ? found instanceof Parameter : found instanceof Tensor;
}

function replace(entry: Entry, found: Tensor | AnyModule): void {
  entry.value = found;
  if (entry.kind === "buffer") (found as Tensor).keep();
}

/** `running_mean` as a property is called: `runningMean`. */
function camelCase(key: string): string {
  return key.replace(/_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
