import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import * as innerloop from "../../src/index.ts";

// `const out = …; // [0, 0.5, 2]` in an @example claims a value, to four digits: here it is computed.

const root = fileURLToPath(new URL("../../src/nn", import.meta.url));
const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => /(?<!test)\.ts$/.test(name));

interface Claim {
  readonly where: string;
  readonly code: string;
  readonly value: unknown;
}

const claims: Claim[] = files.flatMap((name) =>
  [...readFileSync(join(root, name), "utf8").matchAll(/@example\n((?:\s*\*(?!\/)(?!\s*@).*\n)+)/g)].flatMap(
    ([, block]) => {
      const code = (block as string).replace(/^\s*\* ?/gm, "");
      const value = /^const out = .*; \/\/ (\[?[-\d.[\], ]+\]?)$/m.exec(code)?.[1];
      // (a shape is said of rand)
      return value === undefined || code.includes("rand(") ? [] : [{ where: name, code, value: JSON.parse(value) }];
    },
  ),
);

const rounded = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(rounded) : Number((value as number).toPrecision(4));

test("there are claims", () => {
  expect(claims.length).toBeGreaterThan(60);
});

test.each(claims.map((claim) => [claim.where, claim] as const))("%s", (_, { code, value }) => {
  const { nn, F, tensor } = innerloop;
  const out = new Function("nn", "F", "tensor", `${code}\nreturn out;`)(nn, F, tensor) as innerloop.Tensor;
  const values = Array.isArray(value) ? (value as unknown[]).flat() : [value];
  expect([...out.data].map(rounded)).toEqual(values);
});
