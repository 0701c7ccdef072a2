import base from "./vitest.config.ts";

// What `npm test` leaves out, because it has to stay under a minute: learning, faults, mutations, conformance of
// further builds.
export default {
  ...base,
  test: { ...base.test, include: ["**/*.full.test.ts"], exclude: ["node_modules/**"] },
};
