import { expect, test } from "vitest";
import { clock, percent, shown } from "./words.ts";

test("a wait reads as a clock", () => {
  expect([0, 9.9, 65, 3599, 3600, 90_061].map(clock)).toEqual(["0:00", "0:09", "1:05", "59:59", "1:00:00", "25:01:01"]);
  expect(clock(-3)).toBe("0:00");
});

test("almost all is not all", () => {
  expect(percent(0.997, "en")).toBe("99%");
  expect(percent(1, "en")).toBe("100%");
  expect(percent(0, "zh")).toBe("0%");
});

test("a number has the unit of its measure, and none is a dash", () => {
  expect(shown(null, "share", "en")).toBe("–");
  expect(shown(0.5, "share", "en")).toBe("50%");
  expect(shown(4.26, "seconds", "en")).toBe("4.3 secs");
  expect(shown(1234, "contacts", "en")).toBe("1,234");
});
