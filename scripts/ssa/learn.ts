/**
 * Trains examples/conjunction-probability.ts once for each thing that the network may be told, and prints what each gets
 * wrong: the table of docs/ssa.md.
 *
 *     npm run ssa:learn                                 all five, a minute or two
 *     npm run ssa:learn -- principal config.hidden=32   one of them, with other settings
 */
import { tensor, train } from "innerloop";
import { collisionProbability2D, generateEncounters, monteCarloProbability } from "innerloop/ssa";
import experiment, { type Judged, judge, judgedSets, type Told } from "../../examples/conjunction-probability.ts";

const [asked = "", ...changes] = process.argv.slice(2);
const told = (asked === "" ? "lesson-3,lesson,plane,principal,density" : asked).split(",") as Told[];
const config = experiment.config as { floor: number; cdm: string };

// The labels themselves: where is the exact 2-D value what sampling both orbits gives?
const checked = generateEncounters({ seed: 7, count: 400 })
  .map(({ conjunction }) => ({ conjunction, exact: collisionProbability2D(conjunction) }))
  .filter(({ exact }) => exact.relativeSpeed > 1000 && exact.principalSigmas[0] < 2000 && exact.probability > 5e-3)
  .slice(0, 20);
let agreeing = 0;
for (const { conjunction, exact } of checked) {
  const { interval } = await monteCarloProbability(conjunction, {
    maxSamples: 200_000,
    halfSpan: 60,
    remediation: "cara",
  });
  if (exact.probability >= interval[0] && exact.probability <= interval[1]) agreeing++;
}
console.log(`exact 2-D values within the 95 % interval of 200,000 samples: ${agreeing} of ${checked.length}\n`);

const row = (name: string, cells: readonly string[]): void => console.log(`| ${[name, ...cells].join(" | ")} |`);
const cell = (set: Judged, predicted: readonly number[]): string => {
  const { rmse, max } = judge(predicted, set.logPc);
  return `${rmse.toFixed(3)} (${max.toFixed(2)})`;
};
const sets = judgedSets("density", config.floor, config.cdm);
row(
  "told",
  sets.map((set) => `${set.logPc.length} ${set.name}: RMSE (largest)`),
);
row(
  "---",
  sets.map(() => "---"),
);
if (asked === "") {
  row(
    "nothing: their own mean",
    sets.map(({ logPc }) => judge(logPc, logPc).constant.toFixed(3)),
  );
  // No network: the probability of a hard body so small that the density is the same all over it.
  row(
    "no network: density·πR²",
    sets.map((set) =>
      cell(
        set,
        set.inputs.map((input) => Math.min(0, input[4] as number)),
      ),
    ),
  );
}
for (const name of told) {
  const settings = Object.fromEntries(changes.map(train.parseOverride));
  const altered = train.override(experiment as unknown as train.Experiment, {
    ...settings,
    "config.features": name,
    "trainer.callbacks": null,
  });
  const { trainer, data } = await train.buildExperiment(altered, { display: "quiet" });
  const started = performance.now();
  const history = await trainer.fit(data.train, data.validation);
  row(
    name,
    judgedSets(name, config.floor, config.cdm).map((set) => cell(set, [...trainer.predict(tensor(set.inputs)).data])),
  );
  console.error(`  (${history.epochs.length} epochs, ${((performance.now() - started) / 1000).toFixed(0)} s)`);
}
