import { RAD } from "./geometry.ts";
import type { SensorTasking } from "./sensor-tasking.ts";

const RADIUS = 11; // rows from the zenith to the horizon; twice as many columns

/**
 * The sky above the site as text: north above, east to the right, the zenith in the middle. `o` not yet looked at, `+`
 * looked at, `@` the beam after the last look, `.` the horizon.
 */
export function renderSky(env: SensorTasking): string {
  const size = 2 * RADIUS + 1;
  const rows = Array.from({ length: size }, () => new Array<string>(2 * size - 1).fill(" "));
  const put = (azimuth: number, elevation: number, mark: string): void => {
    const away = (1 - elevation / (Math.PI / 2)) * RADIUS;
    const row = rows[Math.round(RADIUS - away * Math.cos(azimuth))] as string[];
    row[Math.round(2 * (RADIUS + away * Math.sin(azimuth)))] = mark;
  };
  for (let degrees = 0; degrees < 360; degrees += 4) put(degrees * RAD, 0, ".");
  for (const [i, letter] of ["N", "E", "S", "W"].entries()) put((i * Math.PI) / 2, 0, letter);
  const { looks, scenario } = env;
  scenario.objects.forEach(({ track }, i) => {
    if (looks.allowed[i] !== 1) return;
    put(looks.angles[3 * i] as number, looks.angles[3 * i + 1] as number, track.looks > 0 ? "+" : "o");
  });
  const last = env.log.at(-1);
  if (last !== undefined) put(last.azimuthRad, last.elevationRad, "@");
  const { meanSigmaKm, unique, looks: taken } = env.summary();
  const name = last === undefined ? "" : `, last ${scenario.objects[last.object]?.orbit.name}`;
  return [
    `${(env.seconds / 60).toFixed(1).padStart(5)} min: ${taken} looks at ${unique} of ${scenario.objects.length} objects, mean uncertainty ${meanSigmaKm.toFixed(3)} km${name}`,
    ...rows.map((row) => row.join("").trimEnd()),
  ].join("\n");
}
