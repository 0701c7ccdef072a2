import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { pytorchMap } from "./pytorch-map-page.ts";

// Writes docs/pytorch-map.md from what is exported now.
const page = fileURLToPath(new URL("../../docs/pytorch-map.md", import.meta.url));
writeFileSync(page, pytorchMap());
console.log("docs/pytorch-map.md written");
