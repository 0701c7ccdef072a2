import { WasmBackend } from "../../src/engine/wasm/index.ts";
import { agreement } from "./agreement.ts";
import { conformance } from "./conformance.ts";

conformance("wasm", () => new WasmBackend({ blas: "off" }));
agreement("wasm", () => new WasmBackend({ blas: "off" }));
