import { ReferenceBackend } from "../../src/engine/reference/index.ts";
import { conformance } from "./conformance.ts";

conformance("reference", () => new ReferenceBackend(), { part: (title) => title.includes("float32") });
