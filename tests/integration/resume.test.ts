import { resumeTests } from "./resume.ts";

// Every fifth moment; resume.full.test.ts has the others.
resumeTests((at) => at % 5 === 1);
