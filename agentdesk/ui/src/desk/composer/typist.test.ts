import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Typist } from "./typist.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("who goes on writing is never taken for one who stopped, and his rest is told once", () => {
  const told: [number, boolean][] = [];
  const begin = Date.now();
  const typist = new Typist((on) => told.push([Date.now() - begin, on]));
  for (let s = 0; s < 30; s++) {
    typist.press();
    vi.advanceTimersByTime(1000);
  }
  const again = told.map(([at]) => at);
  // The server forgets after ten seconds.
  expect(Math.max(...again.slice(1).map((at, i) => at - (again[i] ?? 0)))).toBeLessThan(10_000);
  expect(told.every(([, on]) => on)).toBe(true);
  vi.advanceTimersByTime(60_000);
  expect(told.filter(([, on]) => !on)).toHaveLength(1);
  typist.press();
  expect(told.at(-1)?.[1]).toBe(true);
  typist.stop();
  typist.stop();
  vi.advanceTimersByTime(60_000);
  expect(told.filter(([, on]) => !on)).toHaveLength(2);
});
