import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import * as innerloop from "innerloop";
import { createJiti } from "jiti";
import { describe, expect, it } from "vitest";
import * as rl from "../../src/rl/index.ts";
import * as ssa from "../../src/ssa/index.ts";

// Runs every @example of the sources and every `ts` block of the README and docs/: an example that does not run
// is worse than none. Names that an example does not make itself come from the fixtures below.

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const jiti = createJiti(import.meta.url);

function filesUnder(folder: string, ending: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "kernels" ? [] : filesUnder(path, ending);
    return entry.name.endsWith(ending) && !entry.name.endsWith(".test.ts") ? [path] : [];
  });
}

interface Example {
  where: string;
  code: string;
}

function fromSource(path: string): Example[] {
  const text = readFileSync(path, "utf8");
  return [...text.matchAll(/@example\n((?:\s*\*(?!\/)(?!\s*@).*\n)+)/g)].map((match, i) => ({
    where: `${relative(root, path)} #${i + 1}`,
    code: (match[1] as string).replace(/^\s*\* ?/gm, ""),
  }));
}

function fromMarkdown(path: string): Example[] {
  const text = readFileSync(path, "utf8");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match, i) => ({
    where: `${relative(root, path)} block ${i + 1}`,
    code: match[1] as string,
  }));
}

/** What examples may use without making it. */
function fixtures(): Record<string, unknown> {
  const { data, nn, optim, rand, F } = innerloop;
  const X = rand([64, 4]);
  const y = rand([64, 1]);
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 1));
  const loader = new data.DataLoader(new data.TensorDataset(X, y), { batchSize: 16, shuffle: true });
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
  return {
    X,
    y,
    x: rand([4, 4]),
    xVal: X,
    yVal: y,
    model,
    loader,
    trainLoader: loader,
    valLoader: loader,
    optimizer,
    parameters: [...model.parameters()],
    loss: F.mseLoss(model.forward(X), y),
  };
}

/** Most are, and need not be compiled. */
function isJavaScript(source: string): boolean {
  try {
    new Function(source);
    return true;
  } catch {
    return false;
  }
}

async function run({ code }: Example): Promise<void> {
  const source = code
    .replace(/^import[\s\S]*?from\s+"innerloop[^"]*";?$/gm, "")
    .replace(/^export default /gm, "void ")
    .replace(/^export /gm, "");
  const wrapped = `async function example() {\n${source}\n}`;
  const script = isJavaScript(wrapped) ? wrapped : jiti.transform({ source: wrapped, ts: true, async: true });
  const context: Record<string, unknown> = {
    ...innerloop,
    ...rl,
    ...ssa,
    rl,
    ssa,
    ...fixtures(),
    console: { log: () => {}, error: () => {} },
  };
  const names = Object.keys(context).filter((name) => name !== "default");
  // The fixtures are parameters of an outer function, so that an example may declare the same names itself.
  const outer = new Function(...names, `${script}\nreturn example();`);
  await outer(...names.map((name) => context[name]));
}

const examples = [
  ...filesUnder(join(root, "src"), ".ts").flatMap(fromSource),
  ...[join(root, "README.md"), ...filesUnder(join(root, "docs"), ".md")].flatMap(fromMarkdown),
];

describe("examples", () => {
  it("are found", () => {
    expect(examples.length).toBeGreaterThan(10);
  });
  it.each(examples.map((example) => [example.where, example] as const))("%s", async (_, example) => {
    await run(example);
  });
});
