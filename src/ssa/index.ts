/**
 * Space situational awareness: conjunctions, collision probability, sensor tasking.
 *
 * @packageDocumentation
 */
export {};
