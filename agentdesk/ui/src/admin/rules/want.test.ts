import { expect, test } from "vitest";
import type { Want } from "@/api/queue";
import { skillsOf, toNode, toWant } from "./want.ts";

const cases: [string, Want | undefined, Want | undefined][] = [
  ["nothing", undefined, undefined],
  ["the empty want", {}, undefined],
  ["one skill", { skill: "mill", level: 3 }, { skill: "mill", level: 3 }],
  ["a level that is missing is the least", { skill: "mill" }, { skill: "mill", level: 1 }],
  ["the customer's language", { language: true, level: 4 }, { language: true, level: 4 }],
  [
    "a node that says three things",
    { skill: "mill", language: true, level: 3, any: [{ skill: "a", level: 1 }, { skill: "b", level: 2 }] },
    { all: [{ skill: "mill", level: 3 }, { language: true, level: 3 }, { any: [{ skill: "a", level: 1 }, { skill: "b", level: 2 }] }] },
  ],
  ["one of one is that one", { any: [{ all: [{ skill: "a", level: 1 }] }] }, { skill: "a", level: 1 }],
  [
    "all of all is flat",
    { all: [{ all: [{ skill: "a", level: 1 }, { skill: "b", level: 1 }] }, { skill: "c", level: 1 }] },
    { all: [{ skill: "a", level: 1 }, { skill: "b", level: 1 }, { skill: "c", level: 1 }] },
  ],
  [
    "any of alls stays",
    { any: [{ all: [{ skill: "a", level: 1 }, { skill: "b", level: 1 }] }, { skill: "c", level: 5 }] },
    { any: [{ all: [{ skill: "a", level: 1 }, { skill: "b", level: 1 }] }, { skill: "c", level: 5 }] },
  ],
];

test.each(cases)("%s is read and written with the same meaning", (_, given, written) => {
  expect(toWant(toNode(given))).toEqual(written);
  expect(toWant(toNode(written))).toEqual(written);
});

test("a condition that is not finished is left out", () => {
  expect(toWant({ kind: "all", key: 1, of: [{ kind: "skill", key: 2, skill: " ", level: 3 }, { kind: "language", key: 3, level: 2 }] })).toEqual({ language: true, level: 2 });
});

test("skills are found wherever they are named", () => {
  expect(skillsOf({ all: [{ skill: "a" }, { any: [{ skill: "b" }, { language: true }] }] })).toEqual(["a", "b"]);
});
