import type { Tensor } from "../../src/tensor/index.ts";
import type { GradientCase } from "./harness.ts";
import type { Domain, Input } from "./inputs.ts";

/** The inputs that every elementwise op meets: ordinary, scalar, empty, and strided in every way. */
export function layouts(domain: Domain): readonly { title: string; input: Input }[] {
  return [
    { title: "ordinary", input: { shape: [2, 3], domain } },
    { title: "scalar", input: { shape: [], domain } },
    { title: "size 0", input: { shape: [2, 0, 3], domain } },
    { title: "transposed", input: { shape: [3, 2], domain, view: (x) => x.t() } },
    { title: "expanded", input: { shape: [3, 1], domain, view: (x) => x.expand([2, 3, 2]) } },
    { title: "reversed", input: { shape: [2, 3], domain, reversed: true } },
    { title: "columns", input: { shape: [2, 1, 3], domain, columns: true } },
    { title: "narrowed", input: { shape: [3, 4], domain, view: (x) => x.slice(1, { start: 1, step: 2 }) } },
  ];
}

/** One case for each of those layouts. */
export function overLayouts(domain: Domain, run: (x: Tensor) => Tensor | Tensor[], prefix = ""): GradientCase[] {
  return layouts(domain).map(({ title, input }) => ({
    title: prefix + title,
    inputs: [input],
    run: ([x]) => run(x as Tensor),
  }));
}

/** The pairs of inputs that every op of two operands meets. */
export function pairs(a: Domain, b: Domain): readonly { title: string; inputs: [Input, Input] }[] {
  return [
    {
      title: "ordinary",
      inputs: [
        { shape: [2, 3], domain: a },
        { shape: [2, 3], domain: b },
      ],
    },
    {
      title: "scalars",
      inputs: [
        { shape: [], domain: a },
        { shape: [], domain: b },
      ],
    },
    {
      title: "size 0",
      inputs: [
        { shape: [0, 3], domain: a },
        { shape: [1, 3], domain: b },
      ],
    },
    {
      title: "row broadcast",
      inputs: [
        { shape: [2, 3], domain: a },
        { shape: [3], domain: b },
      ],
    },
    {
      title: "column by row",
      inputs: [
        { shape: [2, 1], domain: a },
        { shape: [1, 3], domain: b },
      ],
    },
    {
      title: "scalar by matrix",
      inputs: [
        { shape: [], domain: a },
        { shape: [2, 2], domain: b },
      ],
    },
    {
      title: "more dimensions",
      inputs: [
        { shape: [3], domain: a },
        { shape: [2, 2, 1], domain: b },
      ],
    },
    {
      title: "transposed and expanded",
      inputs: [
        { shape: [3, 2], domain: a, view: (x) => x.t() },
        { shape: [1, 3], domain: b, view: (x) => x.expand([2, 3]) },
      ],
    },
    {
      title: "reversed and columns",
      inputs: [
        { shape: [2, 3], domain: a, reversed: true },
        { shape: [2, 3], domain: b, columns: true },
      ],
    },
  ];
}

/** One case for each of those pairs. */
export function overPairs(a: Domain, b: Domain, run: (x: Tensor, y: Tensor) => Tensor | Tensor[]): GradientCase[] {
  return pairs(a, b).map(({ title, inputs }) => ({
    title,
    inputs,
    run: ([x, y]) => run(x as Tensor, y as Tensor),
  }));
}
