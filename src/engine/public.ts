// The namespace `engine` of the public API.
export {
  type EngineInfo,
  getNumThreads,
  info,
  memory,
  setBackend,
  setBlas,
  setDeterministic,
  setNumThreads,
  withBackend,
} from "./current.ts";
