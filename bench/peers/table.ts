import { ROWS, type Workload } from "./workloads.ts";

/** What one contender took for one workload. */
export interface Entry {
  column: string;
  contender: string;
  workload: string;
  /** Median of the rounds, microseconds a unit; null with a reason. */
  us: number | null;
  rounds: number[];
  error: string | null;
}

export interface Report {
  date: string;
  command: string;
  machine: string;
  versions: Record<string, string>;
  missing: Record<string, string>;
  entries: Entry[];
}

const BASE = "innerloop";
/** Takes part in products only, and nobody expects more. */
const YARDSTICK = "blas";

function shown(us: number, as: Workload["shown"]): string {
  if (as === "bytes") return `${(us / 2 ** 20).toFixed(0)} MiB`;
  if (as === "rows") return `${((ROWS * 1e3) / us).toPrecision(3)} k rows/s`;
  if (us >= 1e5) return `${(us / 1000).toFixed(0)} ms`;
  if (us >= 1e3) return `${(us / 1000).toPrecision(3)} ms`;
  return `${us.toPrecision(3)} µs`;
}

/** The fastest variant of a column. */
function best(entries: Entry[], column: string, workload: string): Entry | null {
  const ran = entries.filter((each) => each.column === column && each.workload === workload && each.us !== null);
  return ran.sort((a, b) => (a.us as number) - (b.us as number))[0] ?? null;
}

/** The table, in Markdown: medians, and in parentheses how many times innerloop's time that is. */
export function markdown(report: Report, workloads: readonly Workload[]): string {
  const columns = [...new Set(report.entries.map((each) => each.column))];
  const lines = [`| workload | ${columns.join(" | ")} |`, `|---|${columns.map(() => "---:").join("|")}|`];
  const notes = new Set<string>();
  for (const { id, title, shown: as } of workloads) {
    const own = best(report.entries, BASE, id)?.us ?? null;
    const cells = columns.map((column) => {
      const entry = best(report.entries, column, id);
      if (entry === null) {
        const failed = report.entries.find((each) => each.column === column && each.workload === id);
        if (failed?.error && failed.contender !== YARDSTICK) notes.add(`${column}, ${title}: ${failed.error}`);
        return "–";
      }
      const time = shown(entry.us as number, as) + (entry.contender === "torch-2" && as === "time" ? " ²" : "");
      return own === null || column === BASE ? time : `${time} (${((entry.us as number) / own).toFixed(1)} ×)`;
    });
    if (cells.some((cell) => cell !== "–")) lines.push(`| ${title} | ${cells.join(" | ")} |`);
  }
  const versions = Object.entries(report.versions).map(([name, version]) => `- ${name}: ${version}`);
  const missing = Object.entries(report.missing).map(([name, why]) => `- ${name} did not take part: ${why}`);
  return [
    "Medians; in parentheses, how many times innerloop's time (or memory). ² with two threads, which is then the faster. " +
      `${report.machine}, ${report.date}. \`${report.command}\``,
    "",
    ...lines,
    "",
    ...versions,
    ...missing,
    ...(notes.size === 0 ? [] : ["", "Not measured:", ""]),
    ...[...notes].map((note) => `- ${note}`),
  ].join("\n");
}

/** Puts a table between its command's markers in a document, or behind its end when it has none. */
export function insert(text: string, command: string, table: string): string {
  const begin = `<!-- ${command} begins; written by npm run ${command} -->`;
  const end = `<!-- ${command} ends -->`;
  const block = `${begin}\n${table}\n${end}`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to === -1) return `${text.trimEnd()}\n\n${block}\n`;
  return text.slice(0, from) + block + text.slice(to + end.length);
}
