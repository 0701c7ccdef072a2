import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { commandLine } from "../../src/cli/program.ts";
import { readRun } from "../../src/cli/read-run.ts";
import { VERSION } from "../../src/util/index.ts";

// What a resume leaves behind for the next one, and what the commands do with damaged checkpoints. Runs of `fit`, which
// need no program to be loaded; resume.full.test.ts has those of `train`, from outside.

let folder = "";
const cwd = process.cwd();
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "innerloop-resume-"));
  process.chdir(folder);
  const rows = Array.from({ length: 60 }, (_, i) => `${i / 60},${(i * 7) % 11},${i / 30 + ((i * 7) % 11)}`);
  writeFileSync("d.csv", `a,b,y\n${rows.join("\n")}\n`);
  await said("fit", "d.csv", "--target", "y", "--epochs", "2", "--hidden", "4", "--run", "r", "--quiet");
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(() => {
  process.chdir(cwd);
  rmSync(folder, { recursive: true, force: true });
});

async function said(...args: string[]): Promise<{ status: number; out: string; errors: string }> {
  const [out, errors]: [string[], string[]] = [[], []];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => out.push(String(text)) > 0);
  vi.spyOn(console, "log").mockImplementation((text) => void out.push(String(text)));
  vi.spyOn(console, "error").mockImplementation((text) => void errors.push(String(text)));
  const status = await commandLine(args);
  vi.restoreAllMocks();
  return { status, out: out.join("\n"), errors: errors.join("\n") };
}

describe("resume --set", () => {
  it("holds for every later resume and command", async () => {
    expect(readRun("r").history.plannedEpochs).toBe(2);
    const ended = await said("resume", "r");
    expect(ended.out).toContain(
      "ended before, after 2 epochs (all epochs done); to go further: --set trainer.epochs=4",
    );
    expect((await said("resume", "r", "--set", "trainer.epochs=3")).status).toBe(0);
    expect(readRun("r").history.epochs).toHaveLength(3);
    expect(readRun("r").history.plannedEpochs).toBe(3);
    renameSync("d.csv", "moved.csv");
    expect((await said("resume", "r")).errors).toContain("--set config.source.file=");
    const moved = await said("resume", "r", "--set", "config.source.file=moved.csv", "--set", "optimizer.lr=0.001");
    expect(moved).toMatchObject({ status: 0, errors: "" });
    expect(await said("resume", "r")).toMatchObject({ status: 0, errors: "" });
    expect(await said("evaluate", "r")).toMatchObject({ status: 0, errors: "" });
    expect(readRun("r").source?.overrides).toEqual({
      "trainer.epochs": 3,
      "config.source.file": "moved.csv",
      "optimizer.lr": 0.001,
    });
  }, 60_000);

  it("refuses another seed, and to allow what there is not", async () => {
    expect(await said("resume", "r", "--set", "seed=7")).toMatchObject({ status: 2 });
    const { status, errors } = await said("resume", "r", "--allow", "optimizer.lrr");
    expect([status, errors]).toEqual([2, expect.stringContaining('Did you mean "optimizer.lr"?')]);
    expect((await said("train", "x.ts", "--seed", "abc")).errors).toContain('--seed: "abc", expected a whole number');
  });
});

describe("a run's own words", () => {
  it("name the version, and what it was trained on", () => {
    const info = JSON.parse(readFileSync("r/run.json", "utf8"));
    expect(info.versions.innerloop).toBe(VERSION);
    expect(info.dataFingerprint).toMatch(/^sha256:/);
    expect(VERSION).toBe(JSON.parse(readFileSync(join(cwd, "package.json"), "utf8")).version);
  });
});

describe("damaged checkpoints", () => {
  const file = (name: string): string => join("r/checkpoints", `${name}.safetensors`);
  const damage = async (name: string, look: () => Promise<void>): Promise<void> => {
    copyFileSync(file(name), "kept");
    truncateSync(file(name), 100);
    await look();
    copyFileSync("kept", file(name));
  };

  it("are found by verify, each by name", async () => {
    expect((await said("checkpoint", "verify", "r")).out.match(/good/g)).toHaveLength(3);
    for (const name of ["latest", "latest.prev", "best"]) {
      await damage(name, async () => {
        const { status, out, errors } = await said("checkpoint", "verify", "r");
        expect([status, out.match(/good/g)?.length]).toEqual([4, 2]);
        expect(errors).toContain(`${name}.safetensors: `);
      });
    }
  });

  it("are not taken for the best: nor is another in its place", async () => {
    await damage("best", async () => {
      for (const args of [
        ["evaluate", "r"],
        ["predict", "r", "moved.csv"],
        ["export", "r", "-o", "x"],
      ]) {
        const { status, errors } = await said(...args);
        expect([status, errors]).toEqual([4, expect.stringMatching(/best.safetensors cannot be used .*--latest/)]);
      }
      expect(await said("evaluate", "r", "--latest")).toMatchObject({ status: 0, errors: "" });
    });
  });

  it("are passed over with a word on stderr", async () => {
    await damage("latest", async () => {
      const { status, errors } = await said("export", "r", "-o", "x", "--latest");
      expect([status, errors]).toEqual([
        0,
        expect.stringMatching(/note: .*latest.* cannot be used .*; took .*latest.prev/),
      ]);
    });
    renameSync(file("best"), "away");
    expect((await said("export", "r", "-o", "x")).errors).toMatch(/note: r has no best weights yet; took .*latest/);
    renameSync("away", file("best"));
  });
});
