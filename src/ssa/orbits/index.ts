export { readCatalogue } from "./catalogue.ts";
export { type GenerateOptions, generateCatalogue } from "./generate.ts";
export { readOmm } from "./omm.ts";
export { julianDate, Orbit, unixTime } from "./orbit.ts";
export { readTle, type Tle, tleChecksum } from "./tle.ts";
