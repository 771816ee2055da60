import { expect, test } from "vitest";
import { short, span } from "./time.ts";

const now = new Date(2026, 10, 24, 15, 30).getTime();
const ago = (minutes: number) => now - minutes * 60_000;

test("a moment is told as shortly as it can be", () => {
  const cases: [number, string, string][] = [
    [ago(0.5), "now", "现在"],
    [ago(4), "4m", "4分钟前"],
    [ago(59), "59m", "59分钟前"],
    [ago(125), "13:25", "13:25"],
    [new Date(2026, 10, 22, 9, 0).getTime(), "Sun", "周日"],
    [new Date(2026, 9, 1, 9, 0).getTime(), "1 Oct", "10月1日"],
    [new Date(2025, 9, 1, 9, 0).getTime(), "1 Oct 2025", "2025年10月1日"],
  ];
  for (const [at, en, zh] of cases) {
    expect(short(at, now, "en")).toBe(en);
    expect(short(at, now, "zh")).toBe(zh);
  }
});

test("a clock of the server that runs ahead is no future", () => {
  expect(short(now + 20_000, now, "en")).toBe("now");
});

test("how long", () => {
  expect(span(17 * 60_000, "en")).toBe("17 mins");
  expect(span(3 * 86_400_000, "zh")).toBe("3天");
});
