import { defaultGenerator, Generator } from "../engine/index.ts";
import type { AnyModule } from "../nn/index.ts";
import { data, fromTypedArray } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { CheckpointError } from "../util/index.ts";

/** Every source of random numbers of a run, by a name that stays the same from process to process. */
export type NamedGenerators = ReadonlyMap<string, Generator>;

function inFieldsOf(owner: object): [string, Generator][] {
  return Object.entries(owner).filter((entry): entry is [string, Generator] => entry[1] instanceof Generator);
}

/**
 * The default generator, and those that modules and loaders hold in public properties; each once.
 *
 * @param modules by name (`model`, `loss`); others may stand among them
 * @param others loaders and the like; a loader's sampler and dataset are looked into too
 * @example
 * const dropout = new nn.Dropout(0.5, { generator: new Generator(1) });
 * const generators = train.collectGenerators({ dropout }, { loader });
 * console.log([...generators.keys()]); // default first
 */
export function collectGenerators(
  modules: Readonly<Record<string, AnyModule | object | null | undefined>>,
  others: Readonly<Record<string, unknown>> = {},
): NamedGenerators {
  const found = new Map<string, Generator>([["default", defaultGenerator]]);
  const known = new Set<Generator>(found.values());
  const add = (name: string, generator: Generator): void => {
    if (known.has(generator)) return;
    known.add(generator);
    found.set(name, generator);
  };
  for (const [name, root] of Object.entries(modules)) {
    if (root == null || typeof root !== "object") continue;
    const inside = "namedModules" in root ? (root as AnyModule).namedModules(name) : [[name, root] as const];
    for (const [path, module] of inside) {
      for (const [field, generator] of inFieldsOf(module)) add(`${path}.${field}`, generator);
    }
  }
  const visit = (path: string, value: unknown, depth: number): void => {
    if (value instanceof Generator) add(path, value);
    else if (typeof value === "object" && value !== null) {
      for (const [field, generator] of inFieldsOf(value)) add(`${path}.${field}`, generator);
      if (depth === 0) return;
      for (const part of ["sampler", "batchSampler", "dataset"]) {
        visit(`${path}.${part}`, (value as Record<string, unknown>)[part], depth - 1);
      }
    }
  };
  for (const [name, value] of Object.entries(others)) visit(name, value, 2);
  return found;
}

/** The states as int32 tensors under `generator.<name>`. */
export function generatorTensors(generators: NamedGenerators): Map<string, Tensor> {
  const out = new Map<string, Tensor>();
  for (const [name, generator] of generators) {
    const state = generator.getState();
    out.set(
      `generator.${name}`,
      fromTypedArray(new Int32Array(state.buffer, state.byteOffset, state.byteLength / 4), [state.byteLength / 4]),
    );
  }
  return out;
}

/**
 * Puts states back.
 *
 * @throws {CheckpointError} when one is missing or damaged; nothing is changed then
 */
export function restoreGenerators(generators: NamedGenerators, tensors: ReadonlyMap<string, Tensor>): void {
  const states: [Generator, Generator][] = [];
  for (const [name, generator] of generators) {
    const saved = tensors.get(`generator.${name}`);
    if (saved === undefined) {
      throw new CheckpointError(
        "Trainer.resume",
        `the checkpoint has no state of the generator ${name}`,
        `expected one for each of ${[...generators.keys()].join(", ")}`,
        "Build model and loaders as they were when the checkpoint was saved.",
      );
    }
    const words = data(saved);
    const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
    states.push([generator, new Generator().setState(bytes)]);
  }
  for (const [generator, state] of states) generator.copyFrom(state);
}
