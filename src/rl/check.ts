import { Generator } from "../engine/index.ts";
import { ConfigError, DataError, formatShape, ShapeError } from "../util/index.ts";
import type { Environment, ResetResult, State, StateValue, StepOutcome } from "./environment.ts";
import { Box, type Discrete, type Space } from "./spaces.ts";

/** @throws {ShapeError} for a wrong size; {DataError} for NaN or infinite values, naming the element */
export function checkObservation(operation: string, space: Box, observation: Float32Array): void {
  if (!(observation instanceof Float32Array) || observation.length !== space.size) {
    const got = observation instanceof Float32Array ? `${observation.length} elements` : `a ${typeof observation}`;
    throw new ShapeError(
      operation,
      `the environment's observation has ${got}`,
      `expected a Float32Array of ${space.size}, as its observation space ${formatShape(space.shape)} says`,
      "Correct the environment's observation, or its observationSpace.",
    );
  }
  for (let i = 0; i < observation.length; i++) {
    if (Number.isFinite(observation[i])) continue;
    throw new DataError(
      operation,
      `element ${i} of the environment's observation is ${observation[i]}`,
      "expected finite numbers",
      "Look at the environment's state before this step; nothing has been stored of it.",
    );
  }
}

/** @throws {DataError} for a reward that is NaN or infinite; {ShapeError}, {DataError} for the observation */
export function checkOutcome(operation: string, space: Box, outcome: StepOutcome): void {
  checkObservation(operation, space, outcome.observation);
  const { reward, terminated, truncated } = outcome;
  if (!Number.isFinite(reward)) {
    throw new DataError(
      operation,
      `the environment's reward is ${typeof reward === "number" ? reward : typeof reward}`,
      "expected a finite number",
      "Look for a division by zero or a missing value in its reward.",
    );
  }
  if (typeof terminated === "boolean" && typeof truncated === "boolean") return;
  const name = typeof terminated === "boolean" ? "truncated" : "terminated";
  throw new DataError(
    operation,
    `the environment's ${name} is ${String(outcome[name])}`,
    "expected true or false",
    "Give both at every step: terminated for an end of the task's own, truncated for a time limit.",
  );
}

/** @throws {ConfigError} for what has not an environment's methods and spaces */
export function requireEnvironment(operation: string, name: string, env: unknown): asserts env is Environment {
  const found = env as Partial<Environment> | null | undefined;
  const methods = ["reset", "step", "stateDict", "loadStateDict"] as const;
  const missing: string | undefined = methods.find((method) => typeof found?.[method] !== "function");
  const lacks = missing ?? (found?.observationSpace instanceof Box ? undefined : "observationSpace, a Box");
  const without = lacks ?? (typeof found?.actionSpace === "object" ? undefined : "actionSpace");
  if (without === undefined) return;
  const is = typeof env === "object" && env !== null ? `a ${env.constructor?.name ?? "object"}` : `${typeof env}`;
  throw new ConfigError(
    operation,
    `${name} is ${is} without ${without}`,
    "expected an environment",
    'See rl.Environment for what one has; rl.make("CartPole-v1") makes one.',
  );
}

/**
 * @throws {ConfigError} for an action outside the space, or one that the mask forbids; {ShapeError} for a mask of
 *   another length
 */
export function checkAction(operation: string, space: Discrete, action: number, mask: Uint8Array | null): void {
  if (mask !== null && mask.length !== space.n) {
    throw new ShapeError(
      operation,
      `the environment's mask has ${mask.length} entries`,
      `expected ${space.n}, one for each action`,
      "Correct its actionMask.",
    );
  }
  if (space.contains(action) && (mask === null || mask[action] !== 0)) return;
  throw new ConfigError(
    operation,
    space.contains(action) ? `action ${action} is masked` : `the action is ${String(action)}`,
    mask === null ? `expected a whole number from 0 to ${space.n - 1}` : "expected an action that the mask allows",
    "Choose among the actions whose mask is not 0.",
  );
}

/** @throws {ConfigError} for a mask where there were none at the beginning: nothing has room for it */
export function checkMasks(operation: string, masks: (Uint8Array | null)[], expected: boolean): (Uint8Array | null)[] {
  if (expected) return masks;
  for (let i = 0; i < masks.length; i++) {
    if (masks[i] === null) continue;
    throw new ConfigError(
      operation,
      "the environment masks actions now, but did not in its first state",
      "expected a mask from the first state on, or never",
      "Let actionMask() return ones where everything is allowed.",
    );
  }
  return masks;
}

/**
 * Plays random steps and checks what an agent relies on: shapes, spaces, finite rewards, masks, that a seed gives the
 * same episode, and that `loadStateDict(stateDict())` in another copy goes on bit for bit.
 *
 * @param create makes the environment; it is called twice
 * @param steps how many random steps
 * @throws the error that an agent would meet, or {ConfigError} saying what differs
 * @example
 * rl.checkEnvironment(() => rl.make("CartPole-v1"));
 */
export function checkEnvironment(create: () => Environment, steps: number = 200): void {
  if (typeof create !== "function") {
    const got = `its first argument is ${typeof create === "object" ? "an object" : String(create)}`;
    const expected = "expected a function that makes the environment";
    throw new ConfigError("checkEnvironment", got, expected, "Two copies are played: checkEnvironment(() => env).");
  }
  const [env, twin] = [create(), create()];
  for (const each of [env, twin]) requireEnvironment("checkEnvironment", "what the function gives", each);
  requireDiscrete("checkEnvironment", env);
  const draw = new Generator(1);
  const first = env.reset({ seed: 5 });
  checkShown("checkEnvironment, reset({ seed })", env.observationSpace, first);
  same("checkEnvironment, reset({ seed })", first.observation, twin.reset({ seed: 5 }).observation);
  for (let i = 0; i < steps; i++) {
    const operation = `checkEnvironment, step ${i}`;
    const mask = env.actionMask?.() ?? null;
    const action = env.actionSpace.sample(draw, mask);
    checkAction(operation, env.actionSpace, action, mask);
    if (i % 16 === 7) twin.loadStateDict(copyState(env.stateDict()));
    const outcome = env.step(action);
    checkShown(operation, env.observationSpace, outcome);
    checkOutcome(operation, env.observationSpace, outcome);
    const other = twin.step(action);
    same(operation, outcome.observation, other.observation);
    same(
      operation,
      [outcome.reward, +outcome.terminated, +outcome.truncated],
      [other.reward, +other.terminated, +other.truncated],
    );
    if (!outcome.terminated && !outcome.truncated) continue;
    const begun = env.reset();
    const after = `checkEnvironment, reset() after step ${i}`;
    checkShown(after, env.observationSpace, begun);
    same(after, begun.observation, twin.reset().observation);
  }
}

/** What `reset` and `step` both give: an observation within its space, and an info. */
function checkShown(operation: string, space: Box, shown: ResetResult): void {
  if (typeof shown !== "object" || shown === null) {
    const got = `the environment gives ${String(shown)}`;
    throw new DataError(operation, got, "expected an object with observation and info", "Return one.");
  }
  const { observation, info } = shown;
  checkObservation(operation, space, observation);
  const i = observation.findIndex((x, k) => x < (space.low[k] as number) || x > (space.high[k] as number));
  if (i >= 0) {
    throw new DataError(
      operation,
      `element ${i} of the environment's observation is ${observation[i]}`,
      `expected ${space.low[i]} to ${space.high[i]}, as its observation space says`,
      "Correct the observation, or widen the observationSpace.",
    );
  }
  if (typeof info === "object" && info !== null) return;
  const got = `the environment's info is ${String(info)}`;
  throw new DataError(operation, got, "expected an object", "Give info: {} where there is nothing to tell.");
}

function same(operation: string, a: ArrayLike<number>, b: ArrayLike<number>): void {
  if (a.length === b.length && Array.from(a).every((value, i) => Object.is(value, b[i]))) return;
  throw new ConfigError(
    operation,
    "two copies of the environment with the same seed and state give different results",
    "expected the same bits",
    "Draw only from the environment's own generator, and put everything it goes on with into stateDict().",
  );
}

/** A deep copy. */
export function copyState<T extends State | StateValue>(state: T): T {
  return structuredClone(state);
}

/** @throws {ConfigError} unless the environment has the spaces that an agent of discrete actions needs */
export function requireDiscrete(operation: string, env: Environment<Space<unknown>>): void {
  const space = env.actionSpace as Partial<Discrete>;
  if (typeof space.n === "number" && env.observationSpace instanceof Box) return;
  throw new ConfigError(
    operation,
    `the environment's action space is ${String(env.actionSpace)}`,
    "expected a Discrete one",
    "DQN chooses among counted actions; cut a continuous one into a few.",
  );
}
