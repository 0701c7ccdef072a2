import { Box, Discrete } from "../spaces.ts";
import { Canvas } from "./canvas.ts";
import { ClassicControl } from "./classic-control.ts";

const DT = 0.2; // seconds
const LENGTH = 1.0; // metres, of the first link (and, drawn, of the second)
const MASS_1 = 1.0; // kilograms
const MASS_2 = 1.0;
const CENTRE_1 = 0.5; // metres along a link
const CENTRE_2 = 0.5;
const INERTIA = 1.0; // of each link
const GRAVITY = 9.8;
const MAX_SPEED_1 = 4 * Math.PI; // radians a second
const MAX_SPEED_2 = 9 * Math.PI;

type Four = [number, number, number, number];

/**
 * Two links hang from a pivot, and a torque of -1 (0), 0 (1) or 1 (2) acts between them; reward -1 for each step until
 * the free end swings above a height of one link: `-cos θ₁ - cos(θ₂ + θ₁) > 1`. Gymnasium's `Acrobot-v1` without its
 * time limit of 500 (`make` adds it), with the book's equations of motion and one Runge–Kutta step of 0.2 s.
 *
 * State: `θ₁, θ₂, θ̇₁, θ̇₂`; observation: `cos θ₁, sin θ₁, cos θ₂, sin θ₂, θ̇₁, θ̇₂`.
 *
 * @source https://gymnasium.farama.org/environments/classic_control/acrobot/
 * @example
 * const env = new rl.Acrobot();
 * env.reset({ seed: 1 });
 * console.log(env.step(2).reward); // -1
 */
export class Acrobot extends ClassicControl {
  readonly observationSpace: Box = new Box(
    [-1, -1, -1, -1, -MAX_SPEED_1, -MAX_SPEED_2],
    [1, 1, 1, 1, MAX_SPEED_1, MAX_SPEED_2],
  );
  readonly actionSpace: Discrete = new Discrete(3);

  constructor() {
    super(4);
  }

  protected begin(): void {
    this.generator.uniform(this.state, -0.1, 0.1);
    for (let i = 0; i < 4; i++) this.state[i] = Math.fround(this.state[i] as number); // as Gymnasium's
  }

  protected advance(action: number): number {
    const next = rungeKutta(this.state as unknown as Four, action - 1);
    this.state[0] = wrap(next[0]);
    this.state[1] = wrap(next[1]);
    this.state[2] = Math.min(Math.max(next[2], -MAX_SPEED_1), MAX_SPEED_1);
    this.state[3] = Math.min(Math.max(next[3], -MAX_SPEED_2), MAX_SPEED_2);
    return this.isTerminal() ? 0 : -1;
  }

  protected isTerminal(): boolean {
    const [theta1, theta2] = this.state as unknown as Four;
    return -Math.cos(theta1) - Math.cos(theta2 + theta1) > 1;
  }

  protected override observe(): Float32Array {
    const [theta1, theta2, speed1, speed2] = this.state as unknown as Four;
    return Float32Array.of(Math.cos(theta1), Math.sin(theta1), Math.cos(theta2), Math.sin(theta2), speed1, speed2);
  }

  render(): string {
    const [theta1, theta2] = this.state as unknown as Four;
    const canvas = new Canvas(49, 17, [-2.4, 2.4], [-2.2, 2.2]);
    const elbow = [LENGTH * Math.sin(theta1), -LENGTH * Math.cos(theta1)] as const;
    const end = [elbow[0] + LENGTH * Math.sin(theta1 + theta2), elbow[1] - LENGTH * Math.cos(theta1 + theta2)] as const;
    canvas.line(-2.4, 1, 2.4, 1, "┄");
    canvas.line(0, 0, elbow[0], elbow[1], "▒");
    canvas.line(elbow[0], elbow[1], end[0], end[1], "█");
    canvas.put(0, 0, "o");
    canvas.put(elbow[0], elbow[1], "o");
    return `${canvas}\nheight ${end[1].toFixed(2)} (goal above 1)`;
  }
}

/** The state's derivative. @source Sutton & Barto, Reinforcement Learning, 1998, section 11.3 */
function derivative([theta1, theta2, speed1, speed2]: Four, torque: number): Four {
  const [m1, m2, l1, c1, c2, inertia] = [MASS_1, MASS_2, LENGTH, CENTRE_1, CENTRE_2, INERTIA];
  const cos2 = Math.cos(theta2);
  const sin2 = Math.sin(theta2);
  const d1 = m1 * c1 ** 2 + m2 * (l1 ** 2 + c2 ** 2 + 2 * l1 * c2 * cos2) + inertia + inertia;
  const d2 = m2 * (c2 ** 2 + l1 * c2 * cos2) + inertia;
  const phi2 = m2 * c2 * GRAVITY * Math.cos(theta1 + theta2 - Math.PI / 2);
  const phi1 =
    -m2 * l1 * c2 * speed2 ** 2 * sin2 -
    2 * m2 * l1 * c2 * speed2 * speed1 * sin2 +
    (m1 * c1 + m2 * l1) * GRAVITY * Math.cos(theta1 - Math.PI / 2) +
    phi2;
  const acceleration2 =
    (torque + (d2 / d1) * phi1 - m2 * l1 * c2 * speed1 ** 2 * sin2 - phi2) / (m2 * c2 ** 2 + inertia - d2 ** 2 / d1);
  const acceleration1 = -(d2 * acceleration2 + phi1) / d1;
  return [speed1, speed2, acceleration1, acceleration2];
}

/** One step of the classical fourth-order method; the torque stays the same during it. */
function rungeKutta(y: Four, torque: number): Four {
  const k1 = derivative(y, torque);
  const k2 = derivative(along(y, k1, DT / 2), torque);
  const k3 = derivative(along(y, k2, DT / 2), torque);
  const k4 = derivative(along(y, k3, DT), torque);
  const slope = (i: 0 | 1 | 2 | 3): number => y[i] + (DT / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
  return [slope(0), slope(1), slope(2), slope(3)];
}

function along(y: Four, k: Four, h: number): Four {
  return [y[0] + h * k[0], y[1] + h * k[1], y[2] + h * k[2], y[3] + h * k[3]];
}

/** An angle brought into [-π, π] by whole turns. */
function wrap(angle: number): number {
  let out = angle;
  while (out > Math.PI) out -= 2 * Math.PI;
  while (out < -Math.PI) out += 2 * Math.PI;
  return out;
}
