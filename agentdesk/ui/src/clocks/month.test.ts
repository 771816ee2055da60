import { expect, test } from "vitest";
import { daysBefore, listed, onBar, shifted } from "./month.ts";

test("months follow each other over the turn of the year", () => {
  expect(shifted("2026-12", 1)).toBe("2027-01");
  expect(shifted("2026-01", -1)).toBe("2025-12");
});

test("weeks begin on Monday", () => {
  expect(daysBefore("2026-11-30")).toBe(0); // a Monday
  expect(daysBefore("2026-11-01")).toBe(6); // a Sunday
});

test("spans lie on the bar of their day, and end with it", () => {
  expect(onBar("12:00-18:00")).toEqual({ left: 50, width: 25 });
  expect(onBar("18:00-06:00")).toEqual({ left: 75, width: 25 });
  expect(onBar("00:00-24:00")).toEqual({ left: 0, width: 100 });
});

test("spans are written with any commas", () => {
  expect(listed("09:00-12:00，13:00-18:00, ")).toEqual(["09:00-12:00", "13:00-18:00"]);
});
