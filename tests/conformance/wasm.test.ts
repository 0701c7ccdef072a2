import { WasmBackend } from "../../src/engine/wasm/index.ts";
import { conformance } from "./conformance.ts";

conformance("wasm", () => new WasmBackend({ blas: "off" }));
