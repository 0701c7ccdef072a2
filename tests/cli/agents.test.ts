import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { modelWeights } from "../../src/cli/commands/checkpoint.ts";
import { restoreJudged } from "../../src/cli/commands/run-network.ts";
import { readCheckpoint } from "../../src/cli/read-run.ts";
import * as rl from "../../src/rl/index.ts";
import * as ssa from "../../src/ssa/index.ts";
import { buildExperiment, type Experiment, type Trainer } from "../../src/train/index.ts";

// `innerloop evaluate` of agents: its parts in this process, and once from outside, on the built package.

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "innerloop-agents-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function train(experiment: Experiment, run: string, record = {}): Promise<Trainer> {
  const { trainer, data } = await buildExperiment(experiment, { run: join(folder, run), display: "quiet", record });
  await trainer.fit(data.train);
  return trainer;
}

describe("innerloop evaluate of an agent", () => {
  const normalized = rl.dqnExperiment({
    env: () => new rl.NormalizeObservation(rl.make("CartPole-v1")),
    hidden: [16],
    totalSteps: 600,
    learningStarts: 100,
    evaluations: 3,
    evaluationEpisodes: 3,
  });

  it("judges it with the statistics that it was trained with, or says that they are not there", async () => {
    const { history } = await train(normalized, "pole");
    const evaluated = history.epochs.map(({ metrics }) => metrics?.evalReturn);
    for (const [which, expected] of [
      ["best", history.best?.metrics?.evalReturn],
      ["latest", evaluated.at(-1)],
    ] as const) {
      const { trainer } = await buildExperiment(normalized, { display: "quiet" });
      const checkpoint = readCheckpoint(join(folder, "pole"), which);
      trainer.model.loadStateDict(modelWeights(checkpoint));
      const bare = await trainer.judge();
      restoreJudged(trainer.callbacks, checkpoint);
      expect(await trainer.judge()).toEqual({ evalReturn: expected });
      expect(bare).not.toEqual({ evalReturn: expected }); // (it does depend on them)
      const without = { ...checkpoint, state: { ...checkpoint.state, callbacks: {} } };
      expect(() => restoreJudged(trainer.callbacks, without)).toThrow(
        "holds the weights, but not the observation statistics that they were trained with",
      );
    }
  });

  it("shows a sensor tasking's table against the baselines, with units and intervals", async () => {
    const options = { catalogCount: 300, objects: 8, horizonMinutes: 10, scenarios: 3, evaluations: 1 };
    const agent = { totalSteps: 60, learningStarts: 20, bufferSize: 60, batchSize: 8, evaluationEpisodes: 1 };
    const experiment = ssa.taskingExperiment({ ...options, ...agent });
    await train(experiment, "tasking", { file: "tasking.ts", overrides: {} });
    const text = JSON.stringify({ ...options, ...agent });
    writeFileSync(
      join(folder, "tasking.ts"),
      `import * as ssa from "innerloop/ssa"; export default ssa.taskingExperiment(${text});`,
    );
    const { stdout, stderr } = spawnSync(process.execPath, [main, "evaluate", "tasking"], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(stdout).toContain("3 held-out scenarios (seeds 5000000 to 5000002): 8 objects, 10 minutes, sensor");
    expect(stdout).toMatch(/\| policy +\| mean sigma, km \| learned less it +\| unique objects/);
    expect(stdout).toMatch(/\| greedy by information +\| \d+\.\d{3} +\| -?\d+\.\d{3} \(-?\d+\.\d{3} … -?\d+\.\d{3}\)/);

    const { task, trainer } = await buildExperiment(experiment, { display: "quiet" });
    const { values } = (await task?.report?.(trainer)) ?? {};
    const { policies, units, sigmaKm } = values as unknown as {
      policies: ssa.PolicyComparison[];
      units: Record<string, string>;
      sigmaKm: number;
    };
    expect(policies.map(({ policy }) => policy)).toEqual([
      "learned",
      "random",
      "greedy by uncertainty",
      "greedy by information",
      "greedy by information per second",
    ]);
    expect([policies[0]?.meanSigmaKm, policies[0]?.less, units.meanSigmaKm]).toEqual([sigmaKm, null, "km"]);
    const { low = 0, mean = 0 } = policies[1]?.less?.meanSigmaKm ?? {};
    expect(low).toBeLessThan(mean);
  });
});
