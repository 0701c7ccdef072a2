import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { exists, pytorchMap, pytorchNames } from "../../scripts/docs/pytorch-map-page.ts";

const page = readFileSync(new URL("../../docs/pytorch-map.md", import.meta.url), "utf8");

/** The rows of one section: PyTorch's name, ours, verdict. */
function rows(module: string): string[][] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${module}\n`)) ?? "";
  return [...section.matchAll(/^\| `([^`]+)` \| (?:`([^`]+)`)? ?\| (.+) \|$/gm)].map(
    ([, ...cells]) => cells as string[],
  );
}

describe("docs/pytorch-map.md", () => {
  it.each(Object.entries(pytorchNames()))("answers for every name of %s", (module, names) => {
    const listed = rows(module);
    expect(listed.map(([name]) => name)).toEqual(names);
    for (const [name, ours, verdict] of listed) {
      if (ours === undefined) expect(verdict, name).toMatch(/^not here \(.+\)$/);
      else {
        expect(exists(ours), `${name}: ${ours} does not exist`).toBe(true);
        expect(verdict, name).toMatch(/^(same|differs \(.+\))$/);
      }
    }
  });

  it("is what npm run docs:map writes now", () => {
    expect(page, "run npm run docs:map").toBe(pytorchMap());
  });
});
