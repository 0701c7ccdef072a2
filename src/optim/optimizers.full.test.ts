import { optimizerTests } from "../../tests/golden/optimizers.ts";

optimizerTests((run, dtype) => (run % 2 === 0) !== (dtype === "float64"));
