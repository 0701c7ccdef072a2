// The namespace `engine` of the public API.
export { info, memory, setBackend, setDeterministic, withBackend } from "./current.ts";
