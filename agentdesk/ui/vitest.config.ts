import { mergeConfig } from "vite";
import { defineConfig } from "vitest/config";
import desk from "./vite.config.ts";

export default mergeConfig(desk, defineConfig({ test: { include: ["src/**/*.test.ts", "src/**/*.test.tsx"], environment: "node" } }));
