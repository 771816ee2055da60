import { defineConfig } from "vite";

/** What both programs of this folder share; scripts/build.mjs adds which one is built. */
export default defineConfig({
  publicDir: false,
  esbuild: { jsx: "transform", jsxFactory: "h", jsxInject: `import { h } from "preact"`, legalComments: "none" },
  build: {
    target: "es2020",
    // scripts/build.mjs empties the folder: it has to keep dist/.keep, which lets Go embed it unbuilt.
    emptyOutDir: false,
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
  },
});
