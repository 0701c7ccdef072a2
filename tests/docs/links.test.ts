import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const { files } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { files: string[] };

/** The pages that a user gets with the package. */
const pages = [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];

function isPacked(path: string): boolean {
  return files.some((pattern) => path === pattern || path.startsWith(`${pattern}/`) || covers(pattern, path));
}

// The one form of pattern that package.json has: a folder and an ending.
function covers(pattern: string, path: string): boolean {
  const [folder, ending] = pattern.split("/**/*");
  return ending !== undefined && path.startsWith(`${folder}/`) && path.endsWith(ending);
}

describe.each(pages)("%s", (page) => {
  it("links to files that are there, and in the package too", () => {
    expect(isPacked(page), `${page} is not among package.json's files`).toBe(true);
    const text = readFileSync(join(root, page), "utf8").replace(/^```[\s\S]*?^```/gm, "");
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      const link = (target as string).replace(/#.*$/, "");
      if (link === "" || /^[a-z]+:/.test(link)) continue;
      const path = relative(root, join(root, dirname(page), link));
      expect(existsSync(join(root, path)), `${page} links to ${link}, which is not there`).toBe(true);
      expect(isPacked(path), `${page} links to ${link}, which the package does not have`).toBe(true);
      expect(statSync(join(root, path)).isFile() || path === "examples" || path.startsWith("examples/")).toBe(true);
    }
  });
});
