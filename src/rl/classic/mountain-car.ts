import { Box, Discrete } from "../spaces.ts";
import { Canvas } from "./canvas.ts";
import { ClassicControl } from "./classic-control.ts";

const LEFT = -1.2;
const RIGHT = 0.6;
const MAX_SPEED = 0.07;
const GOAL = 0.5;
const FORCE = 0.001;
const GRAVITY = 0.0025;

/**
 * A car in a valley, too weak to climb the hill at once, pushes to the left (0), not at all (1) or to the right (2);
 * reward -1 for each step until it reaches position 0.5. Gymnasium's `MountainCar-v0` without its time limit of 200
 * (`make` adds it).
 *
 * State and observation: position `x` and velocity `v`; `v ← v + (a - 1)·0.001 - 0.0025·cos 3x`, `x ← x + v`, both
 * held within their ends, and standing still at the left one.
 *
 * @source https://gymnasium.farama.org/environments/classic_control/mountain_car/
 * @example
 * const env = new rl.MountainCar();
 * env.reset({ seed: 1 });
 * console.log(env.step(2).terminated); // false
 */
export class MountainCar extends ClassicControl {
  readonly observationSpace: Box = new Box([LEFT, -MAX_SPEED], [RIGHT, MAX_SPEED]);
  readonly actionSpace: Discrete = new Discrete(3);

  constructor() {
    super(2);
  }

  protected begin(): void {
    this.state[0] = -0.6 + 0.2 * this.generator.randomDouble();
    this.state[1] = 0;
  }

  protected advance(action: number): number {
    const [x, v] = this.state as unknown as [number, number];
    const pulled = v + ((action - 1) * FORCE + Math.cos(3 * x) * -GRAVITY);
    const speed = Math.min(Math.max(pulled, -MAX_SPEED), MAX_SPEED);
    const position = Math.min(Math.max(x + speed, LEFT), RIGHT);
    this.state[0] = position;
    this.state[1] = position === LEFT && speed < 0 ? 0 : speed;
    return -1;
  }

  protected isTerminal(): boolean {
    const [x, v] = this.state as unknown as [number, number];
    return x >= GOAL && v >= 0;
  }

  render(): string {
    const height = (x: number): number => Math.sin(3 * x) * 0.45 + 0.55;
    const [x, v] = this.state as unknown as [number, number];
    const canvas = new Canvas(61, 12, [LEFT, RIGHT], [0, 1.2]);
    for (let i = 0; i <= 120; i++) {
      const at = LEFT + (i / 120) * (RIGHT - LEFT);
      canvas.put(at, height(at), "·");
    }
    canvas.put(GOAL, height(GOAL) + 0.1, "⚑");
    canvas.put(x, height(x) + 0.05, "█");
    return `${canvas}\nposition ${x.toFixed(3)}  velocity ${v.toFixed(4)}`;
  }
}
