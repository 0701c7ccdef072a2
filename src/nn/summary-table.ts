import { formatShape } from "../util/index.ts";
import type { SummaryRow } from "./summary.ts";

/** The sums below the table. */
export interface SummaryTotals {
  readonly parameters: number;
  readonly trainableParameters: number;
  readonly bytes: number;
  readonly multiplyAdds: number;
}

/** Rows and sums as aligned text: names to the left, numbers to the right. */
export function formatTable(rows: readonly SummaryRow[], totals: SummaryTotals, inputShape: string | null): string {
  const table = [
    ["layer", "output", "parameters", "multiply-adds"],
    ...rows.map((row) => [
      `${"  ".repeat(row.depth)}${label(row)}`,
      row.outputShape === null ? "-" : formatShape(row.outputShape),
      row.parameters === 0 ? "-" : grouped(row.parameters),
      row.multiplyAdds === 0 ? "-" : grouped(row.multiplyAdds),
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((line) => (line[column] as string).length)));
  const lines = table.map((line) =>
    line
      .map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column] as number) : cell.padStart(widths[column] as number),
      )
      .join("  ")
      .trimEnd(),
  );
  const rule = "-".repeat(widths.reduce((sum, width) => sum + width, 6));
  const frozen = totals.parameters - totals.trainableParameters;
  return [
    lines[0],
    rule,
    ...lines.slice(1),
    rule,
    ...(inputShape === null ? [] : [`input          ${inputShape}`]),
    `parameters     ${grouped(totals.parameters)}${frozen === 0 ? "" : ` (${grouped(frozen)} frozen)`}`,
    `memory         ${memory(totals.bytes)}`,
    `multiply-adds  ${grouped(totals.multiplyAdds)}`,
  ].join("\n");
}

function label({ name, type }: SummaryRow): string {
  const key = name.slice(name.lastIndexOf(".") + 1);
  return key === "" ? type : `${key}: ${type}`;
}

/** 1234567 as 1,234,567. */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

function memory(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
