// Native libraries, through koffi: an optional package with prebuilt binaries.

import { builtinModule, environmentVariable } from "./index.ts";

/** What a native function takes: integers and addresses as numbers, text, or bytes whose address is passed. */
export type NativeValue = number | string | Uint8Array;
/** A bound function of a native library. */
export type NativeFunction = (...values: NativeValue[]) => unknown;

/** An open native library. */
export interface NativeLibrary {
  /** The function of that name, or null where the library has none. Types are C's. */
  bind(name: string, result: string, parameters: readonly string[]): NativeFunction | null;
  close(): void;
}

/** What opens native libraries; tests bring their own. */
export interface NativeLoader {
  /** @throws {Error} when the system's loader finds no such library */
  open(path: string): NativeLibrary;
  /** Where the bytes lie in the process's memory. */
  address(bytes: Uint8Array): number;
  /** What a worker's `require` takes to get at the package below; without it, workers open no libraries. */
  readonly addon?: string;
}

type Require = ((name: string) => unknown) & { resolve(name: string): string };

interface KoffiLibrary {
  func(name: string, result: string, parameters: readonly string[]): NativeFunction;
  unload(): void;
}

interface Koffi {
  load(path: string): KoffiLibrary;
  address(value: Uint8Array): bigint | number;
}

interface ModuleLike {
  createRequire(path: string): Require;
}

/** koffi as a `NativeLoader`, or the reason why there is none. Loads koffi, which takes some milliseconds. */
export function nativeLoader(): NativeLoader | string {
  const modules = builtinModule<ModuleLike>("node:module");
  if (modules === null) return "no native libraries outside Node";
  let koffi: Koffi;
  let addon: string;
  try {
    const require = modules.createRequire(import.meta.url);
    [koffi, addon] = binaryOfKoffi(require) ?? [require("koffi") as Koffi, require.resolve("koffi")];
  } catch (error) {
    const missing = (error as { code?: string }).code === "MODULE_NOT_FOUND";
    return missing ? "the optional package koffi is not installed" : `koffi does not load: ${firstLine(error)}`;
  }
  return {
    open(path) {
      const library = koffi.load(path);
      return {
        bind(name, result, parameters) {
          try {
            return library.func(name, result, parameters);
          } catch {
            return null;
          }
        },
        close: () => library.unload(),
      };
    },
    address: (bytes) => Number(koffi.address(bytes)),
    addon,
  };
}

/**
 * koffi's binary without the scripts around it, which look for it and take three times as long as the rest; and its
 * path. Null where it does not lie where koffi's own packages have it: then koffi looks for it.
 */
function binaryOfKoffi(require: Require): [Koffi, string] | null {
  const { platform, arch } = (globalThis as unknown as { process: { platform: string; arch: string } }).process;
  const musl = MUSL[arch];
  // The binary for glibc may load on a system with musl, and fail later.
  if (platform !== "linux" || musl === undefined || builtinModule<FilesLike>("node:fs")?.existsSync(musl)) return null;
  try {
    const path = require.resolve(`@koromix/koffi-linux-${arch}/linux_${arch}/koffi.node`);
    return [require(path) as Koffi, path];
  } catch {
    return null;
  }
}

/** The loader of musl by Node's name of a processor, where koffi has a binary of each kind. */
const MUSL: Readonly<Record<string, string>> = {
  x64: "/lib/ld-musl-x86_64.so.1",
  arm64: "/lib/ld-musl-aarch64.so.1",
};

/** The first line of an error's message, for a sentence about it. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n")[0] as string;
}

interface FilesLike {
  readFileSync(path: string, encoding: "utf8"): string;
  existsSync(path: string): boolean;
}

interface SystemLike {
  availableParallelism(): number;
}

/** What the choice of a native library depends on. */
export interface Machine {
  /** Node's names: "linux", "darwin", "win32"; "" in a browser. */
  platform: string;
  cores: number;
  /** The processor's features in /proc/cpuinfo's words; empty where that cannot be read. */
  flags: ReadonlySet<string>;
}

/** This machine. */
export function machine(): Machine {
  const platform = (globalThis as { process?: { platform?: string } }).process?.platform ?? "";
  const cores = builtinModule<SystemLike>("node:os")?.availableParallelism() ?? 1;
  let flags = "";
  try {
    const text = builtinModule<FilesLike>("node:fs")?.readFileSync("/proc/cpuinfo", "utf8") ?? "";
    flags = /^flags\s*:\s*(.*)$/m.exec(text)?.[1] ?? "";
  } catch {
    // not Linux
  }
  return { platform, cores, flags: new Set(flags.split(" ")) };
}

/** Runs `fn` while an environment variable has another value, as native libraries see it. */
export function withEnvironment<T>(name: string, value: string, fn: () => T): T {
  const { process } = globalThis as unknown as { process: { env: Record<string, string | undefined> } };
  const before = environmentVariable(name);
  process.env[name] = value;
  try {
    return fn();
  } finally {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  }
}
