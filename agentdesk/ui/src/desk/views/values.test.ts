import { expect, test } from "vitest";
import type { View } from "@/api/types";
import { bodyOf, valuesOf } from "./values.ts";

test("what asks for nothing is not sent", () => {
  const b = bodyOf({ name: "VIP", order: "waiting", share: "me", states: [], tags: ["vip"], words: "", waits: false, idle_hours: null, fields: { serial: "", warranty: false } });
  expect(b).toEqual({ name: "VIP", share: "me", choice: { order: "waiting", tags: ["vip"], fields: { warranty: false } }, columns: [], position: 0 });
});

test("a view comes back as it was", () => {
  const v: View = { id: 1, owner_id: 2, name: "a", name_en: "b", share: "team", team_id: 3, choice: { states: ["open"], order: "priority" }, columns: ["tags"], position: 4 };
  const { id: _, owner_id: __, ...rest } = v;
  expect(bodyOf(valuesOf(v) as Parameters<typeof bodyOf>[0])).toMatchObject(rest);
});
