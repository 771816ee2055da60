import { expect, test } from "vitest";
import type { Clock } from "./calls.ts";
import { meant, nearness, remaining } from "./due.ts";

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

function promise(kind: Clock["kind"], end: string, breached: string | null, outcome: Clock["outcome"] = "running"): Clock {
  return { kind, due: `2026-11-24T${end}Z`, breached: breached && `2026-11-24T${breached}Z`, outcome } as Clock;
}

test("a notice is about what broke last, or is due next", () => {
  const clocks = [
    promise("answer", "10:00:00", "10:00:00"),
    promise("first_reply", "09:00:00", "11:00:00"),
    promise("next_reply", "13:00:00", null),
    promise("resolution", "12:00:00", null),
    promise("arrival", "11:30:00", null, "met"),
  ];
  expect(meant(clocks, true)?.kind).toBe("first_reply");
  expect(meant(clocks, false)?.kind).toBe("resolution");
  expect(meant([], true)).toBeUndefined();
});
