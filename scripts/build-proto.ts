// Regenerates src/train/loggers/proto/*.gen.ts from the schemas beside them. The result is committed, so that nobody needs
// the generator to build; run it after changing a schema. buf and protoc-gen-es come from npm for this one run.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const VERSIONS = ["@bufbuild/buf@1.75.0", "@bufbuild/protoc-gen-es@2.17.0"];
const folder = fileURLToPath(new URL("../src/train/loggers/proto", import.meta.url));
const out = mkdtempSync(join(tmpdir(), "innerloop-proto-"));

const template = {
  version: "v2",
  plugins: [{ local: "protoc-gen-es", out, opt: ["target=ts", "erasable_syntax=true"] }],
};
const packages = VERSIONS.flatMap((each) => ["--package", each]);
execFileSync("npx", ["--yes", ...packages, "--", "buf", "generate", folder, "--template", JSON.stringify(template)], {
  stdio: "inherit",
});
for (const name of ["event", "hparams"]) {
  const target = join(folder, `${name}.gen.ts`);
  writeFileSync(target, readFileSync(join(out, `${name}_pb.ts`)));
  console.log(`wrote ${target}`);
}
rmSync(out, { recursive: true });
