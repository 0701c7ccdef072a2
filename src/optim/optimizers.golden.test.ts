import { optimizerTests } from "../../tests/golden/optimizers.ts";

// Each run in one dtype, by turns; optimizers.full.test.ts has the other one.
optimizerTests((run, dtype) => (run % 2 === 0) === (dtype === "float64"));
