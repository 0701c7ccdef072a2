import { readFileSync } from "node:fs";
import * as innerloop from "../../src/index.ts";
import { FAMILIES, NOTES } from "./pytorch-map-notes.ts";
import { tensorSection } from "./pytorch-map-tensor.ts";
import { torchSection } from "./pytorch-map-torch.ts";

/** One line of the page. */
export interface MapRow {
  /** PyTorch's name. */
  readonly name: string;
  /** Ours, as a user writes it, or null. */
  readonly ours: string | null;
  readonly verdict: string;
}

interface Namespace {
  readonly prefix: string;
  readonly names: Readonly<Record<string, unknown>>;
  readonly rule: (name: string) => string;
}

const same = (name: string): string => name;
const camelCase = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** Where the names of each of PyTorch's modules are found here. */
const NAMESPACES: Readonly<Record<string, Namespace>> = {
  "torch.optim": { prefix: "optim.", names: innerloop.optim, rule: same },
  "torch.optim.lr_scheduler": { prefix: "optim.lrScheduler.", names: innerloop.optim.lrScheduler, rule: same },
  "torch.nn": { prefix: "nn.", names: innerloop.nn, rule: same },
  "torch.nn.functional": { prefix: "F.", names: innerloop.F, rule: camelCase },
};

const ALL = innerloop as unknown as Readonly<Record<string, unknown>>;

/** PyTorch's names by module, as scripts/golden/names.py wrote them. */
export function pytorchNames(): Readonly<Record<string, readonly string[]>> {
  const text = readFileSync(new URL("../../tests/golden/names.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { modules: Record<string, string[]> }).modules;
}

/** Whether something is exported under a name such as `F.relu` or `optim.lrScheduler.StepLR`. */
export function exists(path: string): boolean {
  let at: unknown = ALL;
  for (const part of path.split(".")) at = (at as Readonly<Record<string, unknown>> | undefined)?.[part];
  return at !== undefined;
}

/**
 * The rows of one of PyTorch's modules.
 *
 * @throws when a name is neither here nor explained
 */
export function rowsOf(module: string, names: readonly string[]): MapRow[] {
  const { prefix, rule } = NAMESPACES[module] as Namespace;
  return names.map((name) => {
    const note = NOTES[module]?.[name];
    const ours = note?.ours ?? `${prefix}${rule(name)}`;
    if (exists(ours))
      return { name, ours, verdict: note?.differs === undefined ? "same" : `differs (${note.differs})` };
    const reason = note?.notHere ?? FAMILIES.find(([pattern]) => pattern.test(name))?.[1];
    if (reason === undefined) {
      throw new Error(
        `${module}.${name}: ${ours} does not exist; write it, or say why not in scripts/docs/pytorch-map-notes.ts`,
      );
    }
    return { name, ours: null, verdict: `not here (${reason})` };
  });
}

function beyond(module: string, rows: readonly MapRow[]): string[] {
  const { prefix, names } = NAMESPACES[module] as Namespace;
  const known = new Set(rows.map(({ ours }) => ours));
  return Object.keys(names)
    .filter((name) => !known.has(`${prefix}${name}`))
    .sort()
    .map((name) => `\`${prefix}${name}\``);
}

/** The whole page. */
export function pytorchMap(): string {
  const sections = Object.entries(pytorchNames()).map(([module, names]) => {
    const rows = rowsOf(module, names);
    const here = rows.filter(({ ours }) => ours !== null).length;
    const lines = rows.map(
      ({ name, ours, verdict }) => `| \`${name}\` | ${ours === null ? "" : `\`${ours}\``} | ${verdict} |`,
    );
    const only = beyond(module, rows);
    return [
      `## ${module}`,
      "",
      `${here} of ${rows.length} names are here.`,
      "",
      "| PyTorch | here | |",
      "|---|---|---|",
      ...lines,
      ...(only.length === 0 ? [] : ["", `Here and not in PyTorch under that name: ${only.join(", ")}.`]),
      "",
    ].join("\n");
  });
  return [
    "# From PyTorch's names to ours",
    "",
    "Every name of `torch.optim`, `torch.optim.lr_scheduler`, `torch.nn` and `torch.nn.functional`, and the usual ones of `torch` and `torch.Tensor`. Written by `npm run docs:map`; a test fails",
    "when a name is missing or one of ours does not exist.",
    "",
    "The rule: PyTorch's name in camelCase (classes keep theirs); what PyTorch requires stays positional; everything with a default goes into one",
    'trailing options object, in camelCase. "same" means the same but for that rule: the numbers are PyTorch\'s.',
    "",
    ...sections,
    torchSection(),
    tensorSection(),
  ].join("\n");
}
