import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

// The program that answers the API while `npm run dev` serves the pages.
const program = process.env.FRONTLINE_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: {
    host: "127.0.0.1",
    port: 5173,
    proxy: {
      "/api": { target: program },
      // The program takes websockets from its own address only.
      "/ws": { target: program, ws: true, changeOrigin: true, rewriteWsOrigin: true },
    },
  },
  build: {
    target: "es2022",
    // scripts/clean.mjs empties the folder: it has to keep dist/.keep, which lets Go embed it unbuilt.
    emptyOutDir: false,
    manifest: true,
    // A data: URL would be one more source the content security policy has to allow.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // scripts/budget.mjs measures what counts: bytes over the line.
    chunkSizeWarningLimit: 2048,
    rollupOptions: {
      onwarn(warning, warn) {
        // "use client" says nothing to a program without server components.
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
      },
    },
  },
});
