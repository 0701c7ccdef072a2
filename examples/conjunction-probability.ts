/**
 * The probability of a collision, learned: a network that is told the geometry of an encounter (miss, sigmas, radius)
 * and trained on made-up encounters with the exact 2-D probability; judged on real conjunctions that it never saw.
 *
 *     npx innerloop train examples/conjunction-probability.ts
 *     npx innerloop train examples/conjunction-probability.ts --set config.features=lesson
 *
 * The second one is told what the lesson's program looks at instead; `npm run ssa:learn` compares them all. Real messages
 * are read from `config.cdm`, where there are any; a file cara-conjunctions.json beside that folder says for which of
 * them the 2-D value holds.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { data, F, nn, type Tensor, tensor, train } from "innerloop";
import {
  type Cdm,
  collisionProbability2D,
  conjunctionOf,
  type Encounter,
  encounterFeatures,
  encounterPlane,
  generateEncounters,
  lessonFeatures,
  parseCdm,
} from "innerloop/ssa";

/** What the network may be told: the sets of `encounterFeatures`, or the lesson's, without a confidence and with one. */
export type Told = "plane" | "principal" | "density" | "lesson-3" | "lesson";

/** Encounters as the network sees them, with log10 Pc. */
export interface Judged {
  name: string;
  inputs: number[][];
  logPc: number[];
  /** How many were left out, being below the floor. */
  below: number;
}

const config = {
  features: "principal" as Told,
  /** Encounters made up to train on; one in ten validates. */
  count: 30_000,
  /** log10 Pc below which encounters are left out: nobody acts on them. */
  floor: -10,
  hidden: 64,
  cdm: "../shared/data/ssa/cdm",
};

function inputOf({ conjunction, hoursToClosestApproach }: Encounter, told: Told): number[] {
  const plane = encounterPlane(conjunction);
  if (told !== "lesson" && told !== "lesson-3") return encounterFeatures(plane, conjunction.hardBodyRadius, told);
  const [speed, miss, confidence, time] = lessonFeatures(plane, conjunction, hoursToClosestApproach);
  return told === "lesson" ? [speed, miss, confidence, time] : [speed, miss, time];
}

/** Encounters whose probability is at least the floor, with the exact value. */
function labelled(name: string, encounters: readonly Encounter[], told: Told, floor: number): Judged {
  const all = encounters.map((encounter) => ({
    encounter,
    logPc: Math.log10(collisionProbability2D(encounter.conjunction, { tolerance: 1e-8 }).probability),
  }));
  const kept = all.filter(({ logPc }) => logPc >= floor);
  return {
    name,
    inputs: kept.map(({ encounter }) => inputOf(encounter, told)),
    logPc: kept.map(({ logPc }) => logPc),
    below: all.length - kept.length,
  };
}

const hoursOf = (cdm: Cdm): number => {
  const time = (keyword: string): number =>
    Date.parse(`${cdm.header.find((entry) => entry.keyword === keyword)?.value.replace(/Z?$/, "Z")}`);
  return (time("TCA") - time("CREATION_DATE")) / 3.6e6;
};

/** Names of the conjunctions for which CARA found none of the 2-D method's assumptions violated. */
function holding(folder: string): Set<string> {
  const path = join(folder, "../cara-conjunctions.json");
  if (!existsSync(path)) return new Set();
  const cases = JSON.parse(readFileSync(path, "utf8")) as { id: string; violationsPc2D: string }[];
  return new Set(cases.filter((each) => Number(each.violationsPc2D) === 0).map((each) => each.id));
}

/** What the network is judged on, none of it trained on: generated encounters of another seed, and real ones. */
export function judgedSets(told: Told, floor: number, folder: string): Judged[] {
  const made = generateEncounters({ seed: 20_000_003, count: 4000 });
  const real = (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => name.endsWith(".cdm"))
    .map((name) => {
      const cdm = parseCdm(readFileSync(join(folder, name), "utf8"));
      return { id: name.slice(0, -4), conjunction: conjunctionOf(cdm), hoursToClosestApproach: hoursOf(cdm) };
    });
  const holds = holding(folder);
  const sound = real.filter(({ id }) => holds.has(id));
  return [
    labelled("generated", made, told, floor),
    labelled("real, 2-D holds", sound, told, floor),
    labelled("real, all", real, told, floor),
  ].filter(({ logPc }) => logPc.length > 0);
}

/** Root mean square and largest error, and the root mean square of the best constant, in powers of ten. */
export function judge(
  predicted: readonly number[],
  wanted: readonly number[],
): { rmse: number; max: number; constant: number } {
  const errors = wanted.map((value, i) => Math.abs((predicted[i] as number) - value));
  const rms = (values: readonly number[]): number => Math.hypot(...values) / Math.sqrt(values.length);
  const mean = wanted.reduce((sum, value) => sum + value, 0) / wanted.length;
  return { rmse: rms(errors), max: Math.max(...errors), constant: rms(wanted.map((value) => value - mean)) };
}

const column = (values: readonly number[]): Tensor => tensor(values.map((value) => [value]));

const report: train.Callback = {
  onFitEnd(trainer) {
    const { features, floor, cdm } = (trainer.options.config as { experiment: { config: typeof config } }).experiment
      .config;
    console.log(`\nerrors of log10 Pc, told "${features}" (a constant's in brackets):`);
    for (const { name, inputs, logPc, below } of judgedSets(features, floor, cdm)) {
      const { rmse, max, constant } = judge([...trainer.predict(tensor(inputs)).data], logPc);
      console.log(
        `  ${name.padEnd(16)} ${`${logPc.length}`.padStart(5)}   RMSE ${rmse.toFixed(3)} (${constant.toFixed(2)})   max ${max.toFixed(2)}   ${below} below 1e${floor} left out`,
      );
    }
    if (!features.startsWith("lesson")) {
      console.log("  (what the lesson's four numbers tell instead: --set config.features=lesson)");
    }
  },
};

export default train.defineExperiment({
  name: "conjunction-probability",
  seed: 1,
  config,
  data: ({ config: { features, count, floor, cdm }, seed }) => {
    const { inputs, logPc } = labelled("", generateEncounters({ seed, count }), features, floor);
    const cut = Math.round(0.9 * inputs.length);
    const parts = [0, 1].map((part) => {
      const range = part === 0 ? [0, cut] : [cut];
      return [tensor(inputs.slice(...range)), column(logPc.slice(...range))] as const;
    });
    const [[trainX, trainY], validation] = parts as [readonly [Tensor, Tensor], readonly [Tensor, Tensor]];
    if (!existsSync(cdm)) console.error(`no messages in ${cdm}: judged on generated encounters alone`);
    const [made, real = made] = judgedSets(features, floor, cdm) as [Judged, Judged?];
    return {
      train: new data.DataLoader(new data.TensorDataset(trainX, trainY), { batchSize: 256, shuffle: true }),
      validation: [validation],
      test: [[tensor(real.inputs), column(real.logPc)]],
    };
  },
  model: ({ config: { features, hidden } }) => {
    const inputs = { plane: 4, principal: 4, density: 5, "lesson-3": 3, lesson: 4 }[features];
    return new nn.Sequential(
      new nn.Linear(inputs, hidden),
      new nn.SiLU(),
      new nn.Linear(hidden, hidden),
      new nn.SiLU(),
      new nn.Linear(hidden, hidden),
      new nn.SiLU(),
      new nn.Linear(hidden, 1),
    );
  },
  loss: F.mseLoss,
  optimizer: { name: "AdamW", lr: 3e-3, weightDecay: 1e-4 },
  scheduler: { name: "CosineAnnealingLR", tMax: 60, etaMin: 1e-5 },
  trainer: { epochs: 60, earlyStopping: 20, callbacks: [report], metrics: [new train.metrics.RMSE()] },
});
