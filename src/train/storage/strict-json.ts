/** A parsed value; objects are maps, so that no key can reach a prototype. */
export type JsonNode = null | boolean | number | string | JsonNode[] | Map<string, JsonNode>;

export interface StrictJsonOptions {
  /** Nesting beyond this is refused. */
  maxDepth: number;
  /** Only whole numbers 0 … 2^53 - 1 in plain digits, as sizes are written. */
  sizesOnly: boolean;
  /** Makes the error for a broken rule; it gets what was found. */
  fail: (found: string) => Error;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SIZE = /^(?:0|[1-9]\d{0,15})$/;
const LONGEST_NUMBER = 64;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

// JSON.parse keeps the last of two equal keys and says nothing, and gives `__proto__` as a key like any
// other: a file could show one thing to one reader and another to the next. Every character is looked at
// once.
class Scanner {
  readonly text: string;
  readonly options: StrictJsonOptions;
  at = 0;

  constructor(text: string, options: StrictJsonOptions) {
    this.text = text;
    this.options = options;
  }

  fail(what: string): Error {
    return this.options.fail(`${what} at character ${this.at}`);
  }

  space(): void {
    for (; this.at < this.text.length; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    }
  }

  value(depth: number): JsonNode {
    if (depth > this.options.maxDepth) throw this.fail(`JSON nested more than ${this.options.maxDepth} deep`);
    this.space();
    switch (this.text[this.at]) {
      case "{":
        return this.object(depth);
      case "[":
        return this.array(depth);
      case '"':
        return this.string();
      case "t":
        return this.word("true", true);
      case "f":
        return this.word("false", false);
      case "n":
        return this.word("null", null);
      default:
        return this.number();
    }
  }

  word<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw this.fail("no JSON value");
    this.at += word.length;
    return value;
  }

  number(): number {
    NUMBER.lastIndex = this.at;
    const raw = NUMBER.exec(this.text)?.[0];
    if (raw === undefined) throw this.fail(this.at < this.text.length ? "no JSON value" : "the end of the JSON");
    if (raw.length > LONGEST_NUMBER) throw this.fail(`a number of ${raw.length} characters`);
    const value = Number(raw);
    if (this.options.sizesOnly && !(SIZE.test(raw) && Number.isSafeInteger(value))) {
      throw this.fail(`the number ${raw} where a size belongs`);
    }
    if (!Number.isFinite(value)) throw this.fail(`the number ${raw}, beyond float64`);
    this.at += raw.length;
    return value;
  }

  string(): string {
    const { text } = this;
    let out = "";
    let from = ++this.at;
    for (;;) {
      const code = text.charCodeAt(this.at); // NaN at the end
      if (code === QUOTE) {
        out += text.slice(from, this.at++);
        return out;
      }
      if (code === BACKSLASH) {
        out += text.slice(from, this.at) + this.escape();
        from = this.at;
      } else if (code >= 0x20) {
        this.at++;
      } else {
        throw this.fail(Number.isNaN(code) ? "a string without end" : "a control character in a string");
      }
    }
  }

  escape(): string {
    const letter = this.text[++this.at] ?? "";
    if (letter !== "u") {
      const plain = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
      if (plain === undefined) throw this.fail("an unknown escape");
      this.at++;
      return plain;
    }
    const hex = this.text.slice(this.at + 1, this.at + 5);
    if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw this.fail("an unknown escape");
    this.at += 5;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  /** Moves past `,` (true) or `close` (false). */
  more(close: string): boolean {
    this.space();
    const found = this.text[this.at];
    if (found !== "," && found !== close) throw this.fail(`no ',' or '${close}'`);
    this.at++;
    return found === ",";
  }

  isEmpty(close: string): boolean {
    this.at++;
    this.space();
    if (this.text[this.at] !== close) return false;
    this.at++;
    return true;
  }

  array(depth: number): JsonNode[] {
    const out: JsonNode[] = [];
    if (this.isEmpty("]")) return out;
    do out.push(this.value(depth + 1));
    while (this.more("]"));
    return out;
  }

  object(depth: number): Map<string, JsonNode> {
    const out = new Map<string, JsonNode>();
    if (this.isEmpty("}")) return out;
    do {
      this.space();
      if (this.text[this.at] !== '"') throw this.fail("no key");
      const key = this.string();
      if (key === "__proto__") throw this.fail("the key '__proto__'");
      if (out.has(key)) throw this.fail(`the key '${key.slice(0, 80)}' twice`);
      this.space();
      if (this.text[this.at] !== ":") throw this.fail("no ':'");
      this.at++;
      out.set(key, this.value(depth + 1));
    } while (this.more("}"));
    return out;
  }
}

/** Parses JSON by the letter of RFC 8259, refusing repeated keys and `__proto__`; time is linear in the text. */
export function parseStrictJson(text: string, options: StrictJsonOptions): JsonNode {
  const scanner = new Scanner(text, options);
  const value = scanner.value(0);
  scanner.space();
  if (scanner.at !== text.length) throw scanner.fail("more text after the JSON");
  return value;
}
