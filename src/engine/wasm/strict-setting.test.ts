import { afterEach, describe, expect, it, vi } from "vitest";
import { ConfigError } from "../../util/index.ts";
import { setDeterministic } from "../current.ts";
import { strictSetting } from "./strict-setting.ts";

describe("INNERLOOP_DETERMINISTIC", () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    ["1", true],
    ["true", true],
    ["0", false],
    ["false", false],
    ["", false],
  ])("'%s'", (value, strict) => {
    vi.stubEnv("INNERLOOP_DETERMINISTIC", value);
    expect(strictSetting() !== null).toBe(strict);
  });

  it.each(["yes", "on", "2"])("is refused as '%s', not ignored", (value) => {
    vi.stubEnv("INNERLOOP_DETERMINISTIC", value);
    expect(strictSetting).toThrow(/INNERLOOP_DETERMINISTIC: .*expected 1 or 0/s);
  });

  it("and setDeterministic take nothing but a decision", () => {
    expect(() => setDeterministic("yes" as never)).toThrow(ConfigError);
  });
});
