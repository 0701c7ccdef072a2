export {
  type Display,
  type DisplayInfo,
  type DisplayMode,
  type DisplayStep,
  displayFor,
  type OutputStream,
} from "./display.ts";
export { JsonDisplay } from "./json-display.ts";
export { LiveDisplay } from "./live-display.ts";
export { PlainDisplay } from "./plain-display.ts";
