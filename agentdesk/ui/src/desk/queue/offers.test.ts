import { expect, test } from "vitest";
import type { Offer } from "@/api/queue";
import { clock, left, open } from "./offers.ts";

const made = Date.UTC(2026, 10, 24, 8, 0, 0);
const offer = (id: number, seconds: number): Offer => ({
  id,
  ticket_id: id,
  number: String(id),
  subject: "",
  customer: "",
  channel: "chat",
  queue: { id: 1, name: "", name_en: "" },
  made_at: new Date(made).toISOString(),
  expires_at: new Date(made + seconds * 1000).toISOString(),
  auto: false,
  why: [],
  words: "",
});

test("the offer that ends first stands in front, and what was answered is gone at once", () => {
  const all = [offer(1, 60), offer(2, 15), offer(4, 20)];
  expect(open(all, new Set()).map((o) => o.id)).toEqual([2, 4, 1]);
  expect(open(all, new Set([2])).map((o) => o.id)).toEqual([4, 1]);
});

test("time left runs from whole to nothing, and no further", () => {
  const o = offer(1, 20);
  expect(left(o, made)).toEqual({ seconds: 20, part: 1 });
  expect(left(o, made + 15_001)).toEqual({ seconds: 5, part: 0.24995 });
  expect(left(o, made + 20_000)).toEqual({ seconds: 0, part: 0 });
  expect(left(o, made + 90_000)).toEqual({ seconds: 0, part: 0 });
  expect(left(o, made - 5_000).part).toBe(1);
});

test("a countdown is told in minutes and seconds", () => {
  expect([0, 9, 60, 750, -3].map(clock)).toEqual(["0:00", "0:09", "1:00", "12:30", "0:00"]);
});
