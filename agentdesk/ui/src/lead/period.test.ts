import { expect, test } from "vitest";
import { daily } from "./period.ts";

test("each day has its value, and one without cases what nothing is", () => {
  const groups = [
    { key: "2026-01-04T16:00:00Z", value: 0.5 },
    { key: "2026-01-06T16:00:00Z", value: 1 },
  ];
  const days = daily(groups, Date.parse("2026-01-04T16:00:00Z"), Date.parse("2026-01-07T03:00:00Z"), "Asia/Shanghai", null);
  expect(days).toEqual([
    { day: "2026-01-05", value: 0.5 },
    { day: "2026-01-06", value: null },
    { day: "2026-01-07", value: 1 },
  ]);
});

test("a day of 23 hours is a day like any other", () => {
  const days = daily([], Date.parse("2026-03-27T23:00:00Z"), Date.parse("2026-03-30T10:00:00Z"), "Europe/Berlin", 0);
  expect(days.map((d) => d.day)).toEqual(["2026-03-28", "2026-03-29", "2026-03-30"]);
});
