export { type ClipGradNormOptions, clipGradNorm_, clipGradValue_ } from "./clip.ts";
export { type GradNormsOptions, gradNorms } from "./grad-norms.ts";
export { parametersToVector, vectorToParameters } from "./vector.ts";
