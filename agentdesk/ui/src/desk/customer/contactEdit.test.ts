import { expect, test } from "vitest";
import type { Person } from "@/api/types";
import { changeOf, conflicts, type Edits, pointsOf } from "./contactEdit.ts";

const zhang = {
  id: 7,
  name: "张伟",
  language: "zh",
  note: "",
  account: null,
  version: 3,
  points: [{ kind: "email", address: "zhang@x.cn" }],
} as unknown as Person;
const none: Edits = { add: [], drop: [] };

test("only what differs is sent, with the version it was seen at", () => {
  expect(changeOf(zhang, none)).toBeNull();
  expect(changeOf(zhang, { ...none, name: " 张伟 ", note: "" })).toBeNull();
  expect(changeOf(zhang, { ...none, name: "张大伟", account: "ACME", add: [{ row: 1, kind: "phone", address: " 138 " }, { row: 2, kind: "email", address: " " }] })).toEqual({
    name: "张大伟",
    account: "ACME",
    add_points: [{ kind: "phone", address: "138" }],
    version: 3,
  });
});

test("a field is in conflict when both changed it, and not to the same", () => {
  const now = { ...zhang, name: "Zhang Wei", note: "phones", version: 4 } as Person;
  expect(conflicts(zhang, now, none)).toEqual([]);
  expect(conflicts(zhang, now, { ...none, language: "en" })).toEqual([]);
  expect(conflicts(zhang, now, { ...none, name: "张大伟", note: "phones" })).toEqual(["name"]);
});

test("an address that a colleague has dropped meanwhile needs no dropping", () => {
  const e: Edits = { ...none, drop: [{ kind: "email", address: "zhang@x.cn" }] };
  expect(pointsOf(zhang, e).kept).toEqual([]);
  expect(changeOf(zhang, e)?.drop_points).toEqual([{ kind: "email", address: "zhang@x.cn" }]);
  expect(changeOf({ ...zhang, points: [] } as Person, e)).toBeNull();
});
