// Builds what this folder gives to browsers, into dist: widget.js, one script for foreign pages; and the page of the
// secure link. Fails when the script for foreign pages grows past its budget.
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const dist = new URL("../dist/", import.meta.url);
/** Bytes over the line. */
const limit = 15 * 1024;

// All but .keep: Go embeds the folder even where nothing was built, so it must exist.
for (const name of readdirSync(dist)) {
  if (name !== ".keep") rmSync(new URL(name, dist), { recursive: true });
}

/** One script, with all it needs, that leaves nothing behind in the page's own names. */
const script = (entry, file) =>
  build({
    logLevel: "warn",
    build: {
      minify: "terser",
      terserOptions: { compress: { passes: 3, ecma: 2020, unsafe_arrows: true, unsafe_methods: true }, format: { ecma: 2020 } },
      rollupOptions: { input: entry, output: { format: "iife", entryFileNames: file } },
    },
  });

await script("src/main.tsx", "widget.js");
await script("src/link/main.tsx", "link.js");
for (const name of ["link.html", "link.css"]) copyFileSync(new URL(`../src/link/${name}`, import.meta.url), new URL(name, dist));
const size = gzipSync(readFileSync(new URL("widget.js", dist)), { level: 9 }).length;
console.log(`${(size / 1024).toFixed(1)} KB of ${limit / 1024} KB  widget.js`);
if (size > limit) {
  console.error("chat: over budget");
  process.exit(1);
}
writeFileSync(new URL(".keep", dist), "");
