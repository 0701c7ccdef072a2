import { describe, expect, it } from "vitest";
import { DataError } from "../../util/index.ts";
import { readCsv } from "../readers/index.ts";
import { Preprocessor, Table } from "./index.ts";

const rows = (tensor: { toArray(): unknown }): number[][] => tensor.toArray() as number[][];
const table = Table.from({
  speed: [1, 2, 3, 6],
  kind: ["b", "a", "b", "c"],
  flag: [true, false, true, true],
  risk: [0.5, 1.5, 2.5, 3.5],
});

describe("Preprocessor", () => {
  it("standardises numbers and encodes categories by the training part alone", () => {
    const preprocessor = new Preprocessor({ target: "risk", unknown: "zeros" }).fit(table.slice(0, 3));
    expect(preprocessor.featureNames).toEqual(["speed", "kind=a", "kind=b", "flag"]);
    const X = rows(preprocessor.transform(table));
    const std = Math.sqrt(2 / 3); // of 1, 2, 3
    expect(X[0]?.[0]).toBeCloseTo(-1 / std, 6);
    expect(X[3]?.[0]).toBeCloseTo(4 / std, 5);
    expect(X.map((row) => row.slice(1))).toEqual([
      [0, 1, 1],
      [1, 0, 0],
      [0, 1, 1],
      [0, 0, 1],
    ]);
    expect(preprocessor.task).toBe("regression");
    expect(rows(preprocessor.transformTarget(table))).toEqual([[0.5], [1.5], [2.5], [3.5]]);
    const refuses = new Preprocessor({ inputs: ["kind"] }).fit(table.slice(0, 3));
    expect(() => refuses.transform(table)).toThrow(/row 3: column "kind" is "c"/);
  });

  it("survives JSON, and fits batches as it fits a whole", async () => {
    const whole = new Preprocessor({ target: "risk", standardizeTarget: true, missing: "mean" }).fit(table);
    async function* batches(): AsyncGenerator<Table> {
      for (let i = 0; i < 4; i += 2) yield table.slice(i, i + 2);
    }
    const parts = await new Preprocessor({ target: "risk", standardizeTarget: true, missing: "mean" }).fitStream(
      batches(),
    );
    const again = Preprocessor.fromJSON(JSON.parse(JSON.stringify(whole)));
    expect(rows(again.transform(table))).toEqual(rows(whole.transform(table)));
    const wanted = rows(whole.transform(table)).flat();
    for (const [i, value] of rows(parts.transform(table)).flat().entries()) {
      expect(value).toBeCloseTo(wanted[i] as number, 6);
    }
    const scaled = rows(again.transformTarget(table)).flat();
    expect([...again.inverseTransformTarget(scaled)].map((value) => +value.toFixed(5))).toEqual([0.5, 1.5, 2.5, 3.5]);
  });

  it("refuses missing values by file, line and column, and fills them in when asked", async () => {
    const holes = await readCsv({ text: "x,k,y\n1,a,1.5\n,b,2.5\n3,,3.5\n8,b,4.5\n", name: "d.csv" });
    const fit = (missing: object | string): Preprocessor =>
      new Preprocessor({ target: "y", standardize: false, missing: missing as "mean" }).fit(holes);
    expect(() => fit("refuse")).toThrow(/^d\.csv, line 3: column "x" has no value/);
    expect(() => fit({ x: "mean" })).toThrow(/^d\.csv, line 4: column "k" has no value/);
    const second = (missing: object | string): unknown[] => [
      rows(fit(missing).transform(holes))[1]?.[0],
      rows(fit(missing).transform(holes))[2]?.slice(1),
    ];
    expect(second("mean")).toEqual([4, [0, 1]]);
    expect(second("median")).toEqual([3, [0, 1]]);
    expect(second("mostFrequent")).toEqual([1, [0, 1]]);
    expect(second({ x: { fill: -1 }, k: { fill: "none" } })).toEqual([-1, [0, 0, 1]]);
    const shuffled = holes.take([3, 1]);
    expect(() => new Preprocessor({ inputs: ["x"] }).fit(shuffled)).toThrow(/^d\.csv, line 3/);
    const infinite = await readCsv({ text: "x\n1\ninf\n", name: "d.csv" });
    expect(() => new Preprocessor({ missing: "mean" }).fit(infinite)).toThrow(/line 3: column "x" is Infinity/);
    expect(() => infinite.toTensor()).toThrow(/line 3: column "x" is Infinity/);
  });

  it("tells classes from numbers, and refuses targets that teach nothing", () => {
    const task = (y: (number | string | boolean)[]): unknown => {
      const fitted = new Preprocessor({ target: "y" }).fit(Table.from({ x: y.map((_, i) => i), y }));
      return fitted.classes ?? fitted.task;
    };
    expect(task(["no", "yes", "no"])).toEqual(["no", "yes"]);
    expect(task([true, false])).toEqual(["false", "true"]);
    expect(task([0, 2, 1])).toEqual(["0", "1", "2"]);
    expect(task([3, 5, 3])).toEqual(["3", "5"]);
    expect(task([0, 2, 4])).toBe("regression");
    expect(task([0.5, 1.5])).toBe("regression");
    expect(() => task(["a", "a"])).toThrow(/the target "y" is always a in the training part/);
    const fitted = new Preprocessor({ target: "kind" }).fit(table.slice(0, 3));
    expect(fitted.transformTarget(table.slice(0, 3)).toArray()).toEqual([1, 0, 1]);
    expect(() => fitted.transformTarget(table)).toThrow(/row 3: the target "kind" is "c"/);
    expect(() => new Preprocessor({ target: "rsk" }).fit(table)).toThrow(/no column "rsk".*Did you mean "risk"/);
  });

  it("reads dates as one number or in parts", () => {
    const dated = Table.from({ seen: [new Date("2024-05-31T06:30:00Z"), new Date("2020-01-02T00:00:00Z")] });
    const parts = new Preprocessor({ dates: "parts", standardize: false }).fit(dated);
    expect(parts.featureNames).toEqual(["seen.year", "seen.month", "seen.day", "seen.weekday", "seen.hour"]);
    expect(rows(parts.transform(dated))[0]).toEqual([2024, 5, 31, 5, 6.5]);
    expect(rows(new Preprocessor().fit(dated).transform(dated))).toEqual([[1], [-1]]);
  });

  it("refuses a column that names rows, one without values, and another kind of column", () => {
    const names = Table.from({ id: Array.from({ length: 30 }, (_, i) => `r${i}`) });
    expect(() => new Preprocessor({ maxCategories: 20 }).fit(names)).toThrow(/"id" has 30 different texts/);
    const empty = Table.from({ x: [null, null], z: [1, 2] });
    expect(() => new Preprocessor({ missing: "mean" }).fit(empty)).toThrow(DataError);
    const fitted = new Preprocessor({ inputs: ["speed"] }).fit(table);
    expect(() => fitted.transform(Table.from({ speed: ["a"] }))).toThrow(/readOptions/);
  });
});

describe("Table", () => {
  it("selects, slices, takes, filters and joins", () => {
    expect(table.select(["risk", "kind"]).row(1)).toEqual({ risk: 1.5, kind: "a" });
    expect(table.drop(["kind"]).columnNames).toEqual(["speed", "flag", "risk"]);
    expect(table.filter((row) => table.value(row, "kind") === "b").column("speed")).toMatchObject({
      values: Float64Array.of(1, 3),
    });
    const other = Table.from({ speed: [9], kind: ["c"], flag: [false], risk: [1] });
    const joined = Table.concat([table.slice(2), other]);
    expect([0, 1, 2].map((row) => joined.value(row, "kind"))).toEqual(["b", "c", "c"]);
    expect(() => table.take([4])).toThrow(/row 4/);
    expect(() => table.toTensor()).toThrow(/holds categories/);
    expect(rows(table.toTensor(["risk"]))).toEqual([[0.5], [1.5], [2.5], [3.5]]);
    expect(table.describe()).toContain("3 categories: b, a, c");
  });
});
