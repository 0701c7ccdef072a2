/** What the process ends with; `innerloop --help` lists them. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  data: 3,
  checkpoint: 4,
  nonfinite: 5,
  interrupted: 130,
} as const;

/** For the end of `--help`. */
export const EXIT_CODES = `
Exit codes:
  0    done
  1    an error
  2    a wrong option, field or file name
  3    data that cannot be read or trained on
  4    a run or checkpoint that cannot be read, does not fit, or is in use
  5    training stopped at a loss or gradient that is not finite
  130  interrupted; the run was saved and can be resumed`;
