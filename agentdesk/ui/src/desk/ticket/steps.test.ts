import { expect, test } from "vitest";
import type { Entry } from "@/api/types";
import { steps } from "./steps.ts";

const entry = (id: number, kind: Entry["kind"], author: number, second: number) =>
  ({ id, kind, at: new Date(Date.UTC(2026, 10, 24, 8, 0, second)).toISOString(), author: { kind: "agent", id: author, name: "", address: "" } }) as Entry;

const shape = (list: Entry[]) => steps(list).map((s) => s.entries.map((e) => e.id).join("+"));

test("changes that one person makes in one go are one step, messages never are", () => {
  expect(shape([entry(1, "message", 5, 0), entry(2, "event", 5, 1), entry(3, "event", 5, 40), entry(4, "message", 5, 41)])).toEqual(["1", "2+3", "4"]);
});

test("another person, or a while later, is another step", () => {
  expect(shape([entry(1, "event", 5, 0), entry(2, "event", 6, 1), entry(3, "event", 6, 59 + 60)])).toEqual(["1", "2", "3"]);
});
