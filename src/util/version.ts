/** The version of innerloop: that of its package.json. */
export const VERSION = "0.1.0";
