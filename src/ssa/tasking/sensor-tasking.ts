import { Generator } from "../../engine/index.ts";
import {
  Box,
  Discrete,
  type Environment,
  type ResetOptions,
  type ResetResult,
  type State,
  StateReader,
  type StepOutcome,
} from "../../rl/index.ts";
import { ConfigError, checkedOptions, DataError, type OptionKinds } from "../../util/index.ts";
import type { Orbit } from "../orbits/orbit.ts";
import { FEATURE_COUNT, observe } from "./features.ts";
import { emptyLooks, type Looks, nextRise, planLooks } from "./looks.ts";
import { renderSky } from "./render.ts";
import {
  drawScenario,
  MARGIN_S,
  SCENARIO_OPTIONS,
  type Scenario,
  type ScenarioOptions,
  type ScenarioSettings,
  scenarioSettings,
} from "./scenario.ts";
import type { Sensor } from "./sensor.ts";

/** What a look is worth: nats gained; kilometres of uncertainty taken away; time with objects in custody. */
export type TaskingReward = "informationGain" | "covarianceTrace" | "custody";

/** Options of `SensorTasking`. */
export interface TaskingOptions extends ScenarioOptions {
  /** Default "informationGain". */
  reward?: TaskingReward;
  /**
   * Taken from the reward for each look time (settle and dwell) that goes by, in the reward's unit. Over an episode of a
   * given length it sums to nearly the same whatever is done; it tells a learner with a short view that slewing costs. Default 0.
   */
  timeCost?: number;
  /** Position uncertainty below which an object counts as in custody. Default 1. */
  custodyKm?: number;
}

const OPTIONS: OptionKinds<TaskingOptions> = {
  ...SCENARIO_OPTIONS,
  reward: "string",
  timeCost: "number",
  custodyKm: "number",
};

/** A look that was taken. */
export interface Look {
  readonly object: number;
  readonly beginS: number;
  /** The slew ends, the beam settles and dwells. */
  readonly arriveS: number;
  readonly endS: number;
  readonly azimuthRad: number;
  readonly elevationRad: number;
}

/** How an episode stands at its horizon (or now, before it). */
export interface TaskingSummary {
  /** Mean over all objects of the position uncertainty √tr P, km. */
  readonly meanSigmaKm: number;
  /** Objects that were looked at. */
  readonly unique: number;
  readonly looks: number;
  /** Share of the objects with an uncertainty below `custodyKm`. */
  readonly custody: number;
}

/**
 * A ground sensor that decides which object to look at next.
 *
 * An action is an object's index; a step is the slew to it, settling, and a dwell that ends in a measurement. When
 * nothing can be looked at, time goes on to the next rise. An episode is truncated at the horizon: the sensor works on,
 * but what is counted stops there. The observation is `[objects, features]` (see `FEATURES`); `actionMask` forbids what
 * is not up, or sets before a look could end.
 *
 * @param catalogue from `readCatalogue` or `generateCatalogue`; each episode draws its objects, start and errors anew
 * @throws {ConfigError} for options outside their domain; {DataError} for an empty catalogue, and at `reset` when no
 *   object comes into view
 * @example
 * const catalogue = await ssa.generateCatalogue({ seed: 1, count: 200 });
 * const env = new ssa.SensorTasking(catalogue, { objects: 10, horizonMinutes: 20 });
 * env.reset({ seed: 7 });
 * const { reward, info } = env.step(ssa.greedyInformation(env));
 * console.log(reward, info.object);
 */
export class SensorTasking implements Environment {
  readonly observationSpace: Box;
  readonly actionSpace: Discrete;
  readonly settings: ScenarioSettings;
  readonly reward: TaskingReward;
  readonly timeCost: number;
  readonly custodyKm: number;
  readonly #catalogue: readonly Orbit[];
  readonly #generator: Generator = new Generator(0);
  readonly #looks: Looks;
  readonly #pointing: Float64Array = new Float64Array(3);
  #scenario: Scenario | null = null;
  #seconds = 0;
  #azimuth = 0;
  #first = 1; // mean uncertainty at the beginning, km
  #atHorizon: TaskingSummary | null = null;
  #log: Look[] = [];

  constructor(catalogue: readonly Orbit[], options: TaskingOptions = {}) {
    checkedOptions("SensorTasking", options, OPTIONS);
    const { reward = "informationGain", timeCost = 0, custodyKm = 1, ...scenario } = options;
    if (!["informationGain", "covarianceTrace", "custody"].includes(reward)) {
      throw new ConfigError(
        "SensorTasking",
        `reward is ${JSON.stringify(reward)}`,
        'expected "informationGain", "covarianceTrace" or "custody"',
        "Choose one.",
      );
    }
    if (!(timeCost >= 0 && Number.isFinite(timeCost) && custodyKm > 0)) {
      const got = `timeCost is ${timeCost} and custodyKm ${custodyKm}`;
      throw new ConfigError("SensorTasking", got, "expected 0 or more, and above 0", "See TaskingOptions.");
    }
    this.settings = scenarioSettings(catalogue, scenario);
    this.reward = reward;
    this.timeCost = timeCost;
    this.custodyKm = custodyKm;
    this.#catalogue = catalogue;
    const n = this.settings.objects;
    this.#looks = emptyLooks(n);
    this.observationSpace = new Box(-3, 3, [n, FEATURE_COUNT]);
    this.actionSpace = new Discrete(n);
  }

  get sensor(): Sensor {
    return this.settings.sensor;
  }

  get horizonS(): number {
    return this.settings.horizonMinutes * 60;
  }

  /** Time since the episode's beginning, s. */
  get seconds(): number {
    return this.#seconds;
  }

  /** The episode's objects; fewer than `actionSpace.n` where no more come into view. @throws before `reset` */
  get scenario(): Scenario {
    if (this.#scenario !== null) return this.#scenario;
    throw new ConfigError("SensorTasking", "no episode has begun", "expected reset() first", "Call reset({ seed }).");
  }

  /** What each look would mean now. Read it before the next step: its arrays are used again. */
  get looks(): Looks {
    return this.#looks;
  }

  /** Looks taken in this episode, in order. */
  get log(): readonly Look[] {
    return this.#log;
  }

  reset({ seed }: ResetOptions = {}): ResetResult {
    if (seed !== undefined) this.#generator.manualSeed(seed);
    this.#begin(drawScenario(this.#catalogue, this.settings, this.#generator.random32()));
    if (this.#advance() && this.#seconds < this.horizonS) {
      return { observation: this.#observe(), info: { seconds: this.#seconds } };
    }
    this.#scenario = null;
    throw new DataError(
      "SensorTasking.reset",
      `no object stays up for the ${this.sensor.settleS + this.sensor.dwellS} s of settling and dwell after a slew`,
      "expected at least one possible look within the horizon",
      "Shorten the dwell, lower the least elevation, or take a longer horizon.",
    );
  }

  #begin(scenario: Scenario): void {
    this.#scenario = scenario;
    this.#seconds = 0;
    this.#azimuth = 0;
    this.#pointing.set([0, 0, 1]);
    this.#atHorizon = null;
    this.#log = [];
    this.#first = this.#measureAt(0).meanSigmaKm;
  }

  /** Moves on to when a look is possible. @returns false if that is not before the end of what is known */
  #advance(): boolean {
    const { objects } = this.scenario;
    const end = this.horizonS + MARGIN_S;
    for (;;) {
      planLooks(objects, this.sensor, this.#seconds, this.horizonS, this.#pointing, this.#looks);
      if (this.#looks.count > 0) return true;
      const rise = nextRise(objects, this.#seconds);
      if (rise >= end) return false;
      this.#seconds = rise;
    }
  }

  step(action: number): StepOutcome {
    const { objects } = this.scenario;
    if (!this.actionSpace.contains(action) || this.#looks.allowed[action] !== 1 || this.#seconds >= this.horizonS) {
      throw new ConfigError(
        "SensorTasking.step",
        this.#seconds >= this.horizonS
          ? "the episode has ended"
          : this.actionSpace.contains(action)
            ? `action ${action} is masked: that object cannot be looked at now`
            : `the action is ${String(action)}`,
        `expected an object of 0 to ${this.actionSpace.n - 1} whose mask is 1`,
        "Choose by actionMask(); call reset() after the end.",
      );
    }
    const looks = this.#looks;
    const { track } = objects[action] as (typeof objects)[number];
    const [begin, end] = [this.#seconds, looks.endS[action] as number];
    if (end > this.horizonS) this.#atHorizon = this.#measureAt(this.horizonS);
    const before = looks.sigmaKm[action] as number;
    const gain = track.look(this.sensor, end, this.#generator);
    const after = track.sigmaKm(end);
    this.#pointing.set(looks.direction.subarray(3 * action, 3 * action + 3));
    const [azimuthRad, elevationRad] = looks.angles.subarray(3 * action, 3 * action + 2) as unknown as [number, number];
    this.#azimuth = azimuthRad;
    const arriveS = begin + (looks.slewS[action] as number);
    this.#log.push({ object: action, beginS: begin, arriveS, endS: end, azimuthRad, elevationRad });
    this.#seconds = end;
    const more = this.#advance();
    if (this.#seconds >= this.horizonS) this.#atHorizon ??= this.#measureAt(this.horizonS);
    const lookTimes = (this.#seconds - begin) / (this.sensor.settleS + this.sensor.dwellS);
    return {
      observation: this.#observe(),
      reward: this.#worth(gain, before - after, lookTimes) - this.timeCost * lookTimes,
      terminated: !more,
      truncated: more && this.#seconds >= this.horizonS,
      info: { object: action, seconds: this.#seconds, gain, sigmaKm: after, ...(this.#atHorizon ?? {}) },
    };
  }

  #worth(gain: number, lessKm: number, lookTimes: number): number {
    if (this.reward === "informationGain") return gain / 5;
    if (this.reward === "covarianceTrace") return lessKm / this.#first;
    return this.#measureAt(this.#seconds).custody * lookTimes;
  }

  /** Uncertainty and counts at the horizon; before it, now. */
  summary(): TaskingSummary {
    return this.#atHorizon ?? this.#measureAt(this.#seconds);
  }

  #measureAt(seconds: number): TaskingSummary {
    const { objects } = this.scenario;
    let [sum, unique, kept] = [0, 0, 0];
    for (const { track } of objects) {
      const sigma = track.sigmaKm(seconds);
      sum += sigma;
      if (sigma < this.custodyKm) kept++;
      if (track.looks > 0) unique++;
    }
    return { meanSigmaKm: sum / objects.length, unique, looks: this.#log.length, custody: kept / objects.length };
  }

  #observe(): Float32Array {
    const { objects } = this.scenario;
    return observe(objects, this.actionSpace.n, this.sensor, this.#seconds, this.#azimuth, this.#looks);
  }

  actionMask(): Uint8Array {
    return this.#looks.allowed.slice();
  }

  /** The sky above the site as text. */
  render(): string {
    return renderSky(this);
  }

  stateDict(): State {
    const { seed, objects } = this.scenario;
    const joined = (length: number, of: (i: number) => ArrayLike<number>): Float64Array => {
      const out = new Float64Array(objects.length * length);
      for (let i = 0; i < objects.length; i++) out.set(of(i), i * length);
      return out;
    };
    const track = (i: number) => (objects[i] as (typeof objects)[number]).track;
    return {
      generator: this.#generator.getState(),
      scenario: seed,
      seconds: this.#seconds,
      pointing: Float64Array.of(...this.#pointing, this.#azimuth),
      base: joined(36, (i) => track(i).base),
      errors: joined(14, (i) => [...track(i).estimate, ...track(i).truth, track(i).lastS, track(i).looks]),
      log: Float64Array.from(
        this.#log.flatMap((each) => [
          each.object,
          each.beginS,
          each.arriveS,
          each.endS,
          each.azimuthRad,
          each.elevationRad,
        ]),
      ),
    };
  }

  loadStateDict(state: State): void {
    const reader = new StateReader("SensorTasking.loadStateDict", state);
    const seed = reader.count("scenario", 0xffffffff);
    const seconds = reader.number("seconds");
    const pointing = reader.float64("pointing", 4);
    const log = reader.float64("log", -1);
    const generator = reader.bytes("generator");
    const same = this.#scenario?.seed === seed ? this.#scenario : null;
    const scenario = same ?? drawScenario(this.#catalogue, this.settings, seed);
    const base = reader.float64("base", scenario.objects.length * 36);
    const errors = reader.float64("errors", scenario.objects.length * 14);
    this.#generator.setState(generator);
    if (same === null) this.#begin(scenario);
    this.scenario.objects.forEach(({ track }, i) => {
      track.base.set(base.subarray(i * 36, i * 36 + 36));
      track.estimate.set(errors.subarray(i * 14, i * 14 + 6));
      track.truth.set(errors.subarray(i * 14 + 6, i * 14 + 12));
      track.lastS = errors[i * 14 + 12] as number;
      track.looks = errors[i * 14 + 13] as number;
    });
    this.#pointing.set(pointing.subarray(0, 3));
    this.#azimuth = pointing[3] as number;
    this.#seconds = seconds;
    this.#log = Array.from({ length: log.length / 6 }, (_, i) => {
      const [object, beginS, arriveS, endS, azimuthRad, elevationRad] = log.subarray(i * 6) as unknown as [
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      return { object, beginS, arriveS, endS, azimuthRad, elevationRad };
    });
    this.#atHorizon = null;
    this.#advance();
  }
}
