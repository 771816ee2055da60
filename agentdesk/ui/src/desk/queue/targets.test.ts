import { expect, test } from "vitest";
import { findGoals, type Goal } from "./targets.ts";

const goals: Goal[] = [
  { kind: "queue", id: 1, name: "客户服务", also: "Customer service" },
  { kind: "team", id: 1, name: "Second line" },
  { kind: "agent", id: 7, name: "Emma Carter" },
  { kind: "agent", id: 8, name: "李敏", also: "limin" },
];
const names = (text: string) => findGoals(goals, text).map((g) => g.name);

test("a goal is found by any part of any of its names, all words counting", () => {
  expect(names("")).toHaveLength(4);
  expect(names("服务")).toEqual(["客户服务"]);
  expect(names("SERVICE cust")).toEqual(["客户服务"]);
  expect(names("limin")).toEqual(["李敏"]);
  expect(names("nobody")).toEqual([]);
});

test("who begins with what was typed stands in front", () => {
  expect(names("e")).toEqual(["Emma Carter", "客户服务", "Second line"]);
});
