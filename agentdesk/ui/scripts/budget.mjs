// Fails the build when the desk grows past its budget: what a person waits for before the first screen, and each
// part that is fetched later, in bytes as they cross the line (gzip).
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const firstLimit = 450 * 1024;
const partLimit = 150 * 1024;
// ECharts with bars and lines alone is more than a part may be. It comes after the numbers of the page that it draws, and only to who leads.
const ownLimit = { "src/lead/Charts.tsx": 190 * 1024, "src/lead/Trend.tsx": 190 * 1024 };

const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));
const size = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;

/** Every file that has to be there before the chunk can run: itself, its static imports, their styles. */
function needs(key, seen = new Set()) {
  const chunk = manifest[key];
  seen.add(chunk.file);
  for (const css of chunk.css ?? []) seen.add(css);
  for (const next of chunk.imports ?? []) if (!seen.has(manifest[next].file)) needs(next, seen);
  return seen;
}

const sum = (files) => [...files].reduce((n, f) => n + size(f), 0);
const kb = (n) => `${(n / 1024).toFixed(1)} KB`.padStart(9);
let failed = false;
function line(name, bytes, limit) {
  const over = bytes > limit;
  failed ||= over;
  console.log(`${kb(bytes)} of ${kb(limit)}  ${name}${over ? "  TOO LARGE" : ""}`);
}

const entry = Object.keys(manifest).find((k) => manifest[k].isEntry);
const first = needs(entry);
// The words of one language are fetched before the first screen too; the larger set counts.
const words = Object.keys(manifest).filter((k) => /src\/locales\/\w+\.ts$/.test(k));
const extra = words.map((k) => [...needs(k)].filter((f) => !first.has(f)));
line("first load", sum(first) + Math.max(0, ...extra.map(sum)), firstLimit);
for (const [key, chunk] of Object.entries(manifest)) {
  if (!chunk.isDynamicEntry) continue;
  line(key, sum([...needs(key)].filter((f) => !first.has(f))), ownLimit[key] ?? partLimit);
}
if (failed) {
  console.error("desk: over budget");
  process.exit(1);
}
