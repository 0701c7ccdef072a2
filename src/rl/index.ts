/**
 * Reinforcement learning: environments, replay buffers, agents. Outer loops around the same inner loop.
 *
 * @packageDocumentation
 */
export {};
