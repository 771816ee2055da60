import { expect, test } from "vitest";
import { Problem } from "@/api/client";
import { inParts } from "./inParts.ts";

const ok = (ids: number[]) => ids.map((ticket) => ({ ticket, code: "", detail: "" }));

test("all are asked for, in parts, and told as they are done", async () => {
  const ids = Array.from({ length: 60 }, (_, i) => i + 1);
  const told: number[] = [];
  const asked = new Set<string>();
  const out = await inParts(ids, async (some, key) => {
    asked.add(key);
    return ok(some);
  }, (n) => told.push(n));
  expect(out.map((o) => o.ticket)).toEqual(ids);
  expect(told).toEqual([25, 50, 60]);
  expect(asked.size).toBe(3);
});

test("a part whose answer was lost is asked again with its key", async () => {
  const asked: string[] = [];
  const out = await inParts([1, 2], async (some, key) => {
    asked.push(key);
    if (asked.length === 1) throw new Problem(0, { code: "offline" });
    return ok(some);
  }, () => {});
  expect(out).toHaveLength(2);
  expect(asked[0]).toBe(asked[1]);
});

test("a part that is refused ends it", async () => {
  await expect(inParts([1], () => Promise.reject(new Problem(403, { code: "not_allowed" })), () => {})).rejects.toThrow();
});
