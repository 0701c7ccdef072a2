import { ConfigError } from "../../util/index.ts";
import type { Schedulable } from "./lr-scheduler.ts";

// Schedules that change momentum along with the learning rate: SGD's `momentum`, or Adam's first beta.

interface MovingGroup {
  lr?: number;
  momentum?: number;
  betas?: readonly [number, number];
}

/** @throws {ConfigError} when a group has neither momentum nor betas, or a momentum is not in [0, 1). */
export function checkMomenta(operation: string, optimizer: Schedulable, ...momenta: readonly number[][]): void {
  optimizer.paramGroups.forEach((of, i) => {
    const group = of as MovingGroup;
    if (typeof group.momentum === "number" || Array.isArray(group.betas)) return;
    throw new ConfigError(
      operation,
      `group ${i} has neither momentum nor betas`,
      "expected an optimizer with momentum, since cycleMomentum is on by default",
      "Pass { cycleMomentum: false }.",
    );
  });
  for (const momentum of momenta.flat()) {
    if (momentum >= 0 && momentum < 1) continue;
    throw new ConfigError(operation, `a momentum is ${momentum}`, "expected 0 or more, below 1", "The usual is 0.9.");
  }
}

/** Sets a group's momentum, or its first beta. */
export function setMomentum(of: object, momentum: number): void {
  const group = of as MovingGroup;
  if (Array.isArray(group.betas)) group.betas = [momentum, group.betas[1] as number];
  else group.momentum = momentum;
}
