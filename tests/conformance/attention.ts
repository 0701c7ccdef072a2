import type { AttentionInputs } from "../../src/engine/attention.ts";
import { expectOutput } from "./check.ts";
import type { Sample } from "./scratch.ts";
import type { Suite } from "./suite.ts";
import { KINDS, type Kind, viewOf } from "./views.ts";

type Sizes = readonly [batch: number, heads: number, length: number, sources: number, size: number, values: number];

const SIZES: readonly Sizes[] = [
  [1, 1, 1, 1, 1, 1],
  [2, 3, 4, 5, 2, 3],
  [1, 2, 7, 9, 5, 8],
  [1, 2, 7, 70, 6, 4],
  [2, 1, 3, 4, 2, 0],
  [0, 2, 3, 4, 2, 2],
  // Products that a BLAS library takes where there is one.
  [2, 1, 33, 40, 32, 36],
];
// Of head-major operands, of the time-major ones that a projection gives, and of all kinds that no kernel reads as they are.
const LAYOUTS: readonly (Kind | "projected")[] = ["projected", ...KINDS];
const near = { tolerance: 3e-6 };

export function attentionTests(suite: Suite): void {
  const { backend } = suite;
  for (const dtype of suite.floats) {
    const closeness = dtype === "float64" ? {} : near;
    suite.it(`attention and attentionGrad ${dtype}`, (scratch) => {
      const small = (): number => scratch.uniform(-1.5, 1.5);
      // [batch, heads, rows, columns] as a view of [batch, rows, heads, columns]
      const projected = (batch: number, heads: number, rows: number, columns: number): Sample => {
        const { view, values } = scratch.input(dtype, [batch, rows, heads, columns], "contiguous", small);
        const [toBatch, toRow, toHead, step] = view.strides as [number, number, number, number];
        const strides = [toBatch, toHead, toRow, step];
        const at = (b: number, h: number, r: number, c: number): number =>
          values[((b * rows + r) * heads + h) * columns + c] as number;
        const ordered = each(batch, heads, rows, columns, at);
        const turned = viewOf(view.storage, [batch, heads, rows, columns], strides, view.offset);
        return { view: turned, values: ordered, label: "projected" };
      };
      for (const [turn, [batch, heads, length, sources, size, values]] of SIZES.entries()) {
        for (const kind of LAYOUTS) {
          const make = (rows: number, columns: number): Sample =>
            kind === "projected"
              ? projected(batch, heads, rows, columns)
              : scratch.input(dtype, [batch, heads, rows, columns], kind, small);
          const [query, key, value] = [make(length, size), make(sources, size), make(sources, values)];
          const masks = [null, [length, sources], [batch, 1, 1, sources], [batch, heads, length, sources], [length, 1]];
          const shape = masks[(turn + LAYOUTS.indexOf(kind)) % masks.length];
          // A row always sees its first source.
          let drawn = 0;
          const draw = (): number =>
            drawn++ % sources > 0 && shape?.at(-1) === sources && scratch.random() < 0.3
              ? Number.NEGATIVE_INFINITY
              : scratch.uniform(-1, 1);
          const mask = shape == null ? null : scratch.input(dtype, shape, "contiguous", draw);
          // (Of long rows a sharp softmax shows rounding errors alone.)
          const scale = size > 8 ? 0.1 : 0.7;
          const inputs: AttentionInputs = {
            query: query.view,
            key: key.view,
            value: value.view,
            mask: mask?.view ?? null,
            scale,
          };
          const label = `${[batch, heads, length, sources, size, values]} ${kind}, mask ${shape}`;
          const weights = scratch.output(dtype, [batch, heads, length, sources]);
          const out = scratch.output(dtype, [batch, heads, length, values]);
          backend.attention(inputs, weights, out);
          const q = matrices(query, length, size);
          const k = matrices(key, sources, size);
          const v = matrices(value, sources, values);
          const added = (b: number, h: number, i: number, s: number): number => {
            if (mask === null || shape == null) return 0;
            const [sb, sh, si, ss] = [...[1, 1, 1, 1].slice(shape.length), ...shape] as [
              number,
              number,
              number,
              number,
            ];
            const at = [b % sb, h % sh, i % si, s % ss] as [number, number, number, number];
            return mask.values[((at[0] * sh + at[1]) * si + at[2]) * ss + at[3]] as number;
          };
          const head = (b: number, h: number): number => b * heads + h;
          const exponentials = each(batch, heads, length, sources, (b, h, i, s) =>
            Math.exp(scale * sum(size, (c) => q(head(b, h), i, c) * k(head(b, h), s, c)) + added(b, h, i, s)),
          );
          const total = exponentials.map((_, at) =>
            at % sources === 0 ? sum(sources, (s) => exponentials[at + s] as number) : 0,
          );
          const p = exponentials.map((x, at) => x / (total[at - (at % sources)] as number));
          const weight = matrices({ values: p }, length, sources);
          const expected = each(batch, heads, length, values, (b, h, i, c) =>
            sum(sources, (s) => weight(head(b, h), i, s) * v(head(b, h), s, c)),
          );
          expectOutput(scratch, weights, p, `${label}: weights`, closeness);
          expectOutput(scratch, out, expected, label, closeness);

          const grad = make(length, values);
          const g = matrices(grad, length, values);
          const byQuery = scratch.output(dtype, [batch, heads, length, size]);
          const byKey = scratch.output(dtype, [batch, heads, sources, size]);
          const byValue = scratch.output(dtype, [batch, heads, sources, values]);
          backend.attentionGrad(inputs, weights, grad.view, byQuery, byKey, byValue);
          const dv = each(batch, heads, sources, values, (b, h, s, c) =>
            sum(length, (i) => weight(head(b, h), i, s) * g(head(b, h), i, c)),
          );
          const byWeight = each(batch, heads, length, sources, (b, h, i, s) =>
            sum(values, (c) => g(head(b, h), i, c) * v(head(b, h), s, c)),
          );
          const mean = p.map((_, at) =>
            at % sources === 0 ? sum(sources, (s) => (p[at + s] as number) * (byWeight[at + s] as number)) : 0,
          );
          const slopes = p.map(
            (x, at) => scale * x * ((byWeight[at] as number) - (mean[at - (at % sources)] as number)),
          );
          const ds = matrices({ values: slopes }, length, sources);
          const dq = each(batch, heads, length, size, (b, h, i, c) =>
            sum(sources, (s) => ds(head(b, h), i, s) * k(head(b, h), s, c)),
          );
          const dk = each(batch, heads, sources, size, (b, h, s, c) =>
            sum(length, (i) => ds(head(b, h), i, s) * q(head(b, h), i, c)),
          );
          expectOutput(scratch, byValue, dv, `${label}: by value`, { ...closeness, floor: 4 });
          expectOutput(scratch, byQuery, dq, `${label}: by query`, { ...closeness, floor: 4 });
          expectOutput(scratch, byKey, dk, `${label}: by key`, { ...closeness, floor: 4 });
        }
      }
    });
  }
}

function sum(n: number, term: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < n; i++) total += term(i);
  return total;
}

function each(
  batch: number,
  heads: number,
  rows: number,
  columns: number,
  element: (b: number, h: number, row: number, column: number) => number,
): number[] {
  const out: number[] = [];
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out.push(element(b, h, r, c));
    }
  }
  return out;
}

/** The element of matrix `n` at a row and column. */
function matrices(
  of: { values: readonly number[] },
  rows: number,
  columns: number,
): (n: number, row: number, column: number) => number {
  return (n, row, column) => of.values[(n * rows + row) * columns + column] as number;
}
