import { expect, test } from "vitest";
import { clean, contrast, palette } from "./colour.ts";
import { newID, openStore } from "./store.ts";
import { language, speak } from "./words.ts";

test("words are readable on every colour that a site can choose", () => {
  for (let i = 0; i < 4096; i++) {
    const colour = `#${i.toString(16).padStart(3, "0")}`;
    const { brand, on, ink } = palette(colour);
    expect(contrast(brand, on), colour).toBeGreaterThanOrEqual(4.5);
    expect(contrast(ink, "#ffffff"), colour).toBeGreaterThanOrEqual(4.5);
  }
});

test("a colour that is none is the usual one", () => {
  expect(clean(" #1F5fbf ")).toBe("#1f5fbf");
  for (const c of ["", "red", "#12", "url(x)", "#1234567"]) expect(clean(c)).toBe("#2f5bd0");
});

test("the language is the page's, else the visitor's, else English", () => {
  expect(language("zh-Hans-CN", ["en"])).toBe("zh");
  expect(language("fr", ["de", "zh-TW", "en"])).toBe("zh");
  expect(language("", ["fr"])).toBe("en");
});

test("words are filled in", () => {
  const say = speak({ typing: "{name} is writing…" } as never);
  expect(say("typing", { name: "$& <b>" })).toBe("$& <b> is writing…");
});

/** A storage that has room for so many entries. */
function small(room: number): Storage {
  const all: Record<string, string> = {};
  const part = {
    getItem: (k: string) => all[k] ?? null,
    setItem(k: string, v: string) {
      if (!(k in all) && Object.keys(all).length >= room) throw new Error("full");
      all[k] = v;
    },
    removeItem: (k: string) => void delete all[k],
  };
  return new Proxy(part, { ownKeys: () => Object.keys(all), getOwnPropertyDescriptor: (_, k) => (k in all ? { enumerable: true, configurable: true } : undefined) }) as unknown as Storage;
}

test("what is kept is there for the next page of the same site, and for no other", () => {
  const disk = small(10);
  openStore("a:", () => disk).set("token", "t");
  expect(openStore("a:", () => disk).get("token")).toBe("t");
  expect(openStore("b:", () => disk).get("token")).toBe("");
  expect(openStore("a:", () => disk).names("to")).toEqual(["token"]);
});

test("a chat works where the browser keeps nothing, or has no room left", () => {
  const disk = small(1);
  const full = openStore("", () => disk);
  full.set("a", "1");
  full.set("b", "2");
  expect([full.get("a"), full.get("b"), full.names("").toSorted()]).toEqual(["1", "2", ["a", "b"]]);
  full.set("b", "");
  expect(full.get("b")).toBe("");
});

test("ids are what the program takes, and no two alike", () => {
  const all = new Set(Array.from({ length: 1000 }, newID));
  expect(all.size).toBe(1000);
  for (const id of all) expect(id).toMatch(/^[A-Za-z0-9_-]{8,64}$/);
});
