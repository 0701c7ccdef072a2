const HEIGHT = 10;
const WIDTH = 60;

/** One curve of a chart. */
export interface Series {
  name: string;
  mark: string;
  points: readonly (readonly [x: number, y: number])[];
}

/** Curves in text, the vertical axis logarithmic where all values are above 0 and far apart. */
export function chart(series: readonly Series[]): string {
  const points = series.flatMap((each) => each.points.filter(([, y]) => Number.isFinite(y)));
  if (points.length < 2) return "";
  const ys = points.map(([, y]) => y);
  const xs = points.map(([x]) => x);
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const log = low > 0 && high / low > 10;
  const scale = (y: number): number => (log ? Math.log(y) : y);
  const span = scale(high) - scale(low) || 1;
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const rows = Array.from({ length: HEIGHT }, () => new Array<string>(WIDTH).fill(" "));
  for (const { mark, points: curve } of series) {
    for (const [x, y] of curve) {
      if (!Number.isFinite(y)) continue;
      const column = Math.round(((x - left) / (right - left || 1)) * (WIDTH - 1));
      const row = HEIGHT - 1 - Math.round(((scale(y) - scale(low)) / span) * (HEIGHT - 1));
      (rows[row] as string[])[column] = mark;
    }
  }
  const label = (row: number): string => {
    const share = 1 - row / (HEIGHT - 1);
    const value = log ? Math.exp(scale(low) + share * span) : low + share * span;
    return row % 3 === 0 ? value.toPrecision(3).padStart(10) : " ".repeat(10);
  };
  const lines = rows.map((row, i) => `${label(i)} │${row.join("").trimEnd()}`);
  const axis = `${" ".repeat(10)} └${"─".repeat(WIDTH)}`;
  const ends = `${" ".repeat(12)}${String(left)}${String(right).padStart(WIDTH - String(left).length)}`;
  const legend = `${" ".repeat(12)}${series.map(({ mark, name }) => `${mark} ${name}`).join("   ")}${log ? "   (log scale)" : ""}`;
  return [...lines, axis, ends, legend].join("\n");
}
