/**
 * Consistency of the tasking filter: normalised estimation error squared over 40,000 tracks each of two sensors.
 *
 *     npm run ssa:nees
 */
import { estimationErrors, generateCatalogue, SENSORS } from "../src/ssa/index.ts";

const TRACKS = 40_000;
const catalogue = await generateCatalogue({ seed: 3 });
for (const [i, sensor] of [SENSORS.dish, SENSORS.fastDish].entries()) {
  const options = { sensor, objects: 100, horizonMinutes: 60 };
  const { mean, low, high } = estimationErrors(catalogue, TRACKS, 1_000_000 * (i + 1), options);
  const verdict = mean > low && mean < high ? "inside" : "OUTSIDE";
  console.log(
    `${sensor.name}: mean NEES ${mean.toFixed(4)}, ${verdict} ${low.toFixed(4)} … ${high.toFixed(4)} (6 expected)`,
  );
}
