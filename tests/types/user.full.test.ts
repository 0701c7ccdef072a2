import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "innerloop-user-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PROGRAM = `
import { data, F, nn, optim, rand, train } from "innerloop";
import * as rl from "innerloop/rl";
import * as ssa from "innerloop/ssa";
const model = new nn.Sequential(new nn.Linear(1, 8), new nn.ReLU(), new nn.Linear(8, 1));
const trainer = new train.Trainer({ model, optimizer: new optim.Adam(model.parameters()), loss: F.mseLoss, epochs: 1 });
const rows = data.memoryRows({ a: [1, 2], y: [0, 1] });
const loader = new data.StreamLoader(new data.StreamingDataset(rows, [["a"], ["y"]]));
const later: Promise<number> = trainer.validate(loader);
const now: number = trainer.validate([[rand([2, 1]), rand([2, 1])]]);
for await (const { output, batch } of trainer.predictBatches(loader)) console.log(output.shape, batch[0].shape);
const catalogue: ssa.Orbit[] = await ssa.generateCatalogue({ count: 1 });
console.log(later, now, catalogue, rl);
`;

// The declarations of dependencies are checked too: a user need not have skipLibCheck, nor a newer library, nor Node's types.
it("the built package's declarations compile in a strict program with an older library", () => {
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules", "innerloop"), "dir");
  writeFileSync(join(folder, "program.mts"), PROGRAM);
  const compilerOptions = {
    target: "ES2022",
    lib: ["ES2022", "DOM"],
    module: "nodenext",
    strict: true,
    noEmit: true,
    types: [],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["program.mts"] }));
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const { stdout, status } = spawnSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" });
  expect(stdout).toBe("");
  expect(status).toBe(0);
}, 60_000);
