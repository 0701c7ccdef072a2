import { Generator } from "../engine/index.ts";
import { ConfigError, DataError, formatShape, ShapeError } from "../util/index.ts";
import type { Environment, State, StateValue, StepOutcome } from "./environment.ts";
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
  if (Number.isFinite(outcome.reward)) return;
  throw new DataError(
    operation,
    `the environment's reward is ${outcome.reward}`,
    "expected a finite number",
    "Look for a division by zero or a missing value in its reward.",
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
  const [env, twin] = [create(), create()];
  const draw = new Generator(1);
  same("reset({ seed })", env.reset({ seed: 5 }).observation, twin.reset({ seed: 5 }).observation);
  for (let i = 0; i < steps; i++) {
    const operation = `checkEnvironment, step ${i}`;
    const mask = env.actionMask?.() ?? null;
    const action = env.actionSpace.sample(draw, mask);
    checkAction(operation, env.actionSpace, action, mask);
    if (i % 16 === 7) twin.loadStateDict(copyState(env.stateDict()));
    const outcome = env.step(action);
    checkOutcome(operation, env.observationSpace, outcome);
    const other = twin.step(action);
    same(operation, outcome.observation, other.observation);
    same(
      operation,
      [outcome.reward, +outcome.terminated, +outcome.truncated],
      [other.reward, +other.terminated, +other.truncated],
    );
    if (!outcome.terminated && !outcome.truncated) continue;
    const { observation } = env.reset();
    checkObservation(operation, env.observationSpace, observation);
    same(`reset() after step ${i}`, observation, twin.reset().observation);
  }
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
