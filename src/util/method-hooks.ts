/** What registering a hook gives: `remove()` takes it away again; a second call does nothing. */
export interface HookHandle {
  remove(): void;
}

/** Called with the object and the arguments; may give other arguments. */
export type BeforeHook = (object: object, args: unknown[]) => unknown[] | undefined;

/** Called with the object, the arguments and the result; may give another result. */
export type AfterHook = (object: object, args: unknown[], result: unknown) => unknown;

interface Hooks {
  before: readonly BeforeHook[];
  after: readonly AfterHook[];
}

type Method = (...args: unknown[]) => unknown;

/** By object and method's name. */
const registered = new WeakMap<object, Map<string, Hooks>>();

/**
 * Calls a function before each call of a method of one object.
 *
 * The method is shadowed by a property of the object that is not enumerable, and only while hooks are registered:
 * objects without hooks run as if there were none. The lists are copied when they change, so that a hook may remove
 * itself, or register another, which is first called the next time.
 *
 * @param first before those registered so far instead of behind them
 */
export function hookBefore(object: object, name: string, hook: BeforeHook, first = false): HookHandle {
  const hooks = hooksOf(object, name);
  // The same function may be registered twice: each registration is an entry of its own.
  const entry: BeforeHook = (...args) => hook(...args);
  hooks.before = first ? [entry, ...hooks.before] : [...hooks.before, entry];
  return handle(hooks, () => {
    hooks.before = hooks.before.filter((each) => each !== entry);
  });
}

/** Calls a function after each call of a method of one object; see `hookBefore`. */
export function hookAfter(object: object, name: string, hook: AfterHook, first = false): HookHandle {
  const hooks = hooksOf(object, name);
  const entry: AfterHook = (...args) => hook(...args);
  hooks.after = first ? [entry, ...hooks.after] : [...hooks.after, entry];
  return handle(hooks, () => {
    hooks.after = hooks.after.filter((each) => each !== entry);
  });
}

function hooksOf(object: object, name: string): Hooks {
  const methods = registered.get(object) ?? new Map<string, Hooks>();
  registered.set(object, methods);
  return methods.get(name) ?? shadow(object, name, methods);
}

function handle(hooks: Hooks, leave: () => void): HookHandle {
  return {
    remove(): void {
      leave();
      if (hooks.before.length === 0 && hooks.after.length === 0) restore.get(hooks)?.();
    },
  };
}

/** What takes the property away again, unless somebody has put another in its place. */
const restore = new WeakMap<Hooks, () => void>();

function shadow(object: object, name: string, methods: Map<string, Hooks>): Hooks {
  const hooks: Hooks = { before: [], after: [] };
  const own = Object.getOwnPropertyDescriptor(object, name);
  const original = (object as Record<string, Method>)[name] as Method;
  const value = function (this: unknown, ...given: unknown[]): unknown {
    let args = given;
    for (const hook of hooks.before) args = hook(object, args) ?? args;
    let result = original.apply(object, args);
    for (const hook of hooks.after) {
      const other = hook(object, args, result);
      if (other !== undefined) result = other;
    }
    return result;
  };
  Object.defineProperty(object, name, { value, configurable: true, writable: true, enumerable: false });
  methods.set(name, hooks);
  restore.set(hooks, () => {
    if (Object.getOwnPropertyDescriptor(object, name)?.value !== value) return;
    methods.delete(name);
    if (own === undefined) delete (object as Record<string, unknown>)[name];
    else Object.defineProperty(object, name, own);
  });
  return hooks;
}
