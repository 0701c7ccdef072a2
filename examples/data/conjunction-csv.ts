/**
 * Writes the lesson's 2,000 encounters (examples/conjunction-risk.ts) as a CSV file for `innerloop fit`:
 *
 *     npx innerloop run examples/data/conjunction-csv.ts > examples/data/conjunction-risk.csv
 */
import { manualSeed, rand, type Tensor, tensor } from "innerloop";

manualSeed(42);
const X = rand([2000, 4]).mul(tensor([15, 5, 1, 24]));
const [speed, miss, confidence, tca] = X.split(1, 1) as [Tensor, Tensor, Tensor, Tensor];
const risk = speed.mul(0.5).sub(miss.mul(2)).add(confidence.mul(0.3)).sub(tca.mul(0.1)).sub(2).sigmoid();

console.log("speed_km_s,miss_km,confidence,tca_hours,risk");
const columns = [speed, miss, confidence, tca, risk];
for (let row = 0; row < 2000; row++) {
  console.log(columns.map(({ data }) => String(Number(data[row]?.toPrecision(6)))).join(","));
}
