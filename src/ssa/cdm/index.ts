export { cdmNumber, conjunctionOf, hardBodyRadiusOf } from "./conjunction.ts";
export { type Cdm, type CdmEntry, parseCdm, writeCdm } from "./parse.ts";
