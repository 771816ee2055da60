import { expect, test } from "vitest";
import { chooseNone, chosen, mostChosen, reach, toggle } from "./chosen.ts";

const ids = () => [...chosen.get().ids].toSorted((a, b) => a - b);

test("one by one, and back", () => {
  chooseNone();
  toggle(3);
  toggle(5);
  toggle(3);
  expect(ids()).toEqual([5]);
});

test("from the last one to here, in the order of the list, either way", () => {
  chooseNone();
  const order = [9, 7, 5, 3, 1];
  toggle(7);
  reach(3, order);
  expect(ids()).toEqual([3, 5, 7]);
  reach(9, order);
  expect(ids()).toEqual([3, 5, 7, 9]);
});

test("what has left the list is no place to reach from", () => {
  chooseNone();
  toggle(42);
  reach(5, [9, 7, 5]);
  expect(ids()).toEqual([5, 42]);
});

test("no more than the server takes", () => {
  chooseNone();
  const order = Array.from({ length: 600 }, (_, i) => i + 1);
  toggle(1);
  reach(600, order);
  expect(ids()).toHaveLength(mostChosen);
});
