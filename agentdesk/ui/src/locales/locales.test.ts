import { expect, test } from "vitest";
import en from "./en.json";
import zh from "./zh.json";

type Words = { [key: string]: string | Words };

/** Every key with the placeholders its words use. i18next's plural endings are one key. */
function shape(words: Words, prefix = ""): Map<string, string> {
  const out = new Map<string, string>();
  for (const [key, value] of Object.entries(words)) {
    const name = prefix + key.replace(/_(one|other)$/, "");
    if (typeof value === "string") out.set(name, [...new Set(value.match(/{{\w+}}/g))].toSorted().join(" "));
    else for (const [k, v] of shape(value, `${name}.`)) out.set(k, v);
  }
  return out;
}

test("both languages have the same keys with the same placeholders", () => {
  expect([...shape(zh).keys()].toSorted()).toEqual([...shape(en).keys()].toSorted());
  const chinese = shape(zh);
  for (const [key, holes] of shape(en)) expect(`${key}: ${chinese.get(key)}`).toBe(`${key}: ${holes}`);
});

test("no words are empty", () => {
  for (const language of [zh, en])
    for (const [key, text] of Object.entries(flat(language))) expect(text, key).not.toBe("");
});

function flat(words: Words, prefix = ""): Record<string, string> {
  return Object.fromEntries(
    Object.entries(words).flatMap(([k, v]): [string, string][] =>
      typeof v === "string" ? [[prefix + k, v]] : Object.entries(flat(v, `${prefix + k}.`)),
    ),
  );
}
