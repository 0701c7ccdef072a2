// What a piece of text stands for. The functions take a text and a range in it: files are parsed without making a string
// for each number.

const SPACE = 32;
const PLUS = 43;
const COMMA = 44;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const LOWER_E = 101;

const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/**
 * The number written in `text[start … end)`, correctly rounded; NaN when it is none. Decimal notation only: no hexadecimal,
 * no grouping. `Infinity`, `inf` and their negatives are read as such.
 *
 * @param decimal the decimal mark's character code
 */
export function parseNumber(text: string, start: number, end: number, decimal: number = POINT): number {
  let at = start;
  let code = at < end ? text.charCodeAt(at) : 0;
  const negative = code === MINUS;
  if (negative || code === PLUS) at++;
  let mantissa = 0;
  let digits = 0;
  let scale = 0;
  let seenPoint = false;
  for (; at < end; at++) {
    code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) {
      mantissa = mantissa * 10 + (code - ZERO);
      digits++;
      if (seenPoint) scale++;
    } else if (code === decimal && !seenPoint) {
      seenPoint = true;
    } else break;
  }
  // A mantissa below 2^53 times or by an exact power of ten is one rounding: exact as strtod (Clinger's fast path).
  if (at === end && digits > 0 && digits <= 15) {
    const value = scale === 0 ? mantissa : mantissa / (POWERS[scale] as number);
    return negative ? -value : value;
  }
  // (Number also takes hexadecimal, blanks and an empty text)
  const written = text.slice(start, end);
  if (digits === 0 || (at < end && (code | 32) !== LOWER_E)) return infinite(written);
  return Number(decimal === COMMA ? written.replace(",", ".") : written);
}

/**
 * Whether `value` is not the whole number that is written in `text[start … end)`: beyond 2^53 there are more of them than
 * float64s. Digits alone are such a number; 1e17 and 123.0 are floats, which are always rounded. What is written back as it
 * was (1e20 in digits) is not lost.
 */
export function isRounded(text: string, start: number, end: number, value: number): boolean {
  return (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) && isOther(text.slice(start, end), value);
}

function isOther(written: string, value: number): boolean {
  const [, sign = "", digits] = /^([+-]?)0*(\d+)$/.exec(written) ?? [];
  return digits !== undefined && String(value) !== (sign === "-" ? `-${digits}` : digits);
}

function infinite(written: string): number {
  const match = /^([+-]?)inf(?:inity)?$/i.exec(written);
  return match === null ? Number.NaN : match[1] === "-" ? -Infinity : Infinity;
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/;

/**
 * Milliseconds since 1970 of an ISO 8601 date or date and time; NaN when it is none. Without a zone it is UTC.
 */
export function parseDate(text: string): number {
  const length = text.length;
  // (cheap, for a look at every cell)
  if (length < 10 || text.charCodeAt(4) !== MINUS || text.charCodeAt(7) !== MINUS) return Number.NaN;
  const match = ISO.exec(text);
  if (match === null) return Number.NaN;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as number[];
  const at = new Date(0);
  at.setUTCFullYear(year as number, (month as number) - 1, day as number);
  const wrong = at.getUTCMonth() !== (month as number) - 1 || at.getUTCDate() !== day;
  if (wrong || (hour as number) > 23 || (minute as number) > 59 || (second as number) > 59) return Number.NaN;
  const fraction = match[7] === undefined ? 0 : Number(`0.${match[7]}`) * 1000;
  const clock = (((hour as number) * 60 + (minute as number)) * 60 + (second as number)) * 1000;
  return at.getTime() + clock + fraction - zoneMinutes(match[8]) * 60_000;
}

function zoneMinutes(zone: string | undefined): number {
  if (zone === undefined || zone === "Z") return 0;
  const digits = zone.slice(1).replace(":", "");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0);
  return zone.startsWith("-") ? -minutes : minutes;
}

/** 1 for true, 0 for false in any case; NaN for anything else. */
export function parseBoolean(text: string): number {
  if (text.length > 5) return Number.NaN;
  const lower = text.toLowerCase();
  return lower === "true" ? 1 : lower === "false" ? 0 : Number.NaN;
}

/** The end of the range without the blanks at its end. */
export function trimEnd(text: string, start: number, end: number): number {
  let to = end;
  while (to > start && isBlank(text.charCodeAt(to - 1))) to--;
  return to;
}

/** The start of the range without the blanks at its start. */
export function trimStart(text: string, start: number, end: number): number {
  let from = start;
  while (from < end && isBlank(text.charCodeAt(from))) from++;
  return from;
}

function isBlank(code: number): boolean {
  return code === SPACE || code === 9 || code === 0xa0;
}
