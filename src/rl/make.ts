import { ConfigError, nearest } from "../util/index.ts";
import { Acrobot } from "./classic/acrobot.ts";
import { CartPole } from "./classic/cart-pole.ts";
import { MountainCar } from "./classic/mountain-car.ts";
import type { Environment } from "./environment.ts";
import { TimeLimit } from "./wrappers/index.ts";

const known = new Map<string, () => Environment>([
  ["CartPole-v1", () => new TimeLimit(new CartPole(), 500)],
  ["Acrobot-v1", () => new TimeLimit(new Acrobot(), 500)],
  ["MountainCar-v0", () => new TimeLimit(new MountainCar(), 200)],
]);

/**
 * An environment by Gymnasium's name, with its time limit.
 *
 * @throws {ConfigError} for a name that nobody has registered
 * @example
 * const env = rl.make("CartPole-v1");
 * const { observation } = env.reset({ seed: 42 });
 */
export function make(id: string): Environment {
  const create = known.get(id);
  if (create !== undefined) return create();
  const names = [...known.keys()];
  const near = nearest(String(id), names);
  throw new ConfigError(
    "rl.make",
    `there is no environment "${id}"`,
    `expected one of ${names.join(", ")}`,
    near === null ? "Register your own: rl.register(id, () => new MyEnvironment())." : `Did you mean "${near}"?`,
  );
}

/**
 * Lets `make` find an environment of your own.
 *
 * @throws {ConfigError} for a name that is taken
 * @example
 * rl.register("ShortCartPole-v0", () => new rl.TimeLimit(new rl.CartPole(), 50));
 * const env = rl.make("ShortCartPole-v0");
 */
export function register(id: string, create: () => Environment): void {
  if (known.has(id)) {
    throw new ConfigError("rl.register", `"${id}" is taken`, "expected a new name", "Count up its version: -v1, -v2.");
  }
  known.set(id, create);
}
