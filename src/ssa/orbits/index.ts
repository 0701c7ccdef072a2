export { readCatalogue } from "./catalogue.ts";
export { type GenerateOptions, generateCatalogue } from "./generate.ts";
export { type Omm, readOmm } from "./omm.ts";
export { julianDate, Orbit, type Sgp4Elements, unixTime } from "./orbit.ts";
export { readTle, type Tle, tleChecksum } from "./tle.ts";
