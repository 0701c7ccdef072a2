import { ReferenceBackend } from "../../src/engine/reference/index.ts";
import { conformance } from "./conformance.ts";

// float32 is in reference.full.test.ts: the same code with one more rounding.
conformance("reference", () => new ReferenceBackend(), { part: (title) => !title.includes("float32") });
