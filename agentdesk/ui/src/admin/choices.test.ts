import { expect, test } from "vitest";
import { choicesOf, linesOf } from "./choices.ts";

test("choices are read from lines and written as such", () => {
  const text = "wear = 磨损 = Wear\nuse = 误操作\nother";
  expect(choicesOf(`${text}\n\n = \n`)).toEqual([
    { key: "wear", name: "磨损", name_en: "Wear" },
    { key: "use", name: "误操作" },
    { key: "other", name: "other" },
  ]);
  expect(choicesOf(linesOf(choicesOf(text)))).toEqual(choicesOf(text));
});
