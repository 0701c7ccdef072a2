// The namespace `engine` of the public API.
export { info, memory, setBackend, setBlas, setDeterministic, withBackend } from "./current.ts";
