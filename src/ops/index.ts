import "./fluent-math.ts";
import "./fluent-shape.ts";

export { checkFloat, checkIndexDtype, checkSameBackend, empty as emptyRaw, promote } from "./common.ts";
export * from "./public.ts";
