import { expect, test } from "vitest";
import { nearness, remaining } from "./due.ts";

const at = (clock: string) => Date.parse(`2026-11-24T${clock}Z`);
const due = { at: "2026-11-24T12:00:00Z", started: "2026-11-24T08:00:00Z", breached: false };

test("a promise is near in the last fifth of its time, and over from its instant on", () => {
  expect(nearness(due, at("11:00:00"))).toBe("far");
  expect(nearness(due, at("11:12:00"))).toBe("near");
  expect(nearness(due, at("12:00:00"))).toBe("over");
  expect(nearness({ ...due, breached: true }, at("11:00:00"))).toBe("over");
});

test("of a long promise two hours are near, of a short one ten seconds", () => {
  expect(nearness({ ...due, started: "2026-11-20T12:00:00Z" }, at("09:59:00"))).toBe("far");
  expect(nearness({ ...due, started: "2026-11-20T12:00:00Z" }, at("10:00:00"))).toBe("near");
  expect(nearness({ ...due, started: "2026-11-24T11:59:40Z" }, at("11:59:49"))).toBe("far");
  expect(nearness({ ...due, started: "2026-11-24T11:59:40Z" }, at("11:59:50"))).toBe("near");
});

test("what remains is told in one unit", () => {
  expect(remaining(at("12:00:00"), at("11:46:00"), "en")).toBe("14 mins");
  expect(remaining(at("12:00:00"), at("12:03:10"), "zh")).toBe("−3分钟");
});
