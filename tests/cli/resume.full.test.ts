import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// Runs of `innerloop train` from outside: real processes of the built package, real signals, an experiment's file that
// is changed in between.

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const EXPERIMENT = `
import { data, F, nn, rand, train } from "innerloop";
export default train.defineExperiment({
  seed: 3,
  config: { scale: 3 },
  data: ({ config }) => {
    const X = rand([64, 2]);
    const y = X.mul(config.scale).sum(1, { keepdim: true });
    return {
      train: new data.DataLoader(new data.TensorDataset(X, y), { batchSize: 16, shuffle: true }),
      validation: [[X, y]],
    };
  },
  model: () => new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 1)),
  loss: (a, b) => F.mseLoss(a, b),
  optimizer: { name: "Adam", lr: 1e-2 },
  scheduler: { name: "CosineAnnealingLR", tMax: 4, warmupSteps: 1 },
  trainer: { epochs: 4, loggers: [new train.loggers.CsvLogger("log.csv")] },
});
`;

let folder = "";
const write = (text: string): void => writeFileSync(join(folder, "task.ts"), text);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "innerloop-cli-resume-"));
  write(EXPERIMENT);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Said {
  status: number | null;
  out: string;
  errors: string;
}

function innerloop(args: readonly string[], cwd: string = folder): Said {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd, encoding: "utf8" });
  return { status, out: stdout, errors: stderr };
}

/** Starts a command, and sends it a signal when it has said that an epoch is done. */
async function interrupted(args: readonly string[], signal: NodeJS.Signals = "SIGINT"): Promise<Said> {
  const child: ChildProcess = spawn(process.execPath, [main, ...args], { cwd: folder });
  let [out, errors, sent] = ["", "", false];
  child.stdout?.on("data", (chunk: Buffer) => {
    out += chunk.toString();
    if (!sent && /\n +\d+ +\d\.\d/.test(out)) {
      sent = true;
      child.kill(signal);
    }
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { status, out, errors };
}

const steps = (): number[] =>
  readFileSync(join(folder, "log.csv"), "utf8")
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => Number.parseInt(line, 10));

describe("Ctrl-C", () => {
  it("saves, says how to go on, and what --set said holds until the end", async () => {
    const first = await interrupted(["train", "task.ts", "--run", "r", "--set", "trainer.epochs=1000000"]);
    expect(first).toMatchObject({ status: 130, errors: "" });
    expect(first.out).toMatch(/interrupted at step \d+ \(SIGINT\); saved; to go on: innerloop resume r/);
    const second = await interrupted(["resume", "r", "--set", "optimizer.lr=0.02"], "SIGTERM");
    expect(second).toMatchObject({ status: 130, errors: "" });
    expect(second.out).toContain("changed since the checkpoint: optimizer.lr: 0.01 → 0.02");
    const third = await interrupted(["resume", "r"]); // the plain one, as the line before says
    expect(third).toMatchObject({ status: 130, errors: "" });
    expect(third.out).not.toContain("changed since");
    const last = innerloop(["resume", "r", "--set", "trainer.epochs=2"]);
    expect([last.status, last.out]).toEqual([0, expect.stringContaining("to go further: --set trainer.epochs=")]);
    // the logger of the experiment's file has lost no row and none twice
    const rows = steps();
    expect(rows[0]).toBe(4);
    expect(rows).toEqual([...new Set(rows)].sort((a, b) => a - b));
    for (let step = 10; step <= (rows.at(-1) as number); step += 10) expect(rows).toContain(step);
  }, 120_000);
});

describe("a run of train", () => {
  it("is found from every folder, and when it moves with its program", () => {
    expect(innerloop(["train", "task.ts", "--run", "f", "--quiet"]).status).toBe(0);
    expect(innerloop(["evaluate", join(folder, "f")], "/").out).toContain("on the validation data");
    expect(innerloop(["resume", join(folder, "f"), "--quiet"], "/").status).toBe(0);
    renameSync(join(folder, "task.ts"), join(folder, "away.ts"));
    const gone = innerloop(["evaluate", "f"]);
    expect([gone.status, gone.errors]).toEqual([2, expect.stringContaining("the experiment of f is not there")]);
    renameSync(join(folder, "away.ts"), join(folder, "task.ts"));
  }, 60_000);

  it("says what of its program has changed: refuses data, layers and losses, goes on with the rest", () => {
    const refused: [says: string, from: string, to: string][] = [
      ["data.train", "mul(config.scale)", "mul(30)"],
      ['layers.1: "Tanh()" → "ReLU()"', "nn.Tanh", "nn.ReLU"],
      ["loss.text", "mseLoss", "l1Loss"],
      ["scheduler.0.tMax: 4 → 5", "tMax: 4", "tMax: 5"],
    ];
    for (const [says, from, to] of refused) {
      write(EXPERIMENT.replace(from, to));
      const { status, errors } = innerloop(["resume", "f"]);
      expect([status, errors]).toEqual([4, expect.stringContaining(says)]);
      expect(errors).toMatch(/on the command line --allow (data|layers\.1|loss\.text|scheduler\.tMax)\.\n/);
    }
    write(`${EXPERIMENT}// a remark`);
    const told = innerloop(["resume", "f"]);
    expect([told.status, told.out]).toEqual([
      0,
      expect.stringContaining("changed since the checkpoint: the experiment's file"),
    ]);
    write(EXPERIMENT.replace("tMax: 4", "tMax: 5"));
    expect(innerloop(["resume", "f", "--allow", "scheduler.tMax"]).status).toBe(0);
    expect(innerloop(["resume", "f"]).errors).toBe("");
  }, 60_000);
});
