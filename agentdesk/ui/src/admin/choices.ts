import type { HouseField } from "@/api/types";

type Choices = NonNullable<HouseField["choices"]>;

/** Reads choices from lines of "key = name = English name"; where only one is given, it is both key and name. */
export function choicesOf(text: string): Choices {
  return text
    .split("\n")
    .map((l) => l.split("=").map((x) => x.trim()))
    .filter(([key]) => key)
    .map(([key = "", name = "", name_en = ""]) => (name_en ? { key, name: name || key, name_en } : { key, name: name || key }));
}

export function linesOf(choices: Choices): string {
  return choices.map((c) => [c.key, c.name, c.name_en].filter(Boolean).join(" = ")).join("\n");
}
