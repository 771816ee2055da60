import { expect, test } from "vitest";
import type { Now, Quarter } from "./calls.ts";
import { clockIn, filled } from "./quarters.ts";

const of = (at: string, offered: number): Quarter => ({ at, offered, answered: 0, abandoned: 0, service_level: null });

test("a day is shown without gaps, from its first contact to now", () => {
  const now = {
    at: "2026-01-05T07:20:00Z",
    day: "2026-01-04T16:00:00Z",
    zone: "Asia/Shanghai",
    quarters: [of("2026-01-05T01:00:00Z", 2), of("2026-01-05T07:15:00Z", 1)],
  } as unknown as Now;
  const all = filled(now);
  expect(all.length).toBe(26);
  expect(all[0]).toEqual(of("2026-01-05T01:00:00Z", 2));
  expect(all.at(-1)?.offered).toBe(1);
  expect(all.slice(1, -1).every((q) => q.offered === 0)).toBe(true);
  expect(clockIn(now.zone, all[0]?.at ?? "")).toBe("09:00");
});

test("a morning without contacts shows its last four hours, not before midnight", () => {
  const now = { at: "2026-01-04T17:05:00Z", day: "2026-01-04T16:00:00Z", zone: "Asia/Shanghai", quarters: [] } as unknown as Now;
  expect(filled(now).map((q) => clockIn(now.zone, q.at))).toEqual(["00:00", "00:15", "00:30", "00:45", "01:00"]);
});
