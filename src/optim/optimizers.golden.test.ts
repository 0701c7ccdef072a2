import { optimizerTests } from "../../tests/golden/optimizers.ts";

// Of each optimizer the first run, and a quarter of the others; optimizers.full.test.ts has the rest.
optimizerTests((run, dtype, first) => first || (dtype === "float64" ? run % 4 === 0 : run % 4 === 2));
