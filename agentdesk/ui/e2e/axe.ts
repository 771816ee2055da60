import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** axe's own program, to be run in the page: the page's policy lets nothing in by a script element. */
export const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
