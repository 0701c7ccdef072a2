// What differs between Node and a browser. Nothing is imported at the top: `process.getBuiltinModule`
// reaches Node's modules where there are any, and its absence is how a browser is recognised.

export { outputStream } from "./output.ts";
export { onSignals } from "./signals.ts";

interface ProcessLike {
  env?: Record<string, string | undefined>;
  getBuiltinModule?: (name: string) => unknown;
}

interface V8Like {
  setFlagsFromString(flags: string): void;
}

interface Base64Constructor {
  fromBase64?: (text: string) => Uint8Array;
}

interface Globals {
  process?: ProcessLike;
  Buffer?: { from(text: string, encoding: "base64"): Uint8Array };
  atob?: (text: string) => string;
}

const globals = globalThis as unknown as Globals;

/**
 * A module of Node's own (`"node:v8"`), or null where there is none.
 *
 * @param name with its `node:` prefix
 */
export function builtinModule<T>(name: string): T | null {
  const load = globals.process?.getBuiltinModule;
  if (typeof load !== "function") return null;
  return (load.call(globals.process, name) as T | undefined) ?? null;
}

/** Whether Node's own modules are there, without loading one. */
export function runsInNode(): boolean {
  return typeof globals.process?.getBuiltinModule === "function";
}

/** The value of an environment variable; undefined when unset, empty, or in a browser. */
export function environmentVariable(name: string): string | undefined {
  const value = globals.process?.env?.[name];
  return value === "" ? undefined : value;
}

/** The bytes that a base64 text stands for. */
export function base64Decode(text: string): Uint8Array<ArrayBuffer> {
  if (globals.Buffer !== undefined) return new Uint8Array(globals.Buffer.from(text, "base64"));
  const native = (Uint8Array as unknown as Base64Constructor).fromBase64;
  if (native !== undefined) return new Uint8Array(native.call(Uint8Array, text));
  const binary = (globals.atob as (text: string) => string)(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/**
 * Asks the JavaScript engine for relaxed SIMD, which Node 20 has behind a flag. Whether it worked is
 * for `WebAssembly.validate` to say.
 */
export function enableRelaxedSimd(): void {
  builtinModule<V8Like>("node:v8")?.setFlagsFromString("--experimental-wasm-relaxed-simd");
}

interface Turns {
  setImmediate?: (fn: () => void) => unknown;
}

/**
 * Lets the event loop turn once: input, timers and signals are served before it resolves. Not setTimeout,
 * which rounds up to a millisecond.
 */
export function nextTurn(): Promise<void> {
  const { setImmediate } = globalThis as unknown as Turns;
  if (setImmediate !== undefined) return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
