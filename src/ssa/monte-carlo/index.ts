export { wilsonInterval } from "./interval.ts";
export { type MonteCarloOptions, type MonteCarloProbability, monteCarloProbability } from "./monte-carlo.ts";
