import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { exportCommand } from "../../src/cli/commands/checkpoint.ts";
import { FileOutput } from "../../src/cli/commands/output.ts";
import { claimFolder } from "../../src/cli/commands/train.ts";
import { commandLine } from "../../src/cli/program.ts";
import { tensor } from "../../src/ops/index.ts";
import { encodeCheckpoint } from "../../src/train/index.ts";

// The command line around the commands, in this process: programs, versions, files that are written.

let folder = "";
const cwd = process.cwd();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "innerloop-program-"));
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(cwd);
  rmSync(folder, { recursive: true, force: true });
});

async function innerloop(...args: string[]): Promise<{ status: number; said: string }> {
  const said: string[] = [];
  const take = (text: unknown): boolean => said.push(String(text)) > 0;
  const { argv } = process;
  vi.spyOn(console, "log").mockImplementation(take);
  vi.spyOn(console, "error").mockImplementation(take);
  vi.spyOn(process.stdout, "write").mockImplementation(take);
  vi.spyOn(process.stderr, "write").mockImplementation(take);
  try {
    return { status: await commandLine(args), said: said.join("\n") };
  } finally {
    vi.restoreAllMocks();
    process.argv = argv;
  }
}

describe("innerloop run", () => {
  it("passes a program all that stands behind it, options too", async () => {
    writeFileSync("says.ts", 'console.log(process.argv.slice(2).join("|"));\n');
    const given = ["--since", "monday", "--help", "-x=1", "--debug", "plain"];
    expect(await innerloop("run", "says.ts", ...given)).toEqual({ status: 0, said: given.join("|") });
    writeFileSync("says-too.ts", 'console.log(process.argv.slice(2).join("|"));\n');
    expect((await innerloop("run", "says-too.ts", "--", "--quiet")).said).toBe("--quiet");
    expect((await innerloop("run", "--help")).said).toContain("run report.ts --since monday");
  });

  it("says where in the user's program an error came up, and how to see all of the stack", async () => {
    writeFileSync(
      "crash.ts",
      "function f(): void {\n  const x = null as never as { y: number };\n  console.log(x.y);\n}\nf();\n",
    );
    const { status, said } = await innerloop("run", "crash.ts");
    expect(status).toBe(1);
    expect(said).toMatch(/^TypeError: .*\n {2}in crash\.ts:3:\d+ \(all of the stack: innerloop --debug …\)$/);
  });

  it("says what is no TypeScript, and where", async () => {
    writeFileSync("broken.ts", "const a: number = 1;\nlet b = = 2;\n");
    const { status, said } = await innerloop("run", "broken.ts");
    expect(status).toBe(2);
    expect(said).toMatch(/^ConfigError: run: broken\.ts is no valid TypeScript: Unexpected token .*broken\.ts:2:8, /);
  });
});

describe("the command line", () => {
  it("tells its version, and has examples at the top and under checkpoint", async () => {
    const { version } = JSON.parse(readFileSync(join(cwd, "package.json"), "utf8")) as { version: string };
    expect(await innerloop("--version")).toEqual({ status: 0, said: `${version}\n` });
    for (const help of [["--help"], ["checkpoint", "verify", "--help"], ["checkpoint", "inspect", "--help"]])
      expect((await innerloop(...help)).said).toContain("Examples:\n  innerloop ");
    expect((await innerloop("export", "--help")).said).toContain("(required)");
  });

  it("gives each of several runs of one name a folder of its own", () => {
    expect(["task", "task", "deep/task"].map(claimFolder)).toEqual(["runs/task", "runs/task-2", "runs/deep/task"]);
  });

  it("refuses a file where runs are to be", async () => {
    writeFileSync("some.txt", "");
    expect((await innerloop("runs", "some.txt")).said).toContain("some.txt is a file, expected a folder");
  });
});

describe("files", () => {
  const weights = new Map([["0.weight", tensor([[1, 2]])]]);

  it("inspects what export writes, and names the file that does not verify", async () => {
    mkdirSync("runs/one/checkpoints", { recursive: true });
    const file = "runs/one/checkpoints/best.safetensors";
    writeFileSync(file, encodeCheckpoint({ tensors: weights, state: { step: 3 } }));
    expect(await exportCommand("runs/one", "out/weights.safetensors", "best")).toContain("1 tensors");
    const { said, status } = await innerloop("checkpoint", "inspect", "out/weights.safetensors");
    expect([status, said]).toEqual([
      0,
      expect.stringMatching(/0\.weight +float32 +\[1, 2\][\s\S]*metadata \(1\)\n {2}source /),
    ]);
    expect((await innerloop("checkpoint", "inspect", file)).said).toMatch(/state \(\d+\)\n {2}step +3/);
    expect((await innerloop("checkpoint", "verify", "out/weights.safetensors")).said).toContain(
      "weights.safetensors: ",
    );
    truncateSync(file, 100);
    const bad = await innerloop("checkpoint", "verify", file);
    expect([bad.status, bad.said]).toEqual([4, expect.stringContaining(`checkpoint verify: ${file}: `)]);
  });

  it("refuses a folder as an output, and one that is not there; a file of before stays", async () => {
    await expect(exportCommand("runs/one", "runs", "best")).rejects.toThrow(
      "export: runs cannot be written (it is a folder)",
    );
    expect(() => new FileOutput("runs")).toThrow("runs cannot be written");
    expect(() => new FileOutput("none/out.csv")).toThrow("none/out.csv cannot be written (ENOENT)");
    writeFileSync("out.csv", "before");
    const output = new FileOutput("out.csv");
    await output.write("half");
    expect(readFileSync("out.csv", "utf8")).toBe("before");
    output.abandon();
    expect([existsSync("out.csv"), readdirSync(".").filter((name) => name.includes("partial"))]).toEqual([true, []]);
  });
});
