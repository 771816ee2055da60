import { expect, test } from "vitest";
import { fieldValue, parkTimes } from "./parkTimes.ts";

const ids = (...at: [number, number, number, number, number]) => parkTimes(new Date(...at)).map((p) => `${p.id} ${fieldValue(p.at)}`);

test("what is offered lies ahead, and no two moments are the same", () => {
  // A Tuesday morning.
  expect(ids(2026, 10, 24, 10, 30)).toEqual([
    "hour 2026-11-24T11:30",
    "afternoon 2026-11-24T15:00",
    "tomorrow 2026-11-25T09:00",
    "monday 2026-11-30T09:00",
  ]);
  expect(ids(2026, 10, 24, 16, 0).map((x) => x.split(" ")[0])).toEqual(["hour", "tomorrow", "monday"]);
  // In an hour it is nearly three.
  expect(ids(2026, 10, 24, 13, 50).map((x) => x.split(" ")[0])).toEqual(["hour", "tomorrow", "monday"]);
});

test("on a Sunday tomorrow is Monday, on a Monday the next one is in a week", () => {
  expect(ids(2026, 10, 29, 18, 0)).toEqual(["hour 2026-11-29T19:00", "tomorrow 2026-11-30T09:00"]);
  expect(ids(2026, 10, 30, 18, 0)).toEqual(["hour 2026-11-30T19:00", "tomorrow 2026-12-01T09:00", "monday 2026-12-07T09:00"]);
});
