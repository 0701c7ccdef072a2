import { resumeTests } from "./resume.ts";

resumeTests((at) => at % 5 !== 1);
