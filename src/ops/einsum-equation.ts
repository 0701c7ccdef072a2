import { ConfigError, formatShape, type Shape, ShapeError } from "../util/index.ts";

/** An equation with every dimension of every operand labelled. */
export interface Equation {
  /** The labels of each operand's dimensions; what `...` covers is labelled "0", "1", … from its end. */
  readonly operands: readonly (readonly string[])[];
  readonly output: readonly string[];
  /** The size that each label stands for. */
  readonly sizes: ReadonlyMap<string, number>;
}

const FORM = "expected letters, at most one ... for each operand, commas between operands and at most one ->";

function refuse(equation: string, got: string, expected: string, fix: string): never {
  throw new ConfigError("einsum", `"${equation}": ${got}`, expected, fix);
}

/**
 * Reads an equation for operands of given shapes.
 *
 * @throws {ConfigError} for an equation that is none
 * @throws {ShapeError} when a letter stands for two sizes, or an operand has too few or many dimensions
 */
export function readEquation(equation: string, shapes: readonly Shape[]): Equation {
  const text = equation.replace(/\s/g, "");
  const sides = text.split("->");
  const terms = (sides[0] as string).split(",");
  if (sides.length > 2) refuse(equation, "it has two arrows", FORM, "Leave one.");
  if (terms.length !== shapes.length) {
    refuse(
      equation,
      `it names ${terms.length} operands`,
      `expected ${shapes.length}`,
      "Write a term for each operand.",
    );
  }
  const operands = terms.map((term, i) => labels(equation, term, (shapes[i] as Shape).length, i));
  const sizes = sizesOf(equation, operands, shapes);
  const covered = [...sizes.keys()].filter(isCovered).sort((a, b) => Number(b) - Number(a));
  const output =
    sides.length === 2 ? explicit(equation, sides[1] as string, covered, sizes) : implicit(operands, covered);
  return { operands, output, sizes };
}

function isCovered(label: string): boolean {
  return label >= "0" && label <= "9";
}

function labels(equation: string, term: string, rank: number, i: number): string[] {
  const [before, after] = split(equation, term);
  const letters = before.length + (after ?? "").length;
  const fits = after === undefined ? letters === rank : letters <= rank;
  if (!fits) {
    throw new ShapeError(
      "einsum",
      `"${equation}": operand ${i} has ${rank} dimensions`,
      `expected ${letters}${after === undefined ? "" : " or more"}, one for each letter of "${term}"`,
      "Write a letter for each dimension, or ... for several.",
    );
  }
  const covered =
    after === undefined ? [] : Array.from({ length: rank - letters }, (_, k) => String(rank - letters - 1 - k));
  return [...before, ...covered, ...(after ?? "")];
}

// Letters before and after `...`; after is undefined without one.
function split(equation: string, term: string): [before: string, after: string | undefined] {
  const parts = term.split("...");
  if (parts.length > 2 || !parts.every((part) => /^[a-zA-Z]*$/.test(part))) {
    refuse(equation, `"${term}" is no term`, FORM, "Check the equation.");
  }
  return [parts[0] as string, parts[1]];
}

function sizesOf(
  equation: string,
  operands: readonly (readonly string[])[],
  shapes: readonly Shape[],
): Map<string, number> {
  const sizes = new Map<string, number>();
  operands.forEach((operand, i) => {
    operand.forEach((label, dim) => {
      const size = (shapes[i] as Shape)[dim] as number;
      const known = sizes.get(label);
      if (known === undefined || known === 1) sizes.set(label, size);
      else if (size !== known && size !== 1) {
        throw new ShapeError(
          "einsum",
          `"${equation}": operand ${i} of shape ${formatShape(shapes[i] as Shape)} has size ${size} for "${isCovered(label) ? "..." : label}"`,
          `expected ${known}, as in an operand before it`,
          "A letter stands for one size; a size of 1 is repeated.",
        );
      }
    });
  });
  return sizes;
}

function explicit(
  equation: string,
  term: string,
  covered: readonly string[],
  sizes: ReadonlyMap<string, number>,
): string[] {
  const [before, after] = split(equation, term);
  const output = [...before, ...(after === undefined ? [] : covered), ...(after ?? "")];
  const wrong = output.find((label, at) => !sizes.has(label) || output.indexOf(label) !== at);
  if (wrong !== undefined) {
    refuse(
      equation,
      `"${wrong}" stands in the output`,
      "expected letters of the operands, each once",
      "Check the letters behind ->.",
    );
  }
  return output;
}

// Without an arrow: what ... covers, then the letters that stand only once, in alphabetical order.
function implicit(operands: readonly (readonly string[])[], covered: readonly string[]): string[] {
  const all = operands.flat();
  const once = all.filter((label) => !isCovered(label) && all.indexOf(label) === all.lastIndexOf(label));
  return [...covered, ...once.sort()];
}
