import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { commandLine } from "../../src/cli/program.ts";

// The command line from outside, on the built package (npm test builds it first), where an experiment is loaded;
// what needs none runs in this process, for starting one costs a third of a second.

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const EXPERIMENT = `
import { data, F, nn, rand, train } from "innerloop";
export default train.defineExperiment({
  seed: 3,
  config: { hidden: 8, rows: 64 },
  data: ({ config }) => {
    const X = rand([config.rows, 2]);
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

/** One that needs no package, for what is refused before anything is built. */
const PLAIN = `
export default {
  config: { hidden: 8 },
  data() { throw new Error("was called"); },
  model() { throw new Error("was called"); },
  loss() { throw new Error("was called"); },
  optimizer: { name: "Adam", lr: 1e-2 },
  trainer: { epochs: 4 },
};
`;

let folder = "";
const cwd = process.cwd();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "innerloop-cli-"));
  writeFileSync(join(folder, "task.ts"), EXPERIMENT);
  writeFileSync(join(folder, "plain.ts"), PLAIN);
  process.chdir(folder);
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(() => {
  process.chdir(cwd);
  rmSync(folder, { recursive: true, force: true });
});

interface Said {
  status: number | null;
  out: string;
  errors: string;
}

/** In this process. */
async function here(...args: string[]): Promise<Said> {
  const [out, errors]: [string[], string[]] = [[], []];
  const into = (list: string[]) => (text: unknown) => {
    list.push(String(text instanceof Error ? text.stack : text));
    return true;
  };
  vi.spyOn(process.stdout, "write").mockImplementation(into(out));
  vi.spyOn(process.stderr, "write").mockImplementation(into(errors));
  vi.spyOn(console, "log").mockImplementation(into(out));
  vi.spyOn(console, "error").mockImplementation(into(errors));
  const status = await commandLine(args);
  vi.restoreAllMocks();
  return { status, out: out.join("\n"), errors: errors.join("\n") };
}

function innerloop(...args: string[]): Said {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: "utf8" });
  return { status, out: stdout, errors: stderr };
}

describe("innerloop", () => {
  it("trains, shows, evaluates, predicts, exports and resumes", async () => {
    const trained = innerloop("train", "task.ts");
    expect(trained.errors).toBe("");
    expect(trained.status).toBe(0);
    expect(trained.out).toMatch(/epoch +train loss[\s\S]*\n {4}3 [\s\S]*best epoch[\s\S]*runs\/task/);
    const again = innerloop("train", "task.ts", "--set", "config.hidden=4", "--seed", "5", "--quiet");
    expect([again.status, again.out]).toEqual([0, ""]);
    expect(existsSync(join(folder, "runs/task-2/run.json"))).toBe(true);

    expect((await here("show", "runs/task")).out).toMatch(/seed 3, task\.ts[\s\S]*validation[\s\S]*:/);
    expect((await here("runs")).out).toMatch(/runs\/task-2 +4/);
    expect((await here("diagnose", "runs/task")).status).toBe(0);
    const { loss } = JSON.parse(innerloop("evaluate", "runs/task", "--json").out);
    expect(loss).toBeGreaterThan(0);
    const other = JSON.parse(innerloop("evaluate", "runs/task", "--json", "--set", "config.rows=128").out);
    expect(Math.abs(other.loss / loss - 1)).toBeGreaterThan(1e-6); // the same weights on other data
    expect(Math.abs(other.loss / loss - 1)).toBeLessThan(1);
    expect(innerloop("evaluate", "runs/task", "--set", "confg.rows=128").errors).toContain("confg");

    writeFileSync(join(folder, "in.csv"), 'name,a,b\n"x, y",0.25,0.5\nz,1,0\n');
    const predicted = innerloop("predict", "runs/task", "in.csv", "-o", "out.csv");
    expect(predicted.out).toContain("2 rows");
    const lines = readFileSync(join(folder, "out.csv"), "utf8").trim().split("\n");
    expect(lines[0]).toBe("name,a,b,prediction");
    expect(lines[1]).toMatch(/^"x, y",0\.25,0\.5,-?\d/);

    expect((await here("checkpoint", "verify", "runs/task")).out).toContain("good");
    expect((await here("checkpoint", "inspect", "runs/task")).out).toContain("model.0.weight");
    expect((await here("export", "runs/task", "-o", "model.safetensors")).out).toContain("4 tensors");

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

  it("refuses with an exit code, without a stack trace, and says what to do", async () => {
    const rows: [code: number, says: RegExp, ...args: string[]][] = [
      [2, /there is no file none\.ts/, "train", "none.ts"],
      [2, /in\.csv is no program/, "train", "in.csv"],
      [2, /there is no file none/, "replay", "none"],
      [4, /there is no run in runs\/none/, "export", "runs/none", "-o", "x"],
      [2, /no "optimzer".*Did you mean "optimizer"/, "train", "plain.ts", "--set", "optimzer.lr=1"],
      [2, /expected a number/, "train", "plain.ts", "--set", "config.hidden=many"],
      [2, /expected path=value/, "train", "plain.ts", "--set", "hidden"],
      [4, /there is no run in runs\/none/, "show", "runs/none"],
      [4, /there is no run in runs\/none/, "resume", "runs/none"],
      [2, /unknown command/, "fly"],
      [2, /unknown option/, "train", "task.ts", "--fast"],
    ];
    for (const [code, says, ...args] of rows) {
      const { status, errors } = await here(...args);
      expect(errors, args.join(" ")).toMatch(says);
      expect(errors).not.toContain("    at ");
      expect(status, args.join(" ")).toBe(code);
    }
    expect((await here("--debug", "train", "none.ts")).errors).toContain("    at ");
    for (const [says, ...args] of [
      [/unknown command/, "fly"],
      [/no option "lrr".*Did you mean "lr"/, "train", "task.ts", "--set", "optimizer.lrr=1"],
    ] as [RegExp, ...string[]][]) {
      const { status, errors } = innerloop(...args);
      expect(errors).toMatch(says);
      expect([status, errors.includes("    at ")]).toEqual([2, false]);
    }
  }, 60_000);

  it("has examples in every help", async () => {
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
    for (const name of commands) expect((await here(name, "--help")).out).toMatch(/Examples:\n {2}innerloop /);
    expect((await here("--help")).out).toContain("Exit codes:");
  }, 60_000);
});
