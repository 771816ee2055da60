import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["e2e/*.e2e.ts"],
    globalSetup: "e2e/program.ts",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    // A machine that has stood still for a moment is no fault of the program. What needed a second try is told.
    retry: 1,
    // Two browsers at once are what a small machine bears beside the program.
    maxWorkers: 2,
  },
});
