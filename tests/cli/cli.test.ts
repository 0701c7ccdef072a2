import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// The command line from outside, on the built package (npm test builds it first).

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const EXPERIMENT = `
import { data, F, nn, rand, train } from "innerloop";
export default train.defineExperiment({
  seed: 3,
  config: { hidden: 8 },
  data: () => {
    const X = rand([64, 2]);
    const y = X.sum(1, { keepdim: true });
    return {
      train: new data.DataLoader(new data.TensorDataset(X, y), { batchSize: 16, shuffle: true }),
      validation: [[X, y]],
      columns: ["a", "b"],
    };
  },
  model: ({ config }) => new nn.Sequential(new nn.Linear(2, config.hidden), new nn.Tanh(), new nn.Linear(config.hidden, 1)),
  loss: F.mseLoss,
  optimizer: { name: "Adam", lr: 1e-2 },
  scheduler: { name: "CosineAnnealingLR", tMax: 4, warmupSteps: 1 },
  trainer: { epochs: 4 },
});
`;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "innerloop-cli-"));
  writeFileSync(join(folder, "task.ts"), EXPERIMENT);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function innerloop(...args: string[]): { status: number | null; out: string; errors: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: "utf8" });
  return { status, out: stdout, errors: stderr };
}

describe("innerloop", () => {
  it("trains, shows, evaluates, predicts, exports and resumes", () => {
    const trained = innerloop("train", "task.ts");
    expect(trained.errors).toBe("");
    expect(trained.status).toBe(0);
    expect(trained.out).toMatch(/epoch +train loss[\s\S]*\n {4}3 [\s\S]*best epoch[\s\S]*runs\/task/);
    const again = innerloop("train", "task.ts", "--set", "config.hidden=4", "--seed", "5", "--quiet");
    expect([again.status, again.out]).toEqual([0, ""]);
    expect(existsSync(join(folder, "runs/task-2/run.json"))).toBe(true);

    expect(innerloop("show", "runs/task").out).toMatch(/seed 3, task\.ts[\s\S]*validation[\s\S]*:/);
    expect(innerloop("runs").out).toMatch(/runs\/task-2 +4/);
    expect(innerloop("diagnose", "runs/task").status).toBe(0);
    expect(JSON.parse(innerloop("evaluate", "runs/task", "--json").out).loss).toBeGreaterThan(0);

    writeFileSync(join(folder, "in.csv"), 'name,a,b\n"x, y",0.25,0.5\nz,1,0\n');
    const predicted = innerloop("predict", "runs/task", "in.csv", "-o", "out.csv");
    expect(predicted.out).toContain("2 rows");
    const lines = readFileSync(join(folder, "out.csv"), "utf8").trim().split("\n");
    expect(lines[0]).toBe("name,a,b,prediction");
    expect(lines[1]).toMatch(/^"x, y",0\.25,0\.5,-?\d/);

    expect(innerloop("checkpoint", "verify", "runs/task").out).toContain("good");
    expect(innerloop("checkpoint", "inspect", "runs/task").out).toContain("model.0.weight");
    expect(innerloop("export", "runs/task", "-o", "model.safetensors").out).toContain("4 tensors");

    const longer = innerloop("resume", "runs/task", "--set", "trainer.epochs=6");
    expect(longer.errors).toBe("");
    expect(longer.out).toMatch(/\n {4}5 /);
  }, 60_000);

  it("replays the post-mortem of a run by the run's own experiment and overrides", () => {
    const args = ["--set", "optimizer.lr=1e30", "--set", "config.hidden=3", "--run", "runs/nan"];
    const { status, errors } = innerloop("train", "task.ts", ...args);
    expect(status).toBe(5);
    const [, ...command] = /From the command line: innerloop (\S+) (\S+)/.exec(errors) ?? [];
    expect(command[0]).toBe("replay");
    expect(innerloop(...command).out).toMatch(/the loss was not finite[\s\S]*the very bits of the run/);
  }, 60_000);

  it("refuses with an exit code, without a stack trace, and says what to do", () => {
    const rows: [code: number, says: RegExp, ...args: string[]][] = [
      [2, /there is no file none\.ts/, "train", "none.ts"],
      [2, /in\.csv is no program/, "train", "in.csv"],
      [2, /there is no file none/, "replay", "none"],
      [4, /there is no run in runs\/none/, "export", "runs/none", "-o", "x"],
      [2, /no "optimzer".*Did you mean "optimizer"/, "train", "task.ts", "--set", "optimzer.lr=1"],
      [2, /no option "lrr".*Did you mean "lr"/, "train", "task.ts", "--set", "optimizer.lrr=1"],
      [2, /expected a number/, "train", "task.ts", "--set", "config.hidden=many"],
      [2, /expected path=value/, "train", "task.ts", "--set", "hidden"],
      [4, /there is no run in runs\/none/, "show", "runs/none"],
      [4, /there is no run in runs\/none/, "resume", "runs/none"],
      [2, /unknown command/, "fly"],
      [2, /unknown option/, "train", "task.ts", "--fast"],
    ];
    for (const [code, says, ...args] of rows) {
      const { status, errors } = innerloop(...args);
      expect(errors, args.join(" ")).toMatch(says);
      expect(errors).not.toContain("    at ");
      expect(status, args.join(" ")).toBe(code);
    }
    expect(innerloop("--debug", "train", "none.ts").errors).toContain("    at ");
  }, 60_000);

  it("has examples in every help", () => {
    const commands = [
      "train",
      "resume",
      "evaluate",
      "predict",
      "fit",
      "runs",
      "show",
      "diagnose",
      "lr-find",
      "export",
      "doctor",
    ];
    for (const name of commands) expect(innerloop(name, "--help").out).toMatch(/Examples:\n {2}innerloop /);
    expect(innerloop("--help").out).toContain("Exit codes:");
  }, 60_000);
});
