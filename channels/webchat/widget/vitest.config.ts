import { mergeConfig } from "vite";
import { defineConfig } from "vitest/config";
import shared from "./vite.config.ts";

export default mergeConfig(shared, defineConfig({ test: { include: ["src/**/*.test.ts"], environment: "node" } }));
