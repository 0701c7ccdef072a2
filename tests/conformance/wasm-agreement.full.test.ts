import { WasmBackend } from "../../src/engine/wasm/index.ts";
import { agreement } from "./agreement.ts";

agreement("wasm", () => new WasmBackend({ blas: "off" }));
