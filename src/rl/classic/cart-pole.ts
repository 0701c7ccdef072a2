import { Box, Discrete } from "../spaces.ts";
import { Canvas } from "./canvas.ts";
import { ClassicControl } from "./classic-control.ts";

const GRAVITY = 9.8;
const MASS_POLE = 0.1;
const TOTAL_MASS = MASS_POLE + 1.0;
const LENGTH = 0.5; // half the pole's
const POLE_MASS_LENGTH = MASS_POLE * LENGTH;
const FORCE = 10.0;
const TAU = 0.02; // seconds
const ANGLE_LIMIT = (12 * 2 * Math.PI) / 360;
const X_LIMIT = 2.4;

/**
 * A pole on a cart that is pushed to the left (0) or to the right (1); reward 1 for each step until the pole leans by
 * more than 12° or the cart leaves ±2.4. Gymnasium's `CartPole-v1` without its time limit of 500 (`make` adds it).
 *
 * State and observation: `x, ẋ, θ, θ̇`. One explicit Euler step of 0.02 s, positions with the old velocities:
 * `t = (F + m·l·θ̇²·sin θ) / M`, `θ̈ = (g·sin θ - t·cos θ) / (l·(4/3 - m·cos²θ / M))`, `ẍ = t - m·l·θ̈·cos θ / M`.
 *
 * @source https://gymnasium.farama.org/environments/classic_control/cart_pole/
 * @example
 * const env = new rl.CartPole();
 * env.reset({ seed: 1 });
 * const { observation, reward } = env.step(1);
 * console.log(observation.length, reward); // 4 1
 */
export class CartPole extends ClassicControl {
  readonly observationSpace: Box = new Box(
    [-2 * X_LIMIT, -Infinity, -2 * ANGLE_LIMIT, -Infinity],
    [2 * X_LIMIT, Infinity, 2 * ANGLE_LIMIT, Infinity],
  );
  readonly actionSpace: Discrete = new Discrete(2);

  constructor() {
    super(4);
  }

  protected begin(): void {
    this.generator.uniform(this.state, -0.05, 0.05);
  }

  protected advance(action: number): number {
    const state = this.state as Float64Array & [number, number, number, number];
    const [x, xDot, theta, thetaDot] = state;
    const force = action === 1 ? FORCE : -FORCE;
    const cos = Math.cos(theta);
    const sin = Math.sin(theta);
    const temp = (force + POLE_MASS_LENGTH * (thetaDot * thetaDot) * sin) / TOTAL_MASS;
    const thetaAcc = (GRAVITY * sin - cos * temp) / (LENGTH * (4.0 / 3.0 - (MASS_POLE * (cos * cos)) / TOTAL_MASS));
    const xAcc = temp - (POLE_MASS_LENGTH * thetaAcc * cos) / TOTAL_MASS;
    state[0] = x + TAU * xDot;
    state[1] = xDot + TAU * xAcc;
    state[2] = theta + TAU * thetaDot;
    state[3] = thetaDot + TAU * thetaAcc;
    return 1;
  }

  protected isTerminal(): boolean {
    const [x, , theta] = this.state as unknown as [number, number, number, number];
    return x < -X_LIMIT || x > X_LIMIT || theta < -ANGLE_LIMIT || theta > ANGLE_LIMIT;
  }

  render(): string {
    const [x, , theta] = this.state as unknown as [number, number, number, number];
    const canvas = new Canvas(61, 8, [-X_LIMIT, X_LIMIT], [0, 1.2]);
    canvas.line(x, 0.2, x + Math.sin(theta), 0.2 + Math.cos(theta), "█");
    canvas.line(-X_LIMIT, 0, X_LIMIT, 0, "─");
    canvas.line(x - 0.15, 0.15, x + 0.15, 0.15, "▀");
    return `${canvas}\nx ${x.toFixed(2)}  angle ${((theta * 180) / Math.PI).toFixed(1)}°`;
  }
}
