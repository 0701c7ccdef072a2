import { RAD } from "./geometry.ts";
import type { SensorTasking } from "./sensor-tasking.ts";

const COLOURS = ["#2563eb", "#d97706", "#059669", "#dc2626", "#7c3aed", "#0891b2", "#be185d", "#4d7c0f"];

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

function document(width: number, height: number, title: string, body: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...body,
    "</svg>",
    "",
  ].join("\n");
}

const colour = (object: number): string => COLOURS[object % COLOURS.length] as string;

/**
 * The episode's looks on the sky above the site: north above, east to the right, the zenith in the middle, joined in the
 * order of the schedule.
 *
 * @returns an SVG document
 * @example
 * const catalogue = await ssa.generateCatalogue({ seed: 1, count: 120 });
 * const env = new ssa.SensorTasking(catalogue, { objects: 3, horizonMinutes: 10 });
 * ssa.playTasking(env, ssa.greedyRate, 7);
 * const svg = ssa.skyPlotSvg(env);
 */
export function skyPlotSvg(env: SensorTasking): string {
  const [size, middle, radius] = [560, 280, 240];
  const point = (azimuthRad: number, elevationRad: number): [string, string] => {
    const away = (1 - elevationRad / (90 * RAD)) * radius;
    return [(middle + away * Math.sin(azimuthRad)).toFixed(1), (middle - away * Math.cos(azimuthRad)).toFixed(1)];
  };
  const body: string[] = [];
  for (const elevation of [0, 30, 60]) {
    const r = ((1 - elevation / 90) * radius).toFixed(1);
    body.push(`<circle cx="${middle}" cy="${middle}" r="${r}" fill="none" stroke="#cbd5e1"/>`);
    body.push(
      `<text x="${middle + 4}" y="${(middle - Number(r) + 12).toFixed(1)}" fill="#64748b">${elevation}°</text>`,
    );
  }
  for (const [i, letter] of ["N", "E", "S", "W"].entries()) {
    const [x, y] = point((i * Math.PI) / 2, -6 * RAD);
    body.push(
      `<text x="${x}" y="${y}" text-anchor="middle" dominant-baseline="middle" fill="#334155">${letter}</text>`,
    );
  }
  const points = env.log.map((look) => point(look.azimuthRad, look.elevationRad));
  if (points.length > 1) {
    body.push(
      `<polyline points="${points.map((each) => each.join(",")).join(" ")}" fill="none" stroke="#94a3b8" stroke-width="0.6"/>`,
    );
  }
  env.log.forEach((look, i) => {
    const [x, y] = points[i] as [string, string];
    const name = env.scenario.objects[look.object]?.orbit.name ?? String(look.object);
    body.push(
      `<circle cx="${x}" cy="${y}" r="3.5" fill="${colour(look.object)}"><title>${escaped(name)}, ${(look.endS / 60).toFixed(1)} min</title></circle>`,
    );
  });
  return document(size, size, `${env.log.length} looks from ${env.sensor.name}`, body);
}

/**
 * The schedule over time, a row an object that was looked at, in the order of first looks: passes (light), and looks from
 * the slew's end to the measurement (dark).
 *
 * @returns an SVG document
 * @example
 * const catalogue = await ssa.generateCatalogue({ seed: 1, count: 120 });
 * const env = new ssa.SensorTasking(catalogue, { objects: 3, horizonMinutes: 10 });
 * ssa.playTasking(env, ssa.greedyRate, 7);
 * const svg = ssa.timelineSvg(env);
 */
export function timelineSvg(env: SensorTasking): string {
  const [left, top, row, width] = [110, 24, 12, 760];
  const order = [...new Set(env.log.map((look) => look.object))];
  const height = top + order.length * row + 30;
  const x = (seconds: number): number => left + (Math.min(seconds, env.horizonS) / env.horizonS) * (width - left - 20);
  const bar = (from: number, to: number, y: number, fill: string): string =>
    `<rect x="${x(from).toFixed(1)}" y="${y + 2}" width="${Math.max(0.8, x(to) - x(from)).toFixed(1)}" height="${row - 4}" fill="${fill}"/>`;
  const body: string[] = [];
  const every = Math.max(1, Math.round(env.settings.horizonMinutes / 6));
  for (let minutes = 0; minutes <= env.settings.horizonMinutes; minutes += every) {
    const at = x(minutes * 60).toFixed(1);
    body.push(`<line x1="${at}" y1="${top}" x2="${at}" y2="${height - 30}" stroke="#e2e8f0"/>`);
    body.push(`<text x="${at}" y="${height - 14}" text-anchor="middle" fill="#64748b">${minutes} min</text>`);
  }
  order.forEach((object, i) => {
    const y = top + i * row;
    const { orbit, passes } = env.scenario.objects[object] as (typeof env.scenario.objects)[number];
    body.push(`<text x="${left - 6}" y="${y + row - 3}" text-anchor="end" font-size="9">${escaped(orbit.name)}</text>`);
    for (let k = 0; k < passes.length; k += 2) {
      if ((passes[k] as number) < env.horizonS)
        body.push(bar(passes[k] as number, passes[k + 1] as number, y, "#dbeafe"));
    }
    for (const look of env.log) if (look.object === object) body.push(bar(look.arriveS, look.endS, y, colour(object)));
  });
  return document(width, height, `Schedule of ${env.log.length} looks at ${order.length} objects`, body);
}
