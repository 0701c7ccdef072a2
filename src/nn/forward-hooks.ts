import {
  ConfigError,
  checkedOptions,
  type HookHandle,
  hookAfter,
  hookBefore,
  type OptionKinds,
} from "../util/index.ts";

// Arguments and outputs are whatever the module's forward takes and gives.

/** Called before `forward`; a list that it returns, or the only argument, takes the place of the arguments. */
// biome-ignore lint/suspicious/noConfusingVoidType lint/suspicious/noExplicitAny: a hook need not return anything
export type ForwardPreHook<M> = (module: M, args: any[]) => object | undefined | void;

/** Called after `forward`; what it returns takes the output's place. */
// biome-ignore lint/suspicious/noConfusingVoidType lint/suspicious/noExplicitAny: a hook need not return anything
export type ForwardHook<M> = (module: M, args: any[], output: any) => object | undefined | void;

/** Options of `registerForwardHook` and `registerForwardPreHook`. */
export interface ForwardHookOptions {
  /** Before the hooks registered so far instead of behind them; default false. */
  prepend?: boolean;
}

const FORWARD_HOOK_OPTIONS: OptionKinds<ForwardHookOptions> = { prepend: "boolean" };

/** Registers a hook on a module's `forward`. @throws {ConfigError} when it is no function */
export function hookForward<M extends object>(
  operation: string,
  module: M,
  kind: "before" | "after",
  hook: ForwardHook<M>,
  options: ForwardHookOptions,
): HookHandle {
  checkedOptions(operation, options, FORWARD_HOOK_OPTIONS);
  if (typeof hook !== "function") {
    throw new ConfigError(operation, `the hook is ${typeof hook}`, "expected a function", "Pass (module, args) => ….");
  }
  const call = (args: unknown[], output?: unknown): object | undefined => {
    const other: unknown = hook(module, args, output);
    // (list.push(output), the body of an arrow function, is a number)
    if (other === undefined || (typeof other === "object" && other !== null)) return other;
    throw new ConfigError(
      operation,
      `the hook returned ${typeof other === "symbol" ? "a symbol" : String(other)}`,
      `expected nothing, or ${kind === "before" ? "other arguments" : "another output"}`,
      "Put its body in braces: (module, args) => { … }.",
    );
  };
  const first = options.prepend ?? false;
  if (kind === "after") return hookAfter(module, "forward", (_, args, output) => call(args, output), first);
  const before = (_: object, args: unknown[]): unknown[] | undefined => {
    const other = call(args);
    return other === undefined || Array.isArray(other) ? other : [other];
  };
  return hookBefore(module, "forward", before, first);
}
