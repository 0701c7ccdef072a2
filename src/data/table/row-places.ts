/**
 * Where a table's rows come from, for messages. Lines count from 1, as an editor shows them; rows of binary files from 0.
 */
export interface RowPlaces {
  /** The file's name. */
  readonly source: string;
  readonly unit: "line" | "row";
  /** The number of the first row, and each further row one more; only where `numbers` is null. */
  readonly start: number;
  /** The number of each row. */
  readonly numbers: Float64Array | null;
}

/** Rows of `source` that follow each other from `start`. */
export function consecutive(source: string, unit: "line" | "row", start: number): RowPlaces {
  return { source, unit, start, numbers: null };
}

/** The line or row in the file of a table's row. */
export function numberOf(places: RowPlaces, row: number): number {
  return places.numbers === null ? places.start + row : (places.numbers[row] as number);
}

/** Words for a row: `data.csv, line 7`. */
export function describePlace(places: RowPlaces, row: number): string {
  return `${places.source}, ${places.unit} ${numberOf(places, row)}`;
}

export function slicePlaces(places: RowPlaces, start: number, end: number): RowPlaces {
  if (places.numbers === null) return { ...places, start: places.start + start };
  return { ...places, numbers: places.numbers.subarray(start, end) };
}

export function takePlaces(places: RowPlaces, rows: ArrayLike<number>): RowPlaces {
  const numbers = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) numbers[i] = numberOf(places, rows[i] as number);
  return { ...places, numbers };
}

/** The places of tables one after the other; they are taken to come from the first one's file. */
export function concatPlaces(parts: readonly (readonly [places: RowPlaces, length: number])[]): RowPlaces {
  const [first] = parts[0] as readonly [RowPlaces, number];
  let next = first.start;
  let affine = true;
  for (const [places, length] of parts) {
    affine &&= places.numbers === null && places.start === next;
    next += length;
  }
  if (affine) return first;
  const numbers = new Float64Array(parts.reduce((sum, [, length]) => sum + length, 0));
  let at = 0;
  for (const [places, length] of parts) for (let i = 0; i < length; i++) numbers[at++] = numberOf(places, i);
  return { ...first, numbers };
}
