import type { Column } from "../../data/index.ts";

/** Texts of which most rows have their own say nothing about other rows. */
const MOST_DIFFERENT = 0.5;
/** Fewer different texts are categories, however few rows there are. */
const FEW = 20;
/** As many as a `Preprocessor` takes. */
const MOST_CATEGORIES = 1000;
/** Dates as people write them, which could be day or month first: they are read as texts. */
const LOCAL_DATE = /^\d{1,4}([./-])\d{1,2}\1\d{1,4}\b/;
const ID_NAME = /^(id|idx|index|row|row_?(id|number|nr|num)|nr|no|uuid|guid|unnamed.*|column_1)$|[_ ]id$/i;

/**
 * Why a column cannot help to predict another row's target; null when it may.
 *
 * @param rows the rows' numbers in their file, from 0, where the column holds only some of them
 */
export function leftOutReason(column: Column, rows: ArrayLike<number> | null = null): string | null {
  if (column.type === "category") {
    const present = column.codes.filter((code) => code >= 0);
    const different = new Set(present).size;
    if (different === 0) return "it has no value";
    if (different === 1 && present.length === column.codes.length) return "it is the same in every row";
    if (different > FEW && different > MOST_DIFFERENT * present.length) {
      if (column.codes.every((code) => code < 0 || LOCAL_DATE.test(column.categories[code] as string))) {
        return `it holds dates as texts: write them as 2024-05-31, not as ${column.categories.find((text) => text !== "")}`;
      }
      return `it looks like a name or an identifier (${different} different texts in ${present.length} rows)`;
    }
    return different > MOST_CATEGORIES ? `it has more than ${MOST_CATEGORIES} different texts` : null;
  }
  const present = column.values.filter((value) => !Number.isNaN(value));
  if (present.length === 0) return "it has no value";
  if (present.length === column.values.length && present.every((value) => value === present[0])) {
    return "it is the same in every row";
  }
  if (column.type !== "integer" || present.length < column.values.length || present.length <= FEW) return null;
  const first = (present[0] as number) - (rows?.[0] ?? 0);
  const counts = present.every((value, i) => value - (rows?.[i] ?? i) === first);
  if (counts && (first === 0 || first === 1)) return "it counts the rows";
  return (ID_NAME.test(column.name) || column.name.endsWith("Id")) && new Set(present).size === present.length
    ? "it numbers the rows (an identifier)"
    : null;
}
